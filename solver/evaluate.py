"""What a set of orders costs in the model, by plain recursion: no solver needed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenarios.model import Floats
from solver.capacity import overflow_cost
from solver.data import ModelData
from solver.shortfall import shortfall_cost


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


def evaluate(data: ModelData, quantity: Floats, missed_sale_cost: Floats) -> Evaluation:
    """Cost and stock of orders ``quantity`` [A, S]; sales are lost only where stock forces it.

    ``missed_sale_cost`` [K] is the cost the user gave, to tell the model's surcharge apart.
    """
    received, shipped = movements(data, quantity)
    n_points, n_periods = data.mean.shape
    after = np.zeros((n_points, n_periods + 1))
    if data.lag:
        after[:, :-1] = shipped
    floor = data.safety_stock - data.tiers.width.sum(axis=2)
    loses = data.sells & (not data.backlog)
    buffer = np.empty((n_points, n_periods + 1))
    on_hand, missed = np.empty((n_points, n_periods)), np.zeros((n_points, n_periods))
    stock = data.opening
    buffer[:, 0] = stock - after[:, 0]
    flow = data.scheduled + received - shipped - data.mean + data.missed_already
    for s in range(n_periods):
        stock = stock + flow[:, s]
        short = floor[:, s + 1] - (stock - after[:, s + 1])
        missed[:, s] = np.where(loses, np.maximum(short, 0.0), 0.0)
        stock = stock + missed[:, s]
        on_hand[:, s] = stock
        buffer[:, s + 1] = stock - after[:, s + 1]
    decided = np.ones_like(buffer, dtype=bool)
    decided[:, 0] = data.supplies & bool(data.lag)
    short_cost = shortfall_cost(data.tiers, data.safety_stock - buffer)
    cost = float((data.holding_price * on_hand).sum() + short_cost[decided].sum())
    cost += float((data.missed_price * missed).sum())
    cost += float((data.order_price * quantity).sum()) + _overflow_cost(data, on_hand)
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
    )


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


def stored_volume(data: ModelData, on_hand: Floats, n_locations: int) -> Floats:
    """[J, S] volume stored at each location."""
    stored = np.zeros((n_locations, data.n_periods))
    np.add.at(stored, data.location, data.volume[:, None] * on_hand)
    return stored


def _overflow_cost(data: ModelData, on_hand: Floats) -> float:
    limits = data.capacities
    if not limits.tier_width.size:
        return 0.0
    n_locations = int(max(limits.location.max(), data.location.max(initial=0))) + 1
    stored = stored_volume(data, on_hand, n_locations)[limits.location, limits.storage_period]
    return overflow_cost(limits, stored)
