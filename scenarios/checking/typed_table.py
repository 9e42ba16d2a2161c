"""Cells to typed values: types, required columns, ranges and choices, one table at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.arrays.types import Floats
from scenarios.attribute import Attribute
from scenarios.errors import did_you_mean
from scenarios.reading.columns import NO_DATE, Dates, Labels, dates, labels, numbers
from scenarios.reading.findings import Findings
from scenarios.reading.raw_table import RawTable
from scenarios.schema import DEMAND_TABLES, REQUIRED_TABLES, attributes

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class TypedTable:
    """One table with every attribute of the schema present, defaults filled in.

    ``sound`` marks the records whose required cells could all be read; the others have been
    reported, and later checks leave them out so that one mistake is told once.
    """

    raw: RawTable
    texts: dict[str, Labels]
    numbers: dict[str, Floats]
    dates: dict[str, Dates]
    sound: Mask

    @property
    def size(self) -> int:
        """Number of records."""
        return self.raw.size


def typed_table(raw: RawTable, report: Findings) -> TypedTable:
    """Check the cells of one table.

    Unreadable numbers count as blank after they have been reported, so that the checks that
    follow can go on.
    """
    texts: dict[str, Labels] = {}
    values: dict[str, Floats] = {}
    days: dict[str, Dates] = {}
    sound = np.ones(raw.size, dtype=bool)
    if raw.size == 0 and raw.name in (*REQUIRED_TABLES, *DEMAND_TABLES):
        what = f": there is no {raw.name} of any product" if raw.name in DEMAND_TABLES else ""
        report.add(raw.file, f"the table is empty{what}", "add at least one record")
    for attribute in attributes(raw.name).values():
        name = attribute.name
        present = name in raw.columns
        if (attribute.required or attribute.column_required) and not present:
            report.add(
                raw.file,
                "the required column is missing",
                f"add the column {name}{_hint(name, raw)}",
                row=1,
                column=name,
            )
            sound[:] = False
        if attribute.type == "text":
            texts[name] = labels(raw, name) if present else Labels.blank(raw.size)
            blank = texts[name].code < 0
            if attribute.choices:
                _check_choices(texts[name], attribute, raw, report)
        elif attribute.type == "date":
            days[name] = np.full(raw.size, NO_DATE)
            blank = np.ones(raw.size, dtype=bool)
            if present:
                days[name], complaints = dates(raw, name)
                blank = np.isnat(days[name])
                for complaint in complaints:
                    blank[complaint.rows] = False
                    sound[complaint.rows] = False
                    report.rows(
                        raw, name, complaint.rows, complaint.message, complaint.remedy,
                        alike=complaint.alike,
                    )  # fmt: skip
        else:
            values[name], blank = _checked_numbers(raw, attribute, sound, report)
        if attribute.required and present and blank.any():
            widowed = _std_without_mean(attribute, raw, blank)
            what = "a standard deviation is given without a mean"
            report.rows(raw, name, widowed, what, "give the mean, too")
            remedy = f"fill it in: {attribute.meaning.rstrip('.')}"
            report.rows(raw, name, blank & ~widowed, "the cell is blank", remedy)
            sound &= ~blank
    return TypedTable(raw, texts, values, days, sound)


def _hint(name: str, raw: RawTable) -> str:
    known = attributes(raw.name)
    return did_you_mean(name, [column for column in raw.columns if column not in known])


def _std_without_mean(attribute: Attribute, raw: RawTable, blank: Mask) -> Mask:
    if (attribute.table, attribute.name) != ("forecast", "mean") or "std" not in raw.columns:
        return np.zeros(raw.size, dtype=bool)
    std: Mask = raw.columns["std"].is_valid().to_numpy(zero_copy_only=False)
    return blank & std


def _check_choices(column: Labels, attribute: Attribute, raw: RawTable, report: Findings) -> None:
    allowed = np.array([str(name).lower() in attribute.choices for name in column.names] + [True])
    report.rows(
        raw,
        attribute.name,
        ~allowed[column.code],
        "is not one of the possible values",
        "use " + ", ".join(attribute.choices),
        hint=lambda value: did_you_mean(value, attribute.choices),
    )


def _checked_numbers(
    raw: RawTable, attribute: Attribute, sound: Mask, report: Findings
) -> tuple[Floats, Mask]:
    """Values with defaults, and where cells were blank; ``sound`` is narrowed."""
    name = attribute.name
    default = attribute.default if isinstance(attribute.default, float) else math.nan
    if name not in raw.columns:
        return np.full(raw.size, default), np.ones(raw.size, dtype=bool)
    values, complaints = numbers(raw, name)
    unread = np.zeros(raw.size, dtype=bool)
    for complaint in complaints:
        unread[complaint.rows] = True
        report.rows(raw, name, complaint.rows, complaint.message, complaint.remedy)
    limitless = attribute.unlimited or attribute.table == "capacities"
    infinite = np.isinf(values) if not limitless else np.isneginf(values)
    checks = [(infinite, "is not a finite number", "enter a number")]
    if attribute.minimum is not None:
        low = (values < attribute.minimum) & ~infinite
        what = "is negative" if attribute.minimum == 0 else f"is below {attribute.minimum:g}"
        checks.append((low, what, f"enter {attribute.minimum:g} or more"))
    if attribute.below is not None:
        high = (values >= attribute.below) & ~infinite
        remedy = f"enter less than {attribute.below:g}"
        checks.append((high, f"is not below {attribute.below:g}", remedy))
    if attribute.type == "integer":
        whole = np.isfinite(values)
        broken = np.zeros(raw.size, dtype=bool)
        broken[whole] = values[whole] != np.floor(values[whole])
        checks.append((broken, "is not a whole number of periods", "enter a whole number"))
    for wrong, message, remedy in checks:
        report.rows(raw, name, wrong, message, remedy)
        unread |= wrong
    blank = np.isnan(values) & ~unread
    if attribute.required:
        sound &= ~unread
    return np.where(np.isnan(values) | unread, default, values), blank
