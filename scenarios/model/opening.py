"""What a scenario opens with beyond its tables: orders that are owed, and how old stock is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.arrays.segments import Pick
from scenarios.arrays.types import Array, Floats, Ints
from scenarios.model.entities import OpenOrders


@dataclass(frozen=True, eq=False)
class Ages:
    """Stock by remaining life; kept only where some product is perishable.

    The first axis has one entry per remaining period: what lies in entry b can be sold in this
    period and b more. Goods that keep lie in the last entry, and expired goods that no check has
    found yet in entry 0.
    """

    on_hand: Array
    """[M, ..., K]"""
    in_transit: tuple[Array, ...]
    """[M, ..., A] for each period until arrival."""

    def take(self, at_points: Pick, at_routes: Pick) -> Ages:
        """Those of some stock points and routes."""
        return Ages(at_points(self.on_hand), tuple(at_routes(slot) for slot in self.in_transit))


def check_opening(
    shelf_life: Floats,
    point_product: Ints,
    on_hand: Floats,
    route_product: Ints,
    open_orders: OpenOrders,
    n_periods: int,
    owed: Floats | None,
    lead_time_by_period: Ints | None,
    ages: Ages | None,
) -> None:
    """Raise ValueError where what a scenario opens with does not go with its arrays.

    Parameters
    ----------
    shelf_life : array [P]
    point_product, on_hand : array [K]
    route_product : array [A]
    open_orders : OpenOrders
    n_periods : int
        T.
    owed : array [A], optional
    lead_time_by_period : array [A, T], optional
    ages : Ages, optional
    """
    n_routes = len(route_product)
    if owed is not None and (owed.shape != (n_routes,) or not _amounts(owed)):
        raise ValueError(f"owed must be {n_routes} quantities, one a route, not {owed.shape}")
    lead = lead_time_by_period
    if lead is not None:
        shape = (n_routes, n_periods)
        if lead.shape != shape or lead.dtype.kind != "i" or (lead < 0).any():
            raise ValueError(
                f"lead_time_by_period must be whole periods, routes x periods {shape}, not"
                f" {lead.dtype} {lead.shape}"
            )
    if ages is None:
        return
    for values, n in (
        (ages.on_hand, len(point_product)), *((slot, n_routes) for slot in ages.in_transit),
    ):  # fmt: skip
        if values.ndim != 2 or values.shape[1] != n or not _amounts(values):
            raise ValueError(f"opening_ages must be quantities [M, {n}], not {values.shape}")
    aged = aged_products(ages, point_product, route_product, len(shelf_life))
    due = open_orders.arrivals(n_routes, len(ages.in_transit)).T
    for name, values, product, total in (
        ("on_hand", ages.on_hand, point_product, on_hand),
        *(("open_orders", slot, route_product, due[s]) for s, slot in enumerate(ages.in_transit)),
    ):
        _check_life(values, shelf_life[product])
        gap = np.abs(values.sum(axis=0) - total) > 1e-4 * (1.0 + total)
        if (gap & aged[product]).any():
            raise ValueError(f"opening_ages does not add up to {name}")


def aged_products(
    ages: Ages | None, point_product: Ints, route_product: Ints, n_products: int
) -> NDArray[np.bool_]:
    """[P] products of which ``ages`` holds any unit; stock of others opens fresh."""
    aged = np.zeros(n_products, dtype=bool)
    if ages is not None:
        aged[point_product[ages.on_hand.any(axis=0)]] = True
        for slot in ages.in_transit:
            aged[route_product[slot.any(axis=0)]] = True
    return aged


def _check_life(values: Floats, life: Floats) -> None:
    entry = np.arange(len(values))[:, None]
    if (values[np.broadcast_to(entry >= np.maximum(np.floor(life), 1.0), values.shape)] > 0).any():
        raise ValueError("opening_ages holds units with more life left than their shelf life")
    if values[:, np.isinf(life)].any():
        raise ValueError("opening_ages holds units of a product that keeps for ever")


def _amounts(values: Floats | Ints) -> bool:
    return bool((np.isfinite(values) & (values >= 0)).all())
