"""Text that a spreadsheet would run as a formula, made harmless and back again.

A cell that starts with one of ``= + - @``, a tab or a carriage return is given a leading
apostrophe, as OWASP advises ("CSV Injection"). So is one that starts with apostrophes and then such
a character, so that taking one apostrophe away undoes it exactly.
"""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

_RISKY = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


def neutralise_text(text: str) -> str:
    """One cell of text, with a leading apostrophe where a spreadsheet would run it."""
    return "'" + text if _RISKY.match(text) else text


def restore_text(text: str) -> str:
    """Undo :func:`neutralise_text`."""
    return text[1:] if _GUARDED.match(text) else text


def neutralise(frame: pd.DataFrame) -> pd.DataFrame:
    """A copy of a table that is safe to open in a spreadsheet.

    Only text is touched (column names, too); numbers and dates stay what they are. Each distinct
    text is looked at once, so long columns that repeat names cost little.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any table that is about to be written to CSV or Excel.
    """
    safe = {
        position: _neutralise_column(frame.iloc[:, position])
        for position, dtype in enumerate(frame.dtypes)
        if _holds_text(dtype)
    }
    result = frame.copy(deep=False)
    for position, column in safe.items():
        result.isetitem(position, column.array)
    return result.rename(columns=lambda name: neutralise_text(name) if _is_text(name) else name)


def _holds_text(dtype: Any) -> bool:
    if isinstance(dtype, pd.CategoricalDtype):
        return _holds_text(dtype.categories.dtype)
    return pd.api.types.is_object_dtype(dtype) or pd.api.types.is_string_dtype(dtype)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _neutralise_column(column: pd.Series) -> pd.Series:
    if isinstance(column.dtype, pd.CategoricalDtype):
        categories = column.cat.categories
        names = [neutralise_text(name) if _is_text(name) else name for name in categories]
        return column.cat.rename_categories(names)
    if isinstance(column.dtype, pd.StringDtype) and not column.str.match(_RISKY).any():
        return column
    unique = column.dropna().unique()
    changed = {
        text: safe for text in unique if _is_text(text) and (safe := neutralise_text(text)) != text
    }
    if not changed:
        return column
    return column.map(lambda value: changed.get(value, value) if _is_text(value) else value)
