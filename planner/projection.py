"""What the orders lead to if demand is its mean: the one simulator, run on the plan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenarios.ledger import sum_by_origin, waiting
from scenarios.model import Floats, Scenario
from scenarios.network import Echelons
from scenarios.policies import GivenOrders
from scenarios.simulate import simulate
from scenarios.trajectory import Trajectory

SMALLEST = 5e-5
"""Orders below it would be written as 0.0000 and are left out."""


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
    ships takes their place; larger gaps stay, for the audit to find.
    """
    path = _run(scenario, quantity)
    gap = quantity - np.asarray(path.shipped)
    trace = (gap > 0) & (gap <= 1e-3 + 1e-4 * quantity)
    trace[:, : scenario.settings.commit_periods] = False
    if trace.any():
        quantity = np.where(trace, path.shipped, quantity)
        path = _run(scenario, quantity)
    closing, shipped = np.asarray(path.on_hand), np.asarray(path.shipped)
    backlogged = scenario.settings.unmet_demand == "backlog"
    missed = np.asarray(path.backlog if backlogged else path.missed)
    return Projection(
        orders=quantity,
        shipped=shipped,
        opening=np.concatenate([scenario.points.on_hand[:, None], closing[:, :-1]], axis=1),
        receipts=np.asarray(path.receipts),
        sales=scenario.mean + waiting(scenario, missed) - missed,
        missed=missed,
        shipments=sum_by_origin(scenario, shipped),
        expired=np.asarray(path.expired),
        closing=closing,
        costs={name: np.asarray(value) for name, value in path.costs.as_dict().items()},
    )


def worth_listing(quantity: Floats) -> Floats:
    """Orders [A, T] without those too small to be written down."""
    return np.where(quantity >= SMALLEST, quantity, 0.0)


def by_echelon(links: Echelons, n_points: int, values: Floats) -> Floats:
    """[K, T] sum over each point and all below it of ``values`` [E, T], one row a pair."""
    starts = np.searchsorted(links.upper, np.arange(n_points))
    return np.add.reduceat(values, starts, axis=0) if n_points else values


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
