"""Safety stocks -> orders: the closed form, the mixed-integer program and its solution."""

from __future__ import annotations

from solver.closed_form import OrderUpTo, order_up_to
from solver.fixed_orders import CannotShip
from solver.optimise import Kept, optimise
from solver.options import SolverOptions
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
