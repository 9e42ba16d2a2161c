"""One program for all products."""

from __future__ import annotations

from scenarios.arrays.types import Floats
from scenarios.model.scenario import Scenario
from solver.deadline import Clock
from solver.options import SolverOptions
from solver.program.fixed_orders import FixedOrders
from solver.program.order_plan import order_plan
from solver.program.prepared import made_ready
from solver.program.solve import solved
from solver.program.warm_start import Kept
from solver.result import Effort, OrderPlan


def monolith(
    scenario: Scenario,
    safety_stock: Floats,
    fixed: FixedOrders,
    options: SolverOptions,
    kept: Kept,
    clock: Clock,
) -> OrderPlan:
    """Orders of a scenario in which nothing is owed, see :func:`solver.optimise`."""
    clock.phase("build")
    made = made_ready(scenario, safety_stock, fixed, options)
    highs = kept.load(made.program, options.threads)
    found = solved(made, highs, options, clock)
    effort = Effort(
        "closed_form" if found.status == "closed_form" else "monolith",
        highs_seconds=found.highs_seconds,
        relaxed_objective=found.relaxed_objective,
    )
    return order_plan(scenario, made.shared, fixed, found, effort, options, clock)
