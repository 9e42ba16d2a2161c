"""The least cost in hindsight, exactly: a linear program of the engine's own rules.

For problems in which every unit has its price
(:class:`scenarios.evaluation.discounted_profit.LinearCost`). Unlike the order model it knows no
safety stocks, places no value on anything past the last period, and lets goods be moved for
whatever reason, so that no policy can do better on the same demand. Lot rules, expiry and lead
times that change are not known to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy import optimize

from scenarios.arrays.types import Floats, Ints
from scenarios.evaluation.discounted_profit import LinearCost
from scenarios.model.scenario import Scenario
from scenarios.resources import shared_resources
from solver.formulation.review_periods import orders_of, review_before, ships_between


@dataclass(frozen=True, eq=False)
class Hindsight:
    """Orders that cost least where demand is known."""

    quantity: Floats
    """[paths, A, T] ordered on each route."""
    cost: float
    """Mean over the paths."""


def hindsight(
    scenario: Scenario, cost: LinearCost, demand: Floats, *, same_start: bool = False
) -> Hindsight:
    """Orders of least mean cost over demand paths that are known.

    Parameters
    ----------
    scenario : Scenario
        Opening state and rules.
    cost : LinearCost
    demand : array [paths, K, T]
    same_start : bool
        Whether the orders of the first period must be the same on all paths, as for somebody who
        does not know yet which one will come: the two-stage stochastic program.

    Raises
    ------
    ValueError
        If lead times change or something is owed: the program does not know either.
    RuntimeError
        If the program is not solved.

    Notes
    -----
    Columns by path: shipped [A, T], then sales, stock on hand, and demand missed (or customers
    waiting) [K, T] each. All are bounded by nothing but 0 and lot sizes, so the program has a
    solution whatever the state.
    """
    if scenario.lead_time_by_period is not None or scenario.owed is not None:
        raise ValueError("hindsight knows neither lead times that change nor goods owed")
    one = _Path(scenario, cost)
    n_paths, n_orders = len(demand), scenario.n_routes * scenario.n_periods
    size = one.price.size
    equal = sp.block_diag([one.equal] * n_paths, format="csr")
    right = np.concatenate([one.right(path) for path in demand])
    if same_start and n_paths > 1:
        first = np.arange(scenario.n_routes) * scenario.n_periods
        rows = np.arange((n_paths - 1) * first.size)
        later = (np.arange(1, n_paths)[:, None] * size + first).ravel()
        values = np.repeat([1.0, -1.0], rows.size)
        where = (np.tile(rows, 2), np.concatenate([later, np.tile(first, n_paths - 1)]))
        tie = sp.csr_array((values, where), (rows.size, n_paths * size))
        equal = sp.vstack([equal, tie], format="csr")
        right = np.concatenate([right, np.zeros(rows.size)])
    found = optimize.linprog(
        np.tile(one.price, n_paths) / n_paths,
        A_ub=sp.block_diag([one.most] * n_paths, format="csr"),
        b_ub=np.tile(one.limit, n_paths),
        A_eq=equal,
        b_eq=right,
        bounds=np.tile(np.stack([np.zeros(size), one.upper], axis=1), (n_paths, 1)),
        method="highs",
    )
    if found.x is None:
        raise RuntimeError(f"the program in hindsight was not solved: {found.message}")
    orders = found.x.reshape(n_paths, size)[:, :n_orders]
    shape = (n_paths, scenario.n_routes, scenario.n_periods)
    shipped = np.maximum(orders, 0.0).reshape(shape)
    review = review_before(scenario, scenario.n_periods)
    return Hindsight(orders_of(review, shipped), float(found.fun))


class _Path:
    """Price, rows and bounds of one demand path."""

    def __init__(self, scenario: Scenario, cost: LinearCost):
        self.scenario = scenario
        points, routes, n_periods = scenario.points, scenario.routes, scenario.n_periods
        n_points, settings = scenario.n_points, scenario.settings
        self.waits = settings.unmet_demand == "backlog"
        now = sp.eye_array(n_periods, format="csr")
        before = sp.eye_array(n_periods, k=-1, format="csr")

        leaving = _incidence(routes.origin, n_points)
        arriving = sp.csr_array((n_points * n_periods, scenario.n_routes * n_periods))
        for lead in np.unique(routes.lead_time):
            these = np.where(routes.lead_time == lead, routes.destination, -1)
            late = sp.eye_array(n_periods, k=-int(lead), format="csr")
            arriving = arriving + sp.kron(_incidence(these, n_points), late)
        at_points = sp.eye_array(n_points, format="csr")
        same, last = sp.kron(at_points, now), sp.kron(at_points, before)
        shipped_out = sp.kron(leaving, now)
        # Stock: on hand - on hand before - received + shipped + sold = open orders and opening.
        # Demand: sold + missed = demand; or sold + waiting - waiting before = demand.
        short = same - last if self.waits else same
        self.equal = sp.block_array(
            [[shipped_out - arriving, same, same - last, None], [None, same, None, short]],
            format="csr",
        )
        rows, limits = [], []
        if settings.shipping_lag:  # Only what was there before the period can be shipped.
            rows.append(sp.block_array([[shipped_out, 0 * same, -last, 0 * same]]))
            opening = np.zeros((n_points, n_periods))
            opening[:, 0] = points.on_hand
            limits.append(opening.ravel())
        for resource in shared_resources(scenario):
            if resource.of == "flow" and resource.hard:
                takes = sp.csr_array(_incidence(resource.place, resource.n_places) * resource.take)
                used = sp.kron(takes, now)
                no_stock = sp.csr_array((used.shape[0], 3 * n_points * n_periods))
                rows.append(sp.block_array([[used, no_stock]]))
                limits.append(resource.capacity.ravel())
        self.limit = np.concatenate(limits)
        finite = np.isfinite(self.limit)
        self.most, self.limit = sp.vstack(rows, format="csr")[finite], self.limit[finite]

        worth = cost.discount ** np.arange(n_periods)
        by_point = (cost.sales, cost.on_hand, cost.backlog if self.waits else cost.missed)
        prices = [np.broadcast_to(np.asarray(cost.shipped, float), scenario.n_routes)]
        prices += [np.broadcast_to(np.asarray(price, float), n_points) for price in by_point]
        self.price = np.outer(np.concatenate(prices), worth).ravel()
        most = np.repeat(routes.max_order_quantity[:, None], n_periods, axis=1)
        if settings.unmet_orders == "backlog":
            most[:] = np.where(most > 0, np.inf, 0.0)  # What is owed may be shipped any time.
        between = np.arange(n_periods) % settings.review_period != 0
        most[np.outer(~ships_between(scenario), between)] = 0.0
        self.upper = np.concatenate([most.ravel(), np.full(3 * n_points * n_periods, np.inf)])

    def right(self, demand: Floats) -> Floats:
        """Right-hand side of the equations for demand [K, T]."""
        scenario = self.scenario
        stock = scenario.arrivals(scenario.n_periods)
        stock[:, 0] += scenario.points.on_hand
        wanted = np.array(demand, dtype=float)
        if self.waits:
            wanted[:, 0] += scenario.points.backlog
        return np.concatenate([stock.ravel(), wanted.ravel()])


def _incidence(index: Ints, n_rows: int) -> sp.csr_array:
    """[n_rows, len(index)] 1 where a column belongs to a row."""
    column = np.flatnonzero(index >= 0)
    return sp.csr_array((np.ones(column.size), (index[column], column)), (n_rows, len(index)))
