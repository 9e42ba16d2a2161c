"""Rows of large sheets, made a column at a time and put into a workbook that has all but them.

A library that takes cell by cell needs minutes for a million rows. What is written is what ECMA-376
(part 1, 18.3.1) asks of rows and cells, with texts inside the sheet.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc

from planner.excel_cells import Column, joined

SLICE = 20_000
"""Rows that are in memory as text at a time."""
ZIP64_FROM = 2**30
"""Bytes of a sheet from which its entry is of the kind that may exceed 2 GiB."""
LEVEL = 3
"""Of compression: 6 takes 40% longer and saves 14%."""


def put_rows(
    skeleton: IO[bytes], sheets: Mapping[str, Sequence[Column]], stream: IO[bytes]
) -> None:
    """Copy a workbook with its rows put in.

    Parameters
    ----------
    skeleton : binary file
        A workbook of xlsxwriter. Row 2 of each sheet that gets rows is a specimen, which they
        replace: a cell for each column, formatted as the column is to be.
    sheets : mapping of str to columns
        By the file of the sheet inside the workbook, such as ``xl/worksheets/sheet2.xml``.
    stream : binary file
        Where to write.
    """
    with (
        zipfile.ZipFile(skeleton) as given,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as made,
    ):
        for entry in given.infolist():
            text = given.read(entry)
            columns = sheets.get(entry.filename)
            if columns is None:
                made.writestr(entry, text)
                continue
            before, styles, after = _around(text.decode())
            rows = _rows(columns, styles)
            first = next(rows, b"")
            whole = len(first) * max(1.0, len(columns[0].cells) / SLICE)
            with made.open(entry.filename, "w", force_zip64=whole > ZIP64_FROM) as file:
                file.write(before.encode())
                file.write(first)
                file.writelines(rows)
                file.write(after.encode())


def _around(sheet: str) -> tuple[str, list[str], str]:
    """What stands before and after the rows, and the style of each cell of the specimen."""
    found = re.search(r'<row r="2".*?</row>', sheet)
    assert found is not None
    styles = re.findall(r'<c r="[A-Z]+2"(?: s="(\d+)")?', found[0])
    # What says how far the sheet reaches may be left out.
    before = re.sub(r"<dimension [^>]*/>", "", sheet[: found.start()])
    return before, styles, sheet[found.end() :]


def _rows(columns: Sequence[Column], styles: Sequence[str]) -> Iterator[bytes]:
    """The rows from the second on, ``SLICE`` at a time."""
    from xlsxwriter.utility import xl_col_to_name

    n_rows = len(columns[0].cells)
    for start in range(0, n_rows, SLICE):
        stop = min(start + SLICE, n_rows)
        row = pc.cast(pa.array(range(start + 2, stop + 2)), pa.large_string())
        pieces = [joined('<row r="', row, '">')]
        for j, (column, style) in enumerate(zip(columns, styles, strict=True)):
            cells = column.cells[start:stop]
            text = column.kind == "text"
            opened = f'" s="{style}" t="inlineStr"><is>' if text else f'" s="{style}"><v>'
            closed = "</is></c>" if text else "</v></c>"
            pieces.append(joined(f'<c r="{xl_col_to_name(j)}', row, opened, cells, closed))
        whole = joined(*pieces, "</row>", blank="replace")
        yield "".join(whole.to_pylist()).encode()
