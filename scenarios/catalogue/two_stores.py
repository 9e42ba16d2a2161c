"""One DC and two stores over 28 days, with fixed costs, batches and crowded rooms."""

from __future__ import annotations

import numpy as np

from scenarios.arrays.types import Floats
from scenarios.catalogue.entry import Entry, KnownScore
from scenarios.examples.dense import column, tree
from scenarios.problem import Problem
from scenarios.simulation.trajectory import Trajectory

PERIODS = 28
MEAN = 10.0
PRICE, LOST = 50.0, 5.0
HOLDING = np.array([1.0, 1.0, 0.5])
"""Per unit and day: stores, DC."""
ROOM = np.array([75.0, 75.0, 150.0])
"""What each can hold for nothing."""
CROWDED = 0.75
"""Share of the room by which it must be exceeded to pay tanh(1) of its size."""
ORDER_COST, UNIT_COST = 50.0, 2.0
"""Of the DC's orders."""
BATCH, BATCH_COST = 50.0, 10.0
"""Of a store's shipments."""


def money(run: Trajectory) -> Floats:
    """[..., T] what is paid less what is sold for.

    The room is paid for right after receipts: stock at the end, and what has left since. Batches
    are counted by store and day.
    """
    at_receipt = run.on_hand + run.sales + run.shipped_out
    excess = np.maximum(at_receipt - ROOM[:, None], 0.0)
    crowd = ROOM[:, None] * np.tanh(excess / (CROWDED * ROOM[:, None]))
    to_stores = run.scenario.routes.origin >= 0
    ordered = run.orders[..., ~to_stores, :]
    # What rounding leaves of a whole number starts no batch.
    batches = np.ceil(run.shipped[..., to_stores, :] / BATCH - 1e-9)
    at_points = HOLDING[:, None] * run.on_hand + crowd + LOST * run.missed - PRICE * run.sales
    at_dc: Floats = (ORDER_COST * (ordered > 0) + UNIT_COST * ordered).sum(axis=-2)
    return at_points.sum(axis=-2) + at_dc + BATCH_COST * batches.sum(axis=-2)


def problem(rng: np.random.Generator) -> Problem:
    """The same in every episode.

    Planners reckon with a lost sale at its price and its penalty, a batch for each of a store's
    orders, and the slope at which crowding begins.
    """
    scenario = tree(
        [1, 1], 2, mean=MEAN, std=np.sqrt(MEAN), n_periods=PERIODS, distribution="poisson",
        on_hand=column([25.0, 25.0, 100.0]), holding_cost=column(HOLDING),
        missed_sale_cost=PRICE + LOST, order_cost=column([BATCH_COST, BATCH_COST, ORDER_COST]),
        lane_cost=column([0.0, 0.0, UNIT_COST]), order_multiple=1.0,
        storage_capacity=column(ROOM), overflow_cost=1.0 / CROWDED,
        timeline="receive_first", unmet_orders="backlog", sharing="in_order", end_of_life=True,
    )  # fmt: skip
    return Problem(scenario, cost=money)


TWO_STORES = Entry(
    name="two-stores",
    about="One DC and two stores, Poisson(10) each over 28 days; sales at 50, lost sale 5, fixed"
    " costs of orders and batches, stock above what a room holds pays more and more.",
    source="A published comparison of reinforcement learning with tuned rules",
    make=problem,
    measure="profit",
    known=(
        KnownScore("Q-learning", 14_600.0, "published"),
        KnownScore("annealed network", 21_900.0, "published"),
        KnownScore("(s, S), full state", 24_640.0, "published, +- 1,230"),
        KnownScore("oracle, at most", 25_868.0, "published"),
    ),
    aim=24_900.0,
)
