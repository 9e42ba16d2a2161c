"""What a brain does on chains that it is judged by: its cost, days and safety stocks. Needs Torch.

An episode is one chain run over all periods. Each look plays the same episodes, so that what is
seen differs by the brain alone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from brain.environments.brain_orders import Brain, BrainOrders
from brain.environments.training_chains import ChainSource, OneChain, RandomChains, TrainingBatch
from brain.learning.rollout import Rollout, rollout
from scenarios.simulation.costs import period_costs, point_costs
from scenarios.simulation.run import run
from scenarios.simulation.state import State

EPISODES = 100
"""Of which days are counted."""
OVERSTOCK_DAYS = 3.0
"""Days of mean demand above the safety stock, from which stock is too much."""
NOTHING = 1e-4
"""Share of the mean demand below which a missed quantity is rounding."""
LEARNT = ("holding", "missed_sale")
"""Components of cost that training counts."""
REFERENCE_MEAN, REFERENCE_STD = 20.0, 5.0
"""Demand of a period of the reference product, in units."""
REFERENCE_LEAD, REFERENCE_HOLDING = (2, 3, 4), (1.0, 0.8, 0.5)


@dataclass(frozen=True)
class ValidationScore:
    """What was seen of a brain; costs are per chain and period, in units of its typical cost."""

    cost: float
    holding: float
    missed: float
    others: float
    perfect: float
    """Shares of days, over points with customers of 100 episodes; the three sum to 1."""
    overstock: float
    understock: float


@dataclass(frozen=True, eq=False)
class ValidationChains:
    """Chains ready to be looked at."""

    ready: Rollout
    mean: Tensor
    """[T, D] mean demand at the points whose days are counted."""
    days_at: Tensor
    """[D] those points."""

    def look(self, brain: Brain) -> tuple[float, tuple[float, float, float], Tensor]:
        """Mean cost, its parts (holding, missed, others), and days [perfect, over, under]."""
        ready, net = self.ready, self.ready.scaled
        n_periods = ready.demand.shape[0]
        total = torch.zeros(ready.demand.shape[1], dtype=net.dtype, device=net.device)
        parts = torch.zeros(3, dtype=torch.float64)
        days = torch.zeros(3, dtype=torch.float64)
        policy = _Remembering(dataclasses.replace(ready.orders, brain=brain))
        with torch.no_grad():
            for period, _, outcome in run(ready.net, ready.start, policy, iter(ready.demand)):
                total += point_costs(net, outcome)
                paid = period_costs(net, outcome, period)
                others = [value for name, value in paid.as_dict().items() if name not in LEARNT]
                parts += torch.stack([paid.holding, paid.missed_sale, sum(others)]).cpu()
                at = self.days_at
                days += kinds_of_day(
                    outcome.on_hand[at], outcome.missed[at], policy.stock[at], self.mean[period]
                )
        sums = torch.zeros(ready.n_chains, dtype=total.dtype, device=total.device)
        sums.index_add_(0, ready.product, total)
        cost = float((sums.cpu().numpy().astype(np.float64) / n_periods).mean())
        split = parts / (ready.n_chains * n_periods)
        return cost, (float(split[0]), float(split[1]), float(split[2])), days


def kinds_of_day(on_hand: Tensor, missed: Tensor, safety_stock: Tensor, mean: Tensor) -> Tensor:
    """How many of some points had a day that was [perfect, overstock, understock].

    Parameters
    ----------
    on_hand : Tensor [D]
        Closing stock, units.
    missed : Tensor [D]
        Demand of the day that was not met in it.
    safety_stock : Tensor [D]
        As asked for on the day; below 0 counts as 0.
    mean : Tensor [D]
        Mean demand of the day.
    """
    under = missed > NOTHING * torch.clamp(mean, min=1.0)
    bound = torch.clamp(safety_stock, min=0.0) + OVERSTOCK_DAYS * mean
    over = ~under & (on_hand > bound)
    counted = torch.stack([(~under & ~over).sum(), over.sum(), under.sum()])
    return counted.cpu().to(torch.float64)


def validation_chains(
    batch: TrainingBatch, *, episodes: int, device: str = "cpu"
) -> ValidationChains:
    """Make chains ready; days are counted of some of them, evenly from the longest to shortest."""
    scenario, points = batch.scenario, batch.scenario.points
    n = scenario.n_products
    chosen = np.unique(np.linspace(0, n - 1, min(episodes, n)).round().astype(int))
    at = np.flatnonzero(points.sells & np.isin(points.product, chosen))
    ready = rollout(batch, device=device)
    mean = np.ascontiguousarray(scenario.mean[at, : batch.demand.shape[1]].T)
    return ValidationChains(ready, ready.net.array(mean), torch.as_tensor(at, device=device))


def look_at(chains: Sequence[ValidationChains], brain: Brain) -> ValidationScore:
    """Look at all of them; the days are those of the last ones."""
    looked = [some.look(brain) for some in chains]
    days = looked[-1][2] / looked[-1][2].sum()
    split = np.mean([parts for _, parts, _ in looked], axis=0)
    return ValidationScore(
        float(np.mean([cost for cost, _, _ in looked])),
        *(float(part) for part in split),
        *(float(share) for share in days),
    )


class Reference:
    """One product with steady demand, whose safety stocks are told as training goes on.

    Its ratio is that which the brain is for, its stages and lead times lie within what it is
    trained on. It opens with what its mean demand needs.
    """

    def __init__(self, source: ChainSource, device: str = "cpu"):
        leads: tuple[int, ...] = REFERENCE_LEAD
        holding = REFERENCE_HOLDING
        stages = (1, len(leads))
        if isinstance(source, RandomChains):
            stages, (low, high) = source.stages, source.lead_time
            leads = tuple(min(max(lead, low), high) for lead in leads)
        depth = min(len(leads), stages[1])
        chain = OneChain(
            ratio_of(source), leads[:depth], holding[:depth],
            mean=REFERENCE_MEAN, std=REFERENCE_STD, calm_start=True,
        )  # fmt: skip
        self._ready = rollout(chain.draw(np.random.default_rng(0), 1, 40), device=device)

    def safety_stocks(self, brain: Brain) -> tuple[float, ...]:
        """Units at each stage at the start, the retailer first."""
        ready = self._ready
        with torch.no_grad():
            found = dataclasses.replace(ready.orders, brain=brain).safety_stock(ready.start, 0)
        return tuple(float(value) for value in found.cpu())


def ratio_of(source: Any) -> float:
    """The ratio that a brain is for: the one aimed at, or the middle of a range (geometric)."""
    ratio = getattr(source, "ratio", 100.0)
    aim = getattr(source, "aim", None)
    if aim is not None:
        return float(aim)
    return float(np.sqrt(ratio[0] * ratio[1])) if isinstance(ratio, tuple) else float(ratio)


class _Remembering:
    """The orders of a brain, and the safety stocks that they were placed for."""

    def __init__(self, orders: BrainOrders):
        self._orders = orders
        self.stock: Any = None

    def __call__(self, state: State, period: int) -> Any:
        self.stock = self._orders.safety_stock(state, period)
        return self._orders.rule.orders(state, period, self.stock)
