"""All kinds of shared resources, in the order in which results list them."""

from __future__ import annotations

from collections.abc import Callable

from scenarios.arguments import Arguments
from scenarios.model.memo import once
from scenarios.model.scenario import Scenario, check_scenario
from scenarios.resources.lane import lane
from scenarios.resources.resource import SharedResource
from scenarios.resources.storage import storage
from scenarios.resources.throughput import throughput

KINDS: dict[str, Callable[[Scenario], SharedResource]] = {
    "storage": storage,
    "lane": lane,
    "throughput": throughput,
}


@once
def shared_resources(scenario: Scenario) -> tuple[SharedResource, ...]:
    """Every kind of resource of a scenario, whether limited or not.

    Parameters
    ----------
    scenario : Scenario

    Returns
    -------
    tuple of SharedResource
        Storage, lanes and throughput, each with its capacity [places, T].

    Raises
    ------
    InputError
        If it is no scenario.
    """
    check = Arguments("shared_resources")
    check_scenario(check, scenario)
    check.refuse()
    return tuple(made(scenario) for made in KINDS.values())


def hard_flows(scenario: Scenario) -> tuple[SharedResource, ...]:
    """Those that let nothing more flow than there is, and are limited somewhere."""
    return tuple(
        resource
        for resource in shared_resources(scenario)
        if resource.of == "flow" and resource.hard and resource.limited
    )
