"""One product in one shop whose demand grows and gets wilder over 90 days."""

from __future__ import annotations

import numpy as np

from scenarios.catalogue.entry import Entry, KnownScore
from scenarios.examples.dense import chain
from scenarios.problem import Problem

PERIODS = 90


def problem(rng: np.random.Generator) -> Problem:
    """The same in every episode: means 40 to 60, stds 5 to 15, both straight lines."""
    share = np.linspace(0.0, 1.0, PERIODS)
    scenario = chain(
        [7], mean=40.0 + 20.0 * share, std=5.0 + 10.0 * share, n_periods=PERIODS, on_hand=100.0,
        holding_cost=0.02, missed_sale_cost=5.0, end_of_life=True,
    )  # fmt: skip
    return Problem(scenario)


SINGLE_SKU = Entry(
    name="single-sku",
    about="One product, lead time 7, normal demand from N(40, 5) to N(60, 15) over 90 periods;"
    " 100 on hand and nothing under way; holding 0.02, lost sale 5.",
    source="A known demonstration of stochastic programming for inventory",
    make=problem,
    known=(
        KnownScore("stochastic LP", 1140.8, "published, out of sample"),
        KnownScore("unavoidable part", 924.4, "published: sales lost before any order can arrive"),
    ),
    aim=1140.8,
)
