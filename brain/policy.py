"""What plugs in as a brain: anything that turns a scenario into safety stocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from scenarios.arrays.types import Floats
from scenarios.errors import Finding
from scenarios.model.scenario import Scenario


@dataclass(frozen=True, eq=False)
class SafetyStocks:
    """Crisp safety stocks and where each came from.

    ``quantity[k, s]`` is the buffer wanted at stock point k at the end of period s: at points
    that supply others with timeline ``order_first``, closing stock less what ships in s + 1.
    """

    quantity: Floats
    source: NDArray[np.object_]
    """[K] who decided: ``analytic``, ``none``, ``override`` or the name of a brain's file."""
    findings: tuple[Finding, ...] = ()


class SafetyStockPolicy(Protocol):
    """Decides the safety stocks of every stock point and period."""

    name: str

    def __call__(self, scenario: Scenario) -> SafetyStocks: ...
