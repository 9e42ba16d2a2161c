"""A scenario made ready for the dynamics: parameters and index arrays of one array library."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from array_api_compat import array_namespace

from scenarios.arrays.frozen import in_library
from scenarios.arrays.segments import Pick, SegmentSum, pick, segment_sum
from scenarios.arrays.types import Array, Floats, Ints
from scenarios.model.echelons import location_levels, transit_rate
from scenarios.model.scenario import Scenario
from scenarios.model.subset import ProductSubset
from scenarios.resources import SharedResource, shared_resources
from scenarios.simulation.queues import Queues, queues
from scenarios.simulation.shelf_life import Shelf, shelf
from scenarios.simulation.topology import Indices, Links


@dataclass(frozen=True, eq=False)
class Limit:
    """A shared resource that is limited somewhere, in the array library of its network."""

    of: Literal["stock", "flow"]
    capacity: Array
    """[T, n] in a period; the last one's goes on"""
    take: Array
    """[K] or [A] of a unit"""
    overflow_cost: Array | None
    """[n] per unit used above the capacity and period; None: nothing more can be used"""
    place: Ints
    """[K] or [A]; -1: nowhere"""
    total: SegmentSum
    """From points, or routes, to their places."""
    back: Pick
    """From places to routes."""
    queues: Queues | None
    """Routes lined up at their places; None: they share in proportion."""

    def now(self, period: int) -> Array:
        """[n] the capacity of a period."""
        return self.capacity[min(period, self.capacity.shape[0] - 1)]

    def use(self, units: Array) -> Array:
        """[..., n] what units [..., K] or [..., A] take together."""
        return self.total(units * self.take)

    def of_subset(self, subset: ProductSubset, like: Limit | None) -> Limit:
        """For some products only (of NumPy), the capacity being that of all; ``like`` is that of
        another subset, whose sums are used again where they are the same."""
        of_stock = self.of == "stock"
        chosen = subset.at_points if of_stock else subset.at_routes
        place = self.place[subset.points if of_stock else subset.routes]
        if like is not None and np.array_equal(like.place, place):
            return dataclasses.replace(like, take=chosen(self.take))
        total = segment_sum(np, place, self.total.n_segments)
        return dataclasses.replace(self, take=chosen(self.take), place=place, total=total)


@dataclass(frozen=True, eq=False)
class CompiledScenario:
    """Everything :func:`scenarios.simulation.step.step` needs besides state, orders and demand.

    Rates that are zero everywhere are None, and capacities that never bind are left out: they cost
    nothing.
    """

    xp: Any
    dtype: Any
    device: Any
    receive_first: bool
    keeps_backlog: bool
    owes_orders: bool
    in_order: bool
    """Whether origins that are short serve their destinations one after the other."""
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
    hard_limits: tuple[Limit, ...]
    """On what flows, in the order in which they cut it."""
    priced_limits: tuple[Limit, ...]
    shelf: Shelf | None

    links: Links

    @property
    def n_points(self) -> int:
        return int(self.links.indices.location.size)

    @property
    def n_routes(self) -> int:
        return int(self.links.indices.origin.size)

    def array(self, values: Any) -> Array:
        """``values`` as an array of this library, float type and device."""
        return in_library(self.xp, values, self.dtype, self.device)


def compile_scenario(
    scenario: Scenario, xp: Any = np, *, dtype: Any = None, device: Any = None
) -> CompiledScenario:
    """Make a scenario ready for :func:`scenarios.simulation.step.step`.

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
        return in_library(xp, np.ascontiguousarray(values), dtype, device)

    def rate(values: Floats) -> Array | None:
        return array(values) if values.any() else None

    inside = routes.origin >= 0
    origin = np.maximum(routes.origin, 0)
    limits = [
        _limit(resource, scenario, array, device)
        for resource in shared_resources(scenario)
        if resource.limited
    ]
    indices = Indices(
        origin=routes.origin,
        destination=routes.destination,
        level=np.where(inside, location_levels(scenario)[points.location[origin]] + 1, 0),
        lead_time=scenario.lead_times,
        location=points.location,
        product=points.product,
    )
    perishable = shelf(scenario, xp, dtype, device)
    return CompiledScenario(
        xp=xp,
        dtype=dtype,
        device=device,
        receive_first=settings.timeline == "receive_first",
        keeps_backlog=settings.unmet_demand == "backlog",
        owes_orders=settings.unmet_orders == "backlog",
        in_order=settings.sharing == "in_order",
        zero=array(0.0).reshape(()),
        holding_cost=array(points.holding_cost),
        missed_cost=array(points.missed_sale_cost),
        unmet_order_cost=rate(np.where(inside, points.unmet_order_cost[origin], 0.0)),
        shipping_cost=rate(routes.unit_cost),
        order_cost=rate(routes.order_cost),
        transit_cost=rate(transit_rate(scenario)),
        scrap_cost=rate(scenario.products.unit_cost[points.product]) if perishable else None,
        hard_limits=tuple(limit for limit in limits if limit.overflow_cost is None),
        priced_limits=tuple(limit for limit in limits if limit.overflow_cost is not None),
        shelf=perishable,
        links=Links(xp, device, settings.timeline == "receive_first", indices),
    )


def _limit(
    resource: SharedResource, scenario: Scenario, array: Callable[[Any], Array], device: Any
) -> Limit:
    xp, place, n = array_namespace(array(0.0)), resource.place, resource.n_places
    in_turn = resource.in_turn and scenario.settings.sharing == "in_order"
    cost = resource.overflow_cost
    return Limit(
        of=resource.of,
        capacity=array(resource.capacity.T),
        take=array(resource.take),
        overflow_cost=None if cost is None else array(cost),
        place=place,
        total=segment_sum(xp, place, n, device),
        back=pick(xp, place, n, device),
        queues=queues(xp, place, n, device) if in_turn else None,
    )


def take(
    net: CompiledScenario, subset: ProductSubset, like: CompiledScenario | None = None
) -> CompiledScenario:
    """The network of some products only, for running a large one in parts.

    Nothing may be limited that flows. Limits with a price are those of all: what parts use of them
    has to be added up before it is charged. ``like`` is the network of another part, of which all
    is used again that is the same.
    """
    rates: dict[str, Any] = {
        name: None if (value := getattr(net, name)) is None else chosen(value)
        for names, chosen in (
            (("holding_cost", "missed_cost", "scrap_cost"), subset.at_points),
            (
                ("unmet_order_cost", "shipping_cost", "order_cost", "transit_cost"),
                subset.at_routes,
            ),
        )
        for name in names
    }
    links, n_limits = net.links.take(subset), len(net.priced_limits)
    limits_like = (None,) * n_limits if like is None else like.priced_limits
    return dataclasses.replace(
        net,
        **rates,
        links=like.links if like and like.links.indices.equal(links.indices) else links,
        priced_limits=tuple(
            limit.of_subset(subset, one)
            for limit, one in zip(net.priced_limits, limits_like, strict=True)
        ),
        shelf=None if net.shelf is None else net.shelf.take(subset),
    )
