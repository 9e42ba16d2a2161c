"""Textbook safety stocks: the newsvendor quantile, split over the echelons of the chain."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import special

from brain.policy import SafetyStocks
from scenarios.arguments import Arguments
from scenarios.arrays.threads import in_parts
from scenarios.arrays.types import Floats, Names
from scenarios.demand.forecast_error import add_rows, echelon_demand, later_columns, own_lead_times
from scenarios.model.echelons import depths, echelons, wait_to_ship
from scenarios.model.scenario import Scenario, check_scenario

MOST_ABOVE = 0.95
"""Holding cost of the stage above, over a point's own, that quantiles reckon with at the most.
Where both are equal, the bounds say that the level here need not bind: infinitely much stock."""


class Analytic:
    """Safety stock = demand quantile over the protection interval less its mean.

    At a selling point the quantile is the newsvendor's, m / (m + h), with missed-sale cost m and
    holding cost h. At a point above, the echelon's quantile is the mean of its two newsvendor
    bounds (Shang and Song 2003); its own safety stock is what that leaves over the safety stocks
    below, never negative.
    """

    name = "analytic"

    def __call__(self, scenario: Scenario) -> SafetyStocks:
        """Safety stocks of every point and period.

        Parameters
        ----------
        scenario : Scenario

        Returns
        -------
        SafetyStocks

        Raises
        ------
        InputError
            If it is none, or its demand is still to be forecast.
        """
        check = Arguments("Analytic")
        check_scenario(check, scenario, forecast=True)
        check.refuse()
        quantity = analytic_stock(scenario, *echelon_demand(scenario))
        return SafetyStocks(quantity, np.full(scenario.n_points, self.name, dtype=object))


def analytic_stock(scenario: Scenario, mean: Floats, std: Floats) -> Floats:
    """[K, T] analytic safety stocks; mean and std as from :func:`echelon_demand`."""
    low, high = critical_ratios(scenario)
    distribution = laws_over_time(scenario)
    echelon = demand_quantile(low, mean, std, distribution)
    # Where customers buy, the two bounds are mostly one.
    two = np.flatnonzero(low != high)
    upper = demand_quantile(high[two], mean[two], std[two], distribution[two])
    echelon[two] = 0.5 * (echelon[two] + upper)
    return local_safety_stock(scenario, echelon - mean)


def laws_over_time(scenario: Scenario) -> Names:
    """[K] distributions of demand over several periods.

    Poisson periods whose errors last do not add up to a Poisson law, but to a wider one.
    """
    points, law, rho = scenario.points, scenario.products.distribution, scenario.error_correlation
    if rho is None:
        return law[points.product]
    lasts = np.zeros(scenario.n_products, dtype=bool)
    lasts[points.product[rho.any(axis=1)]] = True
    return np.where(lasts & (law == "poisson"), "negative_binomial", law)[points.product]


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
    above = np.minimum(above, MOST_ABOVE * points.holding_cost)
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
    result = np.empty(mean.shape)

    def work(start: int, stop: int) -> None:
        part = slice(start, stop)
        result[part] = mean[part] + special.ndtri(ratio[part])[:, None] * std[part]
        for name, law in LAWS.items():
            rows = start + np.flatnonzero(distribution[part] == name)
            if rows.size:
                m, variance, p = mean[rows], std[rows] ** 2, ratio[rows, None]
                some = m > 1e-9
                exact = law(p, np.where(some, m, 1.0), np.where(some, variance, 1.0))
                result[rows] = np.where(some & np.isfinite(exact), exact, result[rows])

    in_parts(work, len(mean), ROWS)
    return result


def _gamma(p: Floats, mean: Floats, variance: Floats) -> Floats:
    shape = np.minimum(mean**2 / np.maximum(variance, 1e-12 * mean**2), 1e8)

    def standard(p: Floats, half_skewness: Floats) -> Floats:
        shape = half_skewness**-2
        return (special.gammaincinv(shape, p) - shape) * half_skewness

    half_skewness = shape**-0.5
    return mean * (1 + half_skewness * _smoothly(standard, p, half_skewness))


def _poisson(p: Floats, mean: Floats, variance: Floats) -> Floats:
    def standard(p: Floats, skewness: Floats) -> Floats:
        return (special.pdtrik(p, skewness**-2) - skewness**-2) * skewness

    # Where no demand at all is likely, the quantile stops at 0 and is not smooth.
    smooth = np.exp(-mean.min(axis=1, keepdims=True)) < 0.1 * p
    return mean + np.sqrt(mean) * _smoothly(standard, p, mean**-0.5, smooth[:, 0])


def _negative_binomial(p: Floats, mean: Floats, variance: Floats) -> Floats:
    result = _poisson(p, mean, variance)
    spread = variance > 1.000001 * mean
    if spread.any():
        m, v = mean[spread], variance[spread]
        success = m / v
        level = np.broadcast_to(p, mean.shape)[spread]
        result[spread] = special.nbdtrik(level, m * success / (1 - success), success)
    return result


LAWS = {"gamma": _gamma, "poisson": _poisson, "negative_binomial": _negative_binomial}
"""Quantile at p [N, 1] of demand with mean and variance [N, T] -> [N, T]."""

NODES = 5
"""Points at which a smooth function of time is computed; in between it is a polynomial."""
NARROW = 1.5
"""Largest over smallest argument in a row of which that is true to 1e-6 std."""
ROWS = 4096
"""Rows worked on at a time, so that their arrays stay in a core's cache."""


