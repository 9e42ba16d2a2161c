"""Capacities that products share: where in a scenario each kind of them stands.

Whoever reads, writes, scales or cuts capacities goes through :data:`CAPACITIES` and names no kind
himself. What the products take of them is told by :mod:`scenarios.resources`.
"""

from __future__ import annotations

import dataclasses

from scenarios.arrays.types import Floats
from scenarios.model.scenario import Scenario

CAPACITIES: dict[str, tuple[str, str]] = {
    "storage": ("locations", "storage_capacity"),
    "lane": ("lanes", "capacity"),
    "throughput": ("locations", "throughput_capacity"),
}
"""Kind -> table and field that hold its capacity, an array [places, T], inf where unlimited. The
table of input has the name of the one here, and a column of the field's name."""


def capacity_of(scenario: Scenario, kind: str) -> Floats:
    """[places, T] capacity of a kind; inf: unlimited."""
    table, name = CAPACITIES[kind]
    capacity: Floats = getattr(getattr(scenario, table), name)
    return capacity


def with_capacity(scenario: Scenario, kind: str, capacity: Floats) -> Scenario:
    """The scenario with another capacity [places, T] of a kind."""
    table, name = CAPACITIES[kind]
    changed = dataclasses.replace(getattr(scenario, table), **{name: capacity})
    return dataclasses.replace(scenario, **{table: changed})
