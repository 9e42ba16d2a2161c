"""Excel workbooks to raw tables, one sheet each; formulas are reported, never evaluated."""

from __future__ import annotations

import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from scenarios.reading.csv_file import check_header, column_names
from scenarios.reading.findings import Findings
from scenarios.reading.raw_table import RawTable, array_of, cell_text, drop_blank_rows, trim
from scenarios.schema import attributes


class Formula(str):
    """The text of a cell that holds a formula."""


def read_workbook(
    path: Path, report: Findings
) -> dict[str, tuple[str, list[list[Any]], list[int]]]:
    """Sheets of a workbook by lower-case name.

    Returns
    -------
    dict
        Name to (title, records, rows). Records are lists of cells with the header first; blank
        lines are left out, and ``rows`` holds the number of each record's row in the sheet.
    """
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    sheets: dict[str, tuple[str, list[list[Any]], list[int]]] = {}
    try:
        with warnings.catch_warnings():
            # Features of a workbook that hold no data (validation rules, styles) do not matter.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, read_only=True, data_only=False)
            for sheet in book.worksheets:
                name = sheet.title.strip().casefold()
                if name in sheets:
                    report.add(
                        f"{path.name}, sheet {sheet.title}",
                        "two sheets hold the same table",
                        "keep one of them",
                    )
                    continue
                sheet.reset_dimensions()
                sheets[name] = (sheet.title, *_records(sheet))
            book.close()
    except (OSError, InvalidFileException, zipfile.BadZipFile, KeyError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        report.add(
            path.name,
            f"the workbook cannot be read ({reason})",
            "save it again as .xlsx, without a password",
        )
    return sheets


def _records(sheet: Any) -> tuple[list[list[Any]], list[int]]:
    records: list[list[Any]] = []
    rows: list[int] = []
    for row, cells in enumerate(sheet.iter_rows(), start=1):
        record = [_content(cell) for cell in cells]
        if any(cell is not None and cell != "" for cell in record):
            records.append(record)
            rows.append(row)
    return records, rows


def _content(cell: Any) -> Any:
    if cell.data_type == "f":
        return Formula(getattr(cell.value, "text", cell.value))
    return cell.value


def sheet_table(
    name: str, file: str, records: list[list[Any]], rows: list[int], report: Findings
) -> RawTable | None:
    """One sheet as a raw table; None (and a finding) if it has no usable header."""
    if not records:
        report.add(file, "the sheet is empty", "fill it, starting with the column names")
        return None
    header = [cell_text(cell) or "" for cell in records[0]]
    names = column_names(header)
    if not check_header(names, header, file, rows[0], report):
        return None
    width = len(names)
    body = [(record + [None] * width)[:width] for record in records[1:]]
    known = attributes(name)
    columns = {}
    for place, column in enumerate(names):
        cells = [record[place] for record in body]
        if not column:
            continue
        if column in known and known[column].type == "text":
            for cell, row in zip(cells, rows[1:], strict=True):
                if isinstance(cell, Formula):
                    report.add(
                        file,
                        "is a spreadsheet formula",
                        "replace the formula by its value (copy, paste as values)",
                        row=row,
                        column=column,
                        value=str(cell),
                    )
        columns[column] = array_of([_value(cell) for cell in cells])
    columns, lines = drop_blank_rows(columns, np.array(rows[1:], dtype=np.int64))
    return RawTable(name, file, columns, lines, guarded=True)


def _value(cell: Any) -> Any:
    if isinstance(cell, str):
        return str(cell) if trim(cell) else None
    return cell
