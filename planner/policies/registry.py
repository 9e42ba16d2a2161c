"""The policies that the command line knows by name."""

from __future__ import annotations

from collections.abc import Callable

from planner.policies.closed_form import ClosedForm
from planner.policies.learned.differentiable import Differentiable
from planner.policies.learned.ppo import Ppo
from planner.policies.learned.q_learning import QLearning
from planner.policies.oracle import Oracle
from planner.policies.order_model import ANALYTIC_PLANNED, MEANS_PLANNED, Planned
from planner.policies.rules.policy import Policy
from planner.policies.simple import ZERO, Constant, Random
from planner.policies.tuned.bandit import Bandit
from planner.policies.tuned.base_stock import (
    ANNEALED,
    LOCAL,
    TunedBaseStock,
    TunedCapped,
    TunedReorder,
)
from planner.policies.tuned.end_phase import TunedEndPhase
from planner.policies.two_stage import StochasticProgram
from scenarios.errors import Finding, InputError

NAMED: dict[str, Callable[[str], Policy | Oracle]] = {
    "hybrid": Planned,
    "analytic-mip": lambda brain: ANALYTIC_PLANNED,
    "mip-on-means": lambda brain: MEANS_PLANNED,
    "closed-form": ClosedForm,
    "base-stock": lambda brain: TunedBaseStock(),
    "capped-base-stock": lambda brain: TunedCapped(),
    "s-S": lambda brain: TunedReorder(),
    "s-S-to-the-end": lambda brain: TunedEndPhase(),
    "bandit": lambda brain: Bandit(),
    "annealing": lambda brain: ANNEALED,
    "local-search": lambda brain: LOCAL,
    "stochastic-lp": lambda brain: StochasticProgram(),
    "differentiable": lambda brain: Differentiable(),
    "q-learning": lambda brain: QLearning(),
    "ppo": lambda brain: Ppo(),
    "constant": lambda brain: Constant(),
    "random": lambda brain: Random(),
    "zero": lambda brain: ZERO,
    "oracle": lambda brain: Oracle(),
}
"""Name -> policy with a brain, where it has one."""


def named(name: str, brain: str = "auto") -> Policy | Oracle:
    """The policy of that name.

    Raises
    ------
    InputError
        If there is none.
    """
    if name not in NAMED:
        remedy = f"choose one of {', '.join(NAMED)}"
        raise InputError([Finding("--policy", "there is no such policy", remedy, value=name)])
    return NAMED[name](brain)
