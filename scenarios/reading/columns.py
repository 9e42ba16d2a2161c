"""Columns of cells to typed arrays: names, numbers and dates, each with its complaints.

Texts and dates repeat, so they are encoded first and only distinct ones are looked at: millions of
rows cost little more than reading them.
"""

from __future__ import annotations

import datetime
import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from scenarios.arrays.types import Floats, Ints, Names
from scenarios.reading.raw_table import RawTable, as_text, trim
from scenarios.reading.spreadsheet_text import restore_text

Dates = NDArray[np.datetime64]

_EARLIEST, _LATEST = np.datetime64("1900-01-01"), np.datetime64("2200-01-01")
NO_DATE = np.datetime64("NaT", "D")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_INFINITE = re.compile(r"\+?(inf|infinity)", re.IGNORECASE)
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d*)?)?)?")
_AMBIGUOUS = "is an ambiguous date (day or month first?)"
_DATE_LIKE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")


@dataclass(frozen=True, eq=False)
class Labels:
    """A column of names: ``names[code[i]]`` is the name in record i; code -1 is blank."""

    code: Ints
    names: Names

    def index_in(self, index: Any) -> Ints:
        """Position of each record's name in a pandas index, -1 where it is unknown or blank."""
        if not len(self.names):
            return np.full(len(self.code), -1)
        place = index.get_indexer(self.names)
        return np.where(self.code >= 0, place[self.code], -1).astype(np.int64)

    @classmethod
    def blank(cls, size: int) -> Labels:
        """A column with nothing in it."""
        return cls(np.full(size, -1), np.empty(0, dtype=object))


def labels(table: RawTable, column: str) -> Labels:
    """Names of a column, without blanks around them; numbers become text (7 is ``7``)."""
    code, texts = _encoded(table.columns[column])
    clean = [trim(text) for text in texts]
    if table.guarded:
        clean = [restore_text(text) for text in clean]
    place = {name: i for i, name in enumerate(dict.fromkeys(name for name in clean if name))}
    fold = np.array([place.get(name, -1) for name in clean] + [-1], dtype=np.int64)
    names = np.empty(len(place), dtype=object)
    names[:] = list(place)
    return Labels(fold[code], names)


def _encoded(cells: Any) -> tuple[Ints, list[str]]:
    """Codes (-1 for null) and distinct texts of an Arrow array."""
    if not pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_encode()
    code = cells.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    texts = as_text(cells.dictionary).to_pylist()
    unknown = np.array([i for i, text in enumerate(texts) if text is None], dtype=np.int64)
    if unknown.size:
        code[np.isin(code, unknown)] = -1
    return code, ["" if text is None else text for text in texts]


@dataclass(frozen=True, eq=False)
class Complaint:
    """Records whose cell cannot be read, why, and what to do; ``alike`` if one says it of all."""

    rows: Ints
    message: str
    remedy: str
    alike: bool = False


def numbers(table: RawTable, column: str) -> tuple[Floats, list[Complaint]]:
    """Numbers of a column; blank and unreadable cells are nan, the latter with a complaint."""
    cells = table.columns[column]
    if pa.types.is_integer(cells.type) or pa.types.is_floating(cells.type):
        cells = cells.cast(pa.float64(), safe=False)
        return cells.fill_null(math.nan).to_numpy(zero_copy_only=False).copy(), []
    if pa.types.is_date(cells.type) or pa.types.is_timestamp(cells.type):
        rows = np.flatnonzero(cells.is_valid().to_numpy(zero_copy_only=False))
        complaint = Complaint(rows, "is a date, not a number", "enter a number")
        return np.full(table.size, math.nan), [complaint] if rows.size else []
    if pa.types.is_string(cells.type):
        try:
            fast = cells.cast(pa.float64())
        except pa.ArrowInvalid:
            pass
        else:
            values = fast.fill_null(math.nan).to_numpy(zero_copy_only=False).copy()
            if bool(np.isfinite(values).all()) or cells.null_count == np.isnan(values).sum():
                return values, []
    return _numbers_from_text(table, cells)


