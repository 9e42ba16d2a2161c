"""What a scenario is made of: products, locations, lanes, stock points, routes, open orders."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from scenarios.arrays.types import Floats, Ints, Names


@dataclass(frozen=True, eq=False)
class Products:
    """P products. Costs are per unit (holding: and period); volume is the space of one unit."""

    name: Names
    missed_sale_cost: Floats
    holding_cost: Floats
    unit_cost: Floats
    price: Floats
    volume: Floats
    distribution: Names
    shelf_life: Floats
    """Periods a unit can be sold after it came from an external supplier; inf: it keeps."""
    category: Names
    """Group of similar products; "": none."""


@dataclass(frozen=True, eq=False)
class Locations:
    """J locations; capacities are volumes, inf where unlimited."""

    name: Names
    storage_capacity: Floats
    """[J, T] that fits in at the end of a period."""
    throughput_capacity: Floats
    """[J, T] that may leave in a period, all products and lanes together."""

    @classmethod
    def unlimited(cls, name: Names, n_periods: int) -> Locations:
        """Locations without any capacity."""
        capacities = [field.name for field in fields(cls) if field.name != "name"]
        return cls(name, **{field: np.full((len(name), n_periods), np.inf) for field in capacities})


@dataclass(frozen=True, eq=False)
class Lanes:
    """N lanes; ``origin`` is a location index, or -1 for an external supplier of that name."""

    origin_name: Names
    origin: Ints
    destination: Ints
    lead_time: Ints
    capacity: Floats
    """[N, T] volume that may be shipped in a period, all products together; inf: unlimited."""
    unit_cost: Floats
    order_cost: Floats


@dataclass(frozen=True, eq=False)
class Points:
    """K stock points, sorted by location and then product."""

    product: Ints
    location: Ints
    holding_cost: Floats
    missed_sale_cost: Floats
    unmet_order_cost: Floats
    safety_stock: Floats
    """The user's override; nan where the brain decides."""
    on_hand: Floats
    backlog: Floats
    sells: NDArray[np.bool_]
    """True where customers buy, that is where there is a forecast or a history."""


@dataclass(frozen=True, eq=False)
class Routes:
    """A routes, sorted by destination point; ``origin`` is a point, or -1 for outside."""

    product: Ints
    lane: Ints
    origin: Ints
    destination: Ints
    lead_time: Ints
    min_order_quantity: Floats
    order_multiple: Floats
    """Orders are whole multiples of it; 0: any quantity."""
    max_order_quantity: Floats
    unit_cost: Floats
    order_cost: Floats


@dataclass(frozen=True, eq=False)
class OpenOrders:
    """M deliveries already under way; they arrive in period ``period`` (0: the first)."""

    route: Ints
    period: Ints
    quantity: Floats

    def arrivals(self, n_routes: int, n_periods: int) -> Floats:
        """[A, T] units that arrive on each route in each of the first periods."""
        arrivals = np.zeros((n_routes, n_periods))
        inside = self.period < n_periods
        np.add.at(arrivals, (self.route[inside], self.period[inside]), self.quantity[inside])
        return arrivals
