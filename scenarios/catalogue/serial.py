"""Serial systems with backlog whose optimal echelon base-stock levels and cost are known.

Clark and Scarf 1960 show what is optimal; the instances and their solutions are those of stockpyl.
There an order that is placed when demand has been seen arrives L periods later; here it is placed
before demand, and what arrives at an upstream stage can be shipped on in the period after. So each
lead time is one less.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from scenarios.catalogue.entry import Entry, KnownScore
from scenarios.examples.dense import chain, column
from scenarios.problem import Problem

SOURCE = "stockpyl (Snyder), by Clark and Scarf 1960"
PERIODS, WARM_UP = 2000, 100


@dataclass(frozen=True)
class Instance:
    """As the source has it, from the retailer up.

    Parameters
    ----------
    distribution, mean, std
        Demand of a period.
    lead_time : tuple of int
        In the source's count, one more than ours.
    echelon_holding : tuple of float
        What a unit costs more to hold than one stage further up.
    backlog : float
        Cost of a customer who waits for a period.
    levels : tuple of float
        Optimal echelon base-stock levels.
    cost : float
        Optimal cost per period, stock under way included.
    """

    distribution: str
    mean: float
    std: float
    lead_time: tuple[int, ...]
    echelon_holding: tuple[float, ...]
    backlog: float
    levels: tuple[float, ...]
    cost: float

    @property
    def holding(self) -> tuple[float, ...]:
        """What a unit costs to hold at each stage."""
        return tuple(float(h) for h in np.cumsum(self.echelon_holding[::-1])[::-1])

    @property
    def our_lead_time(self) -> tuple[int, ...]:
        """Lead times on our timeline."""
        return tuple(lead - 1 for lead in self.lead_time)


INSTANCES = {
    "example_6_1": Instance(
        "normal", 5.0, 1.0, (1, 1, 2), (3.0, 2.0, 2.0), 37.12, (6.49, 12.02, 22.71), 47.665
    ),
    "problem_6_16": Instance("normal", 20.0, 4.0, (8, 3), (5.0, 2.0), 24.0, (171.1, 232.1), 438.24),
    # A quarter of Poisson(16) reaches the retailer in each lead time of a quarter.
    "shang_song_1": Instance(
        "poisson", 4.0, 2.0, (1, 1, 1, 1), (0.25,) * 4, 9.0, (8, 13, 18, 22), 12.687
    ),
    "shang_song_9": Instance(
        "poisson", 4.0, 2.0, (1, 1, 1, 1), (0.25, 2.5, 2.5, 0.25), 9.0, (9, 10, 13, 19), 53.006
    ),
}
"""By the source's name."""


def problem(
    rng: np.random.Generator, instance: Instance, n_periods: int = PERIODS + WARM_UP
) -> Problem:
    """The same in every episode; opens with about what the optimal policy has."""
    levels = np.array(instance.levels)
    leads = instance.our_lead_time
    under_way = [
        (route, period, instance.mean) for route, lead in enumerate(leads) for period in range(lead)
    ]
    position = np.diff(levels, prepend=0.0)
    scenario = chain(
        leads, mean=instance.mean, std=instance.std, distribution=instance.distribution,
        n_periods=n_periods, holding_cost=column(instance.holding),
        missed_sale_cost=instance.backlog, unmet_demand="backlog", in_transit_holding="origin",
        on_hand=column(np.maximum(np.rint(position - instance.mean * np.array(leads)), 0.0)),
        open_orders=under_way,
    )  # fmt: skip
    return Problem(scenario)


def _entry(name: str, instance: Instance) -> Entry:
    leads = ", ".join(map(str, instance.our_lead_time))
    law = f"{instance.distribution}, mean {instance.mean:g}, std {instance.std:g}"
    return Entry(
        name=f"serial-{name.replace('_', '-')}",
        about=f"{len(instance.levels)} stages in a row, backlog, lead times {leads}, demand {law}.",
        source=SOURCE,
        make=partial(problem, instance=instance),
        per_period=True,
        warm_up=WARM_UP,
        known=(KnownScore("optimal", instance.cost, SOURCE),),
        aim=1.01 * instance.cost,
        n_paths=10,
    )


SERIAL = tuple(_entry(*one) for one in INSTANCES.items())
