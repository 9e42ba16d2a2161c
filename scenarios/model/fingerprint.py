"""Hashes of scenarios, to tell whether two inputs are the same."""

from __future__ import annotations

import dataclasses
import hashlib
import json

import numpy as np
from numpy.typing import NDArray

from scenarios.model.entities import Entity, differs
from scenarios.model.scenario import Scenario

ENTITIES = ("products", "locations", "lanes", "points", "routes", "open_orders")
ALWAYS_COUNTED = {
    "products": "missed_sale_cost holding_cost unit_cost price volume distribution shelf_life",
    "locations": "storage_capacity",
    "lanes": "lead_time capacity unit_cost order_cost",
    "points": "holding_cost missed_sale_cost unmet_order_cost safety_stock on_hand backlog",
    "routes": "lead_time min_order_quantity order_multiple max_order_quantity unit_cost order_cost",
    "open_orders": "quantity",
}
"""Columns that have been there from the first. Later ones count where they hold anything but the
default, so that an input without them keeps the hash it had. Nothing is ever added here."""


def input_hash(scenario: Scenario) -> str:
    """SHA-256 over settings, dates, names and numbers; warnings do not count."""
    digest = hashlib.sha256()
    digest.update(scenario.settings.model_dump_json().encode())
    digest.update(scenario.dates.to_numpy().astype("datetime64[D]").astype("<i8").tobytes())
    for name in ENTITIES:
        entity = getattr(scenario, name)
        for field in dataclasses.fields(entity):
            if not _is_later_default(scenario, name, field.name):
                _add(digest, f"{name}.{field.name}", getattr(entity, field.name))
    _add(digest, "mean", scenario.mean)
    _add(digest, "std", scenario.std)
    for name in ("error_correlation", "owed", "lead_time_by_period"):
        if (values := getattr(scenario, name)) is not None:
            _add(digest, name, values)
    if (ages := scenario.opening_ages) is not None:
        for values in (ages.on_hand, *ages.in_transit):
            _add(digest, "opening_ages", values)
    if (history := scenario.history) is not None:
        begins = np.array([history.first.astype("datetime64[D]").astype(np.int64), history.days])
        _add(digest, "history.begins", begins)
        for name in ("quantity", "in_stock", "price", "promotion"):
            if (values := getattr(history, name)) is not None:
                _add(digest, f"history.{name}", values)
    if scenario.elapsed:
        _add(digest, "elapsed", np.array([scenario.elapsed]))
    return digest.hexdigest()


def _is_later_default(scenario: Scenario, table: str, field: str) -> bool:
    """Whether a field is a column that came later and holds nothing but what blanks give."""
    entity: Entity = getattr(scenario, table)
    column = entity.columns.get(field)
    if column is None or column.required or field in ALWAYS_COUNTED[table].split():
        return False
    values = getattr(entity, field)
    if column.inherits == "products":
        return np.array_equal(values, getattr(scenario.products, field)[scenario.points.product])
    if column.inherits == "lanes":
        return np.array_equal(values, getattr(scenario.lanes, field)[scenario.routes.lane])
    return not differs(column, values).any()


def _add(digest: hashlib._Hash, name: str, values: NDArray) -> None:
    digest.update(f"{name}{values.shape}".encode())
    if values.dtype == object:
        digest.update(json.dumps([str(value) for value in values]).encode())
    else:
        kind = "<f8" if values.dtype.kind == "f" else "<i8"
        digest.update(np.ascontiguousarray(values, dtype=kind).tobytes())
