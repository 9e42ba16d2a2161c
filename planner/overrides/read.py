"""Cells of a table of overrides to overrides, with a finding for each that cannot be read."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from planner.overrides.override import (
    COLUMNS,
    KINDS,
    Override,
    OverrideRecords,
    OverridesLike,
    as_kind,
)
from scenarios.arguments import argument_error
from scenarios.errors import did_you_mean
from scenarios.reading.columns import Complaint, dates, labels, numbers
from scenarios.reading.csv_file import column_names, read_csv
from scenarios.reading.findings import Findings
from scenarios.reading.raw_table import RawTable, array_of

NEEDED = ("kind", "value")
DATES = ("from", "until")
TEXTS = tuple(name for name in COLUMNS if name not in (*DATES, "value"))


def overrides_of(source: OverridesLike) -> OverrideRecords:
    """OverrideRecords from whatever stands for them.

    Raises
    ------
    InputError
        With every cell that cannot be read.
    """
    report = Findings()
    found = sound_overrides(source, report)
    report.raise_errors()
    return found


def sound_overrides(source: OverridesLike, report: Findings) -> OverrideRecords:
    """Those that can be read; the report gets a finding for each of the others."""
    if source is None:
        return OverrideRecords()
    if isinstance(source, OverrideRecords):
        return source
    if isinstance(source, pd.DataFrame):
        names = column_names([str(name) for name in source.columns])
        columns = {name: array_of(source.iloc[:, i].array) for i, name in enumerate(names)}
        rows = np.arange(2, len(source) + 2)
        return _records(RawTable("overrides", "overrides", columns, rows), report)
    if isinstance(source, str | Path):
        raw = read_csv(Path(source), "overrides", report)
        return OverrideRecords() if raw is None else _records(raw, report)
    records = tuple(source) if isinstance(source, Iterable) else (source,)
    if not all(isinstance(record, Override) for record in records):
        remedy = "give Overrides, Override by Override, a data frame, or the file of one"
        raise argument_error("overrides", "overrides", "are no overrides", remedy, source)
    return OverrideRecords(records)


def _records(raw: RawTable, report: Findings) -> OverrideRecords:
    for name in raw.columns:
        if name not in COLUMNS:
            hint = did_you_mean(name, COLUMNS)
            report.add(
                raw.file,
                "there is no such column",
                f"correct or remove it{hint}",
                row=1,
                column=name,
            )
    for name in NEEDED:
        if name not in raw.columns:
            what = "the required column is missing"
            report.add(raw.file, what, f"add the column {name}", row=1, column=name)
    if any(name not in raw.columns for name in NEEDED):
        return OverrideRecords((), raw.file)
    sound = np.ones(raw.size, dtype=bool)
    texts = {name: _texts(raw, name) for name in TEXTS}
    days = {name: _days(raw, name, sound, report) for name in DATES}
    value, complaints = numbers(raw, "value")
    unread = _told(raw, "value", complaints, report)
    blank = np.isnan(value) & ~unread
    report.rows(raw, "value", blank, "the cell is blank", "enter a number, or remove the record")
    kinds = np.array([as_kind(text.lower()) is not None for text in texts["kind"]], dtype=bool)
    remedy = "use " + ", ".join(KINDS)
    hint = "is not one of the possible kinds"
    report.rows(
        raw, "kind", ~kinds, hint, remedy, hint=lambda text: did_you_mean(text.strip(), KINDS)
    )
    sound &= ~unread & ~blank & kinds
    return OverrideRecords(
        tuple(
            _record(i, texts, days, float(value[i]), raw) for i in np.flatnonzero(sound).tolist()
        ),
        raw.file,
    )


def _record(
    i: int,
    texts: dict[str, list[str]],
    days: dict[str, list[datetime.date | None]],
    value: float,
    raw: RawTable,
) -> Override:
    said: dict[str, Any] = {name: cells[i] for name, cells in texts.items()}
    kind = as_kind(said.pop("kind").lower())
    assert kind is not None
    return Override(
        kind, value, first=days["from"][i], last=days["until"][i], row=int(raw.rows[i]), **said
    )


def _texts(raw: RawTable, name: str) -> list[str]:
    if name not in raw.columns:
        return [""] * raw.size
    column = labels(raw, name)
    names = [*column.names.tolist(), ""]
    return [names[code] for code in column.code.tolist()]


def _days(
    raw: RawTable, name: str, sound: np.ndarray, report: Findings
) -> list[datetime.date | None]:
    if name not in raw.columns:
        return [None] * raw.size
    days, complaints = dates(raw, name)
    sound &= ~_told(raw, name, complaints, report)
    return [None if np.isnat(day) else day.astype(object) for day in days]


def _told(raw: RawTable, name: str, complaints: list[Complaint], report: Findings) -> np.ndarray:
    """Tell what cannot be read; True for those records."""
    unread = np.zeros(raw.size, dtype=bool)
    for complaint in complaints:
        unread[complaint.rows] = True
        report.rows(raw, name, complaint.rows, complaint.message, complaint.remedy)
    return unread


__all__ = ["overrides_of", "sound_overrides"]
