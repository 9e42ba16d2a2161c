"""What-ifs: named changes to a scenario. The original stays as it is."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import ConfigDict, Field, model_validator

from scenarios.arguments import Arguments
from scenarios.arrays.frozen import freeze
from scenarios.checked_model import CheckedModel, Real, Whole
from scenarios.errors import Finding, InputError, did_you_mean
from scenarios.model.capacities import capacity_of, with_capacity
from scenarios.model.scenario import Scenario, check_scenario

Factor = Annotated[Real, Field(gt=0, le=1e6, allow_inf_nan=False)]
Share = Annotated[Real, Field(ge=0, le=1e6, allow_inf_nan=False)]


CAPACITY_FACTORS = {"storage": "storage", "lanes": "lane", "throughput": "throughput"}
"""Change -> the kind of capacity that it is a factor on."""


class Closure(CheckedModel):
    """A supplier or location that ships nothing for a while."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    origin: str = Field(description="Name of the supplier or location.")
    first: Whole = Field(ge=0, description="First period of the closure; 0 is the first planned.")
    last: Whole = Field(ge=0, description="Last period of the closure.")


class Change(CheckedModel):
    """Everything that a variant may change; what is not named stays.

    A run that is longer than its scenario repeats the scenario's end, closures included: make the
    scenario as long as the run first (:func:`scenarios.simulation.rolling.longer`), and then change
    it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    demand: Factor | None = Field(default=None, description="Factor on forecast means and stds.")
    uncertainty: Share | None = Field(default=None, description="Factor on forecast stds.")
    lead_time: Annotated[Whole, Field(ge=-1000, le=1000)] | None = Field(
        default=None, description="Periods added to every lead time."
    )
    storage: Share | None = Field(default=None, description="Factor on storage capacities.")
    lanes: Share | None = Field(default=None, description="Factor on lane capacities.")
    throughput: Share | None = Field(
        default=None, description="Factor on throughput capacities of locations."
    )
    missed_sale_cost: Factor | None = Field(default=None, description="Factor on all of them.")
    holding_cost: Factor | None = Field(default=None, description="Factor on all of them.")
    ratio: Factor | None = Field(
        default=None,
        description="Missed-sale cost over holding cost, of every product.",
    )
    service_level: Annotated[Real, Field(gt=0, lt=1)] | None = Field(
        default=None, description="Sets missed-sale costs so that m / (m + h) is this."
    )
    review_period: Annotated[Whole, Field(ge=1, le=100)] | None = Field(
        default=None, description="Periods between orders."
    )
    unmet_demand: Literal["lost", "backlog"] | None = Field(default=None, description="It is that.")
    closed: Closure | None = Field(default=None, description="Who ships nothing, and when.")

    @model_validator(mode="after")
    def _one_way_to_missed_sale_costs(self) -> Self:
        ways = ("ratio", "service_level", "missed_sale_cost")
        named = [name for name in ways if getattr(self, name) is not None]
        if len(named) > 1:
            raise ValueError(f"{' and '.join(named)} each set missed-sale costs")
        return self

    def __call__(self, scenario: Scenario) -> Scenario:
        """The scenario with these changes.

        Parameters
        ----------
        scenario : Scenario

        Returns
        -------
        Scenario

        Raises
        ------
        InputError
            With all that cannot be: a lead time below 0, a closure of nobody or past the end, an
            uncertainty that demand does not have.
        """
        check = Arguments("Change")
        check_scenario(check, scenario)
        check.refuse()
        findings = cannot(self, scenario, scenario.n_periods)
        if findings:
            raise InputError(findings)
        changed = _costs(self, _times(self, scenario))
        for name, kind in CAPACITY_FACTORS.items():
            if (share := getattr(self, name)) is not None:
                changed = with_capacity(changed, kind, _scaled(capacity_of(changed, kind), share))
        if self.closed is not None:
            changed = _closed(self.closed, changed)
        factor = 1.0 if self.demand is None else self.demand
        wilder = 1.0 if self.uncertainty is None else self.uncertainty
        mean, std = factor * changed.mean, factor * wilder * changed.std
        return dataclasses.replace(changed, mean=freeze(mean), std=freeze(std))


def _scaled(capacity: np.ndarray, factor: float) -> np.ndarray:
    # No limit stays no limit, even times 0.
    finite = np.isfinite(capacity)
    return np.where(finite, np.where(finite, capacity, 0.0) * factor, capacity)


def _times(change: Change, scenario: Scenario) -> Scenario:
    settings = {
        name: value
        for name in ("review_period", "unmet_demand")
        if (value := getattr(change, name)) is not None
    }
    if not change.lead_time:
        return scenario.replace(**settings) if settings else scenario
    routes, lanes = scenario.routes, scenario.lanes
    return scenario.replace(
        routes=dataclasses.replace(routes, lead_time=routes.lead_time + change.lead_time),
        lanes=dataclasses.replace(lanes, lead_time=lanes.lead_time + change.lead_time),
        **settings,
    )


def _costs(change: Change, scenario: Scenario) -> Scenario:
    points, products = scenario.points, scenario.products
    holding = 1.0 if change.holding_cost is None else change.holding_cost
    missed = 1.0 if change.missed_sale_cost is None else change.missed_sale_cost
    at_points, of_products = points.holding_cost * holding, products.holding_cost * holding
    missed_there, missed_of = points.missed_sale_cost * missed, products.missed_sale_cost * missed
    ratio = change.ratio
    if change.service_level is not None:
        ratio = change.service_level / (1.0 - change.service_level)
    if ratio is not None:
        missed_there, missed_of = ratio * at_points, ratio * of_products
    return scenario.replace(
        points=dataclasses.replace(points, holding_cost=at_points, missed_sale_cost=missed_there),
        products=dataclasses.replace(
            products, holding_cost=of_products, missed_sale_cost=missed_of
        ),
    )


def _closed(closure: Closure, scenario: Scenario) -> Scenario:
    lanes = scenario.lanes
    capacity = lanes.capacity.copy()
    capacity[lanes.origin_name == closure.origin, closure.first : closure.last + 1] = 0.0
    return scenario.replace(lanes=dataclasses.replace(lanes, capacity=capacity))


def cannot(change: Change, scenario: Scenario, n_periods: int) -> list[Finding]:
    """Everything about a change that a run of ``n_periods`` cannot follow, or would not notice."""
    found = []

    def add(column: str, value: object, problem: str, remedy: str) -> None:
        found.append(Finding("change", problem, remedy, None, column, str(value)))

    leads = np.concatenate([scenario.routes.lead_time, scenario.lanes.lead_time])
    if change.lead_time and leads.min(initial=1000) < -change.lead_time:
        problem = "makes a lead time less than 0"
        add("lead_time", change.lead_time, problem, "take off fewer periods")
    for name in ("demand", "uncertainty"):
        if getattr(change, name) not in (None, 1.0) and scenario.lacks_forecast:
            remedy = "forecast demand from the history first"
            add(name, getattr(change, name), "there is no forecast to change", remedy)
    poisson = _poisson(scenario)
    if change.uncertainty not in (None, 1.0) and poisson:
        shown = ", ".join(poisson[:5]) + (f" and {len(poisson) - 5} more" if poisson[5:] else "")
        problem = f"does nothing where demand is Poisson, whose std follows from its mean: {shown}"
        remedy = "make distribution negative_binomial in products, or leave uncertainty out"
        add("uncertainty", change.uncertainty, problem, remedy)
    if change.closed is not None:
        closed, names = change.closed, scenario.lanes.origin_name
        if not (names == closed.origin).any():
            hint = did_you_mean(closed.origin, set(names.tolist()))
            remedy = f"name the origin of a lane{hint}"
            add("closed", closed.origin, "nothing is shipped from there", remedy)
        if closed.last < closed.first:
            add("closed", closed.last, "ends before it begins", "give the first period first")
        if max(closed.first, closed.last) >= n_periods:
            problem = f"lies outside the run, whose periods are 0 to {n_periods - 1}"
            remedy = "close it within the run, or run more periods"
            add("closed", f"{closed.first} to {closed.last}", problem, remedy)
    return found


def _poisson(scenario: Scenario) -> list[str]:
    """Products that are sold and have Poisson demand."""
    sold = np.zeros(scenario.n_products, dtype=bool)
    sold[scenario.points.product[scenario.points.sells]] = True
    products = scenario.products
    return [str(name) for name in products.name[sold & (products.distribution == "poisson")]]
