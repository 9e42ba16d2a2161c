"""What leaves each origin in a period: the least of orders, stock on hand and lane capacity."""

from __future__ import annotations

from scenarios.arrays.types import Array
from scenarios.simulation.compiled import Network


def ship(net: Network, asked: Array, stock: Array, period: int, owed: Array | None = None) -> Array:
    """[..., A] units shipped.

    Destinations that compete for a point's stock share it in proportion to what they ask, or by the
    setting ``sharing`` come in the order of the routes, first with what they are owed; then
    products that compete for a lane share its capacity in proportion to their volume. What a full
    lane leaves behind stays where it is. A lane of capacity 0 ships nothing, goods without volume
    included. External suppliers have all there is.

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
    if net.lane_capacity is not None:
        capacity = net.lane_capacity[min(period, net.lane_capacity.shape[0] - 1)]
        volume = net.links.by_lane(shipped * net.route_volume)
        # Goods without volume fill no lane, but a closed one is closed to them too.
        share = xp.where(capacity > 0, _share(net, volume, capacity), net.zero)
        shipped = shipped * net.links.at_lane(share, 1.0)
    return shipped


def _in_order(net: Network, asked: Array, stock: Array, owed: Array | None) -> Array:
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


def _share(net: Network, wanted: Array, available: Array) -> Array:
    """min(1, available / wanted), with a finite gradient wherever that is flat."""
    xp = net.xp
    short = wanted > available
    one = xp.ones_like(wanted)
    ratio = xp.where(short, available, one) / xp.where(short, wanted, one)
    return xp.where(short, ratio, one)
