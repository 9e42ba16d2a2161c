"""Key figures of a run, each defined once. ``docs/kpis.md`` has the same formulas in words.

All take a :class:`scenarios.simulation.trajectory.Trajectory` and give one number per path, array
[...]. Customers buy at the *selling points* (``points.sells``); a *point-period* is one of those in
one period.
"""

from __future__ import annotations

import numpy as np

from scenarios.arrays.segments import segment_sum
from scenarios.arrays.types import Floats
from scenarios.simulation.costs import COMPONENTS
from scenarios.simulation.trajectory import Trajectory

OVERSTOCK = 3.0
"""Closing stock above so many periods of mean demand is overstock."""
YEAR = 365.0
SHARES = {"fill_rate", "cycle_service_level", "overstock_days", "understock_days", "perfect_days"}


def kpis(run: Trajectory) -> dict[str, Floats]:
    """Name -> value per path [...] of every key figure."""
    values = {name: run.costs.as_dict()[name].sum(axis=-1) for name in COMPONENTS}
    return {
        "total_cost": run.costs.total.sum(axis=-1),
        **{f"cost_{name}": value for name, value in values.items()},
        "profit": profit(run),
        "fill_rate": fill_rate(run),
        "cycle_service_level": 1.0 - _share(run, run.missed > 0),
        "missed_units": run.missed.sum(axis=(-1, -2)),
        **{f"stock_at_{name}": value for name, value in stock_by_location(run).items()},
        "turns": turns(run),
        "days_of_cover": days_of_cover(run),
        "overstock_days": _share(run, overstocked(run)),
        "understock_days": _share(run, run.missed > 0),
        "perfect_days": _share(run, ~overstocked(run) & ~(run.missed > 0)),
        "expired_units": run.expired.sum(axis=(-1, -2)),
        "bullwhip": bullwhip(run),
        "storage_use": storage_use(run),
        "overflow_volume": overflow_volume(run),
        "lane_use": lane_use(run),
    }


def profit(run: Trajectory) -> Floats:
    """Sales at their price, less goods bought from outside at their unit cost, less all costs."""
    scenario = run.scenario
    price = scenario.products.price[scenario.points.product]
    revenue = np.einsum("...kt,k->...", run.sales, price)
    outside = scenario.routes.origin < 0
    unit_cost = np.where(outside, scenario.products.unit_cost[scenario.routes.product], 0.0)
    bought = np.einsum("...at,a->...", run.shipped, unit_cost)
    return np.asarray(revenue - bought - run.costs.total.sum(axis=-1))


def fill_rate(run: Trajectory) -> Floats:
    """Share of demand met in its period; 1 where there is no demand."""
    demand, missed = run.demand.sum(axis=(-1, -2)), run.missed.sum(axis=(-1, -2))
    return np.where(demand > 0, 1.0 - missed / np.where(demand > 0, demand, 1.0), 1.0)


def stock_by_location(run: Trajectory) -> dict[str, Floats]:
    """Mean closing stock in units, by the name of the location."""
    scenario = run.scenario
    sums = segment_sum(np, scenario.points.location, scenario.n_locations)
    stock = sums(run.on_hand.mean(axis=-1))
    return {str(name): stock[..., j] for j, name in enumerate(scenario.locations.name)}


def turns(run: Trajectory) -> Floats:
    """How often a year the chain's mean stock is sold."""
    days = run.scenario.settings.days * run.n_periods
    stock = run.on_hand.sum(axis=-2).mean(axis=-1)
    sold = run.sales.sum(axis=(-1, -2)) * YEAR / days
    return np.where(stock > 0, sold / np.where(stock > 0, stock, 1.0), np.nan)


def days_of_cover(run: Trajectory) -> Floats:
    """Days that the chain's mean stock lasts at its mean demand."""
    stock = run.on_hand.sum(axis=-2).mean(axis=-1)
    demand = run.demand.sum(axis=-2).mean(axis=-1) / run.scenario.settings.days
    return np.where(demand > 0, stock / np.where(demand > 0, demand, 1.0), np.nan)


def overstocked(run: Trajectory) -> np.ndarray:
    """[..., K, T] closing stock above ``OVERSTOCK`` times the forecast mean of the period."""
    mean = run.scenario.mean
    column = np.minimum(np.arange(run.n_periods), mean.shape[1] - 1)
    return np.asarray(run.on_hand > OVERSTOCK * mean[:, column])


def bullwhip(run: Trajectory) -> Floats:
    """Variance of what is ordered from outside over the variance of customers' demand.

    Both are totals over all products, by review period.
    """
    review, whole = run.scenario.settings.review_period, run.n_periods
    whole -= whole % review
    outside = run.scenario.routes.origin < 0
    if whole == 0:
        return np.full(run.demand.shape[:-2], np.nan)

    def variance(values: Floats) -> Floats:
        total = values.sum(axis=-2)[..., :whole]
        by_review = total.reshape(*total.shape[:-1], -1, review).sum(axis=-1)
        return by_review.var(axis=-1)

    demand = variance(run.demand)
    ordered = variance(run.orders[..., outside, :])
    return np.where(demand > 0, ordered / np.where(demand > 0, demand, 1.0), np.nan)


def storage_use(run: Trajectory) -> Floats:
    """Stored volume over storage capacity, a mean over all limited locations and periods."""
    return _use(run, *_stored(run))


def _use(run: Trajectory, volume: Floats, capacity: Floats) -> Floats:
    """Mean share of capacities [places, T] that volumes [..., places, T] take."""
    limited = np.isfinite(capacity) & (capacity > 0)
    if not limited.any():
        return np.full(run.demand.shape[:-2], np.nan)
    use = volume / np.where(limited, capacity, 1.0)
    return np.asarray(use[..., limited].mean(axis=-1))


def lane_use(run: Trajectory) -> Floats:
    """Shipped volume over lane capacity, a mean over all limited lanes and periods."""
    scenario = run.scenario
    sums = segment_sum(np, scenario.routes.lane, len(scenario.lanes.origin))
    volume = np.moveaxis(sums(np.moveaxis(run.shipped, -1, -2) * scenario.route_volume), -1, -2)
    column = np.minimum(np.arange(run.n_periods), scenario.n_periods - 1)
    return _use(run, volume, scenario.lanes.capacity[:, column])


def overflow_volume(run: Trajectory) -> Floats:
    """Volume above the storage capacities, summed over locations and periods."""
    volume, capacity = _stored(run)
    return np.maximum(volume - capacity, 0.0).sum(axis=(-1, -2))


def _stored(run: Trajectory) -> tuple[Floats, Floats]:
    """Volume [..., J, T] at the end of each period, and the capacity [J, T] for it."""
    scenario = run.scenario
    sums = segment_sum(np, scenario.points.location, scenario.n_locations)
    by_time = np.moveaxis(run.on_hand * scenario.point_volume[:, None], -1, -2)
    volume = np.moveaxis(sums(by_time), -1, -2)
    column = np.minimum(np.arange(run.n_periods), scenario.n_periods - 1)
    return volume, scenario.locations.storage_capacity[:, column]


def _share(run: Trajectory, holds: np.ndarray) -> Floats:
    """Share of point-periods for which something holds."""
    sells = run.scenario.points.sells
    if not sells.any():
        return np.full(run.demand.shape[:-2], np.nan)
    return np.asarray(holds[..., sells, :].mean(axis=(-1, -2)))
