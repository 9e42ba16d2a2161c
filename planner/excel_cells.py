"""Columns of a table as typed cells of a sheet: text that stays text, dates, numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Kind = Literal["text", "date", "number"]

LONGEST_TEXT = 32_767
"""Characters that a cell of Excel holds."""
WIDEST = 60
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 cannot hold, and the delete character."""
_CODE = re.compile("(_x[0-9a-fA-F]{4}_)")
"""What Excel reads as the code of a character."""
_PLAIN = r"^[A-Za-z0-9.,:;/()+-]+( +[A-Za-z0-9.,:;/()+-]+)*$"
"""Texts that are written as they are."""
_EPOCH = np.datetime64("1899-12-30")


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a sheet."""

    name: str
    kind: Kind
    cells: pa.Array
    """What stands in each cell, as XML; null where it is blank. Dates are days since 1899-12-30, as
    spreadsheets count them."""
    width: float
    """In characters."""


def column_of(name: str, values: pd.Series) -> Column:
    """A column of a table."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        days = values.to_numpy().astype("datetime64[D]")
        cells = pa.array((days - _EPOCH).astype(np.int64), mask=np.isnat(days))
        return Column(name, "date", cells.cast(pa.large_string()), max(12.0, _of_header(name)))
    if pd.api.types.is_numeric_dtype(values.dtype):
        amounts = values.to_numpy(dtype=float)
        known = np.isfinite(amounts)
        cells = pa.array(amounts, mask=~known).cast(pa.large_string())
        most = float(np.abs(amounts[known]).max(initial=0.0))
        return Column(name, "number", cells, max(len(f"{most:,.1f}") + 3.0, _of_header(name)))
    code, found = pd.factorize(values)
    names = pa.array(np.asarray(found, dtype=object), pa.large_string())
    longest = float(pc.max(pc.utf8_length(names)).as_py() or 0)
    width = min(max(longest + 2.0, _of_header(name)), WIDEST)
    # Code -1: nothing.
    return Column(name, "text", _as_xml(names).take(pa.array(code, mask=code < 0)), width)


def _as_xml(names: pa.Array) -> pa.Array:
    """Texts as elements; null where nothing is left of one."""
    plain = pc.match_substring_regex(names, _PLAIN)
    plain = pc.and_(plain, pc.less_equal(pc.utf8_length(names), LONGEST_TEXT))
    cells = joined("<t>", names, "</t>")
    others = pc.invert(plain)
    told = [_text_as_xml(clean_text(text)) for text in names.filter(others).to_pylist()]
    return pc.replace_with_mask(cells, others, pa.array(told, cells.type))


def _text_as_xml(text: str) -> str | None:
    if not text:
        return None
    # Blanks at the ends would be lost, and so would a return.
    kept = ' xml:space="preserve"' if text != text.strip() else ""
    coded = _CODE.sub(r"_x005F\1", text).replace("\r", "_x000D_")
    return f"<t{kept}>{escape(coded, quote=False)}</t>"


def joined(*parts: pa.Array | str, blank: str = "emit_null") -> pa.Array:
    """Texts side by side; where one is missing nothing, or with ``blank="replace"`` all others."""
    texts = [pa.scalar(p, pa.large_string()) if isinstance(p, str) else p for p in (*parts, "")]
    return pc.binary_join_element_wise(*texts, null_handling=blank)


def clean_text(text: str) -> str:
    """Text that a workbook can hold: no control characters, and not too long."""
    return _ILLEGAL.sub("", text)[:LONGEST_TEXT]


def _of_header(name: str) -> float:
    # Room for the button of the filter.
    return len(name) + 4.0
