"""How far demand may stray from its forecast over the periods a stock has to protect.

A forecast whose level is wrong is wrong for weeks: errors of different periods go together. The
error of stock point k in period t is

    std[k,t] * (sqrt(rho[k,t]) * U_k + sqrt(1 - rho[k,t]) * e_kt)

with ``rho`` the scenario's ``error_correlation`` (0 where it is None), and all U_k and e_kt
independent of each other with mean 0 and variance 1. So over a window of periods the variance is

    sum((1 - rho) * std**2) + sum(sqrt(rho) * std)**2

the sum of variances at rho = 0, and the square of the sum of stds as rho nears 1. Points are
independent: where the demand of several is pooled, variances of their windows add up. (Demand is
drawn so by :func:`scenarios.demand.sampling.sample`; for other laws than the normal by a Gaussian
copula.)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from scenarios.arrays.threads import in_parts
from scenarios.arrays.types import Floats, Ints
from scenarios.model.echelons import demand_beyond, depths, primary_routes, wait_to_ship
from scenarios.model.scenario import Scenario


def window_sums(values: Floats, start: Ints, stop: Ints) -> Floats:
    """Sums of ``values[i, start[i, s] : stop[i, s]]``; both ends are clipped to the array."""
    total = np.zeros((values.shape[0], values.shape[1] + 1))
    np.cumsum(values, axis=1, out=total[:, 1:])
    start, stop = (np.clip(end, 0, values.shape[1]) for end in (start, stop))
    row = np.arange(values.shape[0])[:, None]
    return total[row, np.maximum(stop, start)] - total[row, start]


def ahead_sums(values: Floats, length: Ints) -> Floats:
    """[K, T] sums of ``values[i, s : s + length[i]]``; what lies beyond the array counts nothing.

    Rows of one length are summed as slices, for a gather by row and column is many times slower.
    """
    n_columns = values.shape[1]
    total = np.zeros((values.shape[0], n_columns + 1))
    np.cumsum(values, axis=1, out=total[:, 1:])
    if length.size and (length == length[0]).all():
        return _window(total, int(length[0]))
    out = np.empty(values.shape)
    for one in np.unique(length):
        rows = np.flatnonzero(length == one)
        out[rows] = _window(total[rows], int(one))
    return out


def _window(total: Floats, length: int) -> Floats:
    """Differences of running totals [K, T + 1] that lie ``length`` apart."""
    n_columns = total.shape[1] - 1
    inside = max(n_columns - length, 0)
    sums = total[:, -1:] - total[:, :-1]
    sums[:, :inside] = total[:, length : length + inside] - total[:, :inside]
    return sums


def later_columns(values: Floats, offset: Ints) -> Floats:
    """[K, T] ``values[i, s + offset[i]]``; past the last column the last one goes on."""
    out = np.repeat(values[:, -1:], values.shape[1], axis=1)
    for one in np.unique(offset):
        rows = np.flatnonzero(offset == one)
        inside = max(values.shape[1] - int(one), 0)
        out[rows, :inside] = values[rows, int(one) : int(one) + inside]
    return out


def add_rows(target: Floats, at: Ints, values: Floats) -> None:
    """``target[at[i]] += values[i]``, rows that come more than once included."""
    if np.unique(at).size == at.size:
        target[at] += values
        return
    order = np.argsort(at, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(at[order]) != 0])
    target[at[order[starts]]] += np.add.reduceat(values[order], starts, axis=0)


def demand_variance(scenario: Scenario) -> Floats:
    """[K, T] variance of demand as :func:`scenarios.demand.sampling.sample` draws it.

    Poisson demand has its mean's, whatever the forecast says, and negative binomial demand no less
    than its mean. (Normal demand is taken as if it were not clipped at 0.)
    """
    law = scenario.products.distribution[scenario.points.product][:, None]
    mean, variance = scenario.mean, scenario.std**2
    at_least = np.where(law == "negative_binomial", np.maximum(variance, mean), variance)
    return np.where(law == "poisson", mean, at_least)


def split_variance(variance: Floats, correlation: Floats | None) -> tuple[Floats, Floats | None]:
    """What each period strays by on its own, and what it shares with the others.

    Returns
    -------
    alone : array
        Variance of the errors that add up as variances do: (1 - rho) variance.
    shared : array or None
        Standard deviation of those that add up as such: sqrt(rho variance); None without rho.
    """
    if correlation is None:
        return variance, None
    return (1.0 - correlation) * variance, np.sqrt(correlation * variance)


def own_lead_times(scenario: Scenario) -> tuple[Ints, Ints]:
    """[K] lead time and origin point of each stock point's primary route (0 and -1 if none)."""
    primary = primary_routes(scenario)
    supplied = np.flatnonzero(primary >= 0)
    lead = np.zeros(scenario.n_points, dtype=np.int64)
    parent = np.full(scenario.n_points, -1)
    lead[supplied] = scenario.routes.lead_time[primary[supplied]]
    parent[supplied] = scenario.routes.origin[primary[supplied]]
    return lead, parent


