"""Orders for one problem, learnt by differentiating its cost through the simulator. Needs Torch.

Hindsight differentiable policy optimisation, see :mod:`brain.learning.rollout`: the cost of demand
paths that are sampled anew in every step is back-propagated to the weights of
:mod:`brain.order_policies.order_up_to` and Adam takes a step down.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from brain.order_policies.order_up_to import LearnedOrders, Weights, learned_orders, untaught
from scenarios.arrays.types import Floats
from scenarios.problem import Problem, total_cost
from scenarios.simulation.compiled import CompiledScenario
from scenarios.simulation.costs import COMPONENTS, Costs, period_costs
from scenarios.simulation.run import run
from scenarios.simulation.state import Outcome, State
from scenarios.simulation.step import compile_scenario, initial_state
from scenarios.simulation.trajectory import Trajectory


@dataclass(frozen=True)
class Effort:
    """How to learn."""

    steps: int | None = None
    """Updates of the weights; default: what takes about a minute on one core for a few points."""
    n_paths: int = 128
    """Demand paths of each."""
    learning_rate: float = 1e-2
    """At the start; it falls to nothing along a cosine. Corrections by period learn faster."""
    hidden: tuple[int, ...] = (64, 64)
    checks: int = 8
    """How often the weights are compared on demand paths kept apart; the best are returned."""
    check_paths: int = 256

    def steps_for(self, n_periods: int) -> int:
        """Updates for runs of so many periods."""
        return self.steps if self.steps is not None else min(400, max(60, 20_000 // n_periods))


BY_PERIOD_FASTER = 3.0
"""Learning rate of the corrections by period over that of the network."""
CLIP = 2.0
"""Largest norm of a gradient, of cost in units of its standard deviation over paths."""


def learn(
    problem: Problem, rng: np.random.Generator, effort: Effort | None = None
) -> LearnedOrders:
    """Orders that cost little on average, as a policy for NumPy.

    Parameters
    ----------
    problem : Problem
        If its cost cannot be computed by Torch (NumPy functions cannot), the gradients are those of
        the scenario's own costs. What jumps, as a fixed cost of orders does, has no gradient.
    rng : numpy.random.Generator
        Draws all demand paths and the weights to start from.
    effort : Effort, optional

    Notes
    -----
    The weights are compared by what counts, on demand paths kept apart, and the best ones returned:
    those to start from, if nothing better is found. Lot rules are not known. Equal generators give
    equal orders on one machine and number of threads.
    """
    effort = Effort() if effort is None else effort
    scenario = problem.scenario
    start = untaught(scenario, effort.hidden, rng)
    arrays = [torch.tensor(x, dtype=torch.float32, requires_grad=True) for x in start.arrays()]
    orders = learned_orders(scenario, Weights.of(arrays), torch, dtype=torch.float32)
    kept_apart = problem.draw(rng, effort.check_paths)
    game = _Game(problem, compile_scenario(scenario, torch, dtype=torch.float32))
    game = game if game.is_differentiable(orders, kept_apart[:2]) else game.by_own_costs()
    with torch.no_grad():
        cost = game.cost(orders, kept_apart)
    unit = max(float(cost.std()), 1e-3 * float(cost.abs().mean()), 1e-9)

    def now() -> tuple[float, LearnedOrders]:
        weights = Weights.of([x.detach().numpy().astype(float) for x in arrays])
        made = learned_orders(scenario, weights)
        return float(problem.cost_under(made, kept_apart).mean()), made

    best = now()
    groups = [
        {"params": arrays[:1], "rate": BY_PERIOD_FASTER * effort.learning_rate},
        {"params": arrays[1:], "rate": effort.learning_rate},
    ]
    optimiser = torch.optim.Adam(groups, lr=effort.learning_rate)
    steps = effort.steps_for(scenario.n_periods)
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = group["rate"] * 0.5 * (1.0 + math.cos(math.pi * step / steps))
        optimiser.zero_grad()
        loss = game.cost(orders, problem.draw(rng, effort.n_paths)).mean() / unit
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(arrays, CLIP)
        if not bool(torch.isfinite(norm)):
            break
        optimiser.step()
        if (step + 1) % max(1, steps // effort.checks) == 0 or step + 1 == steps:
            best = min(best, now(), key=lambda found: found[0])
    return best[1]


@dataclass(frozen=True, eq=False)
class _Game:
    """The problem, played by Torch."""

    problem: Problem
    net: CompiledScenario

    def is_differentiable(self, orders: LearnedOrders, demand: Floats) -> bool:
        """Whether gradients come through what counts."""
        try:
            return bool(self.cost(orders, demand).requires_grad)
        except (TypeError, RuntimeError, AttributeError):
            return False

    def by_own_costs(self) -> _Game:
        """The same with the scenario's own costs in the place of what counts."""
        return _Game(Problem(self.problem.scenario, self.problem.demand), self.net)

    def cost(self, orders: LearnedOrders, demand: Floats) -> Tensor:
        """[paths] what counts, for demand [paths, K, T]; differentiable."""
        scenario, net = self.problem.scenario, self.net
        wanted = net.array(np.ascontiguousarray(np.moveaxis(demand, -1, 0)))
        start = initial_state(scenario, net, (len(demand),))
        review = scenario.settings.review_period
        periods = run(net, start, orders, iter(wanted), review_period=review)
        if self.problem.cost is total_cost:
            return sum(period_costs(net, outcome, period).total for period, _, outcome in periods)
        history = [(state, outcome) for _, state, outcome in periods]
        return self.problem.cost(self._trajectory(wanted, start, history)).sum(-1)

    def _trajectory(
        self, demand: Tensor, start: State, history: Sequence[tuple[State, Outcome]]
    ) -> Trajectory:
        """The run as the cost of a problem wants it."""
        outcomes = [outcome for _, outcome in history]

        def over_time(values: Sequence[Tensor]) -> Any:
            return torch.stack(list(values), dim=-1)

        names = ("receipts", "sales", "missed", "on_hand", "backlog", "orders", "shipped")
        paid = [period_costs(self.net, outcome, t).as_dict() for t, outcome in enumerate(outcomes)]
        return Trajectory(
            scenario=self.problem.scenario,
            demand=torch.movedim(demand, 0, -1),
            opening=start.on_hand,
            unmet_orders=over_time([outcome.unmet_orders for outcome in outcomes]),
            on_way=over_time([state.on_way for state, _ in history]),
            expired=over_time(
                [torch.zeros_like(o.on_hand) if o.expired is None else o.expired for o in outcomes]
            ),
            costs=Costs(**{name: over_time([by[name] for by in paid]) for name in COMPONENTS}),
            final=history[-1][0],
            **{name: over_time([getattr(o, name) for o in outcomes]) for name in names},
        )
