"""The bundled retail chain over more periods than it has, its forecast repeated."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from scenarios.arrays.types import Floats
from scenarios.examples.bundled import retail_chain
from scenarios.model.scenario import Scenario


def long_chain(n_products: int, n_periods: int, seed: int, *, limited: bool) -> Scenario:
    """The chain with ``n_periods``, with its storage and lane limits or without any."""
    base = retail_chain(n_products, seed=seed)
    repeat = -(-n_periods // base.n_periods)

    def longer(values: Floats) -> Floats:
        return np.tile(values, repeat)[:, :n_periods]

    def limits(capacity: Floats) -> Floats:
        return longer(capacity if limited else np.full_like(capacity, np.inf))

    return dataclasses.replace(
        base,
        dates=pd.date_range(base.dates[0], periods=n_periods),
        settings=base.settings.model_copy(update={"horizon": None}),
        locations=dataclasses.replace(
            base.locations, storage_capacity=limits(base.locations.storage_capacity)
        ),
        lanes=dataclasses.replace(base.lanes, capacity=limits(base.lanes.capacity)),
        mean=longer(base.mean),
        std=longer(base.std),
    )
