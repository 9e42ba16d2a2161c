"""One location that loses sales: eight cells whose optimal cost is known.

Poisson demand with mean 5, holding cost 1, missed sale 4 or 9, lead time 1 to 4, orders in whole
units at every period. An order is placed before demand and arrives so many periods later.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from scenarios.catalogue.entry import Entry, KnownScore
from scenarios.examples.dense import chain
from scenarios.problem import Problem

SOURCE = "Zipkin 2008, Operations Research 56(5)"
MEAN = 5.0
PERIODS, WARM_UP = 2000, 100


@dataclass(frozen=True)
class Cell:
    """Costs per period of the optimal, the best base-stock and the best capped base-stock policy.

    ``level`` is that of the best base-stock policy.
    """

    optimal: float
    base_stock: float
    capped: float
    level: int


CELLS = {
    (4, 1): Cell(4.041, 4.163, 4.065, 12),
    (4, 2): Cell(4.395, 4.639, 4.406, 16),
    (4, 3): Cell(4.599, 4.975, 4.631, 20),
    (4, 4): Cell(4.729, 5.198, 4.798, 25),
    (9, 1): Cell(5.438, 5.547, 5.481, 13),
    (9, 2): Cell(6.094, 6.316, 6.119, 19),
    (9, 3): Cell(6.531, 6.864, 6.616, 23),
    (9, 4): Cell(6.836, 7.271, 6.912, 28),
}
"""By missed-sale cost and lead time."""


def problem(
    rng: np.random.Generator, missed: int, lead_time: int, n_periods: int = PERIODS + WARM_UP
) -> Problem:
    """The same in every episode; opens with about what a good policy has."""
    scenario = chain(
        [lead_time], mean=MEAN, std=MEAN**0.5, distribution="poisson", n_periods=n_periods,
        holding_cost=1.0, missed_sale_cost=float(missed), order_multiple=1.0, on_hand=8.0,
        open_orders=[(0, period, MEAN) for period in range(lead_time)],
    )  # fmt: skip
    return Problem(scenario)


def _entry(missed: int, lead_time: int, cell: Cell) -> Entry:
    return Entry(
        name=f"lost-sales-{missed}-{lead_time}",
        about=f"One location, lost sales, Poisson(5), lead time {lead_time}, holding 1,"
        f" missed sale {missed}, whole units.",
        source=SOURCE,
        make=partial(problem, missed=missed, lead_time=lead_time),
        per_period=True,
        warm_up=WARM_UP,
        known=(
            KnownScore("optimal", cell.optimal, SOURCE),
            KnownScore("best base-stock", cell.base_stock, SOURCE),
            KnownScore("best capped base-stock", cell.capped, SOURCE),
        ),
        aim=cell.capped,
        n_paths=20,
    )


LOST_SALES = tuple(_entry(*which, cell) for which, cell in CELLS.items())
