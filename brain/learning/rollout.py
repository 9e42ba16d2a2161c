"""Chains run under a brain, so that their cost can be differentiated in its weights. Needs Torch.

Hindsight differentiable policy optimisation (Alvo, Russo and Kanoria, arXiv 2306.11246; Madeka et
al., arXiv 2210.03137): the simulator is differentiable almost everywhere in the safety stocks, so
the cost of a sampled demand path is back-propagated straight to the weights.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import torch
from scipy import special
from torch import Tensor

from brain.environments.brain_orders import Brain, BrainOrders, brain_orders
from brain.environments.training_chains import TrainingBatch
from brain.trained.point_facts import lasting, point_facts
from scenarios.arrays.types import Floats
from scenarios.model.scenario import Scenario
from scenarios.simulation.compiled import CompiledScenario
from scenarios.simulation.costs import period_costs, point_costs
from scenarios.simulation.run import run
from scenarios.simulation.state import State
from scenarios.simulation.step import compile_scenario, initial_state

__all__ = ["BrainOrders", "Rollout", "rollout", "typical_cost", "untrained_brain"]


@dataclass(frozen=True, eq=False)
class Rollout:
    """Chains ready to be run, as often as wanted."""

    net: CompiledScenario
    start: State
    demand: Tensor
    """[T, K]"""
    orders: BrainOrders
    scaled: CompiledScenario
    """The same world with costs in units of each chain's typical cost."""
    n_chains: int
    product: Tensor
    """[K]"""

    def loss(self, brain: Brain) -> Tensor:
        """Mean scaled cost of a chain and period; differentiable."""
        total: Tensor | float = 0.0
        policy = dataclasses.replace(self.orders, brain=brain)
        for period, _, outcome in run(self.net, self.start, policy, iter(self.demand)):
            paid = period_costs(self.scaled, outcome, period)
            total = total + paid.holding + paid.missed_sale
        assert isinstance(total, Tensor)
        return total / (self.n_chains * self.demand.shape[0])

    def chain_costs(self, brain: Brain, *, first: int = 0) -> Floats:
        """[P] scaled cost of each chain per period, from period ``first`` on."""
        total = torch.zeros(self.demand.shape[1], dtype=self.net.dtype, device=self.net.device)
        policy = dataclasses.replace(self.orders, brain=brain)
        with torch.no_grad():
            for period, _, outcome in run(self.net, self.start, policy, iter(self.demand)):
                if period >= first:
                    total += point_costs(self.scaled, outcome)
        sums = torch.zeros(self.n_chains, dtype=total.dtype, device=total.device)
        sums.index_add_(0, self.product, total)
        return sums.cpu().numpy().astype(np.float64) / (self.demand.shape[0] - first)


def untrained_brain(features: Tensor) -> Tensor:
    """The brain that has learnt nothing: no correction, the analytic safety stock."""
    return features[..., 0] * 0.0


def rollout(
    batch: TrainingBatch, *, device: str = "cpu", dtype: torch.dtype = torch.float32
) -> Rollout:
    """Make chains ready to be run under brains."""
    scenario = batch.scenario
    as_torch = {"dtype": dtype, "device": device}
    net = compile_scenario(scenario, torch, **as_torch)
    scale = 1.0 / typical_cost(scenario)[scenario.points.product]
    return Rollout(
        net=net,
        start=initial_state(scenario, net),
        demand=net.array(np.ascontiguousarray(batch.demand.T)),
        orders=brain_orders(scenario, untrained_brain, torch, **as_torch),
        scaled=dataclasses.replace(
            net,
            holding_cost=net.array(scenario.points.holding_cost * scale),
            missed_cost=net.array(scenario.points.missed_sale_cost * scale),
        ),
        n_chains=scenario.n_products,
        product=torch.asarray(scenario.points.product.copy(), device=device),
    )


def typical_cost(scenario: Scenario) -> Floats:
    """[P] what a chain costs per period, about, so that calm and wild, cheap and dear count alike.

    What uncertainty costs: the newsvendor's optimum, (m + h) phi(z) std, over the cover of the
    longest echelon. And what flow costs without any: every unit pays for resting on its way, or
    is missed if that is cheaper. Std is at least 5% of the mean, so that the sum is never 0.
    """
    points, facts, n = scenario.points, point_facts(scenario), scenario.n_products
    sells = np.flatnonzero(points.sells)
    product = points.product[sells]
    mean = scenario.mean[sells].mean(axis=1)
    std = np.sqrt((scenario.std[sells] ** 2).mean(axis=1) + (0.05 * mean) ** 2)
    std *= lasting(scenario, facts.cover)[sells]
    holding, missed = points.holding_cost[sells], points.missed_sale_cost[sells]
    z = special.ndtri(missed / (missed + holding))
    rate = (missed + holding) * np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)
    longest, way = np.ones(n), np.zeros(n)
    np.maximum.at(longest, points.product, facts.cover)
    np.maximum.at(way, points.product, facts.way)
    if scenario.settings.unmet_demand == "lost":
        way = np.minimum(way, 1.0)
    uncertain = np.bincount(product, rate * std, n) * np.sqrt(longest)
    flow = np.bincount(product, missed * mean, n) * way
    return np.asarray(uncertain + flow, dtype=np.float64)
