"""Which brain decides, by its name, and the safety stocks that it and the user want."""

from __future__ import annotations

from brain.analytic.newsvendor import Analytic
from brain.analytic.overrides import NoSafetyStock, apply_overrides, at_least_nothing
from brain.policy import SafetyStockPolicy, SafetyStocks
from scenarios.arguments import Arguments
from scenarios.model.scenario import Scenario, check_scenario


def find_brain(name: str) -> SafetyStockPolicy:
    """The safety stock policy of a name.

    Parameters
    ----------
    name : str
        ``auto`` (trained brains by each product's cost ratio, the analytic rule outside what they
        were trained on), ``analytic``, ``none``, the name of a brain (:func:`brain.brain_table`),
        or the path of a brain file.

    Returns
    -------
    SafetyStockPolicy

    Raises
    ------
    InputError
        If there is no such brain, or its file is refused.
    """
    check = Arguments("find_brain")
    check.text("name", name)
    check.refuse()
    if name == Analytic.name:
        return Analytic()
    if name == NoSafetyStock.name:
        return NoSafetyStock()
    from brain.trained.registry import automatic, trained_brain

    if name == "auto":
        return automatic() or Analytic()
    return trained_brain(name)


def safety_stocks(scenario: Scenario, brain: str | SafetyStockPolicy = "auto") -> SafetyStocks:
    """Safety stocks of every point and period, to be held throughout.

    The user's own override the brain's, of which none is below zero where nobody buys
    (:func:`brain.analytic.overrides.at_least_nothing`).

    Parameters
    ----------
    scenario : Scenario
        With a forecast.
    brain : str or SafetyStockPolicy
        A name for :func:`find_brain`, or any callable that follows the protocol.

    Returns
    -------
    SafetyStocks
        ``quantity`` [K, T] in units.

    Raises
    ------
    InputError
        If there is no such brain, or the scenario cannot be decided on.
    """
    check = Arguments("safety_stocks")
    check_scenario(check, scenario, forecast=True)
    check_brain(check, brain)
    check.refuse()
    policy = find_brain(brain) if isinstance(brain, str) else brain
    return apply_overrides(scenario, at_least_nothing(scenario, policy(scenario)))


def check_brain(check: Arguments, brain: object) -> bool:
    """Whether an argument ``brain`` is a name, there or not, or something that decides."""
    if isinstance(brain, str):
        return check.text("brain", brain)
    if callable(brain):
        return True
    remedy = "give auto, analytic, none, the name or file of a brain, or a SafetyStockPolicy"
    return check.add("brain", "is neither a name nor something that decides", remedy, brain)
