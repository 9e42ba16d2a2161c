"""A chain cut into blocks of products, and what each of them can use of what all share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from scenarios.arrays.grouping import Grouping
from scenarios.arrays.types import Floats
from scenarios.model.scenario import Scenario
from scenarios.model.subset import ProductSubset, ProductSubsets
from scenarios.resources import SharedResource, shared_resources
from solver.decomposition.block import Block, Refusal
from solver.decomposition.quotas import Use
from solver.formulation.model_data import SharedData
from solver.formulation.shared_limits import SharedLimits
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
            if isinstance(result, Refusal):
                route = self.subsets[number].routes[result.route]
                raise CannotShip(route, result.period, result.asked, result.possible)
            yield number, result


def partition(
    subsets: ProductSubsets,
    safety_stock: Floats,
    fixed: FixedOrders,
    shared: SharedData,
    options: SolverOptions,
    workers: Workers,
    keep: int,
) -> Blocks:
    """All products in blocks of about ``BLOCK_ROWS`` balances; the first ``keep`` of them keep
    their programs.

    Raises
    ------
    CannotShip
        If fixed orders ask for more than a hard limit, such as a lane, lets through.
    """
    scenario, limits = subsets.scenario, shared.limits
    _check_limits(scenario, fixed, shared)
    at_place = [
        Grouping.by(limits.place[limits.of(kind)], resource.n_places)
        for kind, resource in enumerate(shared_resources(scenario))
    ]
    some = subsets.consecutive(max(1, BLOCK_ROWS // shared.n_periods))
    held, uses = [], []
    for number, subset in enumerate(some):
        part = subsets.cut(subset)
        ours = fixed.of_routes(subset.routes)
        some_rows, sizes, taken = [], [], []
        for kind, resource in enumerate(shared_resources(part)):
            first = limits.of(kind).start
            some_rows.append(first + at_place[kind].of(resource.used_places))
            own = limits.take(some_rows[-1])
            sizes.append(resource.of_one_each[own.place])
            taken.append(_taken(resource, ours, own, shared.n_periods))
        rows, size, anyway = (np.concatenate(x) for x in (some_rows, sizes, taken))
        uses.append(Use(rows, np.maximum(size, 1e-9), anyway, anyway))
        block = Block(
            part,
            safety_stock[subset.points],
            ours,
            replace(shared, limits=limits.take(rows)),
            options,
            keep=number < keep,
        )
        held.append(workers.hold(block))
    return Blocks(tuple(some), tuple(held), tuple(uses), workers)


def _taken(
    resource: SharedResource, fixed: FixedOrders, limits: SharedLimits, n_periods: int
) -> Floats:
    """[len(limits)] what fixed orders take of hard limits of a resource."""
    if not len(fixed.route) or resource.of == "stock" or not resource.hard:
        return np.zeros(len(limits))
    return _by_fixed(resource, fixed, n_periods)[limits.place, limits.period]


def _by_fixed(resource: SharedResource, fixed: FixedOrders, n_periods: int) -> Floats:
    """[n, n_periods] what fixed orders take of a resource of flows."""
    total = np.zeros((resource.n_places, n_periods))
    some = resource.place[fixed.route] >= 0
    route, period = fixed.route[some], fixed.period[some]
    taken = resource.take[route] * fixed.quantity[some]
    np.add.at(total, (resource.place[route], period), taken)
    return total


def _check_limits(scenario: Scenario, fixed: FixedOrders, shared: SharedData) -> None:
    """Raise CannotShip where fixed orders are more than a hard limit lets through."""
    if not len(fixed.route):
        return
    possible = fixed.quantity
    for number, resource in enumerate(shared_resources(scenario)):
        if resource.of == "stock" or not resource.hard or not shared.limits.any_of(number):
            continue
        mine = shared.limits.take(shared.limits.of(number))
        fits = np.ones((resource.n_places, shared.n_periods))
        used = _by_fixed(resource, fixed, shared.n_periods)[mine.place, mine.period]
        over = used > mine.base
        fits[mine.place[over], mine.period[over]] = (mine.base / np.where(over, used, 1.0))[over]
        share = resource.at(fits, nowhere=1.0)[fixed.route, fixed.period]
        possible = np.minimum(possible, fixed.quantity * share)
    fixed.check(possible)
