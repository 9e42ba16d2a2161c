"""State -> safety stocks: the analytic baseline and what plugs in beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from brain.analytic.floor import at_least_nothing
from brain.analytic.newsvendor import Analytic
from brain.analytic.overrides import NoSafetyStock, apply_overrides
from brain.policy import SafetyStockPolicy, SafetyStocks
from scenarios.model.scenario import Scenario

if TYPE_CHECKING:
    from brain.training.train import train

__all__ = [
    "Analytic",
    "NoSafetyStock",
    "SafetyStockPolicy",
    "SafetyStocks",
    "safety_stocks",
    "train",
]


def __getattr__(name: str) -> Any:
    if name != "train":
        raise AttributeError(f"module 'brain' has no attribute {name!r}")
    # On first use only: training is an extra, and planning does without it.
    from brain.training.train import train

    return train


def find_brain(name: str) -> SafetyStockPolicy:
    """The policy of that name.

    ``auto`` (shipped brains by each product's cost ratio, the analytic rule outside what they were
    trained on), ``analytic``, ``none``, the name of a brain, or the path of a brain file.

    Raises
    ------
    InputError
        If there is no such brain, or its file is refused.
    """
    if name == Analytic.name:
        return Analytic()
    if name == NoSafetyStock.name:
        return NoSafetyStock()
    from brain.trained.registry import automatic, trained

    if name == "auto":
        return automatic() or Analytic()
    return trained(name)


def safety_stocks(scenario: Scenario, brain: str | SafetyStockPolicy = "auto") -> SafetyStocks:
    """Safety stocks of every point and period, to be held throughout.

    The user's own override the brain's, of which none is below zero where nobody buys
    (:func:`brain.analytic.floor.at_least_nothing`).

    Parameters
    ----------
    scenario : Scenario
    brain : str or SafetyStockPolicy
        A name for :func:`find_brain`, or any callable that follows the protocol.
    """
    policy = find_brain(brain) if isinstance(brain, str) else brain
    return apply_overrides(scenario, at_least_nothing(scenario, policy(scenario)))
