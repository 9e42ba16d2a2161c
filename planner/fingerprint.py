"""A hash of what a scenario says, to tell whether two plans had the same input."""

from __future__ import annotations

import dataclasses
import hashlib
import json

import numpy as np

from scenarios.model import Scenario

TABLES = ("products", "locations", "lanes", "points", "routes", "open_orders")


def input_hash(scenario: Scenario) -> str:
    """SHA-256 over settings, dates, names and numbers; warnings do not count."""
    digest = hashlib.sha256()
    digest.update(scenario.settings.model_dump_json().encode())
    digest.update(scenario.dates.to_numpy().astype("datetime64[D]").astype("<i8").tobytes())
    for table in TABLES:
        part = getattr(scenario, table)
        for field in dataclasses.fields(part):
            _add(digest, f"{table}.{field.name}", getattr(part, field.name))
    _add(digest, "mean", scenario.mean)
    _add(digest, "std", scenario.std)
    for name in ("owed", "lead_time_by_period"):
        if (values := getattr(scenario, name)) is not None:
            _add(digest, name, values)
    if (ages := scenario.opening_ages) is not None:
        for values in (ages.on_hand, *ages.in_transit):
            _add(digest, "opening_ages", values)
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
