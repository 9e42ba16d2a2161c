"""Records of the history to sales by stock point and past period, and what is odd about them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from scenarios.assortment import Assortment
from scenarios.columns import Labels
from scenarios.history import History
from scenarios.history_calendar import is_daily, sale_dates
from scenarios.model import Floats, Ints
from scenarios.report import Report
from scenarios.resolve import Calendar, Directory, Resolved
from scenarios.schema import NO
from scenarios.settings import Settings
from scenarios.validate import Mask

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
    table: Resolved, calendar: Calendar, report: Report, *, alone: bool = True
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
    table: Resolved,
    kept: Assortment,
    calendar: Calendar,
    settings: Settings,
    report: Report,
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
    if is_daily(settings, dates) and calendar.period_of(dates[:1] - 1)[0] == -n_past:
        # The first week is not whole: at least that much was sold in it.
        in_stock[:, 0] &= ~filled[:, 0]

    _note_repeats(table, kept, calendar, report)
    _note_cells(report, table, (total < 0) & filled, "returns exceed sales, which count as 0")
    _note_unknown(report, table, unknown, n_past - 1 - last)
    _note_gaps(report, table, begun & ~filled & ~unknown)
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


def _note_repeats(table: Resolved, kept: Assortment, calendar: Calendar, report: Report) -> None:
    """The same product, location and day twice may be two tills, or a slip."""
    use = np.flatnonzero(
        table.sound & (table.index["period"] < 0) & ~np.isnan(table.table.numbers["quantity"])
    )
    day = (table.table.dates["date"][use] - calendar.start).astype(np.int64)
    point = kept.point(table.index["product"][use], table.index["location"][use])
    key = point * (1 - day.min(initial=0)) - day
    order = np.argsort(key, kind="stable")
    again = np.zeros(use.size, dtype=bool)
    again[order[1:]] = key[order][1:] == key[order][:-1]
    if again.any():
        first = int(use[np.flatnonzero(again)[0]])
        raw = table.table.raw
        report.add(
            raw.file,
            "there is a record of the same product, location and date already; they are added up",
            "leave it so if they are parts of the sales, else keep one of them",
            row=int(raw.rows[first]),
            column="product, location, date",
            value=str(table.table.dates["date"][first]),
            severity="warning",
            count=int(again.sum()),
        )


def _note_cells(report: Report, table: Resolved, cells: Mask, message: str) -> None:
    if cells.any():
        report.add(
            table.table.raw.file,
            f"{message}, in {_counted(cells)}",
            "check the negative quantities",
            column="quantity",
            severity="warning",
        )


def _note_unknown(report: Report, table: Resolved, cells: Mask, n_last: int) -> None:
    if cells.any():
        end = f", among them the last {n_last} before the plan" if n_last else ""
        report.add(
            table.table.raw.file,
            f"it is not known what was sold in {_counted(cells)}{end}; any demand may have been",
            "fill in the quantities, or correct start_date",
            column="quantity",
            severity="warning",
        )


def _note_gaps(report: Report, table: Resolved, cells: Mask) -> None:
    if cells.any():
        report.add(
            table.table.raw.file,
            f"{_counted(cells)} have no record after the first, and count as nothing sold",
            "leave it so, or add the records; give in_stock false where it was out of stock",
            column="date",
            severity="warning",
        )


def _counted(cells: Mask) -> str:
    n_cells, n_series = int(cells.sum()), int(cells.any(axis=1).sum())
    periods = "period" if n_cells == 1 else "periods"
    return f"{n_cells:,} {periods} of {n_series:,} series"


def note_series(
    history: History, directory: Directory, kept: Assortment, named: Ints, file: str, report: Report
) -> None:
    """Series that tell a forecaster little.

    ``named`` are the stock points of other tables, as indices.
    """
    quantity = history.quantity
    present = ~np.isnan(quantity[:, -1])
    zero = present & (np.nansum(quantity, axis=1) == 0)
    length = (~np.isnan(quantity)).sum(axis=1)
    short, recent = (28, 56) if history.days == 1 else (8, 13)
    unit = "days" if history.days == 1 else "weeks"
    silent = present & ~zero & (np.nansum(quantity[:, -recent:], axis=1) == 0)
    leaf = np.ones(len(directory.locations), dtype=bool)
    origins = directory.locations.get_indexer(pd.Index(directory.lane_origin, dtype=object))
    leaf[origins[origins >= 0]] = False
    kept_here = np.zeros(len(kept.key), dtype=bool)
    kept_here[named] = True
    sells = np.isin(kept.location, kept.location[present])
    missing = kept_here & ~present & leaf[kept.location] & sells
    notes = (
        (zero, "nothing was ever sold of it here", "leave it so, or take out what is not sold"),
        (
            present & ~zero & (length < short),
            f"has fewer than {short} {unit} of history, too short to see a season: its forecast"
            " leans on similar products",
            "add older sales if there are any",
        ),
        (
            silent,
            f"nothing was sold of it here in the last {recent} {unit}",
            "give in_stock false where it was out of stock, or take out what is not sold any more",
        ),
        (
            missing,
            "is kept here, where other products are sold, but has no history, so nobody buys it",
            "add its sales, or leave it so",
        ),
    )
    for where, message, remedy in notes:
        _note_points(where, directory, kept, file, message, remedy, report)


def note_unforecast(
    history: History, forecast: Resolved, directory: Directory, kept: Assortment, report: Report
) -> None:
    """Where there are both tables, the forecast counts."""
    without = ~np.isnan(history.quantity[:, -1])
    without[kept.point(forecast.column("product"), forecast.column("location"))] = False
    message = "was sold before, but has no forecast, which counts as no demand"
    remedy = "add its forecast, or leave out the table forecast"
    _note_points(without, directory, kept, forecast.table.raw.file, message, remedy, report)


def _note_points(
    where: Mask,
    directory: Directory,
    kept: Assortment,
    file: str,
    message: str,
    remedy: str,
    report: Report,
) -> None:
    if where.any():
        k = int(np.flatnonzero(where)[0])
        place = directory.products[kept.product[k]], directory.locations[kept.location[k]]
        report.add(
            file,
            message,
            remedy,
            column="product, location",
            value=", ".join(map(str, place)),
            severity="warning",
            count=int(where.sum()),
        )
