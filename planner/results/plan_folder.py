"""A plan to files: whole or not at all, and never over something that is no plan."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from planner.results.plan_data import TABLES, PlanData
from planner.results.result_kind import PAGE
from planner.results.workbook import is_plan_workbook, write_workbook
from planner.schema_versions import write_facts
from planner.text.numbers import DECIMALS
from scenarios.writing.atomic import atomic_folder, check_parent
from scenarios.writing.files import write_csv

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
        See :func:`scenarios.writing.atomic.check_parent`.
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
        write_workbook(plan, path)
        return
    with atomic_folder(path, replace=force) as folder:
        _fill(plan, folder, excel=excel, page=page)


def _fill(plan: PlanData, folder: Path, *, excel: bool, page: Page | None) -> None:
    tables = [name for name in TABLES if getattr(plan, name) is not None]
    for name in tables:
        write_csv(getattr(plan, name), folder / f"{name}.csv", DECIMALS)
    write_facts(folder / REPORT, plan.report.to_dict(), tables)
    if excel:
        write_workbook(plan, folder / WORKBOOK)
    if page is not None:
        (folder / PAGE).write_text(page(plan), encoding="utf-8", newline="\n")
