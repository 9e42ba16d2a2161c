"""One program for all products."""

from __future__ import annotations

from scenarios.arrays.types import Floats
from scenarios.model.scenario import Scenario
from solver.deadline import Deadline
from solver.options import SolverOptions
from solver.program.fixed_orders import FixedOrders
from solver.program.order_plan import order_plan
from solver.program.prepared import prepare_program
from solver.program.solve import solve_program
from solver.program.warm_start import WarmStart
from solver.result import Effort, OrderPlan


def monolith(
    scenario: Scenario,
    safety_stock: Floats,
    fixed: FixedOrders,
    options: SolverOptions,
    warm_start: WarmStart,
    deadline: Deadline,
) -> OrderPlan:
    """Orders of a scenario in which nothing is owed, see :func:`solver.optimise`."""
    deadline.phase("build")
    ready = prepare_program(scenario, safety_stock, fixed, options)
    highs = warm_start.load(ready.program, options.threads)
    solution = solve_program(ready, highs, options, deadline)
    effort = Effort(
        "closed_form" if solution.status == "closed_form" else "monolith",
        highs_seconds=solution.highs_seconds,
        relaxed_objective=solution.relaxed_objective,
    )
    return order_plan(scenario, ready.shared, fixed, solution, effort, options, deadline)
