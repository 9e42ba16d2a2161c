"""Safety stocks -> orders: the closed form, the mixed-integer program and its decomposition.

The way through: :func:`optimise` (``optimiser``) states the order model (``formulation``: one
function for each family of constraints, in Pyomo, and as arrays) and solves it, whole
(``program``, by HiGHS in ``highs``) or by blocks of products that prices of the shared capacities
coordinate (``decomposition``, spread over ``workers``). Where nothing is shared
:func:`order_up_to` (``closed_form``) has the answer. ``yardsticks`` are programs to compare with.
``options`` go in, a ``result`` comes out, and the ``deadline`` is how long it may take.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.lazy_names import lazy_names

if TYPE_CHECKING:
    from scenarios.version import __version__
    from solver.closed_form.order_up_to import OrderUpTo, order_up_to
    from solver.decomposition.memory import NotEnoughMemory
    from solver.optimiser import optimise
    from solver.options import SolverOptions
    from solver.program.fixed_orders import CannotShip
    from solver.program.warm_start import WarmStart
    from solver.result import Effort, OrderPlan
    from solver.workers.protocol import Workers
    from solver.workers.ray_workers import ClusterFailed
    from solver.workers.selection import workers_of

__all__ = [
    "CannotShip",
    "ClusterFailed",
    "Effort",
    "NotEnoughMemory",
    "OrderPlan",
    "OrderUpTo",
    "SolverOptions",
    "WarmStart",
    "Workers",
    "__version__",
    "optimise",
    "order_up_to",
    "workers_of",
]

lazy_names(
    __name__,
    {
        "__version__": "scenarios.version",
        "OrderUpTo": "solver.closed_form.order_up_to",
        "order_up_to": "solver.closed_form.order_up_to",
        "NotEnoughMemory": "solver.decomposition.memory",
        "optimise": "solver.optimiser",
        "SolverOptions": "solver.options",
        "CannotShip": "solver.program.fixed_orders",
        "WarmStart": "solver.program.warm_start",
        "Effort": "solver.result",
        "OrderPlan": "solver.result",
        "Workers": "solver.workers.protocol",
        "ClusterFailed": "solver.workers.ray_workers",
        "workers_of": "solver.workers.selection",
    },
)
