"""Columns of a table as typed cells of a sheet: text that stays text, dates, numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

Kind = Literal["text", "date", "number"]

LONGEST_TEXT = 32_767
"""Characters that a cell of Excel holds."""
WIDEST = 60
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 cannot hold, and the delete character."""
_EPOCH = np.datetime64("1899-12-30")


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a sheet; blank cells are None."""

    name: str
    kind: Kind
    cells: list[Any]
    """Texts, or numbers; dates as days since 1899-12-30, as spreadsheets count them."""
    width: float
    """In characters."""


def column_of(name: str, values: pd.Series) -> Column:
    """A column of a table."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        days = values.to_numpy().astype("datetime64[D]")
        numbers = (days - _EPOCH).astype(np.int64).tolist()
        cells = [x if ok else None for x, ok in zip(numbers, ~np.isnat(days), strict=True)]
        return Column(name, "date", cells, max(12.0, _of_header(name)))
    if pd.api.types.is_numeric_dtype(values.dtype):
        amounts = values.to_numpy(dtype=float)
        known = np.isfinite(amounts)
        cells = [x if ok else None for x, ok in zip(amounts.tolist(), known, strict=True)]
        most = float(np.abs(amounts[known]).max(initial=0.0))
        return Column(name, "number", cells, max(len(f"{most:,.1f}") + 3.0, _of_header(name)))
    code, names = pd.factorize(values)
    texts = [clean_text(str(text)) or None for text in names]
    longest = max((len(text) for text in texts if text), default=0)
    width = min(max(longest + 2.0, _of_header(name)), WIDEST)
    texts.append(None)  # code -1: nothing
    return Column(name, "text", [texts[i] for i in code.tolist()], width)


def clean_text(text: str) -> str:
    """Text that a workbook can hold: no control characters, and not too long."""
    return _ILLEGAL.sub("", text)[:LONGEST_TEXT]


def _of_header(name: str) -> float:
    # Room for the button of the filter.
    return len(name) + 4.0
