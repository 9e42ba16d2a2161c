"""Throughput of a location: the volume that leaves it in a period, over all its lanes together.

What a dock can load, or a factory make: production capacity, where a stage ships what it makes.
What customers take with them does not count. It is hard, like a lane: nothing more leaves.
"""

from __future__ import annotations

import numpy as np

from scenarios.model.scenario import Scenario
from scenarios.resources.resource import SharedResource


def throughput(scenario: Scenario) -> SharedResource:
    """The throughput of every location."""
    return SharedResource(
        kind="throughput",
        of="flow",
        ends=(scenario.locations.name,),
        location=np.arange(scenario.n_locations),
        place=scenario.lanes.origin[scenario.routes.lane],
        take=scenario.route_volume,
        capacity=scenario.locations.throughput_capacity,
        remedy="raise the location's throughput or supply part of the volume from elsewhere",
        in_turn=True,
    )
