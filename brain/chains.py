"""Chains to train on: many different ones side by side, as the products of one scenario."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
import pandas as pd

from scenarios.demand import TwoSinusoids, sample
from scenarios.model import (
    Floats,
    Ints,
    Lanes,
    Locations,
    OpenOrders,
    Points,
    Products,
    Routes,
    Scenario,
)
from scenarios.settings import Settings

LEVEL = 20.0
"""Mean demand where it does not matter, for everything the brain sees is relative to it."""


@dataclass(frozen=True, eq=False)
class Lot:
    """Chains to run together. Demand [K, T] may be shorter than the forecast."""

    scenario: Scenario
    demand: Floats


class ChainSource(Protocol):
    """Draws chains to train on or to be judged by."""

    def draw(self, rng: np.random.Generator, n_chains: int, n_periods: int) -> Lot:
        """``n_chains`` chains with demand for ``n_periods``."""
        ...


@runtime_checkable
class Graded(Protocol):
    """A source that can begin with what is easy."""

    def up_to(self, cv: float) -> ChainSource:
        """The same chains, their demand with a std over mean of at most ``cv``."""
        ...


STD_BOUNDS = (2, 3, 5, 8, 10, 11)
"""Of the std of a period in the reference profile."""


@dataclass(frozen=True)
class RandomChains:
    """Chains of all kinds.

    Parameters
    ----------
    ratio : (float, float)
        Range of missed-sale cost over the retailer's holding cost, drawn uniformly in logarithm.
    aim : float, optional
        Ratio that most chains are near: the logarithm then is triangular about it.
    stages, lead_time : (int, int)
        Ranges, both ends included; short lead times come more often.
    cv : (float, float)
        Range of std over mean of a period's demand, drawn uniformly in logarithm.
    holding : (float, float)
        Range of a stage's holding cost over that of the stage below.
    unmet_demand : tuple of {"lost", "backlog"}
    timeline : tuple of {"order_first", "receive_first"}
        One of each is drawn for every lot.
    lead_times_at_once : int
        Distinct lead times in one lot; fewer are faster, and every lot draws its own.
    reference_share : float
        Share of chains whose forecast is the reference profile (:class:`TwoSinusoids`).
    """

    ratio: tuple[float, float] = (100.0, 100.0)
    aim: float | None = None
    stages: tuple[int, int] = (1, 4)
    lead_time: tuple[int, int] = (0, 10)
    cv: tuple[float, float] = (0.02, 1.2)
    holding: tuple[float, float] = (0.05, 1.0)
    unmet_demand: tuple[Literal["lost", "backlog"], ...] = ("lost", "backlog")
    timeline: tuple[Literal["order_first", "receive_first"], ...] = (
        "order_first",
        "receive_first",
    )
    lead_times_at_once: int = 4
    reference_share: float = 0.2
    look_ahead: int = 40

    def __post_init__(self) -> None:
        if not 0 < self.ratio[0] <= self.ratio[1]:
            raise ValueError(f"ratios must be above 0 and in order, not {self.ratio}")
        if self.aim is not None and not self.ratio[0] <= self.aim <= self.ratio[1]:
            raise ValueError(f"no ratio of {self.ratio} is {self.aim}")
        if not (1 <= self.stages[0] <= self.stages[1] and self.lead_time[0] >= 0):
            raise ValueError(f"no chains with stages {self.stages}, lead times {self.lead_time}")

    def draw(self, rng: np.random.Generator, n_chains: int, n_periods: int) -> Lot:
        """``n_chains`` chains with demand for ``n_periods``; the forecast looks further."""
        # Longest first, so that every stage keeps the first so many products.
        stages = np.sort(rng.integers(self.stages[0], self.stages[1] + 1, n_chains))[::-1]
        depth = int(stages[0])
        choice = np.arange(self.lead_time[0], self.lead_time[1] + 1)
        often = 1.0 / (4.0 + choice)
        n_lead = min(self.lead_times_at_once, choice.size)
        some = rng.choice(choice, n_lead, replace=False, p=often / often.sum())
        lead = rng.choice(some, (depth, n_chains)).astype(np.int64)
        holding = rng.uniform(*self.holding, (depth, n_chains))
        holding[0] = 1.0
        holding = np.multiply.accumulate(holding, axis=0)
        ratio = self._ratios(rng, n_chains)
        mean, std, distribution = self._forecasts(rng, n_chains, n_periods + self.look_ahead)
        unmet = self.unmet_demand[int(rng.integers(len(self.unmet_demand)))]
        timeline = self.timeline[int(rng.integers(len(self.timeline)))]
        scenario = chains(
            stages, lead, mean, std, holding, ratio, distribution, rng,
            unmet_demand=unmet, timeline=timeline,
        )  # fmt: skip
        return Lot(scenario, sample(scenario, rng)[:, :n_periods])

    def up_to(self, cv: float) -> RandomChains:
        """Calmer chains, for the beginning of a training."""
        low, high = self.cv
        return dataclasses.replace(self, cv=(min(low, cv), min(high, cv)))

    def _ratios(self, rng: np.random.Generator, n: int) -> Floats:
        low, high = np.log(self.ratio)
        if self.aim is None or low == high:
            return np.exp(rng.uniform(low, high, n))
        return np.exp(rng.triangular(low, np.log(self.aim), high, n))

    def _forecasts(
        self, rng: np.random.Generator, n: int, n_periods: int
    ) -> tuple[Floats, Floats, np.ndarray]:
        """Forecast mean and std [n, n_periods], and the law of demand [n]."""
        t = np.arange(n_periods)[None, :]
        kind = rng.choice(
            ["stationary", "seasonal", "trending", "erratic", "whole"],
            n,
            p=[0.2, 0.2, 0.15, 0.15, 0.3],
        )

        def drawn(low: float, high: float) -> Floats:
            return rng.uniform(low, high, (n, 1))

        week = drawn(0.1, 0.5) * np.sin(2 * np.pi * (t / 7 + drawn(0, 1)))
        season = drawn(0.1, 0.5) * np.sin(2 * np.pi * (t / drawn(20, 120) + drawn(0, 1)))
        wave = 1 + np.where(rng.random((n, 1)) < 0.5, week, season)
        trend = np.exp(drawn(-1.0, 1.0) * t / n_periods)
        noise = rng.uniform(0.6, 1.4, (n, n_periods))
        shape = np.ones((n, n_periods))
        for name, form in (("seasonal", wave), ("trending", trend), ("erratic", noise)):
            shape = np.where((kind == name)[:, None], form, shape)
        mean = LEVEL * shape
        cv = np.exp(drawn(float(np.log(self.cv[0])), float(np.log(self.cv[1]))))
        ragged = np.where((kind == "erratic")[:, None], rng.uniform(0, 2, (n, n_periods)), 1.0)
        std = cv * ragged * mean
        # A normal law clipped at 0 would lift the mean of wild demand: that is gamma's.
        distribution = np.where(cv[:, 0] < 0.35, "normal", "gamma").astype(object)

        # Whole units, from intermittent to many; half of them Poisson, a quarter with waves.
        whole = kind == "whole"
        # A Poisson law of mean m has a std over mean of m^-0.5; from cv 1 on, rare sales as well.
        least = 0.2 if self.cv[1] >= 1 else min(self.cv[1] ** -2, LEVEL)
        level = np.exp(rng.uniform(np.log(least), np.log(LEVEL), (n, 1)))
        few = level * np.where(rng.random((n, 1)) < 0.25, wave, 1.0)
        poisson = whole & (rng.random(n) < 0.5)
        dispersion = np.where(poisson[:, None], 1.0, rng.uniform(1.0, 3.0, (n, 1)))
        mean = np.where(whole[:, None], few, mean)
        std = np.where(whole[:, None], np.sqrt(few * dispersion), std)
        distribution[whole] = "negative_binomial"
        distribution[poisson] = "poisson"

        as_reference = rng.random(n) < self.reference_share
        if as_reference.any():
            where = np.flatnonzero(as_reference)
            known = tuple(s for s in STD_BOUNDS if s <= self.cv[1] * LEVEL) or STD_BOUNDS[:1]
            mean[where], std[where] = _reference(rng, where.size, n_periods, known)
            distribution[where] = "normal"
        return mean, std, distribution


@dataclass(frozen=True)
class ReferenceChains:
    """The reference case: three stages, lead times 2, 3, 4, holding 1 : 0.8 : 0.5, lost sales.

    ``sigmax`` are the bounds of the per-period std; each chain draws one of them.
    """

    ratio: float = 100.0
    sigmax: tuple[int, ...] = (3, 5, 10, 11)
    lead_time: tuple[int, ...] = (2, 3, 4)
    holding: tuple[float, ...] = (1.0, 0.8, 0.5)
    look_ahead: int = 40
    calm_start: bool = False
    """Open at the mean, as an evaluation wants it, rather than anywhere."""

    def draw(self, rng: np.random.Generator, n_chains: int, n_periods: int) -> Lot:
        """``n_chains`` independent profiles with demand for ``n_periods``."""
        mean, std = _reference(rng, n_chains, n_periods + self.look_ahead, self.sigmax)
        depth = len(self.lead_time)
        scenario = chains(
            np.full(n_chains, depth),
            np.repeat(np.array(self.lead_time)[:, None], n_chains, axis=1),
            mean,
            std,
            np.repeat(np.array(self.holding)[:, None], n_chains, axis=1),
            np.full(n_chains, self.ratio),
            np.full(n_chains, "normal", dtype=object),
            None if self.calm_start else rng,
        )
        return Lot(scenario, sample(scenario, rng)[:, :n_periods])


@dataclass(frozen=True)
class OneChain:
    """The same chain again and again, with steady demand: to train or to judge for one case.

    ``lead_time`` and ``holding`` go from the retailer up; ``ratio`` is that of missed-sale cost to
    the retailer's holding cost, which is 1.
    """

    ratio: float
    lead_time: tuple[int, ...]
    holding: tuple[float, ...] = (1.0,)
    mean: float = LEVEL
    std: float = LEVEL / 4
    distribution: str = "normal"
    unmet_demand: Literal["lost", "backlog"] = "lost"
    timeline: Literal["order_first", "receive_first"] = "order_first"
    calm_start: bool = False
    """Open at the mean, as an evaluation wants it, rather than anywhere."""

    def draw(self, rng: np.random.Generator, n_chains: int, n_periods: int) -> Lot:
        """``n_chains`` copies with demand for ``n_periods``."""
        depth = len(self.lead_time)
        steady = np.ones((n_chains, n_periods))
        scenario = chains(
            np.full(n_chains, depth),
            np.repeat(np.array(self.lead_time)[:, None], n_chains, axis=1),
            self.mean * steady,
            self.std * steady,
            np.repeat(np.array(self.holding)[:, None], n_chains, axis=1),
            np.full(n_chains, self.ratio),
            np.full(n_chains, self.distribution, dtype=object),
            None if self.calm_start else rng,
            unmet_demand=self.unmet_demand,
            timeline=self.timeline,
        )
        return Lot(scenario, sample(scenario, rng))


def _reference(
    rng: np.random.Generator, n: int, n_periods: int, sigmax: tuple[int, ...]
) -> tuple[Floats, Floats]:
    """Forecasts [n, n_periods] of the two-sinusoid profile, without ripples, entered at any day."""
    first = rng.integers(1, 366, n)
    bound = rng.choice(np.array(sigmax), n)
    profile = TwoSinusoids()
    t = first[:, None] + np.arange(n_periods)[None, :]
    wave = profile.amp1 * np.sin(profile.ph1 * t) + profile.amp2 * np.sin(profile.ph2 * t)
    std = np.floor(rng.random((n, n_periods)) * bound[:, None])
    return np.maximum(profile.offset + wave, 0.0), std


def chains(
    stages: Ints,
    lead_time: Ints,
    mean: Floats,
    std: Floats,
    holding_cost: Floats,
    ratio: Floats,
    distribution: np.ndarray,
    rng: np.random.Generator | None = None,
    *,
    unmet_demand: Literal["lost", "backlog"] = "lost",
    timeline: Literal["order_first", "receive_first"] = "order_first",
) -> Scenario:
    """Serial chains of different lengths as the products of one scenario.

    Parameters
    ----------
    stages : array [P]
        Stock points of each chain, longest chain first.
    lead_time, holding_cost : arrays [S, P]
        By stage, the retailer's first.
    mean, std : arrays [P, T]
        Forecast at the retailer.
    ratio : array [P]
        Missed-sale cost over the retailer's holding cost.
    distribution : array [P]
        Names of laws of demand.
    rng : numpy.random.Generator, optional
        Draws opening stock and open orders, from meagre to plenty; without it every chain opens
        with what its mean demand needs.
    """
    depth, n_chains = lead_time.shape
    stage, product = np.nonzero(np.arange(depth)[:, None] < stages[None, :])
    n_points, n_periods = stage.size, mean.shape[1]
    index = np.full((depth + 1, n_chains), -1)
    index[stage, product] = np.arange(n_points)
    lead, sells = lead_time[stage, product].astype(np.int64), stage == 0
    typical = mean.mean(axis=1)[product]
    scatter = np.sqrt((std**2).mean(axis=1))[product] * np.sqrt(lead + 1.0)

    slot = np.repeat(np.arange(n_points), lead)
    arrives = np.arange(slot.size) - np.repeat(np.cumsum(lead) - lead, lead)
    due = mean[product[slot], np.minimum(arrives, n_periods - 1)]
    if rng is None:
        on_hand, under_way = typical + scatter, due
    else:
        error = scatter[slot] / np.sqrt(lead[slot] + 1.0)
        on_hand = np.maximum(typical + scatter * rng.uniform(-1.0, 3.0, n_points), 0.0)
        under_way = np.maximum(due + error * rng.standard_normal(slot.size), 0.0)
        wild = np.asarray(rng.random(n_chains))[product] < 0.15
        on_hand = np.where(wild, on_hand * rng.uniform(0.0, 2.5, n_points), on_hand)
        share = rng.uniform(0.3, 1.7, slot.size)
        under_way = np.where(wild[slot], under_way * share, under_way)
    some = np.flatnonzero(under_way > 0)
    nothing, unlimited = np.zeros(n_points), np.full(n_points, np.inf)
    missed = (ratio * holding_cost[0])[product]
    return Scenario(
        settings=Settings(unmet_demand=unmet_demand, timeline=timeline, currency=""),
        dates=pd.date_range("2026-01-05", periods=n_periods),
        products=Products(
            name=np.array([f"chain {p}" for p in range(n_chains)], dtype=object),
            missed_sale_cost=ratio * holding_cost[0],
            holding_cost=holding_cost[0].copy(),
            unit_cost=np.zeros(n_chains),
            price=np.zeros(n_chains),
            volume=np.ones(n_chains),
            distribution=distribution,
            shelf_life=np.full(n_chains, np.inf),
        ),
        locations=Locations(
            name=np.array([f"stage {s}" for s in range(depth)], dtype=object),
            storage_capacity=np.full((depth, n_periods), np.inf),
        ),
        lanes=_lanes(depth, lead_time, n_periods),
        points=Points(
            product=product,
            location=stage,
            holding_cost=holding_cost[stage, product],
            missed_sale_cost=missed,
            unmet_order_cost=nothing,
            safety_stock=np.full(n_points, np.nan),
            on_hand=on_hand,
            backlog=nothing,
            sells=sells,
        ),
        routes=Routes(
            product=product,
            # Chains that end here are supplied from outside, on a lane of its own.
            lane=np.where(index[stage + 1, product] >= 0, stage, depth + stage),
            origin=index[stage + 1, product],
            destination=np.arange(n_points),
            lead_time=lead,
            min_order_quantity=nothing,
            order_multiple=nothing,
            max_order_quantity=unlimited,
            unit_cost=nothing,
            order_cost=nothing,
        ),
        open_orders=OpenOrders(route=slot[some], period=arrives[some], quantity=under_way[some]),
        mean=np.where(sells[:, None], mean[product], 0.0),
        std=np.where(sells[:, None], std[product], 0.0),
    )


def _lanes(depth: int, lead_time: Ints, n_periods: int) -> Lanes:
    """Lane s leads to stage s from the one above, lane ``depth`` + s from outside."""
    stage = np.arange(depth)
    above = np.where(stage + 1 < depth, stage + 1, -1)
    return Lanes(
        origin_name=np.array(
            [f"stage {s + 1}" if s + 1 < depth else "supplier" for s in stage]
            + ["supplier"] * depth,
            dtype=object,
        ),
        origin=np.concatenate([above, np.full(depth, -1)]),
        destination=np.concatenate([stage, stage]),
        lead_time=np.tile(lead_time.max(axis=1), 2).astype(np.int64),
        capacity=np.full((2 * depth, n_periods), np.inf),
        unit_cost=np.zeros(2 * depth),
        order_cost=np.zeros(2 * depth),
    )