def _numbers_from_text(table: RawTable, cells: Any) -> tuple[Floats, list[Complaint]]:
    code, texts = _encoded(cells)
    texts = [trim(text) for text in texts]
    swap = table.decimal_comma and any("," in text for text in texts)
    if swap and any(_NUMBER.fullmatch(text) and "." in text for text in texts):
        swap = False  # 1.5 and 1,5 in one column: neither can be trusted to be a decimal point
    parsed = np.full(len(texts) + 1, math.nan)
    reasons: dict[tuple[str, str], list[int]] = {}
    for i, text in enumerate(texts):
        plain = text.replace(",", ".", 1) if swap else text
        if _NUMBER.fullmatch(plain):
            parsed[i] = float(plain)
        elif _INFINITE.fullmatch(plain):
            parsed[i] = math.inf
        elif plain:
            reasons.setdefault(_why_no_number(text), []).append(i)
    complaints = [
        Complaint(np.flatnonzero(np.isin(code, which)), *reason)
        for reason, which in reasons.items()
    ]
    return parsed[code], [c for c in complaints if c.rows.size]


def _why_no_number(text: str) -> tuple[str, str]:
    if text.startswith(("=", "'=")):
        return (
            "is a spreadsheet formula, not a number",
            "replace the formula by its value (copy, paste as values)",
        )
    if text.startswith("#"):
        return "is a spreadsheet error, not a number", "repair the cell or leave it blank"
    if text.casefold() in ("nan", "na", "n/a", "null", "none", "-"):
        return "is not a number", "enter a number, or leave the cell blank for the default"
    if re.fullmatch(r"[+-]?[\d.,' \u00a0]+", text):
        return (
            "cannot be read as a number without doubt",
            "write it without thousands separators and with a decimal point",
        )
    return "is not a number", "enter a number"


def dates(table: RawTable, column: str) -> tuple[Dates, list[Complaint]]:
    """Days of a column; blank and unreadable cells are NaT, the latter with a complaint."""
    cells = table.columns[column]
    if pa.types.is_timestamp(cells.type):
        cells = pc.local_timestamp(cells) if cells.type.tz else cells
        cells = cells.cast(pa.timestamp("s"), safe=False).cast(pa.date32(), safe=False)
    complaints: list[Complaint] = []
    if pa.types.is_date(cells.type):
        days = cells.cast(pa.date32(), safe=False).to_numpy(zero_copy_only=False)
        days = days.astype("datetime64[D]")
    else:
        days, complaints = _dates_from_text(cells)
    strange = (days < _EARLIEST) | (days >= _LATEST)
    if strange.any():
        rows = np.flatnonzero(strange)
        complaints.append(Complaint(rows, "is not a date of our time", "correct the date"))
        days = np.where(strange, NO_DATE, days)
    return days, complaints


def _dates_from_text(cells: Any) -> tuple[Dates, list[Complaint]]:
    code, texts = _encoded(cells)
    parsed = np.full(len(texts) + 1, NO_DATE)
    reasons: dict[tuple[str, str], list[int]] = {}
    for i, text in enumerate(map(trim, texts)):
        day = _day(text)
        if day is not None:
            parsed[i] = np.datetime64(day, "D")
        elif text:
            reasons.setdefault(_why_no_date(text), []).append(i)
    complaints = [
        Complaint(np.flatnonzero(np.isin(code, which)), *reason, alike=reason[0] == _AMBIGUOUS)
        for reason, which in reasons.items()
    ]
    return parsed[code], [c for c in complaints if c.rows.size]


def _day(text: str) -> datetime.date | None:
    if not _ISO_DATE.fullmatch(text):
        return None
    try:
        return datetime.date.fromisoformat(text[:10])
    except ValueError:
        return None


def _why_no_date(text: str) -> tuple[str, str]:
    remedy = "write dates as YYYY-MM-DD"
    if text.startswith(("=", "'=")):
        return "is a spreadsheet formula, not a date", "replace the formula by its value"
    if _ISO_DATE.fullmatch(text):
        return "is a day that the calendar does not have", "correct the date"
    if _DATE_LIKE.match(text):
        return _AMBIGUOUS, remedy
    return "is not a date", remedy
