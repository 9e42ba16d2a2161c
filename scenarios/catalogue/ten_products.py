"""Ten products in one shop whose stock, lead times and means are drawn anew in every episode."""

from __future__ import annotations

import numpy as np

from scenarios.arrays.types import Floats
from scenarios.catalogue.entry import Entry, KnownScore
from scenarios.evaluation.kpis import overstocked
from scenarios.examples.dense import world
from scenarios.problem import Problem
from scenarios.simulation.trajectory import Trajectory

PRODUCTS, DAYS = 10, 30
HOLDING, UNMET, OVERSTOCK, PERFECT = 0.01, 1.0, 0.1, 10.0


def cost(run: Trajectory) -> Floats:
    """[..., T] minus the reward of each day."""
    mean = run.scenario.mean
    stock = run.on_hand.sum(axis=-2)
    beyond = np.maximum(run.on_hand - 3.0 * mean, 0.0).sum(axis=-2)
    perfect = (~overstocked(run) & ~(run.missed > 0)).all(axis=-2)
    return (
        HOLDING * stock + UNMET * run.missed.sum(axis=-2) + OVERSTOCK * beyond - PERFECT * perfect
    )


def problem(rng: np.random.Generator) -> Problem:
    """Draw an episode."""
    scenario = world(
        ["shop"],
        [("supplier", "shop", 1)],
        n_products=PRODUCTS,
        n_periods=DAYS,
        mean=rng.integers(1, 10, PRODUCTS)[None, :, None],
        distribution="poisson",
        on_hand=rng.integers(10, 50, PRODUCTS)[None, :],
        lead_times=rng.integers(1, 5, PRODUCTS)[None, :],
        holding_cost=HOLDING,
        missed_sale_cost=UNMET,
        order_multiple=1.0,
        end_of_life=True,
    )
    return Problem(scenario, cost=cost)


TEN_PRODUCTS = Entry(
    name="ten-products",
    about="Ten products in one shop over 30 days, Poisson demand, lost sales; opening stock 10 to"
    " 49, lead time 1 to 4 and mean 1 to 9 drawn in every episode. Reward: -0.01 a unit of stock,"
    " -1 a unit missed, -0.1 a unit above 3x mean, +10 on a day without either at any product.",
    source="A known reinforcement-learning demonstration; zero orders earn -1,301 there and -1,295"
    " here, so a day is perfect if it is for all products",
    make=problem,
    varies=True,
    measure="reward",
    known=(
        KnownScore("PPO", -1288.0, "published"),
        KnownScore("order-up-to", -454.0, "published"),
        KnownScore("zero orders", -1301.0, "published"),
    ),
    aim=-454.0,
    n_paths=50,
)
