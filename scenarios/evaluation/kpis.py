"""Key figures of a run, each defined once: name, words, unit, which way is better, formula.

Whatever shows key figures reads the table :data:`KPIS`, docs/kpis.md included; a new one is a row
in it and a function of a :class:`scenarios.simulation.trajectory.Trajectory` that gives one number
per path, array [...]. Customers buy at the *selling points* (``points.sells``); a *point-period* is
one of those in one period.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from scenarios.arguments import Arguments
from scenarios.arrays.segments import segment_sum
from scenarios.arrays.types import Floats
from scenarios.simulation.trajectory import Trajectory

OVERSTOCK = 3.0
"""Closing stock above so many periods of mean demand is overstock."""
YEAR = 365.0
SHARE, MONEY = "share", "money"
"""Units of figures that are shown in percent, and in the input's currency."""


@dataclass(frozen=True)
class Kpi:
    """A key figure.

    Parameters
    ----------
    name : str
        As in tables; of one by location, what comes before the location's name.
    label : str
        In words.
    unit : str
        ``share``, ``money``, or as it is shown.
    better : {"less", "more", ""}
        Which way is better; empty: neither.
    formula : str
        In words, for docs/kpis.md.
    value : callable
        From a run to the figure per path [...]; of one by location, a mapping by location.
    by_location : bool
        Whether there is one for each location.
    compared : bool
        Whether studies tell its differences between policies and variants.
    headline : bool
        Whether studies show it first.
    below_zero : bool
        Whether it can be negative.
    """

    name: str
    label: str
    unit: str
    better: Literal["less", "more", ""]
    formula: str
    value: Callable[[Trajectory], Floats | Mapping[str, Floats]]
    by_location: bool = False
    compared: bool = False
    headline: bool = False
    below_zero: bool = False

    @property
    def is_share(self) -> bool:
        """Whether it lies between 0 and 1."""
        return self.unit == SHARE


def kpis(run: Trajectory) -> dict[str, Floats]:
    """Every key figure of a run, see docs/kpis.md.

    Parameters
    ----------
    run : Trajectory

    Returns
    -------
    dict of str to array [...]
        Name -> value per path.

    Raises
    ------
    InputError
        If it is no trajectory.
    """
    check = Arguments("kpis")
    check.kind("run", run, Trajectory, "a Trajectory, such as simulate(...) gives")
    check.refuse()
    found: dict[str, Floats] = {}
    for kpi in KPIS:
        value = kpi.value(run)
        if isinstance(value, Mapping):
            found |= {f"{kpi.name}_{location}": part for location, part in value.items()}
        else:
            found[kpi.name] = value
    return found


def kpi_of(measure: str) -> Kpi | None:
    """The key figure that a column or row of that name holds; None: it is none."""
    for kpi in KPIS:
        if measure == kpi.name or (kpi.by_location and measure.startswith(f"{kpi.name}_")):
            return kpi
    return None


def total_cost(run: Trajectory) -> Floats:
    """All components together."""
    return np.asarray(run.costs.total.sum(axis=-1))


def cost_of(component: str, run: Trajectory) -> Floats:
    """One component of cost."""
    return np.asarray(run.costs.as_dict()[component].sum(axis=-1))


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


def cycle_service_level(run: Trajectory) -> Floats:
    """Share of point-periods in which nothing was missed."""
    return 1.0 - understock_days(run)


def missed_units(run: Trajectory) -> Floats:
    """Units of demand not met in their period."""
    return np.asarray(run.missed.sum(axis=(-1, -2)))


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


def overstock_days(run: Trajectory) -> Floats:
    """Share of point-periods with overstock."""
    return _share(run, overstocked(run))


def understock_days(run: Trajectory) -> Floats:
    """Share of point-periods in which something was missed."""
    return _share(run, run.missed > 0)


def perfect_days(run: Trajectory) -> Floats:
    """Share of point-periods with neither."""
    return _share(run, ~overstocked(run) & ~(run.missed > 0))


