"""The order model, stated once in Pyomo.

Sets: stock points k, routes a, periods t = 0 .. S-1. Stock at the end of period s is written as
safety stock + surplus - shortfall (+ what ships in the next period, at a point that supplies others
and ships before it receives), so that the buffer itself is what is priced.

Variables, all >= 0: order[a,t], above[k,s] (surplus), below[k,s,i] (shortfall in tier i),
missed[k,t] (lost sales), overflow[r,i] (used of shared limit r above what is free, in tier i), and
for committed orders lots[a,t] (integer) and placed[a,t] (binary).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from scenarios.resources.kinds import KINDS
from solver.formulation.model_data import ModelData
from solver.formulation.pyomo_import import pyo


@dataclass(frozen=True, eq=False)
class LotRules:
    """Rules for the committed orders: parallel arrays over (route, period)."""

    route: np.ndarray
    period: np.ndarray
    multiple: np.ndarray
    minimum: np.ndarray
    maximum: np.ndarray
    fixed_cost: np.ndarray
    paid: float = 0.0
    """Fixed costs of orders that are no decision any more."""


def build_model(
    data: ModelData, lots: LotRules | None = None, symbols: Mapping[str, Any] | None = None
) -> pyo.ConcreteModel:
    """The order model of ``data``.

    Parameters
    ----------
    data : ModelData
    lots : LotRules or None
        Lot rules of committed orders; None gives the linear relaxation.
    symbols : mapping or None
        Stand-ins for some of the arrays opening, scheduled, mean, missed_already, safety_stock,
        indexed likewise; the compiler passes variables here to find where data enters.
    """
    m = pyo.ConcreteModel()
    m.data = data
    m.value = {
        name: (symbols or {}).get(name, getattr(data, name))
        for name in ("opening", "scheduled", "mean", "missed_already", "safety_stock")
    }
    _add_sets(m, data)
    _add_variables(m, data)
    m.on_hand = pyo.Expression(m.stock_dates, rule=on_hand_rule)
    for name, add in FAMILIES.items():
        if name != "lots":
            add(m)
    if lots is not None:
        add_lots(m, lots)
    m.cost = pyo.Objective(rule=lambda m: cost_rule(m, lots))
    return m


def _add_sets(m: pyo.ConcreteModel, data: ModelData) -> None:
    periods = range(data.n_periods)
    m.periods = pyo.Set(initialize=list(periods))
    m.orders = pyo.Set(
        initialize=[(a, t) for a in range(data.n_routes) for t in periods if data.orderable[a, t]],
        dimen=2,
    )
    # The opening stock is a decision only where something may ship out of it at once.
    first = {k: -1 if data.lag and data.supplies[k] else 0 for k in range(data.n_points)}
    m.stock_dates = pyo.Set(
        initialize=[(k, s) for k in first for s in range(first[k], data.n_periods)], dimen=2
    )
    m.tiers = pyo.Set(
        initialize=[
            (k, s, i)
            for k, s in m.stock_dates
            for i in np.flatnonzero(data.tiers.width[k, s + 1] > 0).tolist()
        ],
        dimen=3,
    )
    m.losing = pyo.Set(
        initialize=[
            (k, t)
            for k in range(data.n_points)
            for t in periods
            if data.sells[k] and not data.backlog
        ],
        dimen=2,
    )
    m.arriving = {k: [] for k in first}
    m.leaving = {k: [] for k in first}
    for a in range(data.n_routes):
        if data.destination[a] in m.arriving:
            m.arriving[data.destination[a]].append(a)
        if data.origin[a] >= 0:
            m.leaving[data.origin[a]].append(a)


def _add_variables(m: pyo.ConcreteModel, data: ModelData) -> None:

    def up_to(m: pyo.ConcreteModel, a: int, t: int) -> tuple[float, float | None]:
        limit = data.order_limit[a]
        return (0.0, float(limit) if np.isfinite(limit) else None)

    m.order = pyo.Var(m.orders, bounds=up_to)
    m.above = pyo.Var(m.stock_dates, domain=pyo.NonNegativeReals)
    m.missed = pyo.Var(m.losing, domain=pyo.NonNegativeReals)

    def width(m: pyo.ConcreteModel, k: int, s: int, i: int) -> tuple[float, float | None]:
        value = data.tiers.width[k, s + 1, i]
        return (0.0, float(value) if np.isfinite(value) else None)

    m.below = pyo.Var(m.tiers, bounds=width)
    overflow = data.limits.tier_width

    def overflow_width(m: pyo.ConcreteModel, r: int, i: int) -> tuple[float, float | None]:
        return (0.0, float(overflow[r, i]) if np.isfinite(overflow[r, i]) else None)

    m.overflow = pyo.Var(data.limits.soft.tolist(), range(overflow.shape[1]), bounds=overflow_width)


def _ordered(m: pyo.ConcreteModel, routes: list[int], t: int) -> Any:
    """Total ordered on some routes in a period."""
    return sum(m.order[a, t] for a in routes if (a, t) in m.orders)


def _placed(m: pyo.ConcreteModel, a: int, t: int) -> Any:
    """The order placed on a route in a period: all that it is to ship until the next review."""
    return sum(m.order[a, int(s)] for s in np.flatnonzero(m.data.review == t) if (a, s) in m.order)


def on_hand_rule(m: pyo.ConcreteModel, k: int, s: int) -> Any:
    """Net stock at the end of period s: the buffer, and what is about to be shipped."""
    i_tiers = range(m.data.tiers.width.shape[2])
    short = sum(m.below[k, s, i] for i in i_tiers if (k, s, i) in m.tiers)
    buffer = m.value["safety_stock"][k, s + 1] + m.above[k, s] - short
    return buffer + (_ordered(m, m.leaving[k], s + 1) if m.data.lag else 0.0)


def add_opening(m: pyo.ConcreteModel) -> None:
    """Opening stock is what it is (where shipments may take from it at once)."""

    def rule(m: pyo.ConcreteModel, k: int) -> Any:
        return m.on_hand[k, -1] == m.value["opening"][k]

    m.opening = pyo.Constraint([k for k, s in m.stock_dates if s == -1], rule=rule)


def add_balance(m: pyo.ConcreteModel) -> None:
    """Stock is conserved: closing = opening + receipts - shipments - demand + lost sales."""

    def rule(m: pyo.ConcreteModel, k: int, s: int) -> Any:
        if s == -1:
            return pyo.Constraint.Skip
        value, data = m.value, m.data
        has_opening = s > 0 or (k, -1) in m.stock_dates
        before = m.on_hand[k, s - 1] if has_opening else value["opening"][k]
        received = value["scheduled"][k, s] + sum(
            _ordered(m, [a], s - int(data.lead_time[a])) for a in m.arriving[k]
        )
        shipped = _ordered(m, m.leaving[k], s)
        unmet = (m.missed[k, s] if (k, s) in m.losing else 0.0) + value["missed_already"][k, s]
        return m.on_hand[k, s] == before + received - shipped - value["mean"][k, s] + unmet

    m.balance = pyo.Constraint(m.stock_dates, rule=rule)


def add_shared(m: pyo.ConcreteModel, kind: str) -> None:
    """What is used of a shared resource stays within its capacity, or overflows at a price."""
    data, limits = m.data, m.data.limits
    kinds = [resource.kind for resource in data.resources]
    if kind not in kinds:
        return
    number = kinds.index(kind)
    resource = data.resources[number]

    def taken(m: pyo.ConcreteModel, user: int, t: int) -> Any:
        units = m.on_hand[user, t] if resource.of == "stock" else _ordered(m, [user], t)
        return float(resource.take[user]) * units

    def rule(m: pyo.ConcreteModel, i: int) -> Any:
        r, t = first + i, int(limits.period[first + i])
        users = np.flatnonzero(resource.place == limits.place[r])
        if resource.of == "flow":
            users = users[data.orderable[users, t]]
        if not len(users):
            return pyo.Constraint.Skip
        used = sum(taken(m, user, t) for user in users.tolist())
        return used - (0.0 if limits.hard[r] else sum(m.overflow[r, :])) <= float(limits.base[r])

    rows = limits.of(number)
    first = rows.start
    m.add_component(kind, pyo.Constraint(range(rows.stop - first), rule=rule))


def add_orders(m: pyo.ConcreteModel) -> None:
    """An order that ships in several periods keeps to its largest quantity."""
    data = m.data

    def rule(m: pyo.ConcreteModel, a: int, t: int) -> Any:
        return _placed(m, a, t) <= float(data.order_limit[a])

    between = data.orderable & (data.review != np.arange(data.n_periods))
    several = {(a, int(data.review[s])) for a, s in np.argwhere(between).tolist()}
    m.largest = pyo.Constraint(
        sorted(key for key in several if np.isfinite(data.order_limit[key[0]])), rule=rule
    )


def add_lots(m: pyo.ConcreteModel, lots: LotRules) -> None:
    """A committed order is a whole number of lots and keeps to its least and largest quantity."""
    m.lots = pyo.Block()
    rows = range(len(lots.route))
    order = [_placed(m, int(lots.route[r]), int(lots.period[r])) for r in rows]
    m.lots.number = pyo.Var(
        [r for r in rows if lots.multiple[r] > 0], domain=pyo.NonNegativeIntegers
    )
    m.lots.placed = pyo.Var(
        [r for r in rows if lots.minimum[r] > 0 or lots.fixed_cost[r] > 0], domain=pyo.Binary
    )

    def whole(b: pyo.Block, r: int) -> Any:
        return order[r] == float(lots.multiple[r]) * b.number[r]

    def least(b: pyo.Block, r: int) -> Any:
        return order[r] >= float(lots.minimum[r]) * b.placed[r]

    def most(b: pyo.Block, r: int) -> Any:
        placed = b.placed[r] if r in b.placed.index_set() else 1.0
        return order[r] <= float(lots.maximum[r]) * placed

    m.lots.whole = pyo.Constraint(list(m.lots.number), rule=whole)
    m.lots.least = pyo.Constraint(list(m.lots.placed), rule=least)
    m.lots.most = pyo.Constraint(
        [r for r in rows if r in m.lots.placed or np.isfinite(lots.maximum[r])], rule=most
    )


FAMILIES: dict[str, Callable[..., None]] = {
    "opening": add_opening,
    "balance": add_balance,
    **{kind: partial(add_shared, kind=kind) for kind in KINDS},
    "largest": add_orders,
    "lots": add_lots,
}
"""The constraint families; each has a golden LP file in the tests."""


def cost_rule(m: pyo.ConcreteModel, lots: LotRules | None) -> Any:
    """Holding, expected shortage, lost sales, lanes, overflow, and fixed cost of placed orders."""
    data = m.data
    holding = sum(
        float(data.holding_price[k, s]) * m.on_hand[k, s] for k, s in m.stock_dates if s >= 0
    )
    short = sum(float(data.tiers.price[k, s + 1, i]) * m.below[k, s, i] for k, s, i in m.tiers)
    lost = sum(float(data.missed_price[k, t]) * m.missed[k, t] for k, t in m.losing)
    ways = sum(float(data.order_price[a, t]) * m.order[a, t] for a, t in m.orders)
    over = sum(float(data.limits.tier_price[i]) * m.overflow[i] for i in m.overflow)
    fixed = 0.0
    if lots is not None:
        fixed = sum(float(lots.fixed_cost[r]) * m.lots.placed[r] for r in m.lots.placed)
    return holding + short + lost + ways + over + fixed
