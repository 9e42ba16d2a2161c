"""Whole lots for the orders released now: choose between the lot below and the lot above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scenarios.arrays.types import Floats, Ints
from scenarios.model.scenario import Scenario
from solver.formulation.evaluate import Evaluation
from solver.formulation.linear_program import LinearProgram
from solver.formulation.model_data import ModelData, routes_upwards
from solver.formulation.pyomo_model import LotRules
from solver.formulation.shortfall_tiers import Tiers, shortfall_cost
from solver.program.fixed_orders import FixedOrders


def lot_rules(scenario: Scenario, data: ModelData, fixed: FixedOrders | None = None) -> LotRules:
    """Rules of every committed order that has any and is not fixed; ``maximum`` is finite."""
    routes = scenario.routes
    committed = np.arange(data.n_periods) < scenario.settings.commit_periods
    fixed = fixed or FixedOrders.of(scenario, None)
    free = ~fixed.mask(data.orderable.shape)
    route, period = np.nonzero(data.placeable & committed[None, :] & free)
    ruled = (
        (routes.order_multiple[route] > 0)
        | (routes.min_order_quantity[route] > 0)
        | (routes.order_cost[route] > 0)
    )
    route, period = route[ruled], period[ruled]
    multiple = routes.order_multiple[route]
    most = np.minimum(routes.max_order_quantity[route], largest_useful(scenario, data)[route])
    lot = np.where(multiple > 0, multiple, 1.0)
    whole = np.ceil(most / lot - 1e-9) * lot
    most = np.where(multiple > 0, whole, most)
    cap = routes.max_order_quantity[route]
    cap = np.where(multiple > 0, np.floor(np.minimum(cap, 1e15) / lot + 1e-9) * lot, cap)
    minimum = routes.min_order_quantity[route]
    minimum = np.where(multiple > 0, np.ceil(minimum / lot - 1e-9) * lot, minimum)
    paid = float(routes.order_cost[fixed.route[fixed.placed]].sum())
    return LotRules(
        route, period, multiple, minimum, np.minimum(most, cap), routes.order_cost[route], paid
    )


def largest_useful(scenario: Scenario, data: ModelData) -> Floats:
    """[A] more than a single order can ever need: all demand and safety stock at and below."""
    routes = scenario.routes
    total = data.mean.sum(axis=1) + np.maximum(data.safety_stock, 0.0).max(axis=1)
    total = total + np.maximum(-data.opening, 0.0)
    # By every route, not the primary ones alone: a place may be a second source to all below it.
    for group in routes_upwards(scenario):
        np.add.at(total, routes.origin[group], total[routes.destination[group]])
    smallest = np.maximum(routes.min_order_quantity, routes.order_multiple)
    return np.maximum(total[routes.destination], smallest)


def lots_around(
    rules: LotRules, quantity: Floats, chosen: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """The largest permitted lot not above, and the smallest not below, each quantity."""
    multiple, minimum = rules.multiple[chosen], rules.minimum[chosen]
    maximum = rules.maximum[chosen]
    lot = np.where(multiple > 0, multiple, 1.0)
    low = np.where(multiple > 0, np.floor(quantity / lot + 1e-7) * lot, quantity)
    high = np.where(multiple > 0, np.ceil(quantity / lot - 1e-7) * lot, quantity)
    low = np.where(low < minimum, 0.0, low)
    high = np.where((high > 1e-9) & (high < minimum), minimum, high)
    low = np.minimum(low, maximum)
    return low, np.where(high > maximum + 1e-9, low, high)


def round_period(
    data: ModelData,
    rules: LotRules,
    period: int,
    quantity: Floats,
    planned: Evaluation,
    stock_price: Floats,
    room: Sequence[Room],
) -> Floats:
    """Permitted quantities for the ruled orders of one period, near the relaxed ones.

    Each order takes the lot above or below, whichever costs less at its own destination: the
    surplus is held until later orders, planned smaller, have absorbed it; a deficit lasts until the
    next order. The lots above must fit into what the origin holds and into hard limits on the way,
    such as a lane's, dearest first.

    Parameters
    ----------
    quantity : array [A, S]
        Relaxed orders.
    planned : Evaluation
        Of the relaxed orders.
    stock_price : array [K, S]
        What a unit on hand pays for storage in the relaxed optimum.
    room : sequence of Room
        What is left in this period, beyond the relaxed orders.
    """
    chosen = rules.period == period
    route = rules.route[chosen]
    relaxed = quantity[route, period]
    low, high = lots_around(rules, relaxed, chosen)
    up = _cost_of(data, planned, quantity, route, period, high - relaxed, stock_price)
    down = _cost_of(data, planned, quantity, route, period, low - relaxed, stock_price)
    fixed = rules.fixed_cost[chosen]
    gain = (down + fixed * (low > 0)) - (up + fixed * (high > 0))
    raise_ = (gain > 0) & (high > relaxed)
    for one in room:
        group, size = one.group[route], one.size[route]
        raise_ = _fit(raise_, gain, group, one.left, size, low - relaxed, high - relaxed)
    return np.where(raise_, high, np.where(high <= relaxed, high, low))


def _cost_of(
    data: ModelData,
    planned: Evaluation,
    quantity: Floats,
    route: Ints,
    period: int,
    change: Floats,
    stock_price: Floats,
) -> Floats:
    """Cost at the destination of receiving ``change`` more (or less) than planned."""
    point, lead = data.destination[route], data.lead_time[route]
    placeable = data.placeable
    later = np.where(placeable, quantity, 0.0)[route]
    later[:, : period + 1] = 0.0
    absorbed = np.cumsum(later, axis=1)
    reviews = np.cumsum(placeable[route], axis=1)
    cost = np.zeros(len(route))
    before = data.origin[route]
    alive = np.ones(len(route), dtype=bool)
    for ahead in range(data.n_periods - period):
        date = period + lead + ahead
        alive &= date < data.n_periods
        at = np.minimum(date, data.n_periods - 1)
        order_date = np.minimum(period + ahead, data.n_periods - 1)
        taken = absorbed[np.arange(len(route)), order_date]
        mended = reviews[np.arange(len(route)), order_date] > reviews[:, period]
        left = np.where(change > 0, np.maximum(change - taken, 0.0), np.where(mended, 0.0, change))
        active = alive & (np.abs(left) > 1e-12)
        if not active.any():
            break
        tiers = Tiers(data.tiers.width[point, at + 1], data.tiers.price[point, at + 1])
        short = data.safety_stock[point, at + 1] - planned.buffer[point, at + 1]
        rise = shortfall_cost(tiers, short - left) - shortfall_cost(tiers, short)
        lost = np.maximum(short - left - tiers.width.sum(axis=-1), 0.0)
        rise += np.where(np.isfinite(lost), lost, 0.0) * data.missed_price[point, at]
        # What is there is not at its origin any more, and takes no room there.
        saved = np.where(before >= 0, stock_price[before, order_date], 0.0)
        unit = data.holding_price[point, at] + stock_price[point, at] - saved
        cost += np.where(active, rise + unit * left, 0.0)
    # What is ordered now need not be ordered later, at the price of later orders.
    return cost - change * data.later_price[route]


def _fit(
    raised: NDArray[np.bool_],
    gain: Floats,
    group: Ints,
    room: Floats,
    size: Floats,
    down: Floats,
    up: Floats,
) -> NDArray[np.bool_]:
    """Those of the raised orders that fit into the room of their group, best gain first."""
    limited = group >= 0
    limited[limited] = np.isfinite(room[group[limited]])
    if not limited.any():
        return raised
    index = np.flatnonzero(limited)
    # Orders that go down make room for those that go up.
    space = room.copy()
    np.subtract.at(space, group[index], size[index] * down[index])
    need = size * (up - down)
    candidate = index[raised[index]]
    order = candidate[np.lexsort((-gain[candidate], group[candidate]))]
    used = np.cumsum(need[order])
    starts = np.r_[True, np.diff(group[order]) != 0] if order.size else np.empty(0, dtype=bool)
    base = np.repeat(
        (used - need[order])[starts], np.diff(np.r_[np.flatnonzero(starts), order.size])
    )
    fits = used - base <= space[group[order]] + 1e-9
    result = raised.copy()
    result[order[~fits]] = False
    return result


def exact_lots(data: ModelData, rules: LotRules, shipments: Floats) -> Floats:
    """[A, S] orders of shipments [A, S]; a sum of parts is an exact lot again."""
    orders = data.ordered(shipments)
    if orders is shipments:
        return orders
    asked = orders[rules.route, rules.period]
    lot = np.where(rules.multiple > 0, rules.multiple, 1.0)
    exact = np.where(rules.multiple > 0, np.rint(asked / lot) * lot, asked)
    exact = np.where(exact > 1e-6, np.maximum(exact, rules.minimum), exact)
    near = np.abs(exact - asked) <= 1e-6 * (1.0 + asked)
    orders[rules.route, rules.period] = np.where(near, exact, asked)
    return orders


@dataclass(frozen=True, eq=False)
class Room:
    """What is left of something that orders of a period compete for."""

    group: Ints
    """[A] where each route takes it; -1: nowhere."""
    left: Floats
    """[n] at each of these places."""
    size: Floats
    """[A] what a unit takes."""


def room_left(data: ModelData, planned: Evaluation, quantity: Floats, period: int) -> list[Room]:
    """Stock left at each origin, and what is left of each hard limit on flows, by all that a
    review orders."""
    ships = np.flatnonzero(data.review == period)
    last = int(ships[-1])
    left = planned.buffer[:, last if data.lag else last + 1]
    found = [Room(data.origin, np.maximum(left, 0.0), np.ones(data.n_routes))]
    limits = data.limits
    for number, resource in enumerate(data.resources):
        if resource.of == "stock" or not resource.hard or not limits.any_of(number):
            continue
        mine = limits.take(limits.of(number))
        used = resource.use(quantity[:, ships])
        total = np.zeros(resource.n_places)
        for column, s in enumerate(ships.tolist()):
            space = np.full(resource.n_places, np.inf)
            now = mine.period == s
            place = mine.place[now]
            space[place] = np.maximum(mine.base[now] - used[place, column], 0.0)
            total += space
        found.append(Room(resource.place, total, resource.take))
    return found


def with_fixed_cost(program: LinearProgram, rules: LotRules) -> LinearProgram:
    """Charge fixed costs in the relaxation by the share of the largest order."""
    columns = program.placed_column[rules.route, rules.period]
    cost = program.cost.copy()
    cost[columns] += rules.fixed_cost / np.maximum(rules.maximum, 1e-9)
    return replace(program, cost=cost, offset=program.offset + rules.paid)
