"""What counts where every unit has its price, discounted over time: profits, above all."""

from __future__ import annotations

from dataclasses import dataclass

from array_api_compat import array_namespace
from numpy.typing import ArrayLike

from scenarios.arrays.types import Array
from scenarios.simulation.trajectory import Trajectory


@dataclass(frozen=True, eq=False)
class LinearCost:
    """Cost by period, of units of stock and of flow; what is earned counts as negative.

    As every unit has its price, a linear program gives the least cost in hindsight exactly
    (:mod:`solver.yardsticks.hindsight_lp`). Works in any array library, gradients included.

    Parameters
    ----------
    on_hand, sales, missed, backlog : floats or arrays [K]
        Per unit on hand at the end of a period, handed to customers, not met in its period, and
        waiting at the end of a period.
    shipped : float or array [A]
        Per unit shipped.
    discount : float
        A period later everything is worth so much of what it is now.
    """

    on_hand: ArrayLike = 0.0
    sales: ArrayLike = 0.0
    missed: ArrayLike = 0.0
    backlog: ArrayLike = 0.0
    shipped: ArrayLike = 0.0
    discount: float = 1.0

    def __call__(self, run: Trajectory) -> Array:
        """[..., T]"""
        xp = array_namespace(run.on_hand)
        total = 0.0
        for name in ("on_hand", "sales", "missed", "backlog", "shipped"):
            units = getattr(run, name)
            price = xp.asarray(getattr(self, name), dtype=units.dtype)
            total = total + xp.sum(units * price[..., None], axis=-2)
        period = xp.arange(run.on_hand.shape[-1], dtype=run.on_hand.dtype)
        return total * self.discount**period
