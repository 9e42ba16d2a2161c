"""Tables of a result, read back from its folder."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv

from planner.results.plan_data import TABLES, PlanData, Report
from planner.schema_versions import check_version
from planner.text.numbers import round_table
from scenarios.errors import Finding, InputError
from scenarios.reading.spreadsheet_text import restore_text

TEXT = frozenset({
    "order_id", "product", "origin", "destination", "release", "binding_capacity", "location",
    "source", "severity", "kind", "message", "suggested_action", "place", "category", "abc", "xyz",
    "variant", "policy", "against_variant", "against_policy", "measure", "error", "problem", "note",
    "component",
})  # fmt: skip
"""Columns of names and words; all others are numbers or dates."""
DATES = frozenset({"date", "order_date", "receipt_date"})

NEEDED = {
    "purchase_orders": (
        "product", "origin", "destination", "order_date", "receipt_date", "quantity", "release",
        "demand_cover", "safety_stock", "projected_on_hand", "lot_rounding", "binding_capacity",
    ),
    "projection": (
        "product", "location", "date", "opening", "receipts", "demand", "std", "closing",
        "safety_stock", "missed", "days_of_cover",
    ),
    "problems": (
        "severity", "kind", "product", "location", "date", "quantity", "cost", "message",
        "suggested_action",
    ),
    "capacity": ("kind", "place", "date", "used", "safety_stock", "capacity", "price"),
    "products": (
        "product", "category", "abc", "xyz", "value", "demand", "variability", "missed",
        "orders_now",
    ),
}  # fmt: skip
"""Columns of a plan's tables that its report shows."""


@dataclass(frozen=True, eq=False)
class PlanTables:
    """What the report of a plan is made from: its tables and ``plan.json``.

    The large ones, ``purchase_orders`` and ``projection``, may have numbers that are not rounded
    yet: :func:`written` makes of any part what is written, so that no copy of all is needed.
    """

    purchase_orders: pd.DataFrame
    projection: pd.DataFrame
    problems: pd.DataFrame
    capacity: pd.DataFrame
    products: pd.DataFrame
    report: dict[str, Any]


def tables_of(plan: PlanData) -> PlanTables:
    """The same from a plan at hand: numbers as they are written, so that the page is the same."""
    small = {name: written(getattr(plan, name)) for name in ("problems", "capacity", "products")}
    return PlanTables(plan.purchase_orders, plan.projection, **small, report=plan.report.to_dict())


def written(frame: pd.DataFrame) -> pd.DataFrame:
    """A part of a table with its numbers as they are written; for ones read back, the same."""
    return round_table(frame)


def read_plan_tables(folder: Path) -> PlanTables:
    """Read what the report of a plan is made from.

    Raises
    ------
    InputError
        If a table is missing or not as it was written.
    """
    found = read_tables(folder, NEEDED, "planner plan")
    return PlanTables(**found, report=read_json(folder / "plan.json"))


def read_plan_folder(folder: Path) -> tuple[dict[str, pd.DataFrame], Report]:
    """All tables of a plan by name, and its report.

    Raises
    ------
    InputError
        If a table is missing or not as it was written, or a newer version wrote it.
    """
    facts = read_json(folder / "plan.json")
    there = dict.fromkeys(TABLES, ())
    if not (folder / "forecast.csv").is_file():  # it was given
        del there["forecast"]
    tables = {name: read_table(folder / f"{name}.csv") for name in there}
    return tables, Report.from_dict(facts)


def read_tables(
    folder: Path, needed: dict[str, tuple[str, ...]], command: str
) -> dict[str, pd.DataFrame]:
    """The needed columns of the needed tables; everything that is missing is told at once."""
    found: dict[str, pd.DataFrame] = {}
    findings: list[Finding] = []
    for name, columns in needed.items():
        try:
            found[name] = read_table(folder / f"{name}.csv", columns)
        except InputError as error:
            findings += error.findings
    if findings:
        remedy = f"run {command} anew; a folder of an older version lacks what reports need"
        raise InputError([Finding(f.file, f.message, remedy, column=f.column) for f in findings])
    return found


def read_table(path: Path, columns: Collection[str] | None = None) -> pd.DataFrame:
    """One table as :func:`scenarios.writing.files.write_csv` wrote it.

    Raises
    ------
    InputError
        If it is missing, or is no such table.
    """
    if not path.is_file():
        raise InputError([Finding(str(path), "the table is missing", "write the result anew")])
    try:
        table = arrow_csv.read_csv(
            path,
            parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
            convert_options=arrow_csv.ConvertOptions(
                column_types=_types(path, columns),
                include_columns=None if columns is None else list(columns),
                strings_can_be_null=False,
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowKeyError, UnicodeDecodeError) as error:
        said = str(error).splitlines()[0]
        problem = f"the table is not as it was written: {said}"
        raise InputError([Finding(str(path), problem, "write the result anew")]) from error
    frame = table.to_pandas()
    for name in frame.columns.intersection(list(TEXT)):
        names = frame[name].cat.categories
        frame[name] = frame[name].cat.rename_categories([restore_text(text) for text in names])
    return frame


def _types(path: Path, columns: Collection[str] | None) -> dict[str, Any]:
    """Types by column: names stay names, though they may look like numbers."""
    if columns is None:
        with path.open(encoding="utf-8") as file:
            columns = pd.read_csv(file, nrows=0).columns
    kinds = {name: pa.float64() for name in columns}
    kinds |= {name: pa.dictionary(pa.int32(), pa.string()) for name in TEXT & set(columns)}
    kinds |= {name: pa.timestamp("s") for name in DATES & set(columns)}
    if path.name == "problems.csv" and "date" in kinds:
        kinds["date"] = pa.string()  # blank where no date is concerned
    return kinds


def lines_of(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows of a table, with a field for each column."""
    return frame.itertuples(index=False)


def read_json(path: Path) -> dict[str, Any]:
    """A file of facts about a result.

    Raises
    ------
    InputError
        If it is not as it was written, or a newer version wrote it.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict):
            raise ValueError("it is no object")
    except (ValueError, OSError) as error:
        problem = f"the file is not as it was written: {error}"
        raise InputError([Finding(str(path), problem, "write the result anew")]) from error
    check_version(found, path)
    return found
