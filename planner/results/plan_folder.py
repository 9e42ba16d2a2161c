"""A plan to files: whole or not at all, and never over something that is no plan."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

from planner.results.plan_data import PlanData
from planner.results.result_kind import PAGE
from planner.results.workbook import is_plan_workbook, write_workbook
from planner.text.numbers import DECIMALS
from scenarios.writing.files import check_parent, new_folder, write_csv

TABLES = (
    "purchase_orders", "safety_stock", "projection", "problems", "capacity", "capacity_prices",
    "products", "forecast",
)  # fmt: skip
REPORT = "plan.json"
WORKBOOK = "plan.xlsx"

Page = Callable[[PlanData], str]
"""Makes the page for people, as HTML."""


def check_target(path: Path, *, force: bool) -> None:
    """Refuse a place where a plan must not be written, before any work is done.

    Raises
    ------
    FileExistsError
        If something is there; with ``force``, if it is anything but a plan or an empty folder.
    OSError
        See :func:`scenarios.writing.files.check_parent`.
    """
    if not (path.exists() or path.is_symlink()):
        check_parent(path)
        return
    if not force:
        raise FileExistsError(f"{path} exists already; choose another place or use --force")
    if not (is_plan_workbook(path) if is_workbook(path) else _is_plan(path)):
        raise FileExistsError(f"{path} is no plan and is left alone; choose another place")
    check_parent(path)


def _is_plan(path: Path) -> bool:
    """Whether a folder holds a plan and nothing else, or nothing at all."""
    if path.is_symlink() or not path.is_dir():
        return False
    inside = {entry.name for entry in path.iterdir()}
    ours = {f"{name}.csv" for name in TABLES} | {REPORT, PAGE, WORKBOOK}
    return not inside or (REPORT in inside and inside <= ours)


def is_workbook(path: Path) -> bool:
    """Whether a place is one for a workbook alone."""
    return path.suffix.lower() == ".xlsx"


def write_plan(
    plan: PlanData,
    path: Path,
    *,
    force: bool = False,
    excel: bool = False,
    page: Page | None = None,
) -> None:
    """Write the tables (CSV, numbers to four decimals) and ``plan.json`` into a folder.

    With ``page``, what it makes as well: ``report.html``, the page for people.

    Everything is written to a folder beside it first, which then takes its place; an older plan
    is put back if that fails. With ``excel``, ``plan.xlsx`` is written as well; a path that ends
    in .xlsx is that workbook alone.

    Raises
    ------
    FileExistsError
        See :func:`check_target`.
    """
    check_target(path, force=force)
    if is_workbook(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_workbook(plan, path)
        return
    if not path.exists():
        with new_folder(path) as folder:
            _fill(plan, folder, excel=excel, page=page)
        return
    mark = uuid.uuid4().hex[:8]
    fresh, old = (path.with_name(f".{path.name}-{mark}-{end}") for end in ("new", "old"))
    with new_folder(fresh) as folder:
        _fill(plan, folder, excel=excel, page=page)
    try:
        path.rename(old)
        try:
            fresh.rename(path)
        except BaseException:
            old.rename(path)
            raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        if path.exists():
            shutil.rmtree(old, ignore_errors=True)


def _fill(plan: PlanData, folder: Path, *, excel: bool, page: Page | None) -> None:
    for name in TABLES:
        if (table := getattr(plan, name)) is not None:
            write_csv(table, folder / f"{name}.csv", DECIMALS)
    text = json.dumps(plan.report.to_dict(), indent=2, ensure_ascii=False, allow_nan=False)
    (folder / REPORT).write_text(text + "\n", encoding="utf-8")
    if excel:
        write_workbook(plan, folder / WORKBOOK)
    if page is not None:
        (folder / PAGE).write_text(page(plan), encoding="utf-8", newline="\n")