def echelon_demand(scenario: Scenario) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the demand that the stock of each echelon has to cover.

    Over its cover an echelon meets two kinds of uncertainty: while its order is under way the
    demand below is pooled (variances add); afterwards stock is divided, and what the points below
    have to protect adds up (standard deviations add). Eppen and Schrage 1981; in a chain the two
    are the same. Errors that last (``error_correlation``) tie the two together; in a tree, where
    that differs by the point below, their mean weighted by std counts.

    Returns
    -------
    mean, std : arrays [K, T]
        Column s belongs to the order whose receipt is the last to decide the closing stock of
        period s, placed in a review period (for the periods that no order reaches any more: to an
        order placed now).
    """
    n_periods = scenario.n_periods
    lead, parent = own_lead_times(scenario)
    wait, depth = wait_to_ship(scenario, lead), depths(scenario)
    review = scenario.settings.review_period
    far = n_periods + int((depth.max(initial=0) + 1) * (wait.max(initial=0) + review))
    all_variance, rho = demand_variance(scenario), scenario.error_correlation
    cover_mean, std = np.zeros(scenario.mean.shape), np.zeros(scenario.mean.shape)
    # Products do not meet here. A few at a time, their arrays stay in a core's cache.
    by_product = np.argsort(scenario.points.product, kind="stable")
    cuts = np.searchsorted(scenario.points.product[by_product], np.arange(scenario.n_products + 1))
    rank = np.empty(scenario.n_points, dtype=np.int64)

    def work(first: int, last: int) -> None:
        points = by_product[cuts[first] : cuts[last]]
        rank[points] = np.arange(points.size)
        alone, shared = split_variance(
            demand_beyond(scenario, all_variance[points], far),
            None if rho is None else demand_beyond(scenario, rho[points], far),
        )
        some = _Points(
            mean=demand_beyond(scenario, scenario.mean[points], far),
            alone=alone,
            shared=shared,
            lead=lead[points],
            wait=wait[points],
            depth=depth[points],
            parent=np.where(parent[points] >= 0, rank[parent[points]], -1),
        )
        row = np.arange(points.size)[:, None]
        order_period = (np.arange(n_periods)[None, :] - some.lead[:, None]) // review * review
        placed = np.maximum(order_period, 0)
        covered, strays = _by_order(some, review)
        cover_mean[points], std[points] = covered[row, placed], strays[row, placed]

    in_parts(work, scenario.n_products, PART)
    return cover_mean, std


PART = 1024
"""Products whose uncertainty is worked out at a time."""


@dataclass(frozen=True, eq=False)
class _Points:
    """What :func:`_by_order` has to know of some stock points; [K] and [K, periods]."""

    mean: Floats
    alone: Floats
    shared: Floats | None
    lead: Ints
    wait: Ints
    depth: Ints
    parent: Ints


def _by_order(points: _Points, review: int) -> tuple[Floats, Floats]:
    """Mean and std [K, periods] of what an order of each period has to cover."""
    parent, wait, depth = points.parent, points.wait, points.depth
    cover_mean, divided = np.zeros(points.mean.shape), np.zeros(points.mean.shape)
    # Most points above the stores have no demand of their own.
    own = np.flatnonzero((points.mean > 0).any(axis=1) | (points.alone > 0).any(axis=1))
    cover = points.lead[own] + review
    cover_mean[own] = ahead_sums(points.mean[own], cover)
    divided[own] = ahead_sums(points.alone[own], cover)
    lasting = None
    if points.shared is not None:
        ahead = ahead_sums(points.shared[own], cover)
        divided[own] += ahead**2
        lasting = _lasting(points, points.shared, own, ahead)
    divided[own] = np.sqrt(divided[own])
    below_mean, below_variance = np.zeros(points.mean.shape), np.zeros(points.mean.shape)
    std = np.zeros(points.mean.shape)
    for level in range(int(depth.max(initial=0)), -1, -1):
        group = np.flatnonzero(depth == level)
        if not group.size:
            continue
        cover_mean[group] += ahead_sums(below_mean[group], wait[group])
        pooled = ahead_sums(below_variance[group], wait[group])
        if lasting is not None:
            pooled += lasting[group]
        std[group] = np.sqrt(pooled + divided[group] ** 2)
        child = group[parent[group] >= 0]
        above = parent[child]
        if not child.size:
            continue
        add_rows(below_mean, above, below_mean[child] + points.mean[child])
        add_rows(below_variance, above, below_variance[child] + points.alone[child])
        add_rows(divided, above, later_columns(std[child], wait[above]))
        add_rows(cover_mean, above, later_columns(cover_mean[child], wait[above]))
    return cover_mean, std


def _lasting(points: _Points, shared: Floats, below: Ints, ahead: Floats) -> Floats:
    """Variance [K, periods] that errors which last add to each point, for the points below it.

    ``ahead`` is what the points ``below`` share over their own cover. Of a point that shares a
    over the wait of one above it and b afterwards, (a + b)**2 counts; b**2 of that is in the std
    of what is divided already.
    """
    out, later = np.zeros(shared.shape), np.zeros(shared.shape)
    later[below] = ahead
    for low, above in _climb(below[shared[below].any(axis=1)], points.parent):
        pooled = ahead_sums(shared[low], points.wait[above])
        afterwards = later_columns(later[low], points.wait[above])
        add_rows(out, above, pooled * (pooled + 2.0 * afterwards))
        later[low] = pooled + afterwards
    return out


def stock_std(scenario: Scenario, n_periods: int) -> Floats:
    """[K, n_periods] standard deviation of the closing stock about its planned value.

    Stock strays by the demand that no receipt has yet answered: at a selling point by all demand
    since the order that arrived last, at one above by what the points below have ordered since
    then. (They order at their reviews, so their latest demand has not taken any stock from it.)
    """
    n_points, review = scenario.n_points, scenario.settings.review_period
    lead, parent = own_lead_times(scenario)
    depth, rho = depths(scenario), scenario.error_correlation
    alone, shared = split_variance(
        demand_beyond(scenario, demand_variance(scenario), n_periods),
        None if rho is None else demand_beyond(scenario, rho, n_periods),
    )
    below = np.zeros((n_points, n_periods))
    for level in range(int(depth.max(initial=0)), 0, -1):
        child = np.flatnonzero((depth == level) & (parent >= 0))
        np.add.at(below, parent[child], below[child] + alone[child])
    period = np.broadcast_to(np.arange(n_periods), (n_points, n_periods))
    answered, reviewed = (period - lead[:, None]) // review * review, period // review * review
    variance = window_sums(alone, answered, period + 1) + window_sums(below, answered, reviewed)
    if shared is not None:
        variance += window_sums(shared, answered, period + 1) ** 2
        for low, above in _climb(np.flatnonzero(shared.any(axis=1)), parent):
            add_rows(
                variance, above, window_sums(shared[low], answered[above], reviewed[above]) ** 2
            )
    return np.sqrt(variance)


def _climb(low: Ints, parent: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Pairs of points ``low`` and those one level, two levels .. above them."""
    above = parent[low]
    while (alive := above >= 0).any():
        low, above = low[alive], above[alive]
        yield low, above
        above = parent[above]
