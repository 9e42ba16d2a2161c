"""Safety stocks -> orders: the closed form, the mixed-integer program and its solution."""

from __future__ import annotations

from solver.closed_form.order_up_to import OrderUpTo, order_up_to
from solver.optimiser import Kept, optimise
from solver.options import SolverOptions
from solver.program.fixed_orders import CannotShip
from solver.result import OrderPlan

__all__ = [
    "CannotShip",
    "Kept",
    "OrderPlan",
    "OrderUpTo",
    "SolverOptions",
    "optimise",
    "order_up_to",
]
