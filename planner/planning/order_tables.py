"""The tables of a plan, from arrays. Names are categories: long columns, few names."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from brain.policy import SafetyStocks
from planner.planning.deliveries import deliveries
from planner.planning.projection import PART, Projection, by_echelon
from planner.planning.reasons import reasons
from planner.text.names import as_categories
from scenarios.arrays.threads import in_parts
from scenarios.arrays.types import Floats, Ints
from scenarios.model.echelons import demand_beyond, echelons
from scenarios.model.scenario import Scenario
from solver.result import OrderPlan

ORDER_COLUMNS = (
    "order_id", "product", "origin", "destination", "order_date", "receipt_date", "quantity",
    "release", "demand_cover", "safety_stock", "projected_on_hand", "lot_rounding",
    "binding_capacity",
)  # fmt: skip
SAFETY_STOCK_COLUMNS = ("product", "location", "date", "safety_stock", "source")
PROJECTION_COLUMNS = (
    "product", "location", "date", "opening", "receipts", "demand", "std", "shipments", "closing",
    "safety_stock", "missed", "days_of_cover",
    "echelon_demand",
)  # fmt: skip


def orders_table(
    scenario: Scenario, safety_stock: Floats, found: OrderPlan, projection: Projection
) -> pd.DataFrame:
    """One row per order, by order date, then lane, then product.

    What an origin has to owe for some time comes later; such an order has a row for each delivery.
    """
    routes, lanes = scenario.routes, scenario.lanes
    route, period, sent, quantity = deliveries(projection.orders, projection.shipped)
    route, period, sent, quantity = _by_date(scenario, route, period, sent, quantity)
    why = reasons(scenario, safety_stock, found, projection, route, period)
    lane = routes.lane[route]
    released = period < scenario.settings.commit_periods
    frame = {
        "order_id": order_ids(scenario, period),
        "product": as_categories(scenario.products.name, routes.product[route]),
        "origin": as_categories(lanes.origin_name, lane),
        "destination": as_categories(scenario.locations.name, lanes.destination[lane]),
        "order_date": scenario.dates.take(period),
        "receipt_date": dates_after(scenario, sent + routes.lead_time[route]),
        "quantity": quantity,
        "release": as_categories(["now", "planned"], (~released).astype(np.int64)),
        "demand_cover": why.demand_cover,
        "safety_stock": why.safety_stock,
        "projected_on_hand": why.projected_on_hand,
        "lot_rounding": why.lot_rounding,
        "binding_capacity": why.binding_capacity,
    }
    return pd.DataFrame({name: frame[name] for name in ORDER_COLUMNS}, copy=False)


def _by_date(
    scenario: Scenario, route: Ints, period: Ints, sent: Ints, quantity: Floats
) -> tuple[Ints, Ints, Ints, Floats]:
    """The parts of orders by order date, then lane, product and date of leaving."""
    routes = scenario.routes
    place = np.empty(scenario.n_routes, dtype=np.int64)
    place[np.lexsort((routes.product, routes.lane))] = np.arange(scenario.n_routes)
    key = (period * scenario.n_routes + place[route]) * (scenario.n_periods + 1) + sent
    order = np.argsort(key, kind="stable")
    return route[order], period[order], sent[order], quantity[order]


def order_ids(scenario: Scenario, period: Ints) -> pd.Series:
    """PO-date-number, counted within each order date; periods must be sorted."""
    first = np.searchsorted(period, np.arange(scenario.n_periods))
    number = np.arange(len(period)) - first[period] + 1
    stems = pa.array([f"PO-{date:%Y%m%d}-" for date in scenario.dates])
    digits = pc.utf8_lpad(pc.cast(pa.array(number), pa.string()), width=6, padding="0")
    ids = pc.binary_join_element_wise(stems.take(pa.array(period)), digits, "")
    return pd.Series(ids, dtype="str")


def safety_stock_table(
    scenario: Scenario, stocks: SafetyStocks, overridden: NDArray[np.bool_]
) -> pd.DataFrame:
    """One row per stock point and period, with who decided; ``overridden`` [K, T]: a person."""
    table = _by_point(scenario)
    table["safety_stock"] = stocks.quantity.reshape(-1)
    source = np.repeat(np.arange(scenario.n_points), scenario.n_periods)
    source[overridden.reshape(-1)] = scenario.n_points
    table["source"] = as_categories([*stocks.source, "override"], source)
    return pd.DataFrame({name: table[name] for name in SAFETY_STOCK_COLUMNS}, copy=False)


def projection_table(
    scenario: Scenario, safety_stock: Floats, projection: Projection
) -> pd.DataFrame:
    """One row per stock point and period: the stock if demand is its mean."""
    table = _by_point(scenario)
    demand = echelon_mean(scenario, scenario.n_periods + scenario.settings.season)
    table |= {
        "opening": projection.opening.reshape(-1),
        "receipts": projection.receipts.reshape(-1),
        "demand": scenario.mean.reshape(-1),
        "std": scenario.std.reshape(-1),
        "shipments": projection.shipments.reshape(-1),
        "closing": projection.closing.reshape(-1),
        "safety_stock": safety_stock.reshape(-1),
        "missed": projection.missed.reshape(-1),
        "days_of_cover": days_of_cover(scenario, projection.closing, demand).reshape(-1),
        "echelon_demand": demand[:, : scenario.n_periods].reshape(-1),
    }
    return pd.DataFrame({name: table[name] for name in PROJECTION_COLUMNS}, copy=False)


def echelon_mean(scenario: Scenario, n_periods: int) -> Floats:
    """[K, n_periods] mean demand of each point and of all that it supplies."""

    def mean(lower: Ints, pairs: slice) -> Floats:
        return demand_beyond(scenario, scenario.mean[lower], n_periods)

    return by_echelon(echelons(scenario), scenario.n_points, n_periods, mean)


def days_of_cover(scenario: Scenario, closing: Floats, demand: Floats | None = None) -> Floats:
    """[K, T] days that closing stock lasts at the mean demand of the coming week (or 4 weeks).

    Demand is that of the point and of all it supplies, :func:`echelon_mean` of a season more than
    the horizon; nan where none is ahead.
    """
    season, days = scenario.settings.season, scenario.settings.days
    n_periods = scenario.n_periods
    if demand is None:
        demand = echelon_mean(scenario, n_periods + season)
    cover = np.empty(closing.shape)

    def work(start: int, stop: int) -> None:
        here = demand[start:stop]
        total = np.concatenate([np.zeros((len(here), 1)), np.cumsum(here, axis=1)], axis=1)
        coming = total[:, 1 + season : 1 + season + n_periods] - total[:, 1 : 1 + n_periods]
        ahead = coming / season
        some = ahead > 1e-9
        lasts = days * closing[start:stop] / np.where(some, ahead, 1.0)
        cover[start:stop] = np.where(some, lasts, np.nan)

    in_parts(work, len(demand), PART)
    return cover


def dates_after(scenario: Scenario, period: Ints) -> pd.DatetimeIndex:
    """First days of periods, beyond the last one of the scenario, too."""
    return scenario.dates[0] + pd.to_timedelta(period * scenario.settings.days, unit="D")


def _by_point(scenario: Scenario) -> dict[str, Any]:
    n_periods, points = scenario.n_periods, scenario.points
    return {
        "product": as_categories(scenario.products.name, np.repeat(points.product, n_periods)),
        "location": as_categories(scenario.locations.name, np.repeat(points.location, n_periods)),
        "date": scenario.dates.take(np.tile(np.arange(n_periods), scenario.n_points)),
    }
