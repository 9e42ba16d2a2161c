"""Several copies of a scenario in one, each on a demand path of its own; they do not meet."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from scenarios.arrays.types import Floats, Ints
from scenarios.model.entities import Entity
from scenarios.model.opening import Ages
from scenarios.model.scenario import Scenario


def copies(scenario: Scenario, demand: Floats) -> Scenario:
    """One scenario that holds a certain world for every demand path.

    Parameters
    ----------
    scenario : Scenario
    demand : array [paths, K, T]
        What customers want; forecasts of copy c are ``demand[c]``, with certainty.

    Notes
    -----
    Products, locations, lanes, points and routes of copy c come after those of copy c - 1, so
    that e.g. route a of copy c is route ``c * n_routes + a``. The history is left out: there is
    nothing to forecast.
    """
    n = len(demand)

    def shifted(index: Ints, size: int) -> Ints:
        """Copies of an index into something with ``size`` entries; -1 stays."""
        tiled = np.tile(index, n)
        offset = np.repeat(np.arange(n) * size, len(index))
        return np.where(tiled >= 0, tiled + offset, tiled)

    def tiled(entity: Entity, **indices: int) -> Any:
        """Copies of things, and of their indices into something with so many entries."""
        changed = {name: shifted(getattr(entity, name), n) for name, n in indices.items()}
        return entity.take(np.tile(np.arange(len(entity)), n), **changed)

    ages, lead = scenario.opening_ages, scenario.lead_time_by_period
    n_points, n_locations = scenario.n_points, scenario.n_locations
    products = tiled(scenario.products)
    names = [f"{name} #{c}" for c in range(n) for name in scenario.products.name]
    law = np.full(n * scenario.n_products, "normal", dtype=object)
    mean = np.concatenate(list(demand))
    return dataclasses.replace(
        scenario,
        products=dataclasses.replace(
            products, name=np.array(names, dtype=object), distribution=law
        ),
        locations=tiled(scenario.locations),
        lanes=tiled(scenario.lanes, origin=n_locations, destination=n_locations),
        points=tiled(scenario.points, product=scenario.n_products, location=n_locations),
        routes=tiled(
            scenario.routes,
            product=scenario.n_products,
            lane=len(scenario.lanes.origin),
            origin=n_points,
            destination=n_points,
        ),
        open_orders=tiled(scenario.open_orders, route=scenario.n_routes),
        mean=mean,
        std=np.zeros_like(mean),
        warnings=(),
        history=None,
        error_correlation=None,
        owed=None if scenario.owed is None else np.tile(scenario.owed, n),
        opening_ages=None
        if ages is None
        else Ages(np.tile(ages.on_hand, n), tuple(np.tile(slot, n) for slot in ages.in_transit)),
        lead_time_by_period=None if lead is None else np.tile(lead, (n, 1)),
    )
