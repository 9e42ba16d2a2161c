"""Records of the history to sales by stock point and past period."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenarios.arrays.types import Floats, Ints
from scenarios.checking.assortment import Assortment
from scenarios.checking.calendar import is_daily, sale_dates
from scenarios.checking.history_warnings import (
    note_cells,
    note_gaps,
    note_repeats,
    note_unknown,
    note_weekday,
)
from scenarios.checking.lookup import Calendar, ResolvedTable
from scenarios.checking.typed_table import Mask
from scenarios.model.history import History
from scenarios.reading.columns import Labels
from scenarios.reading.findings import Findings
from scenarios.schema import NO
from scenarios.settings import Settings

LONGEST_HISTORY = 5000


@dataclass(frozen=True, eq=False)
class Records:
    """The records that count, one entry each."""

    product: Ints
    location: Ints
    period: Ints
    """Below 0: past, -1 the last one; from 0 on: periods of the plan."""
    quantity: Floats
    """nan: price and promotion only."""
    in_stock: Mask
    price: Floats | None
    promotion: Floats | None
    n_past: int
    """Past periods from the first with a quantity on."""

    @property
    def sold(self) -> Mask:
        """Records of a past period with a quantity."""
        return (self.period < 0) & ~np.isnan(self.quantity)


def records_of(
    table: ResolvedTable, calendar: Calendar, report: Findings, *, alone: bool = True
) -> Records | None:
    """Records up to the end of the plan; quantities that are not known yet are taken out.

    ``alone`` says that there is no forecast. None (with a finding) where no past sale is left.
    """
    raw, use = table.table.raw, table.sound
    period, quantity = table.index["period"], table.table.numbers["quantity"]
    late = use & (period >= 0) & ~np.isnan(quantity)
    sold = use & (period < 0) & ~np.isnan(quantity)
    if not sold.any():
        if use.all() and use.size:
            report.add(
                raw.file,
                f"no quantity is from before the start of the plan ({calendar.start})",
                "correct start_date, or add what was sold before it",
                column="date",
                severity="error" if alone else "warning",
            )
        return None
    n_past = int(-period[sold].min())
    if n_past > LONGEST_HISTORY:
        report.add(
            raw.file,
            f"the history spans {n_past:,} periods, more than {LONGEST_HISTORY:,}",
            "look for a wrong date, or leave out the oldest records",
            column="date",
            value=str(table.table.dates["date"][sold].min()),
        )
        return None
    if late.any():
        first = int(np.flatnonzero(late)[0])
        report.add(
            raw.file,
            f"the quantity is from after the start of the plan ({calendar.start}), when it is not"
            " known, and is left out",
            "leave the cell blank, or correct start_date",
            row=int(raw.rows[first]),
            column="date",
            value=str(table.table.dates["date"][first]),
            severity="warning",
            count=int(late.sum()),
        )
    told = {name: name in raw.columns for name in ("price", "promotion")}
    row = np.flatnonzero(
        sold
        | (use & (period >= -n_past) & (period < calendar.n_periods))
        & (any(told.values()) | (period < 0))
    )
    number = table.table.numbers
    return Records(
        product=table.index["product"][row],
        location=table.index["location"][row],
        period=period[row],
        quantity=np.where(period < 0, quantity, np.nan)[row],
        in_stock=_in_stock(table.table.texts["in_stock"])[row],
        price=number["price"][row] if told["price"] else None,
        promotion=number["promotion"][row] if told["promotion"] else None,
        n_past=n_past,
    )


def _in_stock(column: Labels) -> Mask:
    yes = [str(name).lower() not in NO for name in column.names]
    return np.array([*yes, True])[column.code]


def past_sales(
    records: Records,
    table: ResolvedTable,
    kept: Assortment,
    calendar: Calendar,
    settings: Settings,
    report: Findings,
) -> History:
    """Records of one period put together, gaps filled, and returns that exceed sales taken as 0.

    Blank quantities within a series, and periods between the last record of all and the start of
    the plan, are not known: nothing is sold there and the shelf counts as empty, so that any
    demand may have been.
    """
    n_past, n_ahead = records.n_past, calendar.n_periods
    shape, whole = (len(kept.key), n_past), (len(kept.key), n_past + n_ahead)
    point = kept.point(records.product, records.location)
    column = records.period + n_past
    sold = records.sold
    cell = (point * n_past + column)[sold]
    n_cells = shape[0] * shape[1]
    filled = np.bincount(cell, minlength=n_cells).reshape(shape) > 0
    total = np.bincount(cell, records.quantity[sold], n_cells).reshape(shape)
    empty = np.bincount(cell[~records.in_stock[sold]], minlength=n_cells).reshape(shape) > 0
    begun = np.logical_or.accumulate(filled, axis=1)

    blank = np.zeros(shape, dtype=bool)
    past = (records.period < 0) & ~sold
    blank[point[past], column[past]] = True
    dates = sale_dates(table.table)
    dates = dates[dates < calendar.start]
    last = int(calendar.period_of(dates[-1:])[0]) + n_past if dates.size else n_past - 1
    blank[:, last + 1 :] = True
    unknown = blank & begun & ~filled
    in_stock = ~(empty | unknown)
    if not is_daily(settings, dates):
        note_weekday(table, calendar, dates, report)
    elif calendar.period_of(dates[:1] - 1)[0] == -n_past:
        # The first week is not whole: at least that much was sold in it.
        in_stock[:, 0] &= ~filled[:, 0]

    note_repeats(table, kept, calendar, report)
    note_cells(report, table, (total < 0) & filled, "returns exceed sales, which count as 0")
    note_unknown(report, table, unknown, n_past - 1 - last)
    note_gaps(report, table, begun & ~filled & ~unknown)
    quantity = np.where(begun, np.maximum(total, 0.0), np.nan)
    here = (point, column, whole)
    return History(
        first=calendar.start - n_past * calendar.days,
        days=calendar.days,
        quantity=quantity,
        in_stock=in_stock,
        price=_mean(records.price, *here),
        promotion=_largest(records.promotion, *here),
    )


def _mean(
    values: Floats | None, point: Ints, column: Ints, shape: tuple[int, int]
) -> Floats | None:
    if values is None:
        return None
    told = ~np.isnan(values)
    cell, size = (point * shape[1] + column)[told], shape[0] * shape[1]
    count = np.bincount(cell, minlength=size)
    total = np.bincount(cell, values[told], size)
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return mean.reshape(shape)


def _largest(
    values: Floats | None, point: Ints, column: Ints, shape: tuple[int, int]
) -> Floats | None:
    if values is None:
        return None
    most = np.zeros(shape)
    np.maximum.at(most, (point, column), values)
    return most
