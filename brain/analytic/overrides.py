"""No safety stock at all, and the safety stocks that a user sets."""

from __future__ import annotations

import numpy as np

from brain.policy import SafetyStockPolicy, SafetyStocks
from scenarios.model.scenario import Scenario


class NoSafetyStock:
    """Plan on the means alone."""

    name = "none"

    def __call__(self, scenario: Scenario) -> SafetyStocks:
        source = np.full(scenario.n_points, self.name, dtype=object)
        return SafetyStocks(np.zeros(scenario.mean.shape), source)


def decides_nothing(brain: str | SafetyStockPolicy) -> bool:
    """Whether a brain, by name or as it is, plans on the means alone."""
    return getattr(brain, "name", brain) == NoSafetyStock.name


def apply_overrides(scenario: Scenario, decided: SafetyStocks) -> SafetyStocks:
    """Put the user's safety stocks (``product_locations``) in place of the decided ones."""
    fixed = np.isfinite(scenario.points.safety_stock)
    if not fixed.any():
        return decided
    quantity = np.where(fixed[:, None], scenario.points.safety_stock[:, None], decided.quantity)
    return SafetyStocks(quantity, np.where(fixed, "override", decided.source), decided.findings)
