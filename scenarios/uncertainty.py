"""How far demand may stray from its forecast over the periods a stock has to protect."""

from __future__ import annotations

import numpy as np

from scenarios.model import Floats, Ints, Scenario
from scenarios.network import demand_beyond, depths, primary_routes


def window_sums(values: Floats, start: Ints, stop: Ints) -> Floats:
    """Sums of ``values[i, start[i, s] : stop[i, s]]``; both ends are clipped to the array."""
    total = np.zeros((values.shape[0], values.shape[1] + 1))
    np.cumsum(values, axis=1, out=total[:, 1:])
    start, stop = (np.clip(end, 0, values.shape[1]) for end in (start, stop))
    row = np.arange(values.shape[0])[:, None]
    return total[row, np.maximum(stop, start)] - total[row, start]


def demand_variance(scenario: Scenario) -> Floats:
    """[K, T] variance of demand; Poisson demand has its mean's, whatever the forecast says."""
    poisson = scenario.products.distribution[scenario.points.product] == "poisson"
    return np.where(poisson[:, None], scenario.mean, scenario.std**2)


def own_lead_times(scenario: Scenario) -> tuple[Ints, Ints]:
    """[K] lead time and origin point of each stock point's primary route (0 and -1 if none)."""
    primary = primary_routes(scenario)
    supplied = np.flatnonzero(primary >= 0)
    lead = np.zeros(scenario.n_points, dtype=np.int64)
    parent = np.full(scenario.n_points, -1)
    lead[supplied] = scenario.routes.lead_time[primary[supplied]]
    parent[supplied] = scenario.routes.origin[primary[supplied]]
    return lead, parent


def wait_to_ship(scenario: Scenario, lead: Ints) -> Ints:
    """Periods from an order until what it brings can be shipped on, at the next review."""
    review = scenario.settings.review_period
    return -(-(lead + scenario.settings.shipping_lag) // review) * review


def echelon_demand(scenario: Scenario) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the demand that the stock of each echelon has to cover.

    Over its cover an echelon meets two kinds of uncertainty: while its order is under way the
    demand below is pooled (variances add); afterwards stock is divided, and what the points below
    have to protect adds up (standard deviations add). Eppen and Schrage 1981; in a chain the two
    are the same.

    Returns
    -------
    mean, std : arrays [K, T]
        Column s belongs to the order whose receipt is the last to decide the closing stock of
        period s, placed in a review period (for the periods that no order reaches any more: to an
        order placed now).
    """
    n_points, n_periods = scenario.mean.shape
    lead, parent = own_lead_times(scenario)
    wait = wait_to_ship(scenario, lead)
    review, depth = scenario.settings.review_period, depths(scenario)
    far = n_periods + int((depth.max(initial=0) + 1) * (wait.max(initial=0) + review))
    mean = demand_beyond(scenario, scenario.mean, far)
    variance = demand_beyond(scenario, demand_variance(scenario), far)

    period = np.arange(far)[None, :]
    own_stop = period + (lead + review)[:, None]
    here = np.broadcast_to(period, (n_points, far))
    cover_mean = window_sums(mean, here, own_stop)
    divided = np.sqrt(window_sums(variance, here, own_stop))
    below_mean, below_variance = np.zeros((n_points, far)), np.zeros((n_points, far))
    pooled = np.zeros((n_points, far))
    std = np.zeros((n_points, far))
    for level in range(int(depth.max(initial=0)), -1, -1):
        group = np.flatnonzero(depth == level)
        if not group.size:
            continue
        on_way = here[group], period + wait[group][:, None]
        cover_mean[group] += window_sums(below_mean[group], *on_way)
        pooled[group] = window_sums(below_variance[group], *on_way)
        std[group] = np.sqrt(pooled[group] + divided[group] ** 2)
        child = group[parent[group] >= 0]
        above = parent[child]
        np.add.at(below_mean, above, below_mean[child] + mean[child])
        np.add.at(below_variance, above, below_variance[child] + variance[child])
        later = np.minimum(period + wait[above][:, None], far - 1)
        np.add.at(divided, above, std[child[:, None], later])
        np.add.at(cover_mean, above, cover_mean[child[:, None], later])
    placed = np.maximum((np.arange(n_periods)[None, :] - lead[:, None]) // review * review, 0)
    row = np.arange(n_points)[:, None]
    return cover_mean[row, placed], std[row, placed]


def stock_std(scenario: Scenario, n_periods: int) -> Floats:
    """[K, n_periods] standard deviation of the closing stock about its planned value.

    Stock strays by the demand that no receipt has yet answered: at a selling point by all demand
    since the order that arrived last, at one above by what the points below have ordered since
    then. (They order at their reviews, so their latest demand has not taken any stock from it.)
    """
    n_points, review = scenario.n_points, scenario.settings.review_period
    lead, parent = own_lead_times(scenario)
    depth = depths(scenario)
    variance = demand_beyond(scenario, demand_variance(scenario), n_periods)
    below = np.zeros((n_points, n_periods))
    for level in range(int(depth.max(initial=0)), 0, -1):
        child = np.flatnonzero((depth == level) & (parent >= 0))
        np.add.at(below, parent[child], below[child] + variance[child])
    period = np.broadcast_to(np.arange(n_periods), (n_points, n_periods))
    answered = (period - lead[:, None]) // review * review
    own = window_sums(variance, answered, period + 1)
    return np.sqrt(own + window_sums(below, answered, period // review * review))
