"""What an environment plays: chains of one product each, side by side, and their demand.

A batch of chains is one scenario whose products are the chains. Products do not meet unless
capacities are shared, so that whatever steps a scenario steps the batch, and every chain may have
a forecast, costs and lead times of its own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from brain.environments.observation import Layout
from brain.environments.training_chains import (
    ChainSource,
    RandomChains,
    ReferenceChains,
    TrainingBatch,
)
from scenarios.demand.sampling import sample
from scenarios.model.echelons import echelons
from scenarios.model.entities import Entity
from scenarios.model.opening import Ages
from scenarios.model.scenario import Scenario
from scenarios.resources import shared_resources

Forecaster = Callable[[Scenario, np.random.Generator], Scenario]
"""Puts a new forecast into a scenario, as ``TwoSinusoids(...).forecast`` does."""


class EpisodeSource(Protocol):
    """Draws episodes. All of them fit one layout and have one number of periods."""

    @property
    def layout(self) -> Layout: ...

    @property
    def n_periods(self) -> int: ...

    @property
    def review_period(self) -> int: ...

    @property
    def ends(self) -> bool:
        """True where nothing has a value after the last period."""
        ...

    def __call__(self, rng: np.random.Generator, n: int) -> TrainingBatch:
        """``n`` chains as the products 0 .. n - 1 of one scenario."""
        ...


@dataclass(frozen=True, eq=False)
class ScenarioEpisodes:
    """Episodes of one product of the user's, its demand drawn anew for each.

    Parameters
    ----------
    scenario : Scenario
        One product, without capacities.
    forecast : callable, optional
        Draws the forecast anew as well; default: that of the scenario.
    look_ahead : int, optional
        Periods of forecast to show; default: the longest cover of an order.

    Raises
    ------
    ValueError
        If there is not exactly one product, or a capacity is set: a brain decides for one product
        alone, and capacities are the business of whoever places the orders.
    """

    scenario: Scenario
    forecast: Forecaster | None = None
    look_ahead: int | None = None

    def __post_init__(self) -> None:
        if self.scenario.n_products != 1:
            raise ValueError(f"an episode is of one product, not {self.scenario.n_products}")
        require_uncoupled(self.scenario)

    @property
    def layout(self) -> Layout:
        """Room for this chain and no more."""
        scenario, ahead = self.scenario, self.look_ahead
        if ahead is None:
            ahead = int(echelons(scenario).cover.max(initial=1))
        lead = int(scenario.routes.lead_time.max(initial=1))
        return Layout(scenario.n_locations, max(lead, 1), ahead)

    @property
    def n_periods(self) -> int:
        return self.scenario.n_periods

    @property
    def review_period(self) -> int:
        return self.scenario.settings.review_period

    @property
    def ends(self) -> bool:
        return self.scenario.settings.end_of_life

    def __call__(self, rng: np.random.Generator, n: int) -> TrainingBatch:
        scenario = copies_of(self.scenario, n)
        if self.forecast is not None:
            scenario = self.forecast(scenario, rng)
        return TrainingBatch(scenario, sample(scenario, rng))


@dataclass(frozen=True)
class ChainEpisodes:
    """Episodes of chains drawn from a source, in a layout with room for all of them."""

    chains: ChainSource
    layout: Layout
    n_periods: int
    review_period: int = 1
    ends: bool = False

    def __call__(self, rng: np.random.Generator, n: int) -> TrainingBatch:
        batch = self.chains.draw(rng, n, self.n_periods)
        if self.review_period == 1:
            return batch
        return TrainingBatch(batch.scenario.replace(review_period=self.review_period), batch.demand)


def episodes_of(chains: ChainSource, n_periods: int) -> ChainEpisodes:
    """Episodes of a source of chains, with as much room as it says that it needs.

    Of a source that is not one of this package's, a draw of 1,000 chains says it.
    """
    if isinstance(chains, RandomChains):
        n_locations, lead = chains.stages[1], chains.lead_time[1]
    elif isinstance(chains, ReferenceChains):
        n_locations, lead = len(chains.lead_time), max(chains.lead_time)
    else:
        drawn = chains.draw(np.random.default_rng(0), 1000, 1).scenario
        n_locations, lead = drawn.n_locations, int(drawn.routes.lead_time.max(initial=1))
    cover = n_locations * (max(lead, 1) + 1)
    return ChainEpisodes(chains, Layout(n_locations, max(lead, 1), cover), n_periods)


def require_uncoupled(scenario: Scenario) -> None:
    """Raise ValueError where products share a capacity."""
    for resource in shared_resources(scenario):
        if resource.limited:
            raise ValueError(
                f"the scenario has a {resource.kind} capacity, which products share, but a brain"
                " decides for each alone: set it to inf"
            )


def copies_of(scenario: Scenario, n: int) -> Scenario:
    """The scenario of one product with ``n`` copies of it, named 1 .. n."""
    points, routes, late = scenario.points, scenario.routes, scenario.open_orders
    ages, lead = scenario.opening_ages, scenario.lead_time_by_period
    correlation = scenario.error_correlation
    copy_at_point = np.tile(np.arange(n), scenario.n_points)
    copy_on_route = np.tile(np.arange(n), scenario.n_routes)

    def point_of(point: np.ndarray) -> np.ndarray:
        copied = np.repeat(point, n)
        return np.where(copied >= 0, copied * n + copy_on_route, -1)

    def again(entity: Entity) -> np.ndarray:
        return np.repeat(np.arange(len(entity)), n)

    destination, lane = point_of(routes.destination), np.repeat(routes.lane, n)
    order = np.lexsort((lane, destination))
    place = np.empty(order.size, dtype=np.int64)
    place[order] = np.arange(order.size)
    names = np.arange(1, n + 1).astype(str).astype(object)
    late_route = place[np.repeat(late.route, n) * n + np.tile(np.arange(n), len(late))]
    return dataclasses.replace(
        scenario,
        products=scenario.products.take(again(scenario.products), name=names),
        points=points.take(again(points), product=copy_at_point),
        routes=routes.take(
            again(routes)[order],
            product=copy_on_route[order],
            destination=destination[order],
            origin=point_of(routes.origin)[order],
        ),
        open_orders=late.take(again(late), route=late_route),
        mean=np.repeat(scenario.mean, n, axis=0),
        std=np.repeat(scenario.std, n, axis=0),
        history=None,
        error_correlation=None if correlation is None else np.repeat(correlation, n, axis=0),
        owed=None if scenario.owed is None else np.repeat(scenario.owed, n)[order],
        opening_ages=None
        if ages is None
        else Ages(
            np.repeat(ages.on_hand, n, axis=1),
            tuple(np.repeat(slot, n, axis=1)[:, order] for slot in ages.in_transit),
        ),
        lead_time_by_period=None if lead is None else np.repeat(lead, n, axis=0)[order],
    )
