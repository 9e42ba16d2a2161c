"""What a policy costs in the long run, and brains trained for one case: shared by benchmarks."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np

from brain.environments.training_chains import ChainSource
from brain.trained.registry import automatic
from scenarios.arrays.types import Floats
from scenarios.demand.sampling import sample
from scenarios.model.scenario import Scenario
from scenarios.simulation.compiled import CompiledScenario
from scenarios.simulation.costs import point_costs
from scenarios.simulation.policy import OrderPolicy
from scenarios.simulation.run import run
from scenarios.simulation.state import State
from scenarios.simulation.step import compile_scenario, initial_state

FORECAST = 60
"""Periods of (steady) forecast; later ones are like the last."""

Brain = Callable[[Floats], Floats]


def mean_costs(
    scenario: Scenario,
    policy: OrderPolicy,
    rng: np.random.Generator,
    periods: int,
    skip: int = 100,
) -> Floats:
    """[P] cost of each chain per period from period ``skip`` on, stock under way included."""
    net = compile_scenario(scenario)
    total = np.zeros(scenario.n_points)
    for period, _, outcome in run(net, _opening(scenario, net), policy, _demand(scenario, rng)):
        if period >= skip:
            total += point_costs(net, outcome)
        if period == skip + periods - 1:
            break
    return np.bincount(scenario.points.product, total, scenario.n_products) / periods


def _demand(scenario: Scenario, rng: np.random.Generator) -> Iterator[Floats]:
    while True:
        yield from np.ascontiguousarray(sample(scenario, rng).T)


def _opening(scenario: Scenario, net: CompiledScenario) -> State:
    """The opening state, in whole units where demand comes in whole units."""
    state = initial_state(scenario, net)
    if scenario.products.distribution[0] != "poisson":
        return state
    return dataclasses.replace(
        state,
        on_hand=np.rint(state.on_hand),
        in_transit=tuple(np.rint(slot) for slot in state.in_transit),
    )


def half_width(differences: Floats) -> float:
    """Half the 95% interval of a mean over independent paths."""
    return float(1.96 * differences.std(ddof=1) / np.sqrt(differences.size))


def dearer(found: Floats, other: Floats) -> tuple[float, float]:
    """Cost over another's less 1 on the same paths, and half its 95% interval."""
    share = float(found.mean() / other.mean())
    return share - 1, half_width(found - share * other) / float(other.mean())


def trained_for(chains: ChainSource, steps: int, seed: int) -> Brain:
    """A brain trained for these chains and nothing else."""
    import torch

    from brain.learning.hdpo import train
    from brain.learning.network import Perceptron
    from brain.learning.options import TrainingOptions

    torch.set_num_threads(1)
    options = TrainingOptions(steps=steps, chains=256, periods=60, seed=seed, validate_every=steps)
    model = Perceptron.from_layers(train(chains, options).layers)

    def brain(features: Floats) -> Floats:
        with torch.no_grad():
            seen = torch.from_numpy(np.ascontiguousarray(features, dtype=np.float32))
            return model(seen).numpy().astype(np.float64)

    return brain


def shipped_for(ratio: float) -> Brain:
    """The shipped brains at a ratio."""
    policy = automatic()
    if policy is None:
        raise SystemExit("no brain is shipped: python -m brain.training.ship")
    return policy.at(ratio)
