"""What is odd about past sales: warnings, each with what was made of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from scenarios.arrays.types import Ints
from scenarios.checking.assortment import Assortment
from scenarios.checking.lookup import Calendar, Directory, ResolvedTable
from scenarios.checking.typed_table import Mask
from scenarios.model.history import History
from scenarios.reading.columns import Dates
from scenarios.reading.findings import Findings


def note_weekday(table: ResolvedTable, calendar: Calendar, dates: Dates, report: Findings) -> None:
    """Weeks dated by their first or last day fit the plan; others lie in two of its weeks."""
    offset = (calendar.start - dates).astype(np.int64) % calendar.days
    odd = offset > 1
    if odd.any():
        report.add(
            table.table.raw.file,
            f"weeks of the plan begin on the weekday of {calendar.start}, those of the sales do"
            " not; sales count in the week that their date lies in",
            "set start_date to the weekday on which weeks of the sales begin",
            column="date",
            value=str(dates[odd][-1]),
            severity="warning",
            count=int(odd.sum()),
        )


def note_repeats(
    table: ResolvedTable, kept: Assortment, calendar: Calendar, report: Findings
) -> None:
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


def note_cells(report: Findings, table: ResolvedTable, cells: Mask, message: str) -> None:
    remedy = "check the negative quantities"
    _note(report, table, cells, f"{message}, in {_counted(cells)}", remedy)


def note_unknown(report: Findings, table: ResolvedTable, cells: Mask, n_last: int) -> None:
    end = f", among them the last {n_last} before the plan" if n_last else ""
    message = f"it is not known what was sold in {_counted(cells)}{end}; any demand may have been"
    _note(report, table, cells, message, "fill in the quantities, or correct start_date")


def note_gaps(report: Findings, table: ResolvedTable, cells: Mask) -> None:
    message = f"{_counted(cells)} have no record after the first, and count as nothing sold"
    remedy = "leave it so, or add the records; give in_stock false where it was out of stock"
    _note(report, table, cells, message, remedy, column="date")


def _note(
    report: Findings,
    table: ResolvedTable,
    cells: Mask,
    message: str,
    remedy: str,
    column: str = "quantity",
) -> None:
    if cells.any():
        report.add(table.table.raw.file, message, remedy, column=column, severity="warning")


def _counted(cells: Mask) -> str:
    n_cells, n_series = int(cells.sum()), int(cells.any(axis=1).sum())
    periods = "period" if n_cells == 1 else "periods"
    return f"{n_cells:,} {periods} of {n_series:,} series"


def note_series(
    history: History,
    directory: Directory,
    kept: Assortment,
    named: Ints,
    file: str,
    report: Findings,
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
    history: History,
    forecast: ResolvedTable,
    directory: Directory,
    kept: Assortment,
    report: Findings,
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
    report: Findings,
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
