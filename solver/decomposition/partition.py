"""A chain cut into blocks of products, and what each of them can use of what all share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from scenarios.arrays.grouping import Grouped
from scenarios.arrays.types import Floats
from scenarios.model.scenario import Scenario
from scenarios.model.subset import ProductSubset, ProductSubsets
from solver.decomposition.block import Block, Refused
from solver.decomposition.quotas import Use, own_limits
from solver.formulation.model_data import Common
from solver.options import SolverOptions
from solver.program.fixed_orders import CannotShip, FixedOrders
from solver.workers.protocol import Workers

BLOCK_ROWS = 6000
"""Balances of a block, about: measured fastest between 2,000 and 12,000."""


@dataclass(frozen=True, eq=False)
class Blocks:
    """Subsets of a chain, held by workers."""

    subsets: tuple[ProductSubset, ...]
    held: tuple[Any, ...]
    uses: tuple[Use, ...]
    """With no volume yet."""
    workers: Workers

    def fair(self, left: float, number: int) -> float:
        """Of so many seconds ``left``, what the block of this number may search for: those after
        it take as long."""
        return left * self.workers.count / (len(self.held) - number)

    def run(
        self, call: Callable[[Any, Any], Any], asked: Iterable[Any]
    ) -> Iterator[tuple[int, Any]]:
        """``call(block, own)`` for every block as the results come, with the block's number.

        Raises
        ------
        CannotShip
            If fixed orders of a block cannot ship.
        """
        tasks = zip(self.held, asked, strict=True)
        for number, result in self.workers.run(call, tasks):
            if isinstance(result, Refused):
                route = self.subsets[number].routes[result.route]
                raise CannotShip(route, result.period, result.asked, result.possible)
            yield number, result


def cut(
    subsets: ProductSubsets,
    safety_stock: Floats,
    fixed: FixedOrders,
    shared: Common,
    options: SolverOptions,
    workers: Workers,
    keep: int,
) -> Blocks:
    """All products in blocks of about ``BLOCK_ROWS`` balances; the first ``keep`` of them keep
    their programs.

    Raises
    ------
    CannotShip
        If fixed orders ask for more than a lane can carry.
    """
    scenario, limits = subsets.scenario, shared.capacities
    _check_lanes(scenario, fixed, shared)
    n_storage, n_lanes = len(limits.location), len(scenario.lanes.origin)
    at_location = Grouped.by(limits.location, scenario.n_locations)
    on_lane = Grouped.by(limits.lane, n_lanes)
    some = subsets.consecutive(max(1, BLOCK_ROWS // shared.n_periods))
    held, uses = [], []
    for number, subset in enumerate(some):
        part = subsets.cut(subset)
        stored = np.bincount(part.points.location, part.point_volume, scenario.n_locations)
        sent = np.bincount(part.routes.lane, part.route_volume, n_lanes)
        storage = at_location.of(np.unique(part.points.location))
        lane = on_lane.of(np.unique(part.routes.lane))
        rows = np.concatenate([storage, n_storage + lane])
        own = own_limits(limits, rows)
        ours = fixed.of_routes(subset.routes)
        fixed_volume = np.zeros((n_lanes if len(ours.route) else 0, shared.n_periods))
        if len(ours.route):
            volume = part.route_volume[ours.route] * ours.quantity
            np.add.at(fixed_volume, (part.routes.lane[ours.route], ours.period), volume)
            taken = fixed_volume[own.lane, own.lane_period]
        else:
            taken = np.zeros(len(lane))
        size = np.concatenate([stored[own.location], sent[own.lane]])
        anyway = np.concatenate([np.zeros(len(storage)), taken])
        uses.append(Use(rows, np.maximum(size, 1e-9), anyway, anyway))
        block = Block(
            part,
            safety_stock[subset.points],
            ours,
            replace(shared, capacities=own),
            options,
            keep=number < keep,
        )
        held.append(workers.hold(block))
    return Blocks(tuple(some), tuple(held), tuple(uses), workers)


def _check_lanes(scenario: Scenario, fixed: FixedOrders, shared: Common) -> None:
    """Raise CannotShip where fixed orders are more than their lane can carry."""
    if not len(fixed.route):
        return
    limits, lane = shared.capacities, scenario.routes.lane[fixed.route]
    capacity = np.full((len(scenario.lanes.origin), shared.n_periods), np.inf)
    capacity[limits.lane, limits.lane_period] = limits.lane_limit
    used = np.zeros(capacity.shape)
    np.add.at(used, (lane, fixed.period), scenario.route_volume[fixed.route] * fixed.quantity)
    limit, asked = capacity[lane, fixed.period], used[lane, fixed.period]
    fits = np.where(asked > limit, limit / np.where(asked > limit, asked, 1.0), 1.0)
    fixed.check(fixed.quantity * fits)
