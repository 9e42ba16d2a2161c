"""What plugs in as a brain: anything that turns a scenario into safety stocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from scenarios.arrays.types import Floats
from scenarios.errors import Finding
from scenarios.model.scenario import Scenario
from scenarios.notebook import as_html, in_short, plural


@dataclass(frozen=True, eq=False, repr=False)
class SafetyStocks:
    """Crisp safety stocks and where each came from.

    ``quantity[k, s]`` is the buffer wanted at stock point k at the end of period s: at points
    that supply others with timeline ``order_first``, closing stock less what ships in s + 1.
    """

    quantity: Floats
    """[K, T] units."""
    source: NDArray[np.object_]
    """[K] who decided: ``analytic``, ``none``, ``override`` or the name of a brain's file."""
    findings: tuple[Finding, ...] = ()
    """What there is to say of it."""

    def __repr__(self) -> str:
        return in_short("SafetyStocks", *self._facts().values())

    def _repr_html_(self) -> str:
        return as_html("Safety stocks", self._facts())

    def _facts(self) -> dict[str, str]:
        points, periods = self.quantity.shape
        return {
            "stock points": plural(points, "stock point"),
            "periods": plural(periods, "period"),
            "decided by": ", ".join(sorted({str(who) for who in self.source})),
        }


class SafetyStockPolicy(Protocol):
    """Decides the safety stocks of every stock point and period."""

    name: str

    def __call__(self, scenario: Scenario) -> SafetyStocks: ...
