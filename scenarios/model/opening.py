"""How a scenario opens beyond what its tables can say: what is owed, and how old stock is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scenarios.model.scenario import Floats, Ints, Scenario


def check_opening(scenario: Scenario) -> None:
    """Raise ValueError where what a scenario opens with does not go with its arrays."""
    owed, lead = scenario.owed, scenario.lead_time_by_period
    n_routes = scenario.n_routes
    if owed is not None and (owed.shape != (n_routes,) or not _amounts(owed)):
        raise ValueError(f"owed must be {n_routes} quantities, one a route, not {owed.shape}")
    if lead is not None:
        shape = (n_routes, scenario.n_periods)
        if lead.shape != shape or lead.dtype.kind != "i" or (lead < 0).any():
            raise ValueError(
                f"lead_time_by_period must be whole periods, routes x periods {shape}, not"
                f" {lead.dtype} {lead.shape}"
            )
    if scenario.opening_ages is not None:
        _check_ages(scenario)


def aged_products(scenario: Scenario) -> NDArray[np.bool_]:
    """[P] products of which ``opening_ages`` holds any unit; stock of others opens fresh."""
    aged = np.zeros(scenario.n_products, dtype=bool)
    ages = scenario.opening_ages
    if ages is not None:
        aged[scenario.points.product[ages.on_hand.any(axis=0)]] = True
        for slot in ages.in_transit:
            aged[scenario.routes.product[slot.any(axis=0)]] = True
    return aged


def _check_ages(scenario: Scenario) -> None:
    ages, points, routes = scenario.opening_ages, scenario.points, scenario.routes
    assert ages is not None
    life, late = scenario.products.shelf_life, scenario.open_orders
    for values, n in ((ages.on_hand, scenario.n_points), *((x, len(routes.product))
                      for x in ages.in_transit)):  # fmt: skip
        if values.ndim != 2 or values.shape[1] != n or not _amounts(values):
            raise ValueError(f"opening_ages must be quantities [M, {n}], not {values.shape}")
    aged = aged_products(scenario)
    due = np.zeros((len(ages.in_transit), len(routes.product)))
    early = late.period < len(due)
    np.add.at(due, (late.period[early], late.route[early]), late.quantity[early])
    for name, values, product, total in (
        ("on_hand", ages.on_hand, points.product, points.on_hand),
        *(("open_orders", slot, routes.product, due[s]) for s, slot in enumerate(ages.in_transit)),
    ):
        _check_life(values, life[product])
        gap = np.abs(values.sum(axis=0) - total) > 1e-4 * (1.0 + total)
        if (gap & aged[product]).any():
            raise ValueError(f"opening_ages does not add up to {name}")


def _check_life(values: Floats, life: Floats) -> None:
    entry = np.arange(len(values))[:, None]
    if (values[np.broadcast_to(entry >= np.maximum(np.floor(life), 1.0), values.shape)] > 0).any():
        raise ValueError("opening_ages holds units with more life left than their shelf life")
    if values[:, np.isinf(life)].any():
        raise ValueError("opening_ages holds units of a product that keeps for ever")


def _amounts(values: Floats | Ints) -> bool:
    return bool((np.isfinite(values) & (values >= 0)).all())
