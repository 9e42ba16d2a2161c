"""The policies that have a name: one table, which commands, app, studies and documents read.

A new policy is a file beside this one and a row in :data:`POLICIES`; docs/policies.md is made from
the table. Policies are imported when they are first made, so that ``planner --help`` can list them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pandas import DataFrame

    from planner.policies.oracle import Oracle
    from planner.policies.rules.policy import Policy
    from scenarios.arguments import Arguments

Make = Callable[[str], "Policy | Oracle"]
"""From the name of a brain, which most do not need, to the policy."""


@dataclass(frozen=True)
class PolicyEntry:
    """What there is to say of a policy.

    Parameters
    ----------
    name : str
        As commands and studies call it.
    label : str
        As the app calls it.
    sentence : str
        Who orders, without a capital and a full stop.
    make : callable
    needs : {"", "brain", "train"}
        The safety stocks of a brain; what the extra ``train`` installs.
    order_model : bool
        Whether the options of the order model are its options, too.
    everywhere : bool
        Whether it is on the leaderboard of every problem of the catalogue that does not say
        otherwise (:mod:`planner.experiments.contenders`).
    playable : bool
        Whether the page Simulate offers it: nobody waits there until it has learnt.
    """

    name: str
    label: str
    sentence: str
    make: Make
    needs: Literal["", "brain", "train"] = ""
    order_model: bool = False
    everywhere: bool = True
    playable: bool = False


def policy_of(name: str | Policy | Oracle, brain: str = "auto") -> Policy | Oracle:
    """The policy of a name; a policy is itself.

    Parameters
    ----------
    name : str, Policy or Oracle
        Names are those of :func:`policy_table`.
    brain : str
        Of named policies that have one.

    Returns
    -------
    Policy or Oracle

    Raises
    ------
    InputError
        If there is none.
    """
    if not isinstance(name, str) or not isinstance(brain, str):
        from scenarios.arguments import Arguments

        check = Arguments("find_policy")
        check_policy(check, "name", name)
        check.text("brain", brain)
        check.refuse()
    if not isinstance(name, str):
        return name
    if name not in POLICIES:
        from scenarios.errors import Finding, InputError

        remedy = f"choose one of {', '.join(POLICIES)}"
        raise InputError([Finding("--policy", "there is no such policy", remedy, value=name)])
    return POLICIES[name].make(brain)


def policy_table() -> DataFrame:
    """The policies that have a name.

    Returns
    -------
    DataFrame
        One row per policy: name, sentence (who orders), needs (brain; train: the extra of that
        name).
    """
    from pandas import DataFrame

    rows = [(entry.name, entry.sentence, entry.needs) for entry in POLICIES.values()]
    return DataFrame(rows, columns=["name", "sentence", "needs"])


def check_policy(check: Arguments, name: str, value: object) -> bool:
    """Whether an argument is a policy, or the name of one, there or not."""
    if isinstance(value, str):
        return check.text(name, value)
    if isinstance(getattr(value, "name", None), str) and (
        callable(value) or callable(getattr(value, "knowing", None))
    ):
        return True
    remedy = "give the name of a policy, or a Policy: a callable with a name"
    return check.add(name, "is no policy", remedy, value)


def _hybrid(brain: str) -> Policy:
    from planner.policies.order_model import OrderModel

    return OrderModel(brain)


def _analytic_mip(brain: str) -> Policy:
    from planner.policies.order_model import ANALYTIC_PLANNED

    return ANALYTIC_PLANNED


def _mip_on_means(brain: str) -> Policy:
    from planner.policies.order_model import MEANS_PLANNED

    return MEANS_PLANNED


def _closed_form(brain: str) -> Policy:
    from planner.policies.closed_form import ClosedForm

    return ClosedForm(brain)


def _base_stock(brain: str) -> Policy:
    from planner.policies.tuned.base_stock import TunedBaseStock

    return TunedBaseStock()


def _capped_base_stock(brain: str) -> Policy:
    from planner.policies.tuned.base_stock import TunedCapped

    return TunedCapped()


def _reorder(brain: str) -> Policy:
    from planner.policies.tuned.base_stock import TunedReorder

    return TunedReorder()


def _end_phase(brain: str) -> Policy:
    from planner.policies.tuned.end_phase import TunedEndPhase

    return TunedEndPhase()


def _bandit(brain: str) -> Policy:
    from planner.policies.tuned.bandit import Bandit

    return Bandit()


def _annealing(brain: str) -> Policy:
    from planner.policies.tuned.base_stock import ANNEALED

    return ANNEALED


def _local_search(brain: str) -> Policy:
    from planner.policies.tuned.base_stock import LOCAL

    return LOCAL


def _stochastic_lp(brain: str) -> Policy:
    from planner.policies.two_stage import StochasticProgram

    return StochasticProgram()


def _differentiable(brain: str) -> Policy:
    from planner.policies.learned.differentiable import Differentiable

    return Differentiable()


def _q_learning(brain: str) -> Policy:
    from planner.policies.learned.q_learning import QLearning

    return QLearning()


def _ppo(brain: str) -> Policy:
    from planner.policies.learned.ppo import Ppo

    return Ppo()


def _constant(brain: str) -> Policy:
    from planner.policies.simple import Constant

    return Constant()


def _random(brain: str) -> Policy:
    from planner.policies.simple import Random

    return Random()


def _zero(brain: str) -> Policy:
    from planner.policies.simple import ZERO

    return ZERO


def _oracle(brain: str) -> Oracle:
    from planner.policies.oracle import Oracle

    return Oracle()


_ROWS = (
    PolicyEntry(
        "hybrid", "Hybrid",
        "safety stocks of the brain, orders of the mixed-integer program, planned anew at every"
        " review",
        _hybrid, needs="brain", order_model=True, playable=True,
    ),
    PolicyEntry(
        "analytic-mip", "Textbook and program",
        "textbook safety stocks, orders of the mixed-integer program",
        _analytic_mip, order_model=True, playable=True,
    ),
    PolicyEntry(
        "mip-on-means", "Program on means",
        "the mixed-integer program without safety stocks, as if demand were its mean",
        _mip_on_means, order_model=True, playable=True,
    ),
    PolicyEntry(
        "closed-form", "Closed form",
        "the echelon order-up-to rule with the brain's safety stocks; shared capacities are not"
        " seen",
        _closed_form, needs="brain", playable=True,
    ),
    PolicyEntry(
        "base-stock", "Base-stock",
        "order-up-to levels, corrected by location so that they cost least in simulation",
        _base_stock, playable=True,
    ),
    PolicyEntry(
        "capped-base-stock", "Capped base-stock",
        "base-stock, orders of at most so many reviews' demand; levels and caps tuned",
        _capped_base_stock, playable=True,
    ),
    PolicyEntry(
        "s-S", "(s, S)",
        "order up to S only if enough is missing; levels and sizes tuned by Nelder and Mead's"
        " simplex",
        _reorder, playable=True,
    ),
    PolicyEntry(
        "s-S-to-the-end", "(s, S) to the end",
        "reorder level and lot, tuned, that never order above the demand still to come",
        _end_phase, everywhere=False,
    ),
    PolicyEntry(
        "bandit", "Bandit",
        "orders fixed beforehand; an epsilon-greedy bandit shifts units between their dates",
        _bandit, everywhere=False,
    ),
    PolicyEntry(
        "annealing", "(s, S) by annealing", "(s, S), tuned by simulated annealing", _annealing
    ),
    PolicyEntry(
        "local-search", "(s, S) by local search", "(s, S), tuned by local search",
        _local_search,
    ),
    PolicyEntry(
        "stochastic-lp", "Stochastic program",
        "two-stage stochastic linear program over sampled demand, solved anew at every review",
        _stochastic_lp,
    ),
    PolicyEntry(
        "differentiable", "Differentiable",
        "order-up-to levels by period and state, learned by gradients through the simulator",
        _differentiable, needs="train", everywhere=False,
    ),
    PolicyEntry(
        "q-learning", "Q-learning",
        "tabular Q-learning: a table for each point, from its position and stock to an order",
        _q_learning, everywhere=False,
    ),
    PolicyEntry(
        "ppo", "PPO",
        "a network that outputs orders, trained end to end by RLlib's PPO (a minute or two)",
        _ppo, needs="train", everywhere=False,
    ),
    PolicyEntry(
        "constant", "Mean demand", "the mean demand at every review, whatever happens", _constant,
        playable=True,
    ),
    PolicyEntry("random", "At random", "anything up to twice the mean demand", _random),
    PolicyEntry("zero", "No orders", "nothing, ever", _zero, playable=True),
    PolicyEntry(
        "oracle", "Oracle",
        "perfect information: the program that knows demand. A yardstick, no policy. A bound where"
        " every unit has its price (`orgym-*`); elsewhere it plans fixed costs and lots roughly,"
        " and by the first day's lead times where they change",
        _oracle, everywhere=False,
    ),
)  # fmt: skip
POLICIES: dict[str, PolicyEntry] = {entry.name: entry for entry in _ROWS}
"""By name, in the order in which they are listed."""
