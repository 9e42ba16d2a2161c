"""What the optimiser found, as the plan of orders that it returns."""

from __future__ import annotations

import numpy as np

from scenarios.model.scenario import Scenario
from scenarios.resources import shared_resources
from solver.deadline import Clock
from solver.formulation.model_data import Common
from solver.formulation.shared_limits import expected_overflow
from solver.options import SolverOptions
from solver.program.fixed_orders import FixedOrders
from solver.program.gap import gap_of, message_of
from solver.program.solve import Found
from solver.result import Effort, OrderPlan


def order_plan(
    scenario: Scenario,
    shared: Common,
    fixed: FixedOrders,
    found: Found,
    effort: Effort,
    options: SolverOptions,
    clock: Clock,
) -> OrderPlan:
    """Orders, cost and prices over the scenario's own periods, the surcharge left out."""
    clock.phase("done")
    limits, n_periods = shared.limits, scenario.n_periods
    prices, overflows = {}, {}
    for number, resource in enumerate(shared_resources(scenario)):
        places = resource.n_places, shared.n_periods
        price, use = (limits.by_place(x, number, *places) for x in (found.price, found.use))
        overflow = expected_overflow(resource, use, shared.use_std[number])
        prices[resource.kind] = price[:, :n_periods]
        overflows[resource.kind] = overflow[:, :n_periods]
    return OrderPlan(
        quantity=found.orders[:, :n_periods],
        relaxed=found.relaxed[:, :n_periods],
        status=found.status,
        objective=found.cost - found.surcharge,
        bound=found.bound - found.surcharge if np.isfinite(found.bound) else None,
        surcharge=found.surcharge,
        price=prices,
        overflow=overflows,
        seconds=clock.seconds,
        message=message_of(
            found.status,
            gap_of((found.cost, found.surcharge), found.bound),
            options,
            found.termination,
        ),
        fixed=fixed.mask((scenario.n_routes, n_periods)),
        effort=effort,
    )
