"""How full what products share is planned to be, period by period."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.planning.projection import Projection
from planner.text.numbers import SMALLEST
from scenarios.arrays.types import Floats
from scenarios.model.scenario import Scenario
from scenarios.resources import SharedResource, shared_resources
from solver.result import OrderPlan

CAPACITY_COLUMNS = (
    "kind",
    "place",
    "date",
    "used",
    "safety_stock",
    "capacity",
    "expected_overflow",
    "price",
)

PRICE_COLUMNS = ("kind", "place", "date", "capacity", "used", "price")


def capacity_table(
    scenario: Scenario, safety_stock: Floats, found: OrderPlan, projection: Projection
) -> pd.DataFrame:
    """One row per period and place that has a capacity then; kind after kind of shared resource.

    Columns ``CAPACITY_COLUMNS``: ``kind`` is storage, lane and so on, ``place`` a location, or
    ``origin -> destination``; ``used``, ``safety_stock``, ``capacity`` and ``expected_overflow``
    (demand risk included) are volumes, ``price`` what one more unit of capacity in that period
    would save. What flows has no safety stock, and what is hard no overflow.
    """
    by_kind = [
        _limited(scenario, resource, safety_stock, found, projection)
        for resource in shared_resources(scenario)
    ]
    return pd.concat(by_kind, ignore_index=True)


def planned_use(resource: SharedResource, projection: Projection) -> Floats:
    """[n, T] what is projected to be used of a resource at each place; 0 if it is not limited."""
    if not resource.limited:
        return np.zeros(resource.capacity.shape)
    return resource.use(projection.closing if resource.of == "stock" else projection.shipped)


def capacity_prices(capacity: pd.DataFrame) -> pd.DataFrame:
    """What is worth negotiating: the rows of a capacity table that have a price, dearest first.

    Columns ``PRICE_COLUMNS``: ``price`` is what one more unit of volume there in that period alone
    would save, in currency: the shadow price of the capacity in the order model. It holds for small
    changes, and the prices of several periods do not simply add up.
    """
    priced = capacity.loc[capacity["price"] >= SMALLEST, list(PRICE_COLUMNS)]
    return priced.sort_values("price", ascending=False, kind="stable", ignore_index=True)


def _limited(
    scenario: Scenario,
    resource: SharedResource,
    safety_stock: Floats,
    found: OrderPlan,
    projection: Projection,
) -> pd.DataFrame:
    place, period = np.nonzero(np.isfinite(resource.capacity))
    buffer = np.zeros(resource.capacity.shape)
    if resource.of == "stock" and resource.limited:
        buffer = resource.use(safety_stock)
    values = {
        "used": planned_use(resource, projection),
        "safety_stock": buffer,
        "capacity": resource.capacity,
        "expected_overflow": found.overflow[resource.kind],
        "price": found.price[resource.kind],
    }
    return pd.DataFrame(
        {
            "kind": pd.Series([resource.kind] * len(place), dtype="str"),
            "place": pd.Series(np.array(resource.names, dtype=object)[place], dtype="str"),
            "date": scenario.dates.take(period),
        }
        | {name: value[place, period] for name, value in values.items()},
        columns=list(CAPACITY_COLUMNS),
    )
