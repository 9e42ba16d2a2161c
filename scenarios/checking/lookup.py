"""Names and dates to indices: who is meant, in which period, and is it there only once."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.arrays.types import Ints, Names
from scenarios.checking.typed_table import Mask, TypedTable
from scenarios.errors import did_you_mean
from scenarios.reading.columns import Dates
from scenarios.reading.findings import Findings
from scenarios.reading.source import Source
from scenarios.schema import attributes
from scenarios.settings import Settings

LONGEST_HORIZON = 1000


@dataclass(frozen=True, eq=False)
class Calendar:
    """Periods of the plan: period t starts on ``start + t * days``."""

    start: np.datetime64
    days: int
    n_periods: int

    def period_of(self, dates: Dates) -> Ints:
        """Period each date lies in; -1 before the first, n_periods or more after the last."""
        known = np.where(np.isnat(dates), self.start, dates).astype("datetime64[D]")
        offset = (known - self.start).astype(np.int64) // self.days
        return np.where(np.isnat(dates), -1, offset)

    @property
    def first_days(self) -> Dates:
        """First day of every period."""
        return self.start + self.days * np.arange(self.n_periods)

    @property
    def span(self) -> str:
        """The horizon in words, for messages."""
        last = self.start + self.days * self.n_periods - 1
        return f"{self.start} to {last}"


@dataclass(frozen=True, eq=False)
class ResolvedTable:
    """A typed table with its names and dates as indices; -1 where unknown or blank."""

    table: TypedTable
    index: dict[str, Ints]
    """By column: product, location, lane, period."""
    sound: Mask
    """Records that can be used: everything in them was readable and known, and not a repeat."""

    def column(self, name: str) -> NDArray[Any]:
        """An index or a number of the sound records."""
        source = self.index if name in self.index else self.table.numbers
        return source[name][self.sound]


def calendar_of(
    settings: Settings, tables: dict[str, TypedTable], report: Findings
) -> Calendar | None:
    """Start, length and number of periods, from the settings or else from the forecast."""
    days = 7 if settings.period == "W" else 1
    forecast = tables.get("forecast")
    known = np.empty(0, dtype="datetime64[D]")
    if forecast is not None:
        known = forecast.dates["date"][~np.isnat(forecast.dates["date"])]
    if settings.start_date is not None:
        start = np.datetime64(settings.start_date, "D")
    elif known.size:
        start = known.min()
    else:
        return None
    if settings.horizon is not None:
        return Calendar(start, days, settings.horizon)
    later = known[known >= start]
    if not later.size:
        if known.size and forecast is not None:
            report.add(
                forecast.raw.file,
                f"the forecast ends before start_date ({start})",
                "extend the forecast, or correct start_date",
                column="date",
                value=str(known.max()),
            )
        return None
    n_periods = int((later.max() - start).astype(np.int64)) // days + 1
    if n_periods > LONGEST_HORIZON and forecast is not None:
        report.add(
            forecast.raw.file,
            f"the forecast spans {n_periods:,} periods, more than {LONGEST_HORIZON:,}",
            "look for a wrong date, or set the horizon",
            column="date",
            value=f"{later.min()} to {later.max()}",
        )
        return None
    return Calendar(start, days, n_periods)


def settings_in_force(settings: Settings, calendar: Calendar) -> Settings:
    """The settings with the start date and the horizon that are in force."""
    start: datetime.date = calendar.start.astype(object)
    return settings.model_copy(update={"start_date": start, "horizon": calendar.n_periods})


def names_of(table: TypedTable | None, column: str, report: Findings) -> pd.Index:
    """Distinct names of a key column in order of appearance; repeats are reported."""
    if table is None:
        return pd.Index([], dtype=object)
    code = table.texts[column].code
    _report_repeats(table, (column,), code, code >= 0, report)
    _, first = np.unique(code[code >= 0], return_index=True)
    order = code[code >= 0][np.sort(first)]
    return pd.Index(table.texts[column].names[order], dtype=object)


def _report_repeats(
    table: TypedTable,
    columns: tuple[str, ...],
    key: Ints,
    use: Mask,
    report: Findings,
    days: int = 1,
) -> Mask:
    """Report records whose key was there before; True where it was."""
    repeat = np.zeros(table.size, dtype=bool)
    rows = np.flatnonzero(use)
    order = np.argsort(key[rows], kind="stable")
    ordered = key[rows][order]
    again = np.flatnonzero(ordered[1:] == ordered[:-1]) + 1
    repeat[rows[order[again]]] = True
    report.rows(
        table.raw,
        tuple(column for column in columns if column in table.raw.columns),
        repeat,
        _repeated(table, columns, days),
        "keep one of the records" if days == 1 else "keep one record a week",
    )
    return repeat


def _repeated(table: TypedTable, columns: tuple[str, ...], days: int) -> str:
    if days > 1:
        return "there is a record of the same week already"
    return "is there twice" if len(columns) == 1 else "this combination is there twice"


@dataclass(frozen=True, eq=False)
class Directory:
    """Everything a record can point to."""

    products: pd.Index
    locations: pd.Index
    calendar: Calendar | None
    lane_origin: Names
    lane_destination: Ints
    """[N] of every lane, as names and location indices."""

    @property
    def n_lanes(self) -> int:
        """Number of lanes."""
        return len(self.lane_origin)

    def lane_of(self, table: TypedTable, destination: Ints) -> Ints:
        """Index of the lane each record means, -1 where there is none."""
        origins = pd.Index(pd.unique(pd.Series(self.lane_origin, dtype=object)), dtype=object)
        origin = table.texts["origin"].index_in(origins)
        width = len(self.locations) + 1
        keys = pd.Index(
            origins.get_indexer(pd.Index(self.lane_origin, dtype=object)) * width
            + self.lane_destination
        )
        found = keys.get_indexer(origin * width + destination)
        return np.where((origin >= 0) & (destination >= 0), found, -1).astype(np.int64)


def resolve(
    table: TypedTable, directory: Directory, source: Source, report: Findings
) -> ResolvedTable:
    """Look up products, locations, lanes and periods of one table; report what is unknown."""
    index: dict[str, Ints] = {}
    sound = table.sound.copy()
    lookup = {"products": directory.products, "locations": directory.locations}
    for name, attribute in attributes(table.raw.name).items():
        if attribute.references not in lookup or name not in table.raw.columns:
            continue
        known = lookup[attribute.references]
        index[name] = table.texts[name].index_in(known)
        unknown = (table.texts[name].code >= 0) & (index[name] < 0)
        if len(known):
            report.rows(
                table.raw,
                name,
                unknown,
                f"there is no such {attribute.references[:-1]}",
                f"add it to {source.file(attribute.references)} or correct it",
                hint=_hint_in(known),
            )
        sound &= ~unknown
    if "date" in table.dates or "receipt_date" in table.dates:
        name = "date" if "date" in table.dates else "receipt_date"
        # Sales are from before the plan; what they are worth is looked at later.
        told = None if table.raw.name == "history" else report
        index["period"], outside = _periods(table, name, directory.calendar, told)
        sound &= ~outside
    return ResolvedTable(table, index, sound)


def _hint_in(known: pd.Index) -> Callable[[str], str]:
    return lambda value: did_you_mean(value.strip(), known)


def _periods(
    table: TypedTable, name: str, calendar: Calendar | None, report: Findings | None
) -> tuple[Ints, Mask]:
    """Period of each record, and those without one; any will do where there is no report."""
    if calendar is None:
        return np.full(table.size, -1), np.ones(table.size, dtype=bool)
    dates = table.dates[name]
    period = calendar.period_of(dates)
    if report is None:
        return period, np.isnat(dates)
    outside = ~np.isnat(dates) & ((period < 0) | (period >= calendar.n_periods))
    remedy = "correct the date, leave the record out, or change start_date or horizon"
    if name == "receipt_date":
        remedy = "give the day on which it is expected now, or change start_date or horizon"
    report.rows(table.raw, name, outside, f"lies outside the horizon ({calendar.span})", remedy)
    return period, outside | np.isnat(dates)


def resolve_lanes(
    table: ResolvedTable, directory: Directory, source: Source, report: Findings
) -> ResolvedTable:
    """Add the index of the lane each record means; report lanes that are not there."""
    destination = table.index.get("destination", np.full(table.table.size, -1))
    lane = directory.lane_of(table.table, destination)
    stated = table.sound & (table.table.texts["origin"].code >= 0) & (destination >= 0)
    missing = stated & (lane < 0)
    report.rows(
        table.table.raw,
        ("origin", "destination"),
        missing,
        "there is no such lane",
        f"add it to {source.file('lanes')} or correct it",
    )
    return ResolvedTable(table.table, table.index | {"lane": lane}, table.sound & ~missing)


def without_repeats(
    table: ResolvedTable,
    columns: tuple[str, ...],
    sizes: tuple[int, ...],
    report: Findings,
    days: int = 1,
) -> ResolvedTable:
    """Report records whose key was there before, and leave them out; a period has ``days``."""
    key = np.zeros(table.table.size, dtype=np.int64)
    for column, size in zip(columns, sizes, strict=True):
        key = key * (size + 1) + table.index[column] + 1
    named = tuple(a for a in attributes(table.table.raw.name).values() if a.key)
    names = tuple(attribute.name for attribute in named)
    days = days if "period" in columns else 1
    repeat = _report_repeats(table.table, names, key, table.sound, report, days)
    return ResolvedTable(table.table, table.index, table.sound & ~repeat)
