"""A hash of a scenario, to tell whether two runs have the same input."""

from __future__ import annotations

import dataclasses
import hashlib
import json

import numpy as np

from scenarios.model.scenario import Scenario

TABLES = ("products", "locations", "lanes", "points", "routes", "open_orders")


def input_hash(scenario: Scenario) -> str:
    """SHA-256 over settings, dates, names and numbers; warnings do not count."""
    digest = hashlib.sha256()
    digest.update(scenario.settings.model_dump_json().encode())
    digest.update(scenario.dates.to_numpy().astype("datetime64[D]").astype("<i8").tobytes())
    for table in TABLES:
        part = getattr(scenario, table)
        for field in dataclasses.fields(part):
            values = getattr(part, field.name)
            # Results that were kept before there were categories stay good where there are none.
            if field.name != "category" or values.astype(bool).any():
                _add(digest, f"{table}.{field.name}", values)
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


def _add(digest: hashlib._Hash, name: str, values: np.ndarray) -> None:
    digest.update(f"{name}{values.shape}".encode())
    if values.dtype == object:
        digest.update(json.dumps([str(value) for value in values]).encode())
    else:
        kind = "<f8" if values.dtype.kind == "f" else "<i8"
        digest.update(np.ascontiguousarray(values, dtype=kind).tobytes())
