"""A chain of four stages over 30 periods, judged by discounted profit (OR-Gym)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from scenarios.catalogue.entry import Entry, KnownScore
from scenarios.evaluation.discounted_profit import LinearCost
from scenarios.examples.dense import chain, column
from scenarios.problem import Problem

PERIODS, DISCOUNT = 30, 0.97
PRICE, MAKING, PENALTY = 2.0, 0.5, 0.1
"""Per unit sold, made, and not served in its period."""
HOLDING = (0.15, 0.10, 0.05)


def problem(unmet: Literal["backlog", "lost"]) -> Callable[[np.random.Generator], Problem]:
    """The same in every episode.

    What one stage pays the next cancels, so profit is sales, less what the factory makes, less
    penalty and holding. The penalties on what stages fail to ship each other are left out as they
    are in the published code, where a stage's order is cut to what can be shipped before the two
    are compared. For the same reason nobody owes a stage anything.

    The scenario's own costs are those of profit without discount: a lost sale costs price and
    penalty. A customer who waits costs the penalty, what the discount takes off the price, and the
    price itself with the chance that no shipment comes any more: in the last four of 30 periods.
    """
    waits = unmet == "backlog"
    waiting = PENALTY + (1 - DISCOUNT) * PRICE + PRICE * 4 / PERIODS

    def make(rng: np.random.Generator) -> Problem:
        scenario = chain(
            [3, 5, 10], mean=20.0, n_periods=PERIODS, distribution="poisson",
            on_hand=column([100.0, 100.0, 200.0]), holding_cost=column(HOLDING),
            missed_sale_cost=waiting if waits else PENALTY + PRICE,
            lane_cost=column([0.0, 0.0, MAKING]), lane_capacity=column([100.0, 90.0, 80.0]),
            order_multiple=1.0, unmet_demand=unmet, end_of_life=True,
        )  # fmt: skip
        cost = LinearCost(
            on_hand=HOLDING,
            sales=-PRICE,
            missed=0.0 if waits else PENALTY,
            backlog=PENALTY if waits else 0.0,
            shipped=[0.0, 0.0, MAKING],
            discount=DISCOUNT,
        )
        return Problem(scenario, cost=cost)

    return make


SOURCE = "Hubbs et al. 2020, arXiv 2008.06319"


def _entry(
    name: str,
    about: str,
    unmet: Literal["backlog", "lost"],
    scores: tuple[float, ...],
    more: tuple[KnownScore, ...] = (),
) -> Entry:
    oracle, program, ppo, static = scores
    return Entry(
        name=name,
        about=f"A chain with lead times 3, 5 and 10, lane capacities 100, 90 and 80, and Poisson"
        f" demand of 20; {about}. Profit of 30 periods, discounted by 0.97.",
        source=SOURCE,
        make=problem(unmet),
        measure="profit",
        known=(
            KnownScore("perfect information", oracle, "published, other demand", 1.0),
            KnownScore("stochastic LP", program, "published, shrinking horizon", program / oracle),
            KnownScore("PPO", ppo, "published", ppo / oracle),
            KnownScore("static base-stock", static, "published", static / oracle),
            *more,
        ),
        aim=program,
        n_paths=200,
    )


ORGYM_BACKLOG = _entry(
    "orgym-backlog",
    "unmet demand waits",
    "backlog",
    (546.8, 508.0, 438.8, 388.0),
    # On average over all demand, on which perfect information gives 560.05 (standard error 0.4).
    (KnownScore("best policy", 530.9, "exact, by Clark and Scarf's recursion", 530.9 / 560.05),),
)
ORGYM_LOST_SALES = _entry(
    "orgym-lost-sales", "unmet demand is lost", "lost", (542.7, 485.4, 409.8, 378.5)
)
