"""Decide safety stocks anew at every review, and order by them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from brain import find_brain
from brain.analytic.overrides import apply_overrides
from brain.policy import SafetyStockPolicy
from scenarios.arrays.types import Floats
from scenarios.errors import Finding
from scenarios.model.scenario import Scenario
from scenarios.simulation.rolling import scenario_at
from scenarios.simulation.state import State


class ReviewLog(Protocol):
    """Keeps what was wanted at each review, and what there was to say at the first."""

    wanted: dict[int, Floats]
    """[K] safety stocks by period."""
    findings: tuple[Finding, ...]


class Review:
    """An order policy that asks a brain about the days ahead, and an order rule about orders.

    Parameters
    ----------
    scenario : Scenario
    brain : str or SafetyStockPolicy
    horizon : int
        Periods ahead that both are shown.
    orders : callable
        ``(scenario as it stands, safety stocks [K, T]) -> orders [A]``.

    Attributes
    ----------
    wanted : dict of int to array [K]
        Safety stock at the end of each period in which it was asked.
    findings : tuple of Finding
        What the brain had to say at the first review.
    """

    def __init__(
        self,
        scenario: Scenario,
        brain: str | SafetyStockPolicy,
        horizon: int,
        orders: Callable[[Scenario, Floats], Floats],
    ):
        self._scenario, self._horizon, self._orders = scenario, horizon, orders
        self._brain = find_brain(brain) if isinstance(brain, str) else brain
        self.wanted: dict[int, Floats] = {}
        self.findings: tuple[Finding, ...] = ()

    def __call__(self, state: State, period: int) -> Floats:
        """Orders [A]."""
        today = scenario_at(self._scenario, state, period, self._horizon)
        decided = apply_overrides(today, self._brain(today))
        if not self.wanted:
            self.findings = decided.findings
        self.wanted[period] = decided.quantity[:, 0]
        return self._orders(today, decided.quantity)
