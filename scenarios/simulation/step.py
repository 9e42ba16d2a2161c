"""One period of the world, written once for NumPy and Torch. Pure functions of state.

The order of events is the setting ``timeline``; ``order_first`` is that of Hubbs et al. 2020
(arXiv 2008.06319):

1. everybody orders, and origins ship what they can of it from the stock they opened with;
2. what was shipped ``lead_time`` periods ago arrives (by its lead time when it was shipped);
3. customers are served, those who waited first; what is not met is lost or waits;
4. expired stock is scrapped, and what is left is paid for.

``receive_first`` swaps 1 and 2: receipts can be shipped on in the same period, and origins ship
upstream first, so that goods with lead time 0 can pass several lanes in one period.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from scenarios.arrays.types import Array
from scenarios.model.opening import Ages
from scenarios.model.scenario import Scenario
from scenarios.simulation.ages import ages_at_opening, pass_period, with_ages
from scenarios.simulation.compiled import CompiledScenario, compile_scenario
from scenarios.simulation.costs import Costs, period_costs, point_costs
from scenarios.simulation.shipping import ship
from scenarios.simulation.state import Outcome, State

__all__ = [
    "Ages",
    "CompiledScenario",
    "Costs",
    "Outcome",
    "State",
    "compile_scenario",
    "initial_state",
    "period_costs",
    "point_costs",
    "step",
]


def initial_state(
    scenario: Scenario, net: CompiledScenario | None = None, batch: tuple[int, ...] = ()
) -> State:
    """The state at the start of period 0, everybody's opening stock and open orders in it.

    Parameters
    ----------
    scenario : Scenario
    net : CompiledScenario, optional
        Decides the array library; default: NumPy.
    batch : tuple of int
        Leading axes, e.g. ``(paths,)``; every path opens alike.

    Notes
    -----
    An opening backlog counts only where unmet demand waits, and goods owed only where unmet orders
    are. Open orders that arrive after the last period and its longest lead time are out of reach
    and left out.
    """
    net = compile_scenario(scenario) if net is None else net
    points, late, owed = scenario.points, scenario.open_orders, scenario.owed
    known = late.period < scenario.n_periods + net.links.max_lead
    n_slots = max(net.links.max_lead, int(late.period[known].max(initial=-1)) + 1)
    slots = np.zeros((n_slots, scenario.n_routes))
    np.add.at(slots, (late.period[known], late.route[known]), late.quantity[known])

    def array(values: Any) -> Array:
        made = net.array(values)
        return net.xp.broadcast_to(made, (*batch, *made.shape)) if batch else made

    on_hand = array(points.on_hand)
    in_transit = tuple(array(slot) for slot in slots)
    return State(
        on_hand=on_hand,
        backlog=array(points.backlog if net.keeps_backlog else np.zeros(scenario.n_points)),
        owed=array(np.zeros(scenario.n_routes) if owed is None or not net.owes_orders else owed),
        in_transit=in_transit,
        ages=None if net.shelf is None else ages_at_opening(scenario, net, on_hand, in_transit),
    )


def step(
    net: CompiledScenario, state: State, orders: Array, demand: Array, period: int
) -> tuple[State, Outcome]:
    """Let one period pass.

    Parameters
    ----------
    net : CompiledScenario
        From :func:`compile_scenario`.
    state : State
        At the start of the period; it is not changed.
    orders : array [..., A]
        Units ordered on each route, not negative.
    demand : array [..., K]
        Units that customers want.
    period : int
        Index of the period; selects capacities, which hold on past the last one.

    Returns
    -------
    state : State
        At the start of the next period.
    outcome : Outcome
        What happened; :func:`period_costs` prices it.
    """
    xp = net.xp
    asked = orders + state.owed if net.owes_orders else orders
    owed = state.owed if net.owes_orders and net.in_order else None
    groups = net.links.lead_groups(period)
    at_once = groups[0][1] if groups and groups[0][0] == 0 else None
    arriving = state.in_transit[0] if state.in_transit else None
    receipts = None if arriving is None else net.links.by_destination(arriving)

    stock = state.on_hand
    if net.receive_first and receipts is not None:
        stock = stock + receipts
    shipped = None
    for level in net.links.levels:
        part = ship(net, level(asked), stock, period, None if owed is None else level(owed))
        if net.links.has_internal:
            stock = stock - net.links.by_origin(part)
            if net.links.shares_origin:
                # Shares may add up to more than the stock in the last binary digit.
                stock = xp.maximum(stock, net.zero)
        if at_once is not None:
            passed = net.links.by_destination(at_once(part))
            receipts = passed if receipts is None else receipts + passed
            if net.receive_first:
                stock = stock + passed
        shipped = part if shipped is None else shipped + part
    if not net.receive_first and receipts is not None:
        stock = stock + receipts

    if net.keeps_backlog:
        wanted = demand + state.backlog
        sales = xp.minimum(stock, wanted)
        backlog = wanted - sales
        missed = xp.minimum(demand, backlog)  # those who had waited are served first
    else:
        sales = xp.minimum(stock, demand)
        backlog = state.backlog
        missed = demand - sales

    after = State(
        on_hand=stock - sales,
        backlog=backlog,
        owed=asked - shipped if net.owes_orders else state.owed,
        in_transit=net.links.advance(state.in_transit, shipped, period),
    )
    expired = None
    if state.ages is not None:
        ages, expired = pass_period(net, state.ages, shipped, sales, period)
        after = with_ages(after, ages, xp)
    outcome = Outcome(
        orders=orders,
        asked=asked,
        shipped=shipped,
        receipts=xp.zeros_like(stock) if receipts is None else receipts,
        demand=demand,
        sales=sales,
        missed=missed,
        on_hand=after.on_hand,
        backlog=backlog,
        on_way=None if net.transit_cost is None else after.on_way,
        expired=expired,
    )
    return after, outcome
