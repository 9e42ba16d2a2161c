"""The bundled retail chain over more periods than it has, its forecast repeated."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from scenarios.examples.bundled import retail_chain
from scenarios.model.capacities import CAPACITIES, capacity_of, with_capacity
from scenarios.model.scenario import Scenario


def long_chain(n_products: int, n_periods: int, seed: int, *, limited: bool) -> Scenario:
    """The chain with ``n_periods``, with its storage and lane limits or without any."""
    base = retail_chain(n_products, seed=seed)
    column = np.arange(n_periods) % base.n_periods
    chain = dataclasses.replace(
        base,
        dates=pd.date_range(base.dates[0], periods=n_periods),
        settings=base.settings.model_copy(update={"horizon": None}),
        locations=base.locations.at_periods(column),
        lanes=base.lanes.at_periods(column),
        mean=base.mean[:, column],
        std=base.std[:, column],
    )
    if not limited:
        for kind in CAPACITIES:
            chain = with_capacity(chain, kind, np.full_like(capacity_of(chain, kind), np.inf))
    return chain
