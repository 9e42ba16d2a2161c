"""What a set of orders costs in the model, by plain recursion: no solver needed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenarios.arrays.types import Floats
from solver.formulation.model_data import ModelData
from solver.formulation.shared_limits import overflow_cost, used
from solver.formulation.shortfall_tiers import shortfall_cost


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Cost of given orders in the model, and the stock they lead to."""

    cost: float
    """Objective of the model, without fixed order costs."""
    surcharge: float
    """Part of ``cost`` that lost sales pay beyond their missed-sale cost."""
    on_hand: Floats
    """[K, S] planned net stock at the end of each period."""
    buffer: Floats
    """[K, S + 1] stock less what ships next; column 0 is the opening."""
    missed: Floats
    """[K, S] planned lost sales, those that no order could reach included."""
    overdrawn: float
    """Largest quantity shipped that was not there; 0 for orders that can be carried out."""
    use: Floats
    """[R] planned use of each shared limit."""
    overflow: float
    """Part of ``cost`` that is charged for it."""


def evaluate(data: ModelData, quantity: Floats, missed_sale_cost: Floats) -> Evaluation:
    """Cost and stock of orders ``quantity`` [A, S]; sales are lost only where stock forces it.

    ``missed_sale_cost`` [K] is the cost the user gave, to tell the model's surcharge apart.
    """
    received, shipped = movements(data, quantity)
    n_points, n_periods = data.mean.shape
    after = np.zeros((n_points, n_periods + 1))
    if data.lag:
        after[:, :-1] = shipped
    flow = data.scheduled + received - shipped - data.mean + data.missed_already
    on_hand, missed = _stock(data, flow, after)
    buffer = np.concatenate([data.opening[:, None], on_hand], axis=1) - after
    decided = np.ones_like(buffer, dtype=bool)
    decided[:, 0] = data.supplies & bool(data.lag)
    short_cost = shortfall_cost(data.tiers, data.safety_stock - buffer)
    cost = float((data.holding_price * on_hand).sum() + short_cost[decided].sum())
    cost += float((data.missed_price * missed).sum())
    use = used(data.limits, data.resources, on_hand, quantity)
    overflow = overflow_cost(data.limits, use)
    cost += float((data.order_price * quantity).sum()) + overflow
    extra = (data.missed_price - missed_sale_cost[:, None]) * missed
    # What waits for stock is served after shipments, so only stock in hand and receipts can ship.
    before = np.concatenate([data.opening[:, None], on_hand[:, :-1]], axis=1)
    available = np.maximum(before, 0.0)
    if not data.lag:
        available = available + received + data.scheduled
    below = (shipped - available)[data.supplies]
    return Evaluation(
        cost=cost,
        surcharge=float(extra.sum()),
        on_hand=on_hand,
        buffer=buffer,
        missed=missed + data.missed_already,
        overdrawn=float(below.max(initial=0.0)),
        use=use,
        overflow=overflow,
    )


def _stock(data: ModelData, flow: Floats, after: Floats) -> tuple[Floats, Floats]:
    """[K, S] stock at the end of each period and lost sales, by the net ``flow`` [K, S] into each
    point and what it ships ``after`` [K, S + 1] each period."""
    loses = data.sells & (not data.backlog)
    lowest = np.where(loses[:, None], data.safety_stock - data.tiers.width.sum(axis=2), -np.inf)
    # Period by period in memory: this is all the work there is.
    flow, after, lowest = (x.T.copy() for x in (flow, after, lowest))
    on_hand, missed = np.empty(flow.shape), np.empty(flow.shape)
    stock = data.opening
    for s in range(len(flow)):
        stock = stock + flow[s]
        missed[s] = np.maximum(lowest[s + 1] - (stock - after[s + 1]), 0.0)
        on_hand[s] = stock = stock + missed[s]
    return on_hand.T.copy(), missed.T.copy()


def movements(data: ModelData, quantity: Floats) -> tuple[Floats, Floats]:
    """[K, S] received and shipped at each point by orders ``quantity`` [A, S]."""
    received, shipped = np.zeros(data.mean.shape), np.zeros(data.mean.shape)
    for lead in np.unique(data.lead_time):
        group = np.flatnonzero(data.lead_time == lead)
        if lead < data.n_periods:
            arriving = quantity[group, : data.n_periods - lead]
            np.add.at(received[:, lead:], data.destination[group], arriving)
    inside = np.flatnonzero(data.origin >= 0)
    np.add.at(shipped, data.origin[inside], quantity[inside])
    return received, shipped
