"""What the optimiser returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scenarios.arrays.types import Floats
from scenarios.notebook import as_html, in_short, plural

Status = Literal["optimal", "gap_reached", "best_found", "time_limit", "closed_form"]


Method = Literal["monolith", "decomposed", "closed_form"]


@dataclass(frozen=True)
class Effort:
    """How orders were found, and at what expense."""

    method: Method
    """One program for all products, blocks of them, or no program at all."""
    blocks: int = 1
    """Programs that were solved beside each other."""
    rounds: int = 0
    """Times that every block was solved at new prices of the shared capacities."""
    workers: int = 1
    """That solved blocks beside each other."""
    highs_seconds: float = 0.0
    """Spent inside HiGHS, by all workers together."""
    block_seconds: float = 0.0
    """Spent on blocks, HiGHS included, by all workers together."""
    relaxed_objective: float | None = None
    """Cost without lot rules, its own surcharge left out; None: unknown."""


@dataclass(frozen=True, eq=False, repr=False)
class OrderPlan:
    """Orders for every route and period, and how good they are known to be.

    Orders never ask an origin for more than it is projected to hold, so what is ordered is what
    ships. ``objective`` and ``bound`` are in currency over the horizon and belong to the model
    of the orders (holding, expected shortage, expected overflow, fixed and lane costs), of which
    ``bound`` is a proven lower bound; ``gap`` is (objective - bound) / abs(objective).
    """

    quantity: Floats
    """[A, T] order placed in each period."""
    relaxed: Floats
    """[A, T] the same without lot rules: the optimum of the linear relaxation."""
    status: Status
    """optimal: proven within 1e-6; gap_reached: within the gap asked for; best_found: the search
    ended with a wider gap; time_limit: so did the time; closed_form: no optimisation was needed or
    none was possible."""
    objective: float
    bound: float | None
    surcharge: float
    """What lost sales pay in the model beyond their missed-sale cost, so that none is refused.
    Left out of ``objective`` and ``bound``, alike in both."""
    price: dict[str, Floats]
    """Kind of shared resource -> [places, T] what one more unit of it would save (0 where it does
    not bind)."""
    overflow: dict[str, Floats]
    """Kind of shared resource -> [places, T] expected use above its capacity, demand risk included
    (0 where it is hard)."""
    seconds: dict[str, float] = field(default_factory=dict)
    """Wall time by phase: compile, build, solve, round, total ..."""
    message: str = ""
    """One sentence for people on how the result came about."""
    fixed: NDArray[np.bool_] | None = None
    """[A, T] where the order was given beforehand; None: nowhere."""
    effort: Effort = Effort("monolith")
    """How they were found, and at what expense."""

    @property
    def storage_price(self) -> Floats:
        """[J, T] what one more unit of storage volume would save."""
        return self.price["storage"]

    @property
    def lane_price(self) -> Floats:
        """[N, T] likewise for what lanes carry."""
        return self.price["lane"]

    @property
    def expected_overflow(self) -> Floats:
        """[J, T] expected volume above the storage capacity."""
        return self.overflow["storage"]

    def __repr__(self) -> str:
        return in_short("OrderPlan", *self._facts().values())

    def _repr_html_(self) -> str:
        return as_html("Order plan", self._facts())

    def _facts(self) -> dict[str, str]:
        gap = self.gap
        return {
            "status": self.status,
            "gap": "gap unknown" if gap is None else f"gap {gap:.2%}",
            "orders": plural(int((self.quantity > 0).sum()), "order"),
            "objective": f"objective {self.objective:,.4g}",
        }

    @property
    def gap(self) -> float | None:
        """Relative gap, None where no bound is known."""
        if self.bound is None:
            return None
        return max(0.0, self.objective - self.bound) / max(abs(self.objective), 1e-9)
