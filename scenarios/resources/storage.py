"""Room at a location: the volume on hand at the end of a period, more of it at a price."""

from __future__ import annotations

import numpy as np

from scenarios.model.scenario import Scenario
from scenarios.resources.resource import SharedResource


def storage(scenario: Scenario) -> SharedResource:
    """The storage of every location."""
    return SharedResource(
        kind="storage",
        of="stock",
        ends=(scenario.locations.name,),
        location=np.arange(scenario.n_locations),
        place=scenario.points.location,
        take=scenario.point_volume,
        capacity=scenario.locations.storage_capacity,
        overflow_cost=scenario.overflow_cost,
        remedy="rent space or let stock out earlier",
    )
