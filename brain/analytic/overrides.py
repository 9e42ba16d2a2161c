"""No safety stock at all, safety stocks that a user sets, and none below zero for a plan."""

from __future__ import annotations

import dataclasses

import numpy as np

from brain.policy import SafetyStockPolicy, SafetyStocks
from scenarios.arguments import Arguments
from scenarios.model.scenario import Scenario, check_scenario


class NoSafetyStock:
    """Plan on the means alone."""

    name = "none"

    def __call__(self, scenario: Scenario) -> SafetyStocks:
        """0 for every point and period.

        Parameters
        ----------
        scenario : Scenario

        Returns
        -------
        SafetyStocks

        Raises
        ------
        InputError
            If it is none.
        """
        check = Arguments("NoSafetyStock")
        check_scenario(check, scenario)
        check.refuse()
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


def at_least_nothing(scenario: Scenario, decided: SafetyStocks) -> SafetyStocks:
    """Cut negative safety stocks of places without customers to 0.

    A brain asked every day means by them that the echelon needs less just now, and orders by
    echelons are cheaper for it (lost sales: by 1% at ratio 100, by a third at ratio 1); so
    policies are left as they are. A plan is another matter. The order model counts from 0 there,
    so that a number below would say of its orders what is not so; and what is right for today's
    state is not for a whole horizon (with waiting customers and ratio 1 it is a third dearer).
    """
    supplies = np.isin(np.arange(scenario.n_points), scenario.routes.origin)
    low = (supplies & ~scenario.points.sells)[:, None] & (decided.quantity < 0.0)
    if not low.any():
        return decided
    return dataclasses.replace(decided, quantity=np.where(low, 0.0, decided.quantity))
