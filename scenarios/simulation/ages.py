"""Perishable goods: which units move, sell and expire. Oldest first; age is kept under way.

The dynamics decide *how much* moves from totals alone; this module follows *which* units those
are. It is skipped altogether where nothing is perishable.

Expired goods are scrapped at the end of every ``expiry_check``-th period. Until then they lie in
the first entry of the ages, with what can be sold in this period for the last time.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from scenarios.arrays.types import Array, Floats, Ints
from scenarios.model.opening import Ages
from scenarios.model.scenario import Scenario
from scenarios.simulation.compiled import CompiledScenario
from scenarios.simulation.state import State


def ages_at_opening(
    scenario: Scenario, net: CompiledScenario, on_hand: Array, in_transit: tuple[Array, ...]
) -> Ages:
    """Ages of what a scenario opens with: as its ``opening_ages`` say, the rest fresh."""
    ages, given, xp = fresh(net, on_hand, in_transit), scenario.opening_ages, net.xp
    if given is None:
        return ages
    aged = scenario.aged_products

    def known(made: Array, values: Floats, product: Ints) -> Array:
        entries = np.zeros((made.shape[0], values.shape[1]))
        n = min(len(entries), len(values))
        entries[:n] = values[:n]
        mask = xp.asarray(aged[product], device=net.device)
        return xp.where(mask, _align(net.array(entries), made[0]), made)

    slots = list(ages.in_transit)
    for number, values in enumerate(given.in_transit[: len(slots)]):
        slots[number] = known(slots[number], values, scenario.routes.product)
    return Ages(known(ages.on_hand, given.on_hand, scenario.points.product), tuple(slots))


def fresh(net: CompiledScenario, on_hand: Array, in_transit: tuple[Array, ...]) -> Ages:
    """Ages of a stock of which every unit is fresh."""
    assert net.shelf is not None
    return Ages(
        on_hand[None] * _align(net.shelf.fresh_points, on_hand),
        tuple(slot[None] * _align(net.shelf.fresh_routes, slot) for slot in in_transit),
    )


def oldest_first(xp: Any, stock: Array, quantity: Array) -> Array:
    """[M, ...] what is taken of ``stock`` [M, ...] when ``quantity`` [...] is, oldest first."""
    older = xp.cumulative_sum(stock, axis=0) - stock
    left = quantity[None] - older
    return xp.minimum(stock, xp.where(left > 0, left, xp.zeros_like(left)))


def pass_period(
    net: CompiledScenario, ages: Ages, shipped: Array, sales: Array, period: int
) -> tuple[Ages, Array]:
    """Follow one period's flows by age, in the order of events of the timeline, and scrap.

    Parameters
    ----------
    shipped, sales : arrays [..., A] and [..., K]
        As decided by the dynamics from totals.

    Returns
    -------
    ages : Ages
        At the start of the next period.
    expired : array [..., K]
        Scrapped at the end of this one, on hand or under way to the point; nothing if it does not
        end with a check.
    """
    xp, life = net.xp, net.shelf
    assert life is not None
    stock = ages.on_hand
    groups = net.links.lead_groups(period)
    at_once = groups[0][1] if groups and groups[0][0] == 0 else None
    arriving = ages.in_transit[0] if ages.in_transit else None
    new = _align(life.fresh_routes * life.external, shipped)
    if net.receive_first and arriving is not None:
        stock = stock + net.links.by_destination(arriving)
    sent = None
    for level in net.links.levels:
        part = level(shipped)
        out = net.links.by_origin(part)
        taken = oldest_first(xp, stock, out)
        mix = taken / xp.where(out > 0, out, xp.ones_like(out))[None]
        flow = part[None] * (net.links.at_origin(mix) + new)
        stock = xp.where(stock > taken, stock - taken, xp.zeros_like(stock))
        if net.receive_first and at_once is not None:
            stock = stock + net.links.by_destination(at_once(flow))
        sent = flow if sent is None else sent + flow
    if not net.receive_first:
        if arriving is not None:
            stock = stock + net.links.by_destination(arriving)
        if at_once is not None:
            stock = stock + net.links.by_destination(at_once(sent))
    sold = oldest_first(xp, stock, sales)
    stock = xp.where(stock > sold, stock - sold, xp.zeros_like(stock))

    checked = life.checks(period)
    stock, expired = _grow_older(xp, stock, life.keeps_points, checked)
    slots = []
    for slot in net.links.advance(ages.in_transit, sent, period):
        older, lost = _grow_older(xp, slot, life.keeps_routes, checked)
        slots.append(older)
        expired = expired + net.links.by_destination(lost)
    return Ages(stock, tuple(slots)), expired


def with_ages(state: State, ages: Ages, xp: Any) -> State:
    """The state whose totals are those of ``ages``."""
    return dataclasses.replace(
        state,
        on_hand=xp.sum(ages.on_hand, axis=0),
        in_transit=tuple(xp.sum(slot, axis=0) for slot in ages.in_transit),
        ages=ages,
    )


def _grow_older(xp: Any, stock: Array, keeps: Array, checked: bool) -> tuple[Array, Array]:
    """A period passes: what was in the first entry has expired, unless it keeps.

    It is scrapped if this period ends with a check, and else stays in the first entry.
    """
    nothing = xp.zeros_like(stock[:1])
    older = xp.concat([stock[1:], nothing], axis=0)
    if not checked:
        older = xp.concat([older[:1] + stock[:1], older[1:]], axis=0)
        return xp.where(keeps, stock, older), nothing[0]
    expired = xp.where(keeps, nothing[0], stock[0])
    return xp.where(keeps, stock, older), expired


def _align(values: Array, like: Array) -> Array:
    """[M, n] -> [M, 1, ..., n] to go with arrays [M, ..., n] of which ``like`` is one entry."""
    return values.reshape((values.shape[0], *(1,) * (like.ndim - 1), values.shape[1]))
