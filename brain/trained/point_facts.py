"""What is known of each stock point of a chain, and what its orders have to cover."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenarios.arrays.types import Floats, Ints
from scenarios.demand.forecast_error import echelon_demand, own_lead_times
from scenarios.model.echelons import echelons
from scenarios.model.scenario import Scenario


@dataclass(frozen=True, eq=False)
class PointFacts:
    """What is known of each stock point before anything happens; arrays [K]."""

    ratio: Floats
    """Missed-sale over holding cost where customers buy, at or below the point."""
    cover: Floats
    """Periods of demand that an order of the point covers; a mean over what it serves."""
    lead: Ints
    parent: Ints
    """The point that mainly supplies it, -1: outside or nobody."""
    stages_below: Ints
    stages_above: Ints
    weight: Floats
    """Demand at and below the point, over that of its parent's echelon."""
    holding_below: Floats
    """Holding cost where customers buy."""
    holding_above: Floats
    """Sum of the holding costs at all points above: what a unit costs on its way here."""
    way: Floats
    """What a unit pays for resting at this point and those on its way to customers, over their
    missed-sale cost; 0 where customers buy, or where goods are shipped on as they arrive."""


def lasting(scenario: Scenario, cover: Floats) -> Floats:
    """[K] how many times further demand strays because forecast errors last; 1: they do not.

    It is that of steady demand over the longest ``cover`` [K] of the product, in periods.
    """
    product, rho = scenario.points.product, scenario.error_correlation
    if rho is None:
        return np.ones(scenario.n_points)
    longest = np.ones(scenario.n_products)
    np.maximum.at(longest, product, cover)
    return np.sqrt(1.0 + rho.mean(axis=1) * (longest[product] - 1.0))


def point_facts(scenario: Scenario) -> PointFacts:
    """Look at every stock point once. Where several customers are served, demand weighs them."""
    links, points, n = echelons(scenario), scenario.points, scenario.n_points
    demand = (scenario.mean.sum(axis=1) + 1e-12) * points.sells
    total = np.bincount(links.upper, demand[links.lower], n)
    safe = np.where(total > 0, total, 1.0)

    def below(values: Floats, pairs: bool = False) -> Floats:
        at = values if pairs else values[links.lower]
        return np.bincount(links.upper, demand[links.lower] * at, n) / safe

    lead, parent = own_lead_times(scenario)
    holding, missed = below(points.holding_cost), below(points.missed_sale_cost)
    stages_above = np.bincount(links.lower, minlength=n) - 1
    stages_below = np.zeros(n, dtype=np.int64)
    np.maximum.at(stages_below, links.upper, stages_above[links.lower])
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(total > 0, missed / holding, np.nan)
    above = np.bincount(links.lower, points.holding_cost[links.upper], n) - points.holding_cost
    rest = np.maximum(below(above) - above, 0.0) * scenario.settings.shipping_lag
    return PointFacts(
        ratio=ratio,
        cover=np.where(total > 0, below(links.cover.astype(float), pairs=True), 1.0),
        lead=lead,
        parent=parent,
        stages_below=stages_below - stages_above,
        stages_above=stages_above,
        weight=np.where(parent >= 0, total / safe[parent], 0.0),
        holding_below=np.where(holding > 0, holding, 1.0),
        holding_above=above,
        way=rest / np.where(missed > 0, missed, 1.0),
    )


def ordered_for(
    scenario: Scenario,
    lead: Ints,
    n_periods: int | None = None,
    demand: tuple[Floats, Floats] | None = None,
) -> tuple[Floats, Floats]:
    """[n_periods, K] mean and std of the demand that an order of each period has to cover."""
    mean, std = echelon_demand(scenario) if demand is None else demand
    period = np.arange(scenario.n_periods if n_periods is None else n_periods)
    # The order of period t is the last to decide the closing stock of period t + lead time.
    column = np.minimum(period[:, None] + lead[None, :], scenario.n_periods - 1)
    row = np.arange(scenario.n_points)[None, :]
    return mean[row, column], std[row, column]
