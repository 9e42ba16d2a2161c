"""Textbook safety stocks: the newsvendor quantile, split over the echelons of the chain."""

from __future__ import annotations

import numpy as np
from scipy import special

from brain.policy import SafetyStocks
from scenarios.model import Floats, Names, Scenario
from scenarios.network import depths, echelons
from scenarios.uncertainty import echelon_demand, own_lead_times, wait_to_ship


class Analytic:
    """Safety stock = demand quantile over the protection interval less its mean.

    At a selling point the quantile is the newsvendor's, m / (m + h), with missed-sale cost m and
    holding cost h. At a point above, the echelon's quantile is the mean of its two newsvendor
    bounds (Shang and Song 2003); its own safety stock is what that leaves over the safety stocks
    below, never negative.
    """

    name = "analytic"

    def __call__(self, scenario: Scenario) -> SafetyStocks:
        quantity = analytic_stock(scenario, *echelon_demand(scenario))
        return SafetyStocks(quantity, np.full(scenario.n_points, self.name, dtype=object))


def analytic_stock(scenario: Scenario, mean: Floats, std: Floats) -> Floats:
    """[K, T] analytic safety stocks; mean and std as from :func:`echelon_demand`."""
    low, high = critical_ratios(scenario)
    distribution = scenario.products.distribution[scenario.points.product]
    echelon = 0.5 * sum(
        (demand_quantile(ratio, mean, std, distribution) - mean for ratio in (low, high)),
        start=np.zeros_like(mean),
    )
    return local_safety_stock(scenario, echelon)


def critical_ratios(scenario: Scenario) -> tuple[Floats, Floats]:
    """Lower and upper newsvendor ratio of each echelon [K].

    With missed-sale cost m, local holding costs h_1 (where customers buy), h_j (here) and h_above
    (the stage above), they are (m + h_above) / (m + h_1) and (m + h_above) / (m + h_j) (Shang and
    Song 2003, Management Science 49(5)). Where customers buy and unmet demand is lost, h_above is
    left out: there the plain newsvendor ratio already stocks too much. Several points below weigh
    by demand.
    """
    links, points = echelons(scenario), scenario.points
    weight = (scenario.mean.sum(axis=1) + 1e-12) * points.sells
    total = np.bincount(links.upper, weight[links.lower], scenario.n_points)
    total = np.where(total > 0, total, 1.0)

    def below(values: Floats) -> Floats:
        return np.bincount(links.upper, (weight * values)[links.lower], scenario.n_points) / total

    missed, holding_below = below(points.missed_sale_cost), below(points.holding_cost)
    _, parent = own_lead_times(scenario)
    above = np.where(parent >= 0, points.holding_cost[parent], 0.0)
    above = np.minimum(above, points.holding_cost)
    if scenario.settings.unmet_demand == "lost":
        above = np.where(points.sells, 0.0, above)
    numerator = missed + above
    return _ratio(numerator, missed + np.maximum(holding_below, points.holding_cost)), _ratio(
        numerator, missed + points.holding_cost
    )


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Their quotient, kept off 0 and 1 where a quantile would be infinite."""
    safe = np.where(denominator > 0, denominator, 1.0)
    return np.clip(np.where(denominator > 0, numerator / safe, 0.5), 1e-6, 1 - 1e-6)


def demand_quantile(ratio: Floats, mean: Floats, std: Floats, distribution: Names) -> Floats:
    """[K, T] quantile at ``ratio`` [K] of demand with this mean and std [K, T].

    Discrete distributions are read between their steps; a negative binomial whose variance does
    not exceed its mean is a Poisson, and a gamma without variance its mean.
    """
    level = np.broadcast_to(ratio[:, None], mean.shape)
    result = mean + special.ndtri(level) * std
    positive = mean > 1e-9
    for name in ("gamma", "poisson", "negative_binomial"):
        chosen = (distribution == name)[:, None] & positive
        if not chosen.any():
            continue
        m, variance, p = mean[chosen], std[chosen] ** 2, level[chosen]
        if name == "gamma":
            shape = m**2 / np.maximum(variance, 1e-12 * m**2)
            drawn = special.gammaincinv(np.minimum(shape, 1e8), p) * m / np.minimum(shape, 1e8)
        else:
            drawn = special.pdtrik(p, m)
            spread = variance > 1.000001 * m
            if name == "negative_binomial" and spread.any():
                success = m[spread] / variance[spread]
                size = m[spread] * success / (1 - success)
                drawn[spread] = special.nbdtrik(p[spread], size, success)
        result[chosen] = np.where(np.isfinite(drawn), drawn, result[chosen])
    return result


def local_safety_stock(scenario: Scenario, echelon: Floats) -> Floats:
    """Split echelon safety stocks [K, T] into each point's own, never negative above others.

    Columns are stock dates: what an order of this point decides at s, the points below it decide
    one wait and their own lead time later.
    """
    lead, parent = own_lead_times(scenario)
    wait = wait_to_ship(scenario, lead)
    n_periods = echelon.shape[1]
    child = np.flatnonzero(parent >= 0)
    above = parent[child]
    later = np.arange(n_periods)[None, :] + (wait[above] - lead[above] + lead[child])[:, None]
    # From the bottom up: an echelon holds at least what the echelons below it hold together.
    held, below = echelon.copy(), np.zeros_like(echelon)
    depth = depths(scenario)
    for level in range(int(depth.max(initial=0)), -1, -1):
        here = np.flatnonzero(depth == level)
        supplies = np.isin(here, above)
        held[here[supplies]] = np.maximum(held[here[supplies]], below[here[supplies]])
        mine = np.flatnonzero(depth[child] == level)
        column = np.minimum(later[mine], n_periods - 1)
        np.add.at(below, above[mine], held[child[mine, None], column])
    return held - below
