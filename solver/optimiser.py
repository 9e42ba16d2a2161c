"""From safety stocks to orders: one program for all products, or blocks of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scenarios.arguments import Arguments
from scenarios.arrays.types import Floats
from scenarios.model.scenario import Scenario, check_scenario
from scenarios.resources import shared_resources
from solver.closed_form.backorders import new_orders, ship_backorders
from solver.deadline import Deadline, Progress
from solver.decomposition.decompose import in_closed_form, plan_by_blocks
from solver.formulation.model_data import model_periods
from solver.options import SolverOptions
from solver.program.fixed_orders import FixedOrders
from solver.program.monolith import monolith
from solver.program.warm_start import WarmStart
from solver.result import Method, OrderPlan
from solver.workers.protocol import Workers, check_workers
from solver.workers.threads import Threads

MONOLITH_BALANCES = 100_000
"""Stock points x periods up to which one program is solved as fast as blocks are."""
SECONDS_PER_CELL = 2e-4
"""Time limit of large chains for each stock point and period."""


def optimise(
    scenario: Scenario,
    safety_stock: Floats,
    options: SolverOptions | None = None,
    *,
    warm_start: WarmStart | None = None,
    progress: Progress | None = None,
    fixed_orders: Floats | None = None,
    workers: Workers | None = None,
) -> OrderPlan:
    """Orders for all products and locations together.

    The linear relaxation is solved and proves the bound. Orders of the commit window are then set
    to permitted lots, everything else is solved again around them, and if the gap is still wider
    than asked for, HiGHS searches for better lots in the time that is left. If time runs out before
    the relaxation is solved, the closed form gives the orders. What origins owe from earlier
    orders comes on top of the orders returned, and is not ordered again.

    Large chains are planned so by blocks of products, see :mod:`solver.decomposition.decompose`.

    Parameters
    ----------
    scenario : Scenario
    safety_stock : array [K, T]
        Buffer wanted at the end of each period, see ``solver.closed_form.order_up_to``.
    options : SolverOptions, optional
    warm_start : WarmStart, optional
        Keeps the solver between calls on similar scenarios (rolling horizons).
    progress : callable, optional
        Called with the name of each phase.
    fixed_orders : array [A, T], optional
        Quantities of orders in the commit window that are no decision (0: none may be placed), nan
        where they are free. They obey lot rules only if they do so as given.
    workers : Workers, optional
        Who solves the blocks of large chains; default: threads of this process. The orders are the
        same, unless time runs out.

    Returns
    -------
    OrderPlan

    Raises
    ------
    CannotShip
        If fixed orders ask for more than can ship.
    NotEnoughMemory
        If a large chain cannot be planned in the memory that is allowed.
    InputError
        If an argument is of another kind or shape, the scenario has no forecast, safety stocks are
        not finite, or orders are fixed that are none (see
        :meth:`solver.program.fixed_orders.FixedOrders.of`) or while goods are owed: those count
        against the first orders.
    """
    _check(scenario, safety_stock, options, warm_start, progress, fixed_orders, workers)
    options = options or SolverOptions()
    deadline = Deadline(options.time_limit or time_for(scenario), progress)
    fixed = FixedOrders.of(scenario, fixed_orders)
    scenario, rest = ship_backorders(scenario)
    warm_start, workers = warm_start or WarmStart(), workers or Threads()
    method = method_for(scenario, options)
    if method == "monolith":
        found = monolith(scenario, safety_stock, fixed, options, warm_start, deadline)
    elif method == "closed_form":
        found = in_closed_form(scenario, safety_stock, fixed, options, workers, deadline)
    else:
        found = plan_by_blocks(
            scenario, safety_stock, fixed, options, workers, warm_start, deadline
        )
    return replace(
        found,
        quantity=new_orders(scenario, found.quantity, rest),
        relaxed=new_orders(scenario, found.relaxed, rest),
    )


def _check(
    scenario: Scenario,
    safety_stock: Floats,
    options: SolverOptions | None,
    warm_start: WarmStart | None,
    progress: Progress | None,
    fixed_orders: Floats | None,
    workers: Workers | None,
) -> None:
    check = Arguments("optimise")
    wanted = "SolverOptions, such as SolverOptions(time_limit=30)"
    check.kind("options", options, SolverOptions, wanted, optional=True)
    check.kind("warm_start", warm_start, WarmStart, "a WarmStart of an earlier call", optional=True)
    check.call_of("progress", progress, optional=True)
    check_workers(check, workers)
    if check_scenario(check, scenario, forecast=True):
        shape = (scenario.n_points, scenario.n_periods)
        check.numbers_of("safety_stock", safety_stock, shape, "points x periods", least=None)
        if fixed_orders is not None:
            shape = (scenario.n_routes, scenario.n_periods)
            fixed = check.numbers_of(
                "fixed_orders", fixed_orders, shape, "routes x periods", blank=True
            )
            owes = scenario.owed is not None and bool(scenario.owed.any())
            if owes and fixed is not None and not np.isnan(fixed).all():
                problem = "orders cannot be fixed while goods are owed"
                check.add("fixed_orders", problem, "leave it out, or set owed to None")
    check.refuse()


def method_for(scenario: Scenario, options: SolverOptions) -> Method:
    """How orders are found: as the options say, or by the size of the program.

    A large chain in which products share no capacity falls into one problem per product; where the
    closed form knows all that matters to it, it is used.
    """
    if options.solver != "auto":
        return options.solver
    if scenario.n_points * model_periods(scenario) <= MONOLITH_BALANCES:
        return "monolith"
    return "closed_form" if closed_form_suffices(scenario) else "decomposed"


def closed_form_suffices(scenario: Scenario) -> bool:
    """Whether nothing couples products, and nothing asks for more than the order-up-to rule knows.

    It knows one way to each point, no fixed costs, no end of life, and orders of any size, small
    lots apart.
    """
    routes = scenario.routes
    open_ = routes.max_order_quantity > 0
    ways = np.bincount(routes.destination[open_], minlength=scenario.n_points)
    return not (
        any(resource.limited for resource in shared_resources(scenario))
        or np.isfinite(routes.max_order_quantity[open_]).any()
        or (ways > 1).any()
        or (routes.order_cost > 0).any()
        or (routes.min_order_quantity > 0).any()
        or scenario.settings.end_of_life
    )


def time_for(scenario: Scenario) -> float:
    """Seconds that a plan may take where none are given: a minute, or more for large chains."""
    return max(60.0, SECONDS_PER_CELL * scenario.n_points * scenario.n_periods)


__all__ = ["WarmStart", "optimise"]
