"""Room on a lane: the volume that it carries in a period, and nothing more."""

from __future__ import annotations

from scenarios.model.scenario import Scenario
from scenarios.resources.resource import SharedResource


def lane(scenario: Scenario) -> SharedResource:
    """The capacity of every lane."""
    lanes = scenario.lanes
    return SharedResource(
        kind="lane",
        of="flow",
        ends=(lanes.origin_name, scenario.locations.name[lanes.destination]),
        location=lanes.destination,
        place=scenario.routes.lane,
        take=scenario.route_volume,
        capacity=lanes.capacity,
        remedy="raise the lane's capacity or ship part of the volume another way",
    )
