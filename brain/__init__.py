"""State -> safety stocks: the analytic baseline and what plugs in beside it."""

from __future__ import annotations

from brain.analytic import Analytic
from brain.override import NoSafetyStock, apply_overrides
from brain.policy import SafetyStockPolicy, SafetyStocks
from scenarios.errors import Finding, InputError
from scenarios.model import Scenario

__all__ = ["Analytic", "NoSafetyStock", "SafetyStockPolicy", "SafetyStocks", "safety_stocks"]


def find_brain(name: str) -> SafetyStockPolicy:
    """The policy of that name: ``auto`` (at present the analytic rule), ``analytic``, ``none``.

    Raises
    ------
    InputError
        If there is no such brain.
    """
    if name in ("auto", Analytic.name):
        return Analytic()
    if name == NoSafetyStock.name:
        return NoSafetyStock()
    remedy = "choose auto, analytic or none"
    raise InputError([Finding("--brain", "there is no such brain", remedy, value=name)])


def safety_stocks(scenario: Scenario, brain: str | SafetyStockPolicy = "auto") -> SafetyStocks:
    """Safety stocks of every point and period, the user's own overriding the brain's.

    Parameters
    ----------
    scenario : Scenario
    brain : str or SafetyStockPolicy
        A name for :func:`find_brain`, or any callable that follows the protocol.
    """
    policy = find_brain(brain) if isinstance(brain, str) else brain
    return apply_overrides(scenario, policy(scenario))
