"""A scenario made ready for the dynamics: parameters and index arrays of one array library."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from scenarios.arrays.frozen import in_library
from scenarios.arrays.types import Array, Floats
from scenarios.model.echelons import location_levels, transit_rate
from scenarios.model.scenario import Scenario
from scenarios.model.subset import ProductSubset
from scenarios.simulation.shelf_life import Shelf, shelf
from scenarios.simulation.topology import Indices, Links


@dataclass(frozen=True, eq=False)
class Network:
    """Everything :func:`scenarios.simulation.step.step` needs besides state, orders and demand.

    Rates that are zero everywhere, and capacities that never bind, are None: they cost nothing.
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


def network(scenario: Scenario, xp: Any = np, *, dtype: Any = None, device: Any = None) -> Network:
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
    storage, lanes = scenario.locations.storage_capacity, scenario.lanes.capacity
    indices = Indices(
        origin=routes.origin,
        destination=routes.destination,
        lane=routes.lane,
        level=np.where(inside, location_levels(scenario)[points.location[origin]] + 1, 0),
        lead_time=scenario.lead_times,
        location=points.location,
        product=points.product,
        n_lanes=len(scenario.lanes.origin),
        n_locations=scenario.n_locations,
    )
    perishable = shelf(scenario, xp, dtype, device)
    return Network(
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
        point_volume=array(scenario.point_volume),
        route_volume=array(scenario.route_volume),
        storage=array(storage.T) if np.isfinite(storage).any() else None,
        overflow_cost=array(scenario.overflow_cost),
        lane_capacity=array(lanes.T) if np.isfinite(lanes).any() else None,
        shelf=perishable,
        links=Links(xp, device, settings.timeline == "receive_first", indices),
    )


def take(net: Network, subset: ProductSubset, like: Links | None = None) -> Network:
    """The network of some products only, for running a large one in parts.

    Lanes must be uncapacitated; storage is left out, for it is shared with other parts. ``like``
    are the links of another part, used again where they are the same.
    """
    rates: dict[str, Any] = {
        name: None if (value := getattr(net, name)) is None else chosen(value)
        for names, chosen in (
            (("holding_cost", "missed_cost", "scrap_cost", "point_volume"), subset.at_points),
            (
                ("unmet_order_cost", "shipping_cost", "order_cost", "transit_cost", "route_volume"),
                subset.at_routes,
            ),
        )
        for name in names
    }
    links = net.links.take(subset)
    return dataclasses.replace(
        net,
        **rates,
        links=like if like is not None and like.indices.equal(links.indices) else links,
        storage=None,
        shelf=None if net.shelf is None else net.shelf.take(subset),
    )
