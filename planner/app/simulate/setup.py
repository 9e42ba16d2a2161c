"""What is to be run: which scenario, how it is changed, who orders, and for how long."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from planner.app.folder import Folder
from planner.app.worker import Progress
from planner.forecasting import foreseen
from planner.policies.registry import POLICIES
from scenarios.catalogue import ENTRIES
from scenarios.errors import Finding, InputError
from scenarios.examples import bundled
from scenarios.model.scenario import Scenario
from scenarios.model.what_if import Change
from scenarios.problem import Problem
from scenarios.simulation.rolling import longer

EXAMPLES: dict[str, tuple[str, Callable[[], Scenario]]] = {
    "retail-chain-20": ("chain, 20 products", lambda: bundled.retail_chain(20)),
    "retail-chain-200": ("chain, 200 products", lambda: bundled.retail_chain(200)),
    "stores": ("stores, 40 products", lambda: bundled.stores()),
    "single": ("one product", lambda: bundled.single()),
}
"""Name -> what it is, and how it is made."""
CATALOGUE = ("reference", "reference-many", "lost-sales-4-4", "serial-example-6-1", "single-sku")
"""Named problems that are judged by the costs of their scenario, on demand of its forecast."""
PLAYABLE = {name: entry for name, entry in POLICIES.items() if entry.playable}
"""Policies that can be chosen."""
LONGEST = 1_000
"""Periods of a run: all of it is kept in memory."""
FACTORS = (0.01, 100.0)
"""Costs and noise may be changed by no less and no more."""


@dataclass(frozen=True)
class Setup:
    """All that can be chosen before a run.

    Parameters
    ----------
    source : str
        ``example:NAME``, ``catalogue:NAME``, or ``input:PATH`` in the app's folder.
    policy : str
        Who orders; by hand, who suggests and is compared with.
    by_hand : bool
    n_periods : int
    lead_time : int
        Periods added to every lead time.
    missed_sale_cost, holding_cost, noise : float
        Factors; noise is that on the standard deviations of demand.
    seed : int
        Equal seeds give equal demand.
    """

    source: str = "example:retail-chain-20"
    policy: str = "hybrid"
    by_hand: bool = False
    n_periods: int = 28
    lead_time: int = 0
    missed_sale_cost: float = 1.0
    holding_cost: float = 1.0
    noise: float = 1.0
    seed: int = 0


def sources(folder: Folder) -> dict[str, str]:
    """Source -> how it is shown: inputs of the folder first, as they are the user's own."""
    return {
        **{f"input:{name}": f"Input: {name}" for name in folder.inputs()},
        **{f"example:{name}": f"Example: {what}" for name, (what, _) in EXAMPLES.items()},
        **{f"catalogue:{name}": f"Catalogue: {name}" for name in CATALOGUE},
    }


def problem_of(setup: Setup, root: Path, progress: Progress) -> Problem:
    """The problem to run, as long as the run and changed as asked.

    Raises
    ------
    InputError
        With all that cannot be.
    """
    _check(setup)
    kind, _, name = setup.source.partition(":")
    scenario = _scenario(kind, name, setup.seed, root, progress)
    if scenario.lacks_forecast:
        progress("Forecasting demand from the history")
        scenario = foreseen(scenario)[0]
    change = Change(
        lead_time=setup.lead_time or None,
        missed_sale_cost=_unless_one(setup.missed_sale_cost),
        holding_cost=_unless_one(setup.holding_cost),
        uncertainty=_unless_one(setup.noise),
    )
    return Problem(change(longer(scenario, setup.n_periods)))


def _scenario(kind: str, name: str, seed: int, root: Path, progress: Progress) -> Scenario:
    if kind == "example" and name in EXAMPLES:
        return EXAMPLES[name][1]()
    if kind == "catalogue" and name in CATALOGUE:
        return ENTRIES[name].make(np.random.default_rng(seed)).scenario
    if kind == "input":
        progress(f"Reading {name}")
        return Scenario.read(Folder(root).source(name))
    remedy = "choose one of the list"
    raise InputError([Finding("scenario", "there is none of that name", remedy, value=name)])


def _check(setup: Setup) -> None:
    found = []
    if not 1 <= setup.n_periods <= LONGEST:
        remedy = f"choose 1 to {LONGEST:,}"
        found.append(Finding("horizon", "is too short or too long", remedy))
    if setup.policy not in PLAYABLE:
        found.append(Finding("policy", "there is none of that name", "choose one of the list"))
    low, high = FACTORS
    for name in ("missed_sale_cost", "holding_cost", "noise"):
        value = getattr(setup, name)
        if not (low <= value <= high or (name == "noise" and value == 0)):
            remedy = f"choose {low:g} to {high:g}"
            found.append(Finding(name.replace("_", " "), "is out of range", remedy, value=value))
    if found:
        raise InputError([dataclasses.replace(one, value=str(one.value)) for one in found])


def _unless_one(factor: float) -> float | None:
    return None if factor == 1.0 else factor
