"""One program for all products."""

from __future__ import annotations

from scenarios.model.scenario import Floats, Scenario
from solver.clock import Clock
from solver.finish import order_plan
from solver.fixed_orders import FixedOrders
from solver.kept import Kept
from solver.made import made_ready
from solver.options import SolverOptions
from solver.result import Effort, OrderPlan
from solver.solved import solved


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
