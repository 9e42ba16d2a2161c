"""Small scenarios for tests."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from scenarios.examples.dense import chain, column, tree, world
from scenarios.model.scenario import Scenario

__all__ = ["chain", "column", "renamed", "tree", "world"]


def renamed(
    scenario: Scenario, products: Sequence[str] = (), locations: Sequence[str] = ()
) -> Scenario:
    """The scenario with the first products and locations under other names."""
    changes = {}
    for name, names in (("products", products), ("locations", locations)):
        entity = getattr(scenario, name)
        everything = [*names, *entity.name[len(names) :]]
        changes[name] = dataclasses.replace(entity, name=everything)
    return scenario.replace(**changes)
