"""From safety stocks to orders: one program for all products, or blocks of them."""

from __future__ import annotations

from dataclasses import replace

from scenarios.model import Floats, Scenario
from solver.clock import Clock, Progress
from solver.decomposed import decomposed
from solver.fixed_orders import FixedOrders
from solver.kept import Kept
from solver.monolith import monolith
from solver.options import SolverOptions
from solver.owed import new_orders, ship_owed
from solver.result import OrderPlan
from solver.workers import Here, Workers


def optimise(
    scenario: Scenario,
    safety_stock: Floats,
    options: SolverOptions | None = None,
    *,
    kept: Kept | None = None,
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

    Parameters
    ----------
    scenario : Scenario
    safety_stock : array [K, T]
        Buffer wanted at the end of each period, see ``solver.closed_form``.
    options : SolverOptions, optional
    kept : Kept, optional
        Keeps the solver between calls on similar scenarios (rolling horizons).
    progress : callable, optional
        Called with the name of each phase.
    fixed_orders : array [A, T], optional
        Quantities of orders in the commit window that are no decision (0: none may be placed), nan
        where they are free. They obey lot rules only if they do so as given.

    Returns
    -------
    OrderPlan

    Raises
    ------
    CannotShip
        If fixed orders ask for more than can ship.
    ValueError
        If orders are fixed that are none (:meth:`solver.fixed_orders.FixedOrders.of`), or while
        goods are owed: those count against the first orders.
    """
    options = options or SolverOptions()
    clock = Clock(options.time_limit, progress)
    fixed = FixedOrders.of(scenario, fixed_orders)
    if len(fixed.route) and scenario.owed is not None and scenario.owed.any():
        raise ValueError("orders cannot be fixed while goods are owed")
    scenario, rest = ship_owed(scenario)
    if options.solver == "decomposed":
        found = decomposed(
            scenario, safety_stock, fixed, options, workers or Here(), kept or Kept(), clock
        )
    else:
        found = monolith(scenario, safety_stock, fixed, options, kept or Kept(), clock)
    return replace(
        found,
        quantity=new_orders(scenario, found.quantity, rest),
        relaxed=new_orders(scenario, found.relaxed, rest),
    )


__all__ = ["Kept", "optimise"]
