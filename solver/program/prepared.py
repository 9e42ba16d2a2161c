"""A scenario and its program, ready to be solved."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from scenarios.arrays.types import Floats
from scenarios.model.scenario import Scenario
from solver.formulation.assemble import assemble
from solver.formulation.linear_program import LinearProgram
from solver.formulation.model_data import ModelData, SharedData, prepare, shared_data
from solver.formulation.pyomo_model import LotRules
from solver.options import SolverOptions
from solver.program.fixed_orders import FixedOrders
from solver.program.lot_rules import lot_rules, with_fixed_cost


@dataclass(frozen=True, eq=False)
class PreparedProgram:
    """All products of a chain, or a subset of them with capacities of its own."""

    scenario: Scenario
    safety_stock: Floats
    """[K, T]"""
    fixed: FixedOrders
    shared: SharedData
    data: ModelData
    rules: LotRules
    program: LinearProgram
    """Orders of a fixed cost pay it by their share of the largest order."""


def prepare_program(
    scenario: Scenario,
    safety_stock: Floats,
    fixed: FixedOrders,
    options: SolverOptions,
    shared: SharedData | None = None,
) -> PreparedProgram:
    """Data, lot rules and program of a scenario; ``shared`` is given for a subset.

    Raises
    ------
    CannotShip
        If a fixed order goes where nothing can be ordered.
    """
    shared = shared or shared_data(scenario, options)
    asked = fixed.route[fixed.placed], fixed.period[fixed.placed]
    data = prepare(scenario, safety_stock, options, asked, shared)
    program = assemble(data)
    if len(fixed.route):
        program = replace(program, lower=program.lower.copy())
        fixed.bound(program)
    rules = lot_rules(scenario, data, fixed)
    return PreparedProgram(
        scenario, safety_stock, fixed, shared, data, rules, with_fixed_cost(program, rules)
    )


def with_limits(ready: PreparedProgram, scenario: Scenario, shared: SharedData) -> PreparedProgram:
    """The same program with other capacities in the same places and periods."""
    limits, program = shared.limits, ready.program
    upper, row_upper = program.upper.copy(), program.row_upper.copy()
    # Shared rows read  use(x) - overflow <= base - use of the data, of which flows have none.
    moved = row_upper[program.shared] + (limits.base - ready.data.limits.base)
    row_upper[program.shared] = np.where(limits.hard, limits.base, moved)
    upper[program.overflow_column] = limits.tier_width[limits.soft].ravel()
    return replace(
        ready,
        scenario=scenario,
        shared=shared,
        data=replace(ready.data, limits=limits),
        program=replace(program, upper=upper, row_upper=row_upper),
    )


def use_of(ready: PreparedProgram, values: Floats) -> Floats:
    """[R] what a solution uses of each shared limit."""
    program = ready.program
    values = values.copy()
    values[program.overflow_column] = 0.0
    return np.asarray((program.matrix @ values)[program.shared]) + standing_use(ready)


def standing_use(ready: PreparedProgram) -> Floats:
    """[R] the part of it that is data: of what is in stock, what stands on the right."""
    return ready.data.limits.base - ready.program.row_upper[ready.program.shared]
