"""A plan as one Excel workbook: a summary, and a sheet for each table.

Cells are typed, so that a spreadsheet can sort and sum them, and names are text whatever they look
like: no name becomes a formula or a link, not even when its cell is edited. The projection's
closing stock is coloured by rules, which a spreadsheet applies anew when numbers change.
"""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd

from planner.results.plan_data import PlanData
from planner.results.sheet_columns import Column, clean_text, column_of
from planner.results.sheet_rows import rows_for
from planner.schema_versions import KEY, SCHEMA_VERSION
from planner.text.numbers import round_table
from scenarios.writing.atomic import atomic_file

SHEETS = {
    "orders": "purchase_orders",
    "safety stock": "safety_stock",
    "projection": "projection",
    "problems": "problems",
}
"""Sheets after the summary, and the tables that fill them."""
MOST_ROWS = 1_048_576
"""Rows of a sheet, the header included."""
OVERSTOCK = 3
"""Mean demand, in periods, above the safety stock that is still within bounds."""
COLOURS = {
    "within bounds": ("#C6EFCE", "#006100"),
    "overstock": ("#FFEB9C", "#7F6000"),
    "below safety stock": ("#FFC7CE", "#9C0006"),
}
"""Fill and text of the projection's closing stock."""
MEANING = {
    "within bounds": "closing stock from the safety stock to the bound of overstock",
    "overstock": f"closing stock above safety stock + {OVERSTOCK} x echelon_demand, the mean demand"
    " of the period at the location and all that it supplies",
    "below safety stock": "closing stock below the safety stock",
}
LEAST = 0.001
"""Units by which stock has to be off a bound to count: tables are rounded."""
FORMATS = {"text": "@", "date": "yyyy-mm-dd", "number": "#,##0.0"}


def write_workbook(plan: PlanData, path: Path) -> None:
    """Write a plan as an .xlsx file, whole or not at all; what is there is replaced.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    with atomic_file(path) as draft, draft.open("wb") as stream:
        _write(plan, stream)


def is_plan_workbook(path: Path) -> bool:
    """Whether a file is a workbook with the sheets of a plan."""
    try:
        with zipfile.ZipFile(path) as parts:
            text = parts.read("xl/workbook.xml").decode("utf-8", "replace")
    except (OSError, KeyError, zipfile.BadZipFile):
        return False
    return re.findall(r'<sheet [^>]*?name="([^"]*)"', text) == ["summary", *SHEETS]


def _write(plan: PlanData, stream: BinaryIO) -> None:
    import xlsxwriter

    kept = {sheet: rows_for(plan, sheet, name, MOST_ROWS - 1) for sheet, name in SHEETS.items()}
    with xlsxwriter.Workbook(stream, {"constant_memory": True}) as book:
        book.set_custom_property(KEY, SCHEMA_VERSION)
        formats = {kind: book.add_format({"num_format": f}) for kind, f in FORMATS.items()}
        header = book.add_format({"bold": True, "bg_color": "#D9E1F2", "bottom": 1})
        _Summary(book, formats).write(plan, [rows.note for rows in kept.values() if rows.note])
        for sheet, rows in kept.items():
            table = round_table(rows.table)
            columns = [column_of(str(column), _typed(table[column])) for column in table]
            made = book.add_worksheet(sheet)
            _fill(made, columns, len(table), formats, header)
            if sheet == "projection" and len(table):
                _colour(book, made, [column.name for column in columns], len(table))


def _typed(values: pd.Series) -> pd.Series:
    """Dates that are text in a table (the problems' may be blank) as dates."""
    if values.name != "date" or pd.api.types.is_datetime64_any_dtype(values.dtype):
        return values
    return pd.to_datetime(values, format="%Y-%m-%d", errors="coerce")


def _fill(
    sheet: Any, columns: list[Column], n_rows: int, formats: dict[str, Any], header: Any
) -> None:
    """Header, cells row by row, as little memory asks for; frozen and filtered header."""
    for j, column in enumerate(columns):
        sheet.set_column(j, j, column.width)
        sheet.write_string(0, j, column.name, header)
    writers = [
        (j, sheet.write_string if c.kind == "text" else sheet.write_number, formats[c.kind])
        for j, c in enumerate(columns)
    ]
    rows = zip(*(column.cells for column in columns), strict=True)
    for i, cells in enumerate(rows, start=1):
        for (j, write, cell_format), cell in zip(writers, cells, strict=True):
            if cell is not None:
                write(i, j, cell, cell_format)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, n_rows, len(columns) - 1)


