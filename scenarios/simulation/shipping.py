"""What leaves each origin in a period: the least of orders, stock on hand and hard limits."""

from __future__ import annotations

from scenarios.arrays.types import Array
from scenarios.simulation.compiled import CompiledScenario, Limit
from scenarios.simulation.queues import Queues


def ship(
    net: CompiledScenario, asked: Array, stock: Array, period: int, owed: Array | None = None
) -> Array:
    """[..., A] units shipped.

    Destinations that compete for a point's stock share it in proportion to what they ask, or by the
    setting ``sharing`` come in the order of the routes, first with what they are owed. Then what is
    limited on the way cuts what would flow, one limit after the other: products that compete for a
    lane share its capacity in proportion to their volume; those that compete for the throughput of
    a location do, too, or come in the order of the routes where destinations do. What is cut stays
    where it is. Where a capacity is 0 nothing flows, goods without volume included. External
    suppliers have all there is.

    Parameters
    ----------
    asked : array [..., A]
        Orders, and what is owed from before.
    stock : array [..., K]
        What the origins have to give.
    owed : array [..., A], optional
        The part of ``asked`` that is owed from before.
    """
    xp = net.xp
    shipped = asked
    if net.links.has_internal:
        if net.links.shares_origin and net.in_order:
            shipped = _in_order(net, asked, stock, owed)
        elif net.links.shares_origin:
            share = _share(net, net.links.by_origin(asked), stock)
            shipped = asked * net.links.at_origin(share, 1.0)
        else:
            shipped = xp.minimum(asked, net.links.at_origin(stock, float("inf")))
    for limit in net.hard_limits:
        shipped = _within(net, limit, shipped, period, owed)
    return shipped


def _within(
    net: CompiledScenario, limit: Limit, asked: Array, period: int, owed: Array | None
) -> Array:
    """What a limit lets through of what would flow [..., A]."""
    capacity = limit.now(period)
    if limit.queues is not None:
        return _in_turn(net, limit, limit.queues, asked, capacity, owed)
    share = _share(net, limit.use(asked), capacity)
    # Goods without volume fill no lane, but a closed one is closed to them too.
    share = net.xp.where(capacity > 0, share, net.zero)
    return asked * limit.back(share, 1.0)


def _in_turn(
    net: CompiledScenario,
    limit: Limit,
    line: Queues,
    asked: Array,
    capacity: Array,
    owed: Array | None,
) -> Array:
    """The same where the first in line takes what it asks, those first that are owed."""
    xp = net.xp
    wanted = asked * limit.take
    if owed is None:
        given = line.serve(wanted, capacity)
    else:
        before = xp.minimum(owed, asked) * limit.take
        first = line.serve(before, capacity)
        left = xp.maximum(capacity - limit.total(first), net.zero)
        given = first + line.serve(wanted - before, left)
    # Who takes nothing, or nowhere, is in no line; but nobody passes where it is closed.
    cut = (given < wanted) & (limit.back(capacity, float("inf")) < float("inf"))
    one = xp.ones_like(wanted)
    share = xp.where(cut, given, one) / xp.where(cut, wanted, one)
    return xp.where(limit.back(capacity, 1.0) > 0, asked * share, net.zero)


def _in_order(net: CompiledScenario, asked: Array, stock: Array, owed: Array | None) -> Array:
    """What origins give to the first in line; external suppliers give all that is asked."""
    queues = net.links.queues
    if owed is None:
        given = queues.serve(asked, stock)
    else:
        first = queues.serve(owed, stock)
        left = net.xp.maximum(stock - net.links.by_origin(first), net.zero)
        # Two sums may come to more than is asked in the last binary digit.
        given = net.xp.minimum(asked, first + queues.serve(asked - owed, left))
    return net.xp.where(net.links.from_outside, asked, given)


def _share(net: CompiledScenario, wanted: Array, available: Array) -> Array:
    """min(1, available / wanted), with a finite gradient wherever that is flat."""
    xp = net.xp
    short = wanted > available
    one = xp.ones_like(wanted)
    ratio = xp.where(short, available, one) / xp.where(short, wanted, one)
    return xp.where(short, ratio, one)
