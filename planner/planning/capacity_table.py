"""How full storages and lanes are planned to be, period by period."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.planning.projection import Projection
from planner.text.numbers import SMALLEST
from scenarios.arrays.types import Floats
from scenarios.evaluation.ledger import sum_rows
from scenarios.model.scenario import Scenario
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
    """One row per period and storage or lane that has a capacity then; storages first.

    Columns ``CAPACITY_COLUMNS``: ``place`` is a location, or ``origin -> destination``; ``used``,
    ``safety_stock``, ``capacity`` and ``expected_overflow`` (demand risk included) are volumes,
    ``price`` what one more unit of capacity in that period would save. Lanes have no safety stock
    and no overflow.
    """
    names, lanes = scenario.locations.name, scenario.lanes
    none = np.zeros(lanes.capacity.shape)
    carried = projection.shipped * scenario.route_volume[:, None]
    ends = zip(lanes.origin_name, names[lanes.destination], strict=True)
    by_kind = [
        _limited(
            scenario, "storage", [str(name) for name in names],
            _stored(scenario, projection.closing), _stored(scenario, safety_stock),
            scenario.locations.storage_capacity, found.expected_overflow, found.storage_price,
        ),
        _limited(
            scenario, "lane", [f"{start} -> {end}" for start, end in ends],
            sum_rows(scenario.routes.lane, carried, len(lanes.origin)),
            none, lanes.capacity, none, found.lane_price,
        ),
    ]  # fmt: skip
    return pd.concat(by_kind, ignore_index=True)


def capacity_prices(capacity: pd.DataFrame) -> pd.DataFrame:
    """What is worth negotiating: the rows of a capacity table that have a price, dearest first.

    Columns ``PRICE_COLUMNS``: ``price`` is what one more unit of volume there in that period alone
    would save, in currency: the shadow price of the capacity in the order model. It holds for small
    changes, and the prices of several periods do not simply add up.
    """
    priced = capacity.loc[capacity["price"] >= SMALLEST, list(PRICE_COLUMNS)]
    return priced.sort_values("price", ascending=False, kind="stable", ignore_index=True)


def _stored(scenario: Scenario, units: Floats) -> Floats:
    """[J, T] volume of units [K, T] at each location."""
    volume = units * scenario.point_volume[:, None]
    return sum_rows(scenario.points.location, volume, scenario.n_locations)


def _limited(
    scenario: Scenario, kind: str, names: list[str], used: Floats, buffer: Floats, capacity: Floats,
    overflow: Floats, price: Floats,
) -> pd.DataFrame:  # fmt: skip
    place, period = np.nonzero(np.isfinite(capacity))
    return pd.DataFrame(
        {
            "kind": pd.Series([kind] * len(place), dtype="str"),
            "place": pd.Series(np.array(names, dtype=object)[place], dtype="str"),
            "date": scenario.dates.take(period),
            "used": used[place, period],
            "safety_stock": buffer[place, period],
            "capacity": capacity[place, period],
            "expected_overflow": overflow[place, period],
            "price": price[place, period],
        },
        columns=list(CAPACITY_COLUMNS),
    )
