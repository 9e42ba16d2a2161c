"""What the optimiser solution, as the plan of orders that it returns."""

from __future__ import annotations

import numpy as np

from scenarios.model.scenario import Scenario
from scenarios.resources import shared_resources
from solver.deadline import Deadline
from solver.formulation.model_data import SharedData
from solver.formulation.shared_limits import expected_overflow
from solver.options import SolverOptions
from solver.program.fixed_orders import FixedOrders
from solver.program.gap import gap_of, message_of
from solver.program.solve import ProgramSolution
from solver.result import Effort, OrderPlan


def order_plan(
    scenario: Scenario,
    shared: SharedData,
    fixed: FixedOrders,
    solution: ProgramSolution,
    effort: Effort,
    options: SolverOptions,
    deadline: Deadline,
) -> OrderPlan:
    """Orders, cost and prices over the scenario's own periods, the surcharge left out."""
    deadline.phase("done")
    limits, n_periods = shared.limits, scenario.n_periods
    prices, overflows = {}, {}
    for number, resource in enumerate(shared_resources(scenario)):
        places = resource.n_places, shared.n_periods
        price, use = (limits.by_place(x, number, *places) for x in (solution.price, solution.use))
        overflow = expected_overflow(resource, use, shared.use_std[number])
        prices[resource.kind] = price[:, :n_periods]
        overflows[resource.kind] = overflow[:, :n_periods]
    return OrderPlan(
        quantity=solution.orders[:, :n_periods],
        relaxed=solution.relaxed[:, :n_periods],
        status=solution.status,
        objective=solution.cost - solution.surcharge,
        bound=solution.bound - solution.surcharge if np.isfinite(solution.bound) else None,
        surcharge=solution.surcharge,
        price=prices,
        overflow=overflows,
        seconds=deadline.seconds,
        message=message_of(
            solution.status,
            gap_of((solution.cost, solution.surcharge), solution.bound),
            options,
            solution.termination,
        ),
        fixed=fixed.mask((scenario.n_routes, n_periods)),
        effort=effort,
    )
