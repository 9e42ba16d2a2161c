"""One block of products: solved at prices of the capacities all share, or within its quota of them.

A block is everything of some products: a subset of the scenario. Its program is that of the
subset, as :mod:`solver.formulation.assemble` makes it. At prices, the rows of shared limits are
set free and what is used of them is paid for; within a quota they hold as they do for a whole
chain.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from scenarios.arrays.types import Floats, Ints
from scenarios.model.capacities import with_capacity
from scenarios.model.scenario import Scenario
from scenarios.resources import shared_resources
from solver.deadline import Deadline
from solver.formulation.linear_program import LinearProgram
from solver.formulation.model_data import SharedData
from solver.formulation.shared_limits import SharedLimits
from solver.highs.basis import Basis
from solver.highs.session import HighsSession, Termination
from solver.options import SolverOptions
from solver.program.basis_template import BasisTemplate
from solver.program.fixed_orders import CannotShip, FixedOrders
from solver.program.prepared import (
    PreparedProgram,
    prepare_program,
    standing_use,
    use_of,
    with_limits,
)
from solver.program.solve import ProgramSolution, in_closed_form, solve_program


class Block:
    """What a block is made from.

    Parameters
    ----------
    scenario : Scenario
        The subset.
    safety_stock : array [K, T]
    fixed : FixedOrders
    shared : SharedData
        Its limits are those that the block can use.
    options : SolverOptions
    keep : bool
        Whether to keep the program between calls, or make it anew. Sent elsewhere, it is not kept.
    """

    def __init__(
        self,
        scenario: Scenario,
        safety_stock: Floats,
        fixed: FixedOrders,
        shared: SharedData,
        options: SolverOptions,
        keep: bool = False,
    ):
        self.scenario, self.safety_stock, self.fixed = scenario, safety_stock, fixed
        self.shared, self.options, self.keep = shared, options, keep
        self._prepared: PreparedProgram | None = None

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_made": None, "keep": False}

    def prepared_program(self) -> PreparedProgram:
        """Data and program.

        Raises
        ------
        CannotShip
            If a fixed order goes where nothing can be ordered.
        """
        if self._prepared is not None:
            return self._prepared
        ready = prepare_program(
            self.scenario, self.safety_stock, self.fixed, self.options, self.shared
        )
        if self.keep:
            self._prepared = ready
        return ready


@dataclass(frozen=True, eq=False)
class Refusal:
    """Fixed orders of a block that cannot ship, see :class:`CannotShip`; its own numbers."""

    route: Ints
    period: Ints
    asked: Floats
    possible: Floats

    @classmethod
    def of(cls, error: CannotShip) -> Refusal:
        return cls(error.route, error.period, error.asked, error.possible)


@dataclass(frozen=True, eq=False)
class AtPrices:
    """What a block is asked at prices."""

    price: Floats
    """[R] of each shared limit, per unit of the resource."""
    start: Basis | BasisTemplate | None
    """Where the block ended last time, or products like its own."""
    seconds: float


@dataclass(frozen=True, eq=False)
class Proposal:
    """The best that a block can do at prices."""

    termination: Termination
    value: float
    """Its cost with what it pays for shared capacity, or what that is no less than."""
    use: Floats
    """[R] what it uses of each limit."""
    basis: Basis | None
    """Where it ended; None: nowhere."""
    highs_seconds: float
    seconds: float
    """In all."""


def at_prices(block: Block, asked: AtPrices) -> Proposal | Refusal:
    """Solve a block at prices of the shared capacities."""
    if asked.seconds <= 0:
        # To make the program would take time, too, and there are many blocks.
        return Proposal("time_limit", -np.inf, np.zeros(len(asked.price)), None, 0.0, 0.0)
    started = time.perf_counter()
    try:
        ready = block.prepared_program()
    except CannotShip as error:
        return Refusal.of(error)
    paid = _paid(ready, asked.price)
    highs = HighsSession(paid, threads=1)
    _start(highs, ready, asked.start)
    left = asked.seconds - (time.perf_counter() - started)
    solution = highs.solve(left)
    if solution.termination == "infeasible" and len(block.fixed.route):
        try:
            block.fixed.explain(highs, max(left, 1.0))
        except CannotShip as error:
            return Refusal.of(error)
    values = np.zeros(len(paid.cost)) if solution.values is None else solution.values
    return Proposal(
        termination=solution.termination,
        value=solution.bound + float(asked.price @ standing_use(ready)),
        use=use_of(ready, values),
        basis=highs.basis if solution.termination == "optimal" else None,
        highs_seconds=highs.seconds,
        seconds=time.perf_counter() - started,
    )


def _start(
    highs: HighsSession, ready: PreparedProgram, start: Basis | BasisTemplate | None
) -> None:
    basis = start.start(ready) if isinstance(start, BasisTemplate) else start
    if basis is not None and basis.fits(ready.program):
        highs.start_from(basis)


def _paid(ready: PreparedProgram, price: Floats) -> LinearProgram:
    """The program with its shared limits paid for instead of kept."""
    program = ready.program
    duals = np.zeros(len(program.row_upper))
    duals[program.shared] = price
    cost, upper = program.cost + program.matrix.T @ duals, program.upper.copy()
    cost[program.overflow_column] = upper[program.overflow_column] = 0.0
    row_upper = program.row_upper.copy()
    row_upper[program.shared] = np.inf
    return replace(program, cost=cost, upper=upper, row_upper=row_upper)


@dataclass(frozen=True, eq=False)
class WithinQuota:
    """What a block is asked within its quota."""

    quota: SharedLimits
    start: Basis | BasisTemplate | None
    seconds: float
    search: float
    """Seconds for a search for better lots."""


@dataclass(frozen=True, eq=False)
class BlockPlan:
    """Orders of a block within its quota."""

    solution: ProgramSolution
    basis: Basis | None
    """None: HiGHS was not asked."""
    seconds: float


def within_quota(block: Block, asked: WithinQuota) -> BlockPlan | Refusal:
    """Orders of a block that keeps to its quota of the shared capacities."""
    started = time.perf_counter()
    try:
        ready = block.prepared_program()
        shared = replace(block.shared, limits=asked.quota)
        ready = with_limits(ready, _with_quota(block.scenario, asked.quota), shared)
        highs = HighsSession(ready.program, threads=1)
        _start(highs, ready, asked.start)
        before = highs.seconds
        left = asked.seconds - (time.perf_counter() - started)
        solution = solve_program(ready, highs, block.options, Deadline(left, None), asked.search)
        solution = replace(solution, highs_seconds=before + solution.highs_seconds)
    except CannotShip as error:
        return Refusal.of(error)
    basis = None if solution.status == "closed_form" else highs.basis
    return BlockPlan(solution, basis, time.perf_counter() - started)


def without_capacities(block: Block, asked: tuple[float, float]) -> BlockPlan | Refusal:
    """Orders of a block that shares nothing with others: in closed form, or, where that counts on
    goods that are not there, by its program.

    ``asked``: seconds in all, and for a search for better lots.
    """
    seconds, search = asked
    started = time.perf_counter()
    try:
        ready = block.prepared_program()
        solution = in_closed_form(ready)
        if solution.surcharge > 0:
            left = seconds - (time.perf_counter() - started)
            highs = HighsSession(ready.program)
            solution = solve_program(ready, highs, block.options, Deadline(left, None), search)
    except CannotShip as error:
        return Refusal.of(error)
    return BlockPlan(solution, None, time.perf_counter() - started)


def _with_quota(scenario: Scenario, quota: SharedLimits) -> Scenario:
    """The scenario with the quota as its hard capacities: what carries orders out keeps to it."""
    for number, resource in enumerate(shared_resources(scenario)):
        if resource.of == "flow" and resource.hard and quota.any_of(number):
            mine = quota.take(quota.of(number))
            inside = mine.period < scenario.n_periods
            capacity = resource.capacity.copy()
            capacity[mine.place[inside], mine.period[inside]] = mine.base[inside]
            scenario = with_capacity(scenario, resource.kind, capacity)
    return scenario
