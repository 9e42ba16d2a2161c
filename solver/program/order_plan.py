"""What the optimiser found, as the plan of orders that it returns."""

from __future__ import annotations

import numpy as np

from scenarios.model.scenario import Scenario
from solver.deadline import Clock
from solver.formulation.model_data import Common
from solver.formulation.shared_capacity import expected_overflow
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
    limits, n_periods = shared.capacities, scenario.n_periods
    n_storage = len(limits.location)
    storage_price = np.zeros((scenario.n_locations, shared.n_periods))
    stored = np.zeros_like(storage_price)
    storage_price[limits.location, limits.storage_period] = found.price[:n_storage]
    stored[limits.location, limits.storage_period] = found.stored
    lane_price = np.zeros((len(scenario.lanes.origin), shared.n_periods))
    lane_price[limits.lane, limits.lane_period] = found.price[n_storage:]
    overflow = expected_overflow(scenario, stored, shared.volume_std)
    return OrderPlan(
        quantity=found.orders[:, :n_periods],
        relaxed=found.relaxed[:, :n_periods],
        status=found.status,
        objective=found.cost - found.surcharge,
        bound=found.bound - found.surcharge if np.isfinite(found.bound) else None,
        surcharge=found.surcharge,
        storage_price=storage_price[:, :n_periods],
        lane_price=lane_price[:, :n_periods],
        expected_overflow=overflow[:, :n_periods],
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
