"""How a brain answers: a chain taken through demand that jumps, swells, drops and steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brain.analytic.newsvendor import analytic_stock
from brain.environments.serial_chains import chains
from brain.environments.training_chains import LEVEL
from brain.trained.features import N_FEATURES, codec
from brain.trained.manifest import Domain
from brain.trained.registry import brain_path
from brain.trained.runtime import BrainFile, load_brain
from scenarios.arguments import Arguments
from scenarios.arrays.types import Floats
from scenarios.demand.forecast_error import echelon_demand
from scenarios.model.scenario import Scenario
from scenarios.simulation.step import compile_scenario, initial_state, step
from solver.closed_form.order_up_to import order_up_to

DAYS = 90
SPREAD = 0.25
"""Std over mean of the forecast, where the brain knows of such."""
LEADS = (2, 3, 4)
HOLDING = (1.0, 0.8, 0.5)


@dataclass(frozen=True, eq=False)
class Response:
    """What happened under one profile of demand; stages are told from the store up."""

    profile: str
    """Its name."""
    demand: Floats
    """[T] units"""
    safety_stock: Floats
    """[stages, T] units"""
    analytic: Floats
    """[stages, T] the safety stock of the textbook"""
    on_hand: Floats
    """[stages, T] units at the end of the period"""
    missed: Floats
    """[T] units"""


@dataclass(frozen=True)
class Chain:
    """The chain that was shown to the brain: the reference's, as far as the brain knows it."""

    ratio: float
    lead_time: tuple[int, ...]
    holding: tuple[float, ...]
    cv: float
    unmet_demand: str


def profiles(n_periods: int = DAYS) -> dict[str, Floats]:
    """Name -> mean demand [T]: the assessment profiles of the reference system."""
    t, base = np.arange(n_periods), np.full(n_periods, LEVEL)
    third = n_periods // 3

    def during(first: int, days: int) -> Floats:
        return ((t >= first) & (t < first + days)).astype(float)

    up = np.clip((t - third) / 20.0, 0.0, 1.0)
    down = np.clip((t - third - 25) / 20.0, 0.0, 1.0)
    drops = during(third, 2) + during(third + 10, 2) + during(2 * third, 5)
    return {
        "one-day jump": base * (1 + 2 * during(third, 1)),
        "20-day pulse": base * (1 + during(third, 20)),
        "ramp up and down": base * (1 + up - down),
        "drops": base * (1 - 0.8 * drops),
        "step": base * (1 + during(third, n_periods)),
    }


def shown_chain(domain: Domain) -> Chain:
    """The reference chain, cut to what a brain was trained on."""
    n = int(np.clip(len(LEADS), *domain.stages))
    leads = [int(np.clip(LEADS[min(j, 2)], *domain.lead_time)) for j in range(n)]
    return Chain(
        ratio=float(np.sqrt(domain.ratio[0] * domain.ratio[1])),
        lead_time=tuple(leads),
        holding=tuple(HOLDING[min(j, 2)] for j in range(n)),
        cv=float(np.clip(SPREAD, *domain.cv)),
        unmet_demand=domain.unmet_demand[0],
    )


def explain_brain(name: str) -> list[Response]:
    """How a brain answers a jump, a pulse, a ramp, drops and a step of demand.

    Parameters
    ----------
    name : str
        Name of a brain (:func:`brain.brain_table`), or the path of its .onnx file.

    Returns
    -------
    list of Response
        One for each profile of demand.

    Raises
    ------
    InputError
        If there is no such brain, or its file is refused.
    """
    check = Arguments("explain_brain")
    check.text("name", name)
    check.refuse()
    return responses(load_brain(brain_path(name)))


def responses(brain: BrainFile) -> list[Response]:
    """Let a brain plan the reference chain anew every day, all profiles side by side.

    The forecast knows the profile, with a standard deviation; demand comes true as forecast, so
    that all movement is the brain's.
    """
    scenario, demand = _scenario(brain.manifest.domain)
    uncertain = echelon_demand(scenario)
    textbook = analytic_stock(scenario, *uncertain)
    see, net = codec(scenario, demand=uncertain), compile_scenario(scenario)
    state = initial_state(scenario, net)
    n_points, n_periods = scenario.n_points, len(demand)
    stock, on_hand, missed = (np.zeros((n_points, n_periods)) for _ in range(3))
    for now in range(n_periods):
        features = np.asarray(see(state, now), dtype=np.float32).reshape(-1, N_FEATURES)
        planned = textbook + brain(features)[:, None] * uncertain[1]
        stock[:, now] = planned[:, now]
        orders = order_up_to(scenario, planned)(state, now)
        state, outcome = step(net, state, orders, demand[now], now)
        on_hand[:, now], missed[:, now] = outcome.on_hand, outcome.missed
    place = scenario.points.product
    return [
        Response(
            profile=name,
            demand=scenario.mean[place == p][0, :n_periods],
            safety_stock=stock[place == p],
            analytic=textbook[place == p][:, :n_periods],
            on_hand=on_hand[place == p],
            missed=missed[place == p].sum(axis=0),
        )
        for p, name in enumerate(profiles(n_periods))
    ]


def _scenario(domain: Domain) -> tuple[Scenario, Floats]:
    """All profiles as the products of one chain, and their demand [T, K]."""
    shown = shown_chain(domain)
    cover = sum(shown.lead_time) + len(shown.lead_time)
    # The forecast reaches past the last day, so that the end of it is not felt.
    mean = np.array(list(profiles(DAYS).values()))
    mean = np.concatenate([mean, np.repeat(mean[:, -1:], cover + 1, axis=1)], axis=1)
    n = len(mean)

    def each(values: tuple[float, ...]) -> Floats:
        return np.repeat(np.array(values, dtype=float)[:, None], n, axis=1)

    scenario = chains(
        np.full(n, len(shown.lead_time)),
        each(shown.lead_time).astype(np.int64),
        mean,
        shown.cv * mean,
        each(shown.holding),
        np.full(n, shown.ratio),
        np.full(n, "normal", dtype=object),
        unmet_demand=domain.unmet_demand[0],
        timeline=domain.timeline[0],
    )
    return scenario, np.ascontiguousarray(scenario.mean[:, :DAYS].T)