def expired_units(run: Trajectory) -> Floats:
    """Units scrapped, on hand or on their way."""
    return np.asarray(run.expired.sum(axis=(-1, -2)))


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


def _cost(component: str, formula: str) -> Kpi:
    label = f"cost {component.replace('_', ' ')}"
    value = partial(cost_of, component)
    return Kpi(f"cost_{component}", label, MONEY, "less", formula, value)


KPIS: tuple[Kpi, ...] = (
    Kpi(
        "total_cost", "total cost", MONEY, "less", "sum of all components below", total_cost,
        compared=True, headline=True,
    ),
    _cost("holding", "holding cost x stock on hand at the end of each period"),
    _cost(
        "missed_sale",
        "missed-sale cost x units lost (backlog: x units waiting at the end of each period)",
    ),
    _cost(
        "unmet_order",
        "unmet-order cost x units ordered that the origin cannot ship (backlog: x units that it"
        " owes at the end of each period)",
    ),
    _cost("shipping", "unit cost of the product on the lane x units shipped"),
    _cost("ordering", "order cost x orders of one product on one lane"),
    _cost(
        "in_transit",
        "holding cost, as the settings say, x units under way at the end of each period",
    ),
    _cost("scrap", "unit cost of the product x units expired"),
    _cost(
        "overflow",
        "overflow cost x volume above the storage capacities at the end of each period",
    ),
    Kpi(
        "profit", "profit", MONEY, "more",
        "price x sales - unit cost x units shipped by outside suppliers - total cost", profit,
        compared=True, below_zero=True,
    ),
    Kpi(
        "fill_rate", "fill rate", SHARE, "more", "1 - units missed / units demanded", fill_rate,
        compared=True, headline=True,
    ),
    Kpi(
        "cycle_service_level", "cycle service level", SHARE, "more",
        "share of point-periods in which nothing was missed", cycle_service_level,
    ),
    Kpi(
        "missed_units", "missed units", "units", "less",
        "units of demand not met in their period", missed_units, compared=True,
    ),
    Kpi(
        "stock_at", "stock at", "units", "",
        "mean stock on hand at the end of a period, all products together", stock_by_location,
        by_location=True,
    ),
    Kpi(
        "turns", "turns", "per year", "more",
        "units sold a year / mean stock of the whole chain", turns,
    ),
    Kpi(
        "days_of_cover", "days of cover", "days", "less",
        "mean stock of the whole chain / mean demand a day", days_of_cover, headline=True,
    ),
    Kpi(
        "overstock_days", "overstock days", SHARE, "less",
        f"share of point-periods with a closing stock above {OVERSTOCK:g} x the forecast mean of"
        " the period",
        overstock_days,
    ),
    Kpi(
        "understock_days", "understock days", SHARE, "less",
        "share of point-periods in which something was missed", understock_days,
    ),
    Kpi(
        "perfect_days", "perfect days", SHARE, "more",
        "share of point-periods that are neither", perfect_days,
    ),
    Kpi(
        "expired_units", "expired units", "units", "less",
        "units scrapped, on hand or on their way", expired_units,
    ),
    Kpi(
        "bullwhip", "bullwhip", "ratio", "less",
        "variance of what is ordered from outside / variance of customers' demand, totals by"
        " review",
        bullwhip,
    ),
    Kpi(
        "storage_use", "storage use", "of capacity", "",
        "stored volume / storage capacity, mean over all locations and periods with a limit above"
        " 0",
        storage_use,
    ),
    Kpi(
        "overflow_volume", "overflow volume", "volume", "less",
        "volume above the storage capacities, summed over locations and periods", overflow_volume,
    ),
    Kpi(
        "lane_use", "lane use", "of capacity", "",
        "shipped volume / lane capacity, mean over all lanes and periods with a limit above 0",
        lane_use,
    ),
)  # fmt: skip
"""All of them, in the order in which they are shown."""
