"""Who imports whom, type-only and late imports included, in modules, rooms and floors.

A *room* is a folder of modules, or a module that lies beside the rooms of its package. The face of
a package, its ``__init__``, is a room of its own: it may know everything below, and nothing below
it may ask it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter

import grimp

from docs.tools.rooms import PACKAGES, ROOT

Edges = Mapping[str, set[str]]
"""Importer -> what it imports; everybody is a key."""


@cache
def modules() -> Edges:
    """Imports between the modules of the four packages, read from the source: nothing is run."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    return {name: set(graph.find_modules_directly_imported_by(name)) for name in graph.modules}


def room_of(module: str) -> str:
    """The room of a module; that of ``scenarios.simulation.step`` is ``scenarios.simulation``."""
    inside, _, _ = module.rpartition(".")
    is_folder = (ROOT / module.replace(".", "/")).is_dir()
    return module if is_folder or inside in ("", *PACKAGES) else inside


def grouped(edges: Edges, group: Callable[[str], str]) -> dict[str, set[str]]:
    """The same imports between groups; those inside a group are left out."""
    merged: dict[str, set[str]] = defaultdict(set)
    for importer, imported in edges.items():
        merged[group(importer)] |= {group(name) for name in imported} - {group(importer)}
    return dict(merged)


def circle(edges: Edges) -> list[str]:
    """One circle, from importer to imported and back to the first; empty if there is none."""
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        # Sorted from what is needed first, so the way of the imports is backwards.
        return list(reversed(error.args[1]))
    return []


def floors(edges: Edges) -> list[list[str]]:
    """Everybody one floor above the highest that it imports; the ground floor comes first."""
    height: dict[str, int] = {}
    for name in TopologicalSorter(edges).static_order():
        height[name] = 1 + max((height[below] for below in edges.get(name, ())), default=-1)
    levels: list[list[str]] = [[] for _ in range(1 + max(height.values(), default=-1))]
    for name in sorted(height):
        levels[height[name]].append(name)
    return levels


def inside(package: str) -> dict[str, set[str]]:
    """Imports between the rooms of one package, its face included."""
    own = {
        name: {other for other in imported if other.partition(".")[0] == package}
        for name, imported in modules().items()
        if name.partition(".")[0] == package
    }
    return grouped(own, room_of)
