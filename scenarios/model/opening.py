"""What a scenario opens with beyond its tables: orders that are owed, and how old stock is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.arguments import Arguments
from scenarios.arrays.frozen import freeze
from scenarios.arrays.segments import Pick
from scenarios.arrays.types import Array, Floats, Ints
from scenarios.model.entities import OpenOrders


@dataclass(frozen=True, eq=False, repr=False)
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

    def __repr__(self) -> str:
        return f"Ages(on_hand {tuple(self.on_hand.shape)}, {len(self.in_transit)} in transit)"

    def take(self, at_points: Pick, at_routes: Pick) -> Ages:
        """Those of some stock points and routes.

        Parameters
        ----------
        at_points, at_routes : callable
            From arrays [..., K] and [..., A] of the whole to theirs.

        Returns
        -------
        Ages
        """
        return Ages(at_points(self.on_hand), tuple(at_routes(slot) for slot in self.in_transit))


def frozen_ages(check: Arguments, ages: Ages | None) -> Ages | None:
    """The same ages in read-only arrays; None, and a finding, if they are none."""
    if ages is None:
        return None
    wanted = "Ages, with arrays on_hand [M, K] and in_transit, a tuple of [M, A]"
    if not check.kind("opening_ages", ages, Ages, wanted):
        return None
    if not isinstance(ages.in_transit, tuple):
        check.add("opening_ages.in_transit", "is no tuple", f"give {wanted}", ages.in_transit)
        return None
    given = (ages.on_hand, *ages.in_transit)
    arrays = [check.array("opening_ages", values, np.float64) for values in given]
    if all(array is values for array, values in zip(arrays, given, strict=True)):
        return ages
    sound = [array for array in arrays if array is not None]
    return Ages(sound[0], tuple(sound[1:])) if len(sound) == len(arrays) else None


def freeze_all(values: Iterable[object]) -> None:
    """Let nobody write to the arrays among some fields of a scenario, those of ages included."""
    for value in values:
        for array in (value.on_hand, *value.in_transit) if isinstance(value, Ages) else (value,):
            if isinstance(array, np.ndarray):
                freeze(array)


def owed_array(check: Arguments, values: object, n_routes: int) -> Floats | None:
    """``owed`` [A] as a read-only array of quantities."""
    array = check.array("owed", values, np.float64)
    if array is None:
        return None
    if array.shape != (n_routes,) or not _amounts(array):
        problem = f"owed must be {n_routes} quantities, one a route, not {array.shape}"
        check.add("owed", problem, "give finite numbers of 0 or more")
        return None
    return array


def check_ages(
    check: Arguments,
    shelf_life: Floats,
    point_product: Ints,
    on_hand: Floats,
    route_product: Ints,
    open_orders: OpenOrders,
    ages: Ages,
) -> None:
    """Whether the ages of what a scenario opens with go with its arrays.

    Parameters
    ----------
    shelf_life : array [P]
    point_product, on_hand : array [K]
    route_product : array [A]
    open_orders : OpenOrders
    ages : Ages
    """
    n_routes = len(route_product)

    def add(problem: str) -> None:
        remedy = "give what opens by remaining life, or None: all of it is fresh"
        check.add("opening_ages", problem, remedy)

    for values, n in (
        (ages.on_hand, len(point_product)), *((slot, n_routes) for slot in ages.in_transit),
    ):  # fmt: skip
        if values.ndim != 2 or values.shape[1] != n or not _amounts(values):
            add(f"opening_ages must be quantities [M, {n}], not {values.shape}")
            return
    aged = aged_products(ages, point_product, route_product, len(shelf_life))
    due = open_orders.arrivals(n_routes, len(ages.in_transit)).T
    for name, values, product, total in (
        ("on_hand", ages.on_hand, point_product, on_hand),
        *(("open_orders", slot, route_product, due[s]) for s, slot in enumerate(ages.in_transit)),
    ):
        life = shelf_life[product]
        entry = np.arange(len(values))[:, None]
        late = np.broadcast_to(entry >= np.maximum(np.floor(life), 1.0), values.shape)
        if (values[late] > 0).any():
            add("opening_ages holds units with more life left than their shelf life")
            return
        if values[:, np.isinf(life)].any():
            add("opening_ages holds units of a product that keeps for ever")
            return
        gap = np.abs(values.sum(axis=0) - total) > 1e-4 * (1.0 + total)
        if (gap & aged[product]).any():
            add(f"opening_ages does not add up to {name}")
            return


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


def _amounts(values: Floats | Ints) -> bool:
    return bool((np.isfinite(values) & (values >= 0)).all())
