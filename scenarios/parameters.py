"""A scenario made ready for the dynamics: parameters and index arrays of one array library."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from scenarios.model import Floats, Ints, Scenario
from scenarios.network import location_order
from scenarios.segments import Array, Pick, SegmentSum, pick, segment_sum
from scenarios.shelf_life import Shelf, shelf


@dataclass(frozen=True, eq=False)
class Group:
    """Some of the routes: as stretches [start, stop) where these are few, and as a mask."""

    xp: Any
    everything: bool
    stretches: tuple[tuple[int, int], ...] | None
    mask: Array

    def __call__(self, x: Array) -> Array:
        """[..., A] the entries of the group, 0 elsewhere."""
        if self.everything:
            return x
        if self.stretches is None:
            return self.xp.where(self.mask, x, self.xp.zeros_like(x))
        pieces, last = [], 0
        for start, stop in (*self.stretches, (x.shape[-1], x.shape[-1])):
            if start > last:
                pieces.append(self.xp.zeros_like(x[..., last:start]))
            pieces.append(x[..., start:stop])
            last = stop
        return self.xp.concat(pieces, axis=-1)

    def add(self, base: Array | None, x: Array) -> Array:
        """``base + x`` on the group, ``base`` elsewhere; no base counts as 0."""
        if base is None:
            return self(x)
        if self.everything:
            return base + x
        if self.stretches is None:
            return base + self(x)
        pieces, last = [], 0
        for start, stop in self.stretches:
            if start > last:
                pieces.append(base[..., last:start])
            pieces.append(base[..., start:stop] + x[..., start:stop])
            last = stop
        if last < base.shape[-1]:
            pieces.append(base[..., last:])
        return self.xp.concat(pieces, axis=-1)


@dataclass(frozen=True, eq=False)
class Indices:
    """Who belongs to whom, as NumPy index arrays; -1: outside."""

    origin: Ints
    """[A] stock point"""
    destination: Ints
    """[A] stock point"""
    lane: Ints
    """[A]"""
    level: Ints
    """[A] how many lanes lie between the origin and the outside, at most."""
    lead_time: Ints
    """[A] periods"""
    location: Ints
    """[K]"""
    product: Ints
    """[K]"""
    n_lanes: int
    n_locations: int


@dataclass(frozen=True, eq=False)
class Network:
    """Everything :func:`scenarios.dynamics.step` needs besides state, orders and demand.

    Rates that are zero everywhere, and capacities that never bind, are None: they cost nothing.
    """

    xp: Any
    dtype: Any
    device: Any
    indices: Indices
    receive_first: bool
    keeps_backlog: bool
    owes_orders: bool
    max_lead: int
    zero: Array

    holding_cost: Array
    """[K] per unit on hand at the end of a period"""
    missed_cost: Array
    """[K] per unit lost, or waiting at the end of a period"""
    unmet_order_cost: Array | None
    """[A] per unit of an order that the origin could not ship"""
    shipping_cost: Array | None
    """[A] per unit shipped"""
    order_cost: Array | None
    """[A] per order line"""
    transit_cost: Array | None
    """[A] per unit still under way at the end of a period"""
    scrap_cost: Array | None
    """[K] per expired unit"""
    point_volume: Array
    """[K] volume of a unit"""
    route_volume: Array
    """[A]"""
    storage: Array | None
    """[T, J] volume"""
    overflow_cost: Array
    """[J] per unit of volume above the storage capacity and period"""
    lane_capacity: Array | None
    """[T, N] volume per period"""
    shelf: Shelf | None

    at_origin: Pick
    """From [..., K] to the routes that leave each point."""
    by_origin: SegmentSum
    """From [..., A] to the points that ship."""
    by_destination: SegmentSum
    by_lane: SegmentSum | None
    at_lane: Pick | None
    by_location: SegmentSum | None
    has_internal: bool
    shares_origin: bool
    """Some point supplies several others, which then compete for its stock."""
    leads: tuple[tuple[int, Group], ...]
    """Routes by lead time, shortest first."""
    levels: tuple[Group, ...]
    """Routes in the order they ship; one group unless goods can pass two lanes in a period."""

    @property
    def n_points(self) -> int:
        return int(self.indices.location.size)

    @property
    def n_routes(self) -> int:
        return int(self.indices.origin.size)

    def lead_groups(self, period: int) -> tuple[tuple[int, Group], ...]:
        """Routes by lead time of what is shipped in ``period`` (so far the same in all)."""
        return self.leads

    def advance(
        self, in_transit: tuple[Array, ...], shipped: Array, period: int
    ) -> tuple[Array, ...]:
        """What is under way at the start of the next period.

        Time passing moves no data: the tuple loses its first slot, and what was shipped is added
        to the slot of its lead time.
        """
        slots: list[Array | None] = list(in_transit[1:])
        groups = self.lead_groups(period)
        slots += [None] * (max((lead for lead, _ in groups), default=0) - len(slots))
        for lead, group in groups:
            if lead > 0:
                slots[lead - 1] = group.add(slots[lead - 1], shipped)
        empty = None
        for slot, content in enumerate(slots):
            if content is None:
                empty = self.xp.zeros_like(shipped) if empty is None else empty
                slots[slot] = empty
        return tuple(slots)

    def array(self, values: Any) -> Array:
        """``values`` as an array of this library, float type and device."""
        return self.xp.asarray(values, dtype=self.dtype, device=self.device)


def network(scenario: Scenario, xp: Any = np, *, dtype: Any = None, device: Any = None) -> Network:
    """Make a scenario ready for :func:`scenarios.dynamics.step`.

    Parameters
    ----------
    scenario : Scenario
    xp : module
        ``numpy``, ``torch``, or their namespaces in array_api_compat.
    dtype : float type of ``xp``, optional
        Default: ``xp.float64``.
    device : optional
        Where arrays live, in the library's own words.
    """
    xp = array_namespace(xp.asarray([0.0]))
    dtype = xp.float64 if dtype is None else dtype
    points, routes, settings = scenario.points, scenario.routes, scenario.settings

    def array(values: Any) -> Array:
        return xp.asarray(np.ascontiguousarray(values), dtype=dtype, device=device)

    def rate(values: Floats) -> Array | None:
        return array(values) if values.any() else None

    inside = routes.origin >= 0
    origin = np.maximum(routes.origin, 0)
    transit = np.zeros(scenario.n_routes)
    if settings.in_transit_holding == "origin":
        transit = np.where(inside, points.holding_cost[origin], 0.0)
    elif settings.in_transit_holding == "destination":
        transit = points.holding_cost[routes.destination]
    storage, lanes = scenario.locations.storage_capacity, scenario.lanes.capacity
    indices = Indices(
        origin=routes.origin,
        destination=routes.destination,
        lane=routes.lane,
        level=np.where(inside, _location_levels(scenario)[points.location[origin]] + 1, 0),
        lead_time=routes.lead_time,
        location=points.location,
        product=points.product,
        n_lanes=len(scenario.lanes.origin),
        n_locations=scenario.n_locations,
    )
    perishable = shelf(scenario, xp, dtype, device)
    limited = np.isfinite(lanes).any()
    stored = np.isfinite(storage).any()
    return Network(
        xp=xp,
        dtype=dtype,
        device=device,
        receive_first=settings.timeline == "receive_first",
        keeps_backlog=settings.unmet_demand == "backlog",
        owes_orders=settings.unmet_orders == "backlog",
        zero=array(0.0).reshape(()),
        holding_cost=array(points.holding_cost),
        missed_cost=array(points.missed_sale_cost),
        unmet_order_cost=rate(np.where(inside, points.unmet_order_cost[origin], 0.0)),
        shipping_cost=rate(routes.unit_cost),
        order_cost=rate(routes.order_cost),
        transit_cost=rate(transit),
        scrap_cost=rate(scenario.products.unit_cost[points.product]) if perishable else None,
        point_volume=array(scenario.point_volume),
        route_volume=array(scenario.route_volume),
        storage=array(storage.T) if stored else None,
        overflow_cost=array(scenario.overflow_cost),
        lane_capacity=array(lanes.T) if limited else None,
        shelf=perishable,
        by_location=segment_sum(xp, indices.location, indices.n_locations, device)
        if stored
        else None,
        by_lane=segment_sum(xp, indices.lane, indices.n_lanes, device) if limited else None,
        at_lane=pick(xp, indices.lane, indices.n_lanes, device) if limited else None,
        **_links(xp, indices, settings.timeline == "receive_first", device),
    )


def take(net: Network, points: Ints, routes: Ints, point_rank: Ints) -> Network:
    """The network of some products only, for running a large one in parts.

    ``points`` and ``routes`` are the indices to keep and ``point_rank[k]`` the new index of point
    k. Lanes must be uncapacitated; storage is left out, for it is shared with other parts.
    """

    def relabel(index: Ints) -> Ints:
        return np.where(index >= 0, point_rank[index], -1)

    at_points = pick(net.xp, points, net.n_points, net.device)
    at_routes = pick(net.xp, routes, net.n_routes, net.device)
    changes: dict[str, Any] = {
        name: None if (value := getattr(net, name)) is None else chosen(value)
        for names, chosen in (
            (("holding_cost", "missed_cost", "scrap_cost", "point_volume"), at_points),
            (
                ("unmet_order_cost", "shipping_cost", "order_cost", "transit_cost", "route_volume"),
                at_routes,
            ),
        )
        for name in names
    }
    old = net.indices
    indices = dataclasses.replace(
        old,
        origin=relabel(old.origin[routes]),
        destination=relabel(old.destination[routes]),
        lane=old.lane[routes],
        level=old.level[routes],
        lead_time=old.lead_time[routes],
        location=old.location[points],
        product=old.product[points],
    )
    links = _links(net.xp, indices, net.receive_first, net.device)
    if net.by_location is not None:
        # Storage is held against the sum over all parts.
        links["by_location"] = segment_sum(
            net.xp, indices.location, indices.n_locations, net.device
        )
    return dataclasses.replace(
        net,
        **changes,
        **links,
        storage=None,
        shelf=None if net.shelf is None else net.shelf.take(points, routes),
    )


def _links(xp: Any, indices: Indices, receive_first: bool, device: Any) -> dict[str, Any]:
    """The prepared gathers and sums of :class:`Network`."""
    n_points = indices.location.size
    exits = indices.origin[indices.origin >= 0]
    shares = exits.size > 0 and bool(np.bincount(exits).max() > 1)
    leads = tuple(
        (int(lead), _group(xp, indices.lead_time == lead, device))
        for lead in np.flatnonzero(np.bincount(indices.lead_time))
    )
    # Only a route of lead time 0 into a point that ships on makes the order within a period matter.
    relays = np.zeros(n_points, dtype=bool)
    relays[exits] = True
    through = (indices.lead_time == 0) & relays[indices.destination]
    if receive_first and through.any():
        levels = tuple(
            _group(xp, indices.level == level, device) for level in np.unique(indices.level)
        )
    else:
        levels = (_group(xp, np.ones(indices.origin.size, dtype=bool), device),)
    return {
        "indices": indices,
        "max_lead": int(indices.lead_time.max(initial=0)),
        "at_origin": pick(xp, indices.origin, n_points, device),
        "by_origin": segment_sum(xp, indices.origin, n_points, device),
        "by_destination": segment_sum(xp, indices.destination, n_points, device),
        "has_internal": exits.size > 0,
        "shares_origin": shares,
        "leads": leads,
        "levels": levels,
    }


def _group(xp: Any, mask: np.ndarray, device: Any) -> Group:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    stretches = tuple(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
    few = stretches if len(stretches) <= max(8, mask.size // 64) and len(stretches) < 64 else None
    return Group(xp, bool(mask.all()), few, xp.asarray(mask, device=device))


def _location_levels(scenario: Scenario) -> Ints:
    """[J] longest chain of lanes between each location and the outside."""
    lanes = scenario.lanes
    level = np.zeros(scenario.n_locations, dtype=np.int64)
    for location in location_order(scenario):
        out = lanes.origin == location
        np.maximum.at(level, lanes.destination[out], level[location] + 1)
    return level