def _colour(book: Any, sheet: Any, names: list[str], n_rows: int) -> None:
    """Colour the closing stock by rules, the first that holds."""
    from xlsxwriter.utility import xl_col_to_name

    at = {name: f"${xl_col_to_name(j)}2" for j, name in enumerate(names)}
    closing, wanted = at["closing"], at["safety_stock"]
    most = f"{wanted}+{OVERSTOCK}*{at['echelon_demand']}+{LEAST}"
    rules = {
        "below safety stock": f"={closing}<{wanted}-{LEAST}",
        "overstock": f"={closing}>{most}",
        "within bounds": f"=ISNUMBER({closing})",
    }
    column = names.index("closing")
    for name, rule in rules.items():
        sheet.conditional_format(
            1, column, n_rows, column,
            {"type": "formula", "criteria": rule, "format": _coloured(book, name),
             "stop_if_true": True},
        )  # fmt: skip


def _coloured(book: Any, name: str) -> Any:
    fill, text = COLOURS[name]
    return book.add_format({"bg_color": fill, "font_color": text})


class _Summary:
    """The first sheet: headline figures, what the colours mean, and what is not in the file."""

    def __init__(self, book: Any, formats: dict[str, Any]):
        self._book, self._formats, self._row = book, formats, 0
        self._sheet = book.add_worksheet("summary")
        self._sheet.set_column(0, 0, 32)
        self._sheet.set_column(1, 1, 24)
        self._sheet.set_column(2, 6, 16)
        self._head = book.add_format({"bold": True, "font_size": 14})
        self._bold = book.add_format({"bold": True})
        self._share = book.add_format({"num_format": "0.00%"})
        self._count = book.add_format({"num_format": "#,##0"})

    def write(self, plan: PlanData, cuts: list[str]) -> None:
        """All of it; rows must come one after the other."""
        report = plan.report
        self._line([f"Plan for {report.first_date} to {report.last_date}"], self._head)
        for name, value in self._figures(plan):
            self._pair(name, value)
        self._title(f"Cost if demand is its mean {report.currency}".strip())
        for name, cost in report.costs.items():
            self._pair(name.replace("_", " "), cost)
        self._capacity(plan)
        self._title("Colours of the closing stock (sheet projection)")
        for name in COLOURS:
            self._sheet.write_string(self._row, 0, name, _coloured(self._book, name))
            self._sheet.write_string(self._row, 1, MEANING[name], self._formats["text"])
            self._row += 1
        notes = [*report.notes, *cuts]
        if notes:
            self._title("Notes")
            for note in notes:
                self._line([note], self._formats["text"])
        if report.overrides:
            self._title("Set by hand")
            for said in report.overrides:
                text = ", ".join(f"{name} {value}" for name, value in said.items())
                self._line([text], self._formats["text"])

    def _figures(self, plan: PlanData) -> Iterator[tuple[str, Any]]:
        report = plan.report
        yield "status", f"{report.status}: {report.message}"
        for name in ("products", "locations", "lanes", "stock_points", "periods"):
            yield name.replace("_", " "), report.counts[name]
        yield "orders to release now", report.counts["orders_now"]
        yield "orders planned for later", report.counts["orders_planned"]
        yield "units of demand missed", report.missed_units
        yield "problems", len(plan.problems)
        yield "expected cost in the order model", report.objective
        if report.gap is not None and math.isfinite(report.gap):
            self._sheet.write_string(self._row, 0, "proven gap", self._formats["text"])
            self._sheet.write_number(self._row, 1, report.gap, self._share)
            self._row += 1
        brains = ", ".join(f"{name} ({n:,})" for name, n in report.brains.items())
        yield "safety stocks decided by", brains
        yield "hash of the input", report.input_hash

    def _capacity(self, plan: PlanData) -> None:
        if not plan.report.capacity:
            return
        self._title("Capacity")
        self._line(["name", "mean use", "peak use", "peak date", "overflow"], self._bold)
        for use in plan.report.capacity:
            text = self._formats["text"]
            self._sheet.write_string(self._row, 0, clean_text(use.name), text)
            for j, share in ((1, use.mean_use), (2, use.peak_use)):
                if math.isfinite(share):
                    self._sheet.write_number(self._row, j, share, self._share)
            self._sheet.write_string(self._row, 3, use.peak_date, text)
            self._sheet.write_number(self._row, 4, use.overflow, self._formats["number"])
            self._row += 1

    def _title(self, text: str) -> None:
        self._row += 1
        self._line([text], self._bold)

    def _line(self, texts: list[str], cell_format: Any) -> None:
        for j, text in enumerate(texts):
            self._sheet.write_string(self._row, j, clean_text(text), cell_format)
        self._row += 1

    def _pair(self, name: str, value: Any) -> None:
        self._sheet.write_string(self._row, 0, clean_text(name), self._formats["text"])
        if isinstance(value, str):
            self._sheet.write_string(self._row, 1, clean_text(value), self._formats["text"])
        elif math.isfinite(value):
            kind = self._count if isinstance(value, int) else self._formats["number"]
            self._sheet.write_number(self._row, 1, value, kind)
        self._row += 1
