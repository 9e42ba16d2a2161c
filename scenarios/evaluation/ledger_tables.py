"""Books read back from the tables of a plan, names and dates looked up again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from scenarios.arrays.types import Floats, Ints
from scenarios.evaluation.ledger import Ledger, Violation, waiting
from scenarios.model.scenario import Scenario


def ledger_of_tables(scenario: Scenario, orders: pd.DataFrame, stock: pd.DataFrame) -> Ledger:
    """Books of a table of orders and a table of projected stock (see ``planner.Plan``)."""
    notes: list[Violation] = []
    ordered, shipped = _orders(scenario, orders, notes)
    columns = ("opening", "receipts", "demand", "shipments", "closing", "missed")
    by_name = _stock(scenario, stock, columns, notes)
    missed = by_name["missed"]
    return Ledger(
        ordered=ordered,
        shipped=shipped,
        opening=by_name["opening"],
        receipts=by_name["receipts"],
        shipments=by_name["shipments"],
        demand=by_name["demand"],
        sales=by_name["demand"] + waiting(scenario, missed) - missed,
        missed=missed,
        closing=by_name["closing"],
        expired=None,
        lot_rules=True,
        notes=tuple(notes),
    )


def _orders(
    scenario: Scenario, orders: pd.DataFrame, notes: list[Violation]
) -> tuple[Floats, Floats]:
    """[A, T] what is ordered and what is shipped by the table of orders."""
    route = _routes(scenario, orders)
    placed = _days(orders["order_date"])
    period = _periods(scenario, placed)
    quantity = orders["quantity"].to_numpy(dtype=float)
    _note(notes, "unknown_route", "an order on no route of the scenario", orders, route < 0)
    outside = (period < 0) | (period >= scenario.n_periods)
    _note(notes, "off_calendar", "an order on no date of the scenario", orders, outside)
    _note(notes, "not_a_quantity", "an order without a positive quantity", orders, ~(quantity > 0))
    known = (route >= 0) & ~outside & np.isfinite(quantity)
    days = np.append(scenario.routes.lead_time, 0)[route] * scenario.settings.days
    due = placed + days.astype("timedelta64[D]")
    late = (_days(orders["receipt_date"]) - due).astype(np.int64)
    wrong = late != 0
    message = "a receipt date that is not order date plus lead time"
    owes = scenario.settings.unmet_orders == "backlog"
    if owes:
        # What is owed leaves later.
        late, off = np.divmod(late, scenario.settings.days)
        wrong = (late < 0) | (off != 0)
        message = "a receipt date that is not order date plus lead time, or some periods later"
    _note(notes, "lead_time", message, orders, known & wrong)
    wrong = (orders["release"] == "now").to_numpy() != (period < scenario.settings.commit_periods)
    message = "release must be 'now' in the commit window and only there"
    _note(notes, "release", message, orders, known & wrong)
    _note_repeats(notes, orders)
    ordered = _by_route(scenario, route, period, quantity, known)
    if not owes:
        return ordered, ordered
    sent = period + late
    known &= (sent >= 0) & (sent < scenario.n_periods)
    return ordered, _by_route(scenario, route, sent, quantity, known)


def _routes(scenario: Scenario, orders: pd.DataFrame) -> Ints:
    """[n] the route of each order, -1 where there is no such."""
    lanes, names = scenario.lanes, scenario.locations.name
    start, starts = pd.factorize(lanes.origin_name)
    end, ends = pd.factorize(names[lanes.destination])
    origin, destination = _codes(orders["origin"], starts), _codes(orders["destination"], ends)
    lane = _find(
        start * len(ends) + end,
        origin * len(ends) + destination,
        (origin >= 0) & (destination >= 0),
    )
    product, n = _codes(orders["product"], scenario.products.name), scenario.n_products
    keys = scenario.routes.lane * n + scenario.routes.product
    return _find(keys, lane * n + product, (lane >= 0) & (product >= 0))


def _by_route(
    scenario: Scenario, route: Ints, period: Ints, quantity: Floats, use: NDArray[np.bool_]
) -> Floats:
    """[A, T] sums of the quantities [n] in use."""
    n_cells = scenario.n_routes * scenario.n_periods
    cell = (route * scenario.n_periods + period)[use]
    total = np.bincount(cell, quantity[use], n_cells).astype(np.float64, copy=False)
    return total.reshape(scenario.n_routes, scenario.n_periods)


def _note_repeats(notes: list[Violation], orders: pd.DataFrame) -> None:
    ids = orders["order_id"]
    if isinstance(ids.dtype, pd.StringDtype):
        # Numbered in order, as the planner does it, they need no search.
        texts = pa.array(ids)
        if pc.all(pc.less(texts[:-1], texts[1:]), skip_nulls=False, min_count=0).as_py():
            return
    message = "an order_id that is used twice"
    _note(notes, "duplicate", message, orders, ids.duplicated().to_numpy())


def _stock(
    scenario: Scenario, stock: pd.DataFrame, columns: tuple[str, ...], notes: list[Violation]
) -> dict[str, Floats]:
    """[K, T] columns of the table of projected stock."""
    product = _codes(stock["product"], scenario.products.name)
    location = _codes(stock["location"], scenario.locations.name)
    n, points = scenario.n_products, scenario.points
    known = (product >= 0) & (location >= 0)
    point = _find(points.location * n + points.product, location * n + product, known)
    period = _periods(scenario, _days(stock["date"]))
    known = (point >= 0) & (period >= 0) & (period < scenario.n_periods)
    _note(notes, "unknown_point", "stock at no stock point and date of the scenario", stock, ~known)
    cell = point * scenario.n_periods + period
    # The planner's own tables have one row a cell, in the order of the cells.
    in_order = bool(known.all()) and np.array_equal(cell, np.arange(scenario.mean.size))
    times = np.ones(1) if in_order else np.bincount(cell[known], minlength=scenario.mean.size)
    if (times > 1).any():
        again = known & (times[np.where(known, cell, 0)] > 1)
        _note(notes, "duplicate", "a stock point and date that stands twice", stock, again)
    if (times == 0).any():
        k, t = divmod(int(np.argmin(times)), scenario.n_periods)
        notes.append(
            Violation(
                "missing_row",
                "a stock point and date without a projection",
                str(scenario.products.name[points.product[k]]),
                str(scenario.locations.name[points.location[k]]),
                f"{scenario.dates[t]:%Y-%m-%d}",
                count=int((times == 0).sum()),
            )
        )
    arrays = {}
    for name in columns:
        values = stock[name].to_numpy(dtype=float)
        empty = ~np.isfinite(values)
        _note(notes, "not_a_quantity", f"{name} is no number", stock, empty)
        if empty.any():
            values = np.where(empty, 0.0, values)
        if not in_order:
            array = np.zeros(scenario.mean.size)
            array[cell[known]] = values[known]
            values = array
        arrays[name] = values.reshape(scenario.mean.shape)
    return arrays


def _codes(column: pd.Series, names: Any) -> Ints:
    """Position of each name, -1 where there is none; each distinct name is looked up once."""
    index = pd.Index(np.asarray(names, dtype=object))
    if isinstance(column.dtype, pd.CategoricalDtype):
        place = index.get_indexer(column.cat.categories.astype(object))
        return np.append(place, -1)[column.cat.codes.to_numpy()]
    codes, unique = pd.factorize(column.astype(object))
    return np.append(index.get_indexer(pd.Index(unique)), -1)[codes]


def _find(keys: Ints, wanted: Ints, valid: Any) -> Ints:
    """Where each wanted key stands among the keys, -1 where it does not."""
    order = np.argsort(keys, kind="stable")
    if not order.size:
        return np.full(len(wanted), -1)
    place = order[np.minimum(np.searchsorted(keys[order], wanted), order.size - 1)]
    return np.where(valid & (keys[place] == wanted), place, -1)


def _days(dates: pd.Series) -> NDArray[np.datetime64]:
    return dates.to_numpy().astype("datetime64[D]")


def _periods(scenario: Scenario, dates: NDArray[np.datetime64]) -> Ints:
    """Period of each date, -1 where it is no first day of one."""
    days = scenario.settings.days
    start = scenario.dates[0].to_datetime64().astype("datetime64[D]")
    gap = (dates - start).astype(np.int64)
    return np.where((gap >= 0) & (gap % days == 0), gap // days, -1)


def _note(
    notes: list[Violation], kind: str, message: str, frame: pd.DataFrame, wrong: NDArray[np.bool_]
) -> None:
    if not wrong.any():
        return
    row = frame.iloc[int(np.argmax(wrong))]
    place = row["location"] if "location" in frame else f"{row['origin']} -> {row['destination']}"
    date = row["date"] if "date" in frame else row["order_date"]
    notes.append(
        Violation(
            kind,
            message,
            str(row["product"]),
            str(place),
            str(date)[:10],
            count=int(wrong.sum()),
        )
    )
