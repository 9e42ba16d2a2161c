"""What the orders lead to if demand is its mean: the one simulator, run on the plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from planner.text.numbers import SMALLEST
from scenarios.arrays.threads import in_parts
from scenarios.arrays.types import Floats, Ints
from scenarios.evaluation.ledger import sum_by_origin, waiting
from scenarios.model.echelons import Echelons
from scenarios.model.scenario import Scenario
from scenarios.simulation.policy import GivenOrders
from scenarios.simulation.run import simulate
from scenarios.simulation.trajectory import Trajectory
from solver.formulation.review_periods import orders_of, review_before

PART = 4096
"""Points whose echelons are summed at a time."""


@dataclass(frozen=True, eq=False)
class Projection:
    """Stock over time, in units; arrays [K, T], by route [A, T]."""

    orders: Floats
    """[A, T]"""
    shipped: Floats
    """[A, T]"""
    opening: Floats
    receipts: Floats
    sales: Floats
    missed: Floats
    """Lost in the period, or waiting at its end where demand is backlogged."""
    shipments: Floats
    expired: Floats
    closing: Floats
    costs: dict[str, Floats]
    """[T] by component."""


def project(scenario: Scenario, quantity: Floats) -> Projection:
    """Simulate planned orders [A, T] on mean demand.

    Solvers work to a tolerance. Where planned orders ask for a trace more than is there, what
    ships takes their place; larger gaps stay, for the audit to find. Of perishable goods only what
    has not expired by then can ship, of which the order model knows nothing.
    """
    path = _run(scenario, quantity)
    review = review_before(scenario, scenario.n_periods)
    for _ in range(scenario.n_periods):
        fresh = _what_keeps(scenario, quantity, orders_of(review, np.asarray(path.shipped)))
        if np.array_equal(fresh, quantity):
            break
        quantity, path = fresh, _run(scenario, fresh)
    gap = quantity - np.asarray(path.shipped)
    trace = (gap > 0) & (gap <= 1e-3 + 1e-4 * quantity)
    trace[:, : scenario.settings.commit_periods] = False
    if trace.any():
        quantity = np.where(trace, path.shipped, quantity)
        path = _run(scenario, quantity)
    # By point and not by period: the tables take these arrays as columns without a copy.
    closing, shipped = np.ascontiguousarray(path.on_hand), np.ascontiguousarray(path.shipped)
    backlogged = scenario.settings.unmet_demand == "backlog"
    missed = np.ascontiguousarray(path.backlog if backlogged else path.missed)
    return Projection(
        orders=quantity,
        shipped=shipped,
        opening=np.concatenate([scenario.points.on_hand[:, None], closing[:, :-1]], axis=1),
        receipts=np.ascontiguousarray(path.receipts),
        sales=scenario.mean + waiting(scenario, missed) - missed,
        missed=missed,
        shipments=sum_by_origin(scenario, shipped),
        expired=np.ascontiguousarray(path.expired),
        closing=closing,
        costs={name: np.asarray(value) for name, value in path.costs.as_dict().items()},
    )


def _what_keeps(scenario: Scenario, quantity: Floats, shipped: Floats) -> Floats:
    """Orders [A, T] of perishable goods cut to what ships, in whole lots where they are released.

    A cut can only free goods for later, so the cuts end.
    """
    routes = scenario.routes
    perishable = np.isfinite(scenario.products.shelf_life[routes.product])
    short = perishable[:, None] & (quantity > shipped + 1e-9 * (1.0 + quantity))
    if not short.any():
        return quantity
    route, period = np.nonzero(short)
    there = shipped[route, period]
    lot = np.where(routes.order_multiple > 0, routes.order_multiple, 1.0)[route]
    whole = np.floor(there / lot + 1e-9) * lot
    whole = np.where(routes.order_multiple[route] > 0, whole, there)
    whole = np.where(whole < routes.min_order_quantity[route], 0.0, whole)
    released = period < scenario.settings.commit_periods
    kept = quantity.copy()
    kept[route, period] = np.minimum(np.where(released, whole, there), quantity[route, period])
    return worth_listing(kept)


def worth_listing(quantity: Floats) -> Floats:
    """Orders [A, T] without those too small to be written down."""
    return np.where(quantity >= SMALLEST, quantity, 0.0)


def by_echelon(
    links: Echelons, n_points: int, n_columns: int, values: Callable[[Ints, slice], Floats]
) -> Floats:
    """[K, columns] sum over each point and all below it.

    ``values(lower, pairs)`` [e, columns] are those of some pairs of points, whose lower points are
    ``lower`` [e]; there are many pairs, so a part of them is worked on at a time.
    """
    total = np.empty((n_points, n_columns))
    starts = np.searchsorted(links.upper, np.arange(n_points + 1))

    def work(first: int, last: int) -> None:
        pairs = slice(starts[first], starts[last])
        own = values(links.lower[pairs], pairs)
        total[first:last] = np.add.reduceat(own, starts[first:last] - starts[first], axis=0)

    in_parts(work, n_points, PART)
    return total


def buffer(scenario: Scenario, projection: Projection) -> Floats:
    """[K, T] closing stock as safety stocks count it: net of what waits or is about to ship."""
    stock = projection.closing.copy()
    if scenario.settings.unmet_demand == "backlog":
        stock -= projection.missed
    if scenario.settings.shipping_lag:
        stock[:, :-1] -= projection.shipments[:, 1:]
    return stock


def _run(scenario: Scenario, quantity: Floats) -> Trajectory:
    return simulate(scenario, GivenOrders(quantity), scenario.mean)
