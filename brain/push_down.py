"""Safety stocks below zero at places that only supply others, as those below feel them."""

from __future__ import annotations

import numpy as np

from scenarios.model import Floats, Scenario
from scenarios.network import depths, echelons
from scenarios.uncertainty import own_lead_times, wait_to_ship


def push_down(scenario: Scenario, quantity: Floats) -> Floats:
    """The same echelon safety stocks [K, T], none below zero where nobody buys.

    A location without customers cannot hold less than nothing: with a safety stock below zero it
    orders less than is asked of it, and those it supplies are short by that. So the shortfall
    becomes theirs, shared by demand, on the date on which they feel it.
    """
    points, routes, n_periods = scenario.points, scenario.routes, scenario.n_periods
    only_supplies = np.zeros(scenario.n_points, dtype=bool)
    only_supplies[routes.origin[routes.origin >= 0]] = True
    only_supplies &= ~points.sells
    lead, parent = own_lead_times(scenario)
    wait, depth = wait_to_ship(scenario, lead), depths(scenario)
    links = echelons(scenario)
    below = scenario.mean.sum(axis=1)[links.lower]
    sold = 1e-12 + np.bincount(links.upper, below, scenario.n_points)
    child = np.flatnonzero(parent >= 0)
    siblings = np.bincount(parent[child], sold[child], scenario.n_points)

    result = quantity.copy()
    owed = np.where(only_supplies[:, None], np.minimum(result, 0.0), 0.0)
    for level in range(1, int(depth.max(initial=0)) + 1):
        here = child[depth[child] == level]
        above = parent[here]
        share = sold[here] / siblings[above]
        later = wait[above] - lead[above] + lead[here]
        felt = np.maximum(np.arange(n_periods)[None, :] - later[:, None], 0)
        result[here] += share[:, None] * owed[above[:, None], felt]
        owed[here] = np.where(only_supplies[here, None], np.minimum(result[here], 0.0), 0.0)
    result[only_supplies] = np.maximum(result[only_supplies], 0.0)
    return result
