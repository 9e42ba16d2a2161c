"""One perishable product for a year, bought on thirteen dates."""

from __future__ import annotations

import numpy as np

from scenarios.arrays.types import Floats
from scenarios.catalogue.entry import Entry, KnownScore
from scenarios.examples.dense import world
from scenarios.model.opening import Ages
from scenarios.model.scenario import Scenario
from scenarios.problem import Problem
from scenarios.simulation.trajectory import Trajectory

DAYS = 365
BETWEEN_ORDERS = 30
LIFE = 90
OPENING = np.array([0, 0, 0, 1, 1, 5, 5, 10, 10, 50, 50, 80, 80])
"""Age in days of each unit on hand."""
EMPTY_DAY = 5.0
BUDGET = 1000.0
PER_DAY = 2.0
"""Sales in the long run: gaps are half a day on average."""
VARIANCE_PER_DAY = 2.0 / 3.0
"""Of a count of renewals in the long run: the gaps' variance over their mean cubed."""


def customers(scenario: Scenario, rng: np.random.Generator, n_paths: int) -> Floats:
    """Demand [paths, 1, T]: a customer after every gap of U(0, 1) days.

    The first gap begins with day 0. A window that opens later is entered in the middle of a gap.
    """
    n_days = scenario.n_periods
    # More than twice as many gaps as there are days on average do not fit.
    gaps = rng.random((n_paths, 3 * n_days + 30))
    if scenario.elapsed:
        gaps[:, 0] = 1.0 - np.sqrt(gaps[:, 0])
    day = np.cumsum(gaps, axis=1).astype(np.int64)
    path = np.broadcast_to(np.arange(n_paths)[:, None], day.shape)
    out = np.zeros((n_paths, n_days))
    inside = day < n_days
    np.add.at(out, (path[inside], day[inside]), 1.0)
    return out[:, None, :]


def cost(run: Trajectory) -> Floats:
    """[..., T] units bought, and 5 for each day on which a customer was turned away."""
    turned_away = (run.missed > 0).sum(axis=-2)
    paid: Floats = run.orders.sum(axis=-2) + EMPTY_DAY * turned_away
    # The budget is there on day 0.
    paid[..., 0] -= BUDGET if run.scenario.elapsed == 0 else 0.0
    return paid


def problem(rng: np.random.Generator) -> Problem:
    """The same in every episode.

    A unit of age 90 or more at the start of day 0, 7, 14, ... is dropped, before that day's order
    arrives. Planners reckon with half an empty day for a missed customer, for two come a day, and
    with a little for holding, or they would not mind when they buy.
    """
    # Age a may be sold today and on the LIFE - a - 1 days after it.
    left = np.bincount(LIFE - 1 - OPENING, minlength=LIFE).astype(float)[:, None]
    scenario = world(
        ["shop"], [("supplier", "shop", 0)], mean=PER_DAY, std=np.sqrt(VARIANCE_PER_DAY),
        n_periods=DAYS, on_hand=float(len(OPENING)), opening_ages=Ages(left, ()),
        shelf_life=float(LIFE), expiry_check=7, review_period=BETWEEN_ORDERS,
        timeline="receive_first", lane_cost=1.0, order_multiple=1.0,
        missed_sale_cost=EMPTY_DAY / PER_DAY, holding_cost=0.001, end_of_life=True,
    )  # fmt: skip
    return Problem(scenario, customers, cost)


CLEAROUT = Entry(
    name="clearout",
    about="One perishable product for a year: a customer after every U(0, 1) days, orders on 13"
    " dates, 90 days of life; 1000 less units bought and 5 for each day that turns one away.",
    source="A published bandit that shifts units between dated purchase orders",
    make=problem,
    measure="reward",
    known=(KnownScore("bandit, at best", 283.0, "published: one path, the one it was tuned on"),),
)  # fmt: skip