def _smoothly(
    function: Callable[[Floats, Floats], Floats],
    p: Floats,
    values: Floats,
    smooth: NDArray[np.bool_] | None = None,
) -> Floats:
    """``function(p, values)`` for p [N, 1] and rows [N, T], at a few points of smooth rows only.

    Inverse distribution functions cost a microsecond, and a horizon holds many that hardly differ.
    """
    low, high = values.min(axis=1, keepdims=True), values.max(axis=1, keepdims=True)
    narrow = (high <= NARROW * low)[:, 0] & (values.shape[1] > NODES)
    if smooth is not None:
        narrow &= smooth
    out = np.empty(values.shape)
    out[~narrow] = function(p[~narrow], values[~narrow])
    node = np.cos(np.pi * (np.arange(NODES) + 0.5) / NODES)
    centre, half = (low + high)[narrow] / 2, (high - low)[narrow] / 2
    known = function(p[narrow], centre + half * node)
    # Chebyshev coefficients of the polynomial through the nodes, and Clenshaw's sum of it.
    coefficient = known @ np.polynomial.chebyshev.chebvander(node, NODES - 1) * (2 / NODES)
    coefficient[:, 0] /= 2
    x = (values[narrow] - centre) / np.where(half > 0, half, 1.0)
    out[narrow] = np.polynomial.chebyshev.chebval(x.T, coefficient.T[:, None, :], tensor=False).T
    return out


def local_safety_stock(scenario: Scenario, echelon: Floats) -> Floats:
    """Split echelon safety stocks [K, T] into each point's own, never negative above others.

    Columns are stock dates: what an order of this point decides at s, the points below it decide
    one wait and their own lead time later.
    """
    lead, parent = own_lead_times(scenario)
    wait = wait_to_ship(scenario, lead)
    child = np.flatnonzero(parent >= 0)
    above = parent[child]
    later = wait[above] - lead[above] + lead[child]
    # From the bottom up: an echelon holds at least what the echelons below it hold together.
    held, below = echelon.copy(), np.zeros_like(echelon)
    depth = depths(scenario)
    for level in range(int(depth.max(initial=0)), -1, -1):
        here = np.flatnonzero(depth == level)
        supplies = np.isin(here, above)
        held[here[supplies]] = np.maximum(held[here[supplies]], below[here[supplies]])
        mine = np.flatnonzero(depth[child] == level)
        add_rows(below, above[mine], later_columns(held[child[mine]], later[mine]))
    return held - below
