"""A table as it stands in its file: columns of cells, and the line each record is on."""

from __future__ import annotations

import datetime
import decimal
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scenarios.arrays.types import Ints

_BLANKS = " \t\r\n\v\f\u00a0\ufeff"


@dataclass(frozen=True, eq=False)
class RawTable:
    """Cells of one table before anything is checked.

    Columns are Arrow arrays of text (from CSV) or of whatever type the source had; a blank cell
    is null. ``rows`` is the line of each record, the header being line 1.
    """

    name: str
    file: str
    columns: dict[str, Any]
    rows: Ints
    decimal_comma: bool = False
    guarded: bool = False
    """Whether text that a spreadsheet would run carries an apostrophe (CSV and Excel)."""

    @property
    def size(self) -> int:
        """Number of records."""
        return len(self.rows)

    def distinct(self, columns: Sequence[str], found: Ints) -> tuple[list[str | None], Ints]:
        """Distinct values of some records, and the index of each record's; None where blank."""
        texts: list[list[str | None]] = []
        codes: list[Ints] = []
        for column in columns:
            if column not in self.columns:
                continue
            cells = as_text(self.columns[column].take(pa.array(found)))
            encoded = pc.dictionary_encode(cells, null_encoding="encode")
            texts.append(encoded.dictionary.to_pylist())
            codes.append(encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64))
        if not texts:
            return [None], np.zeros(len(found), dtype=np.int64)
        if len(texts) == 1:
            return texts[0], codes[0]
        # Column by column: NumPy's search for equal rows may swallow a Ctrl-C.
        code = codes[0]
        for text, other in zip(texts[1:], codes[1:], strict=True):
            code = np.unique(code * len(text) + other, return_inverse=True)[1]
        first = np.unique(code, return_index=True)[1]
        values: list[str | None] = [
            ", ".join(
                "" if (t := text[one[row]]) is None else t
                for text, one in zip(texts, codes, strict=True)
            )
            for row in first
        ]
        return values, code.astype(np.int64)


def array_of(cells: Any) -> Any:
    """An Arrow array of any sequence of cells; mixed ones become text, NaN and None null."""
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.combine_chunks()
    if not isinstance(cells, pa.Array):
        try:
            cells = pa.array(cells, from_pandas=True)
        except (pa.ArrowException, TypeError, ValueError, OverflowError):
            cells = pa.array([cell_text(cell) for cell in cells], type=pa.string())
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.combine_chunks()
    if pa.types.is_dictionary(cells.type):
        values = cells.type.value_type
        if pa.types.is_large_string(values) or pa.types.is_string_view(values):
            cells = pa.DictionaryArray.from_arrays(
                cells.indices, cells.dictionary.cast(pa.string())
            )
        elif not pa.types.is_string(values):
            cells = cells.dictionary_decode()
    if pa.types.is_large_string(cells.type) or pa.types.is_string_view(cells.type):
        cells = cells.cast(pa.string())
    if pa.types.is_boolean(cells.type):
        cells = pc.if_else(cells, "True", "False").dictionary_encode()
    if pa.types.is_floating(cells.type):
        cells = pc.if_else(pc.is_nan(cells), None, cells)
    if not (_is_known(cells.type)):
        cells = pa.array([cell_text(cell) for cell in cells.to_pylist()], type=pa.string())
    return cells


def _is_known(kind: Any) -> bool:
    types = pa.types
    return (
        types.is_string(kind)
        or types.is_dictionary(kind)
        or types.is_integer(kind)
        or types.is_floating(kind)
        or types.is_date(kind)
        or types.is_timestamp(kind)
    )


def cell_text(cell: Any) -> str | None:
    """A cell as text: whole numbers without a point, dates as ISO, nothing as None."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return None
    if isinstance(cell, bool | np.bool_):
        return str(cell)
    if isinstance(cell, float | np.floating | decimal.Decimal) and cell == cell // 1:
        return str(int(cell))
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(sep=" ")
    text = str(cell)
    if text in ("NaT", "<NA>") and not isinstance(cell, str):
        return None
    return text.encode("utf-8", "replace").decode()


def as_text(cells: Any) -> Any:
    """An Arrow array as text, whatever its type (whole floats without a point)."""
    kind = cells.type
    if pa.types.is_string(kind):
        return cells
    if pa.types.is_dictionary(kind):
        return cells.dictionary_decode()
    if pa.types.is_integer(kind) or pa.types.is_date(kind):
        return cells.cast(pa.string())
    encoded = cells.dictionary_encode()
    names = pa.array([cell_text(cell) for cell in encoded.dictionary.to_pylist()], type=pa.string())
    return pa.DictionaryArray.from_arrays(encoded.indices, names).dictionary_decode()


def trim(text: str) -> str:
    """A cell without the blanks around it."""
    return text.strip(_BLANKS)


def drop_blank_rows(columns: dict[str, Any], rows: Ints) -> tuple[dict[str, Any], Ints]:
    """Leave out records with nothing in them, as spreadsheets leave them behind."""
    if not columns or not len(rows):
        return columns, rows
    keep = np.zeros(len(rows), dtype=bool)
    for cells in columns.values():
        if cells.null_count == 0:
            return columns, rows
        keep |= cells.is_valid().to_numpy(zero_copy_only=False)
    if keep.all():
        return columns, rows
    mask = pa.array(keep)
    return {name: cells.filter(mask) for name, cells in columns.items()}, rows[keep]
