"""Chains to train on: many different ones side by side, as the products of one scenario."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np

from brain.environments.serial_chains import chains
from scenarios.arrays.types import Floats
from scenarios.demand.sampling import TwoSinusoids, sample
from scenarios.model.scenario import Scenario

LEVEL = 20.0
"""Mean demand where it does not matter, for everything the brain sees is relative to it."""


@dataclass(frozen=True, eq=False)
class TrainingBatch:
    """Chains to run together. Demand [K, T] may be shorter than the forecast."""

    scenario: Scenario
    demand: Floats


class ChainSource(Protocol):
    """Draws chains to train on or to be judged by."""

    def draw(self, rng: np.random.Generator, n_chains: int, n_periods: int) -> TrainingBatch:
        """``n_chains`` chains with demand for ``n_periods``."""
        ...


@runtime_checkable
class GradedSource(Protocol):
    """A source that can begin with what is easy."""

    def up_to(self, cv: float) -> ChainSource:
        """The same chains, their demand with a std over mean of at most ``cv``."""
        ...


AROUND = 10.0
"""A brain for one ratio is trained on ratios from that over this to that times this."""
STD_BOUNDS = (2, 3, 5, 8, 10, 11)
"""Of the std of a period in the reference profile."""
MOST_SPREAD = 2.0
"""Variance over squared mean, beyond Poisson's, of whole units that sell in fits and starts."""


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
        One of each is drawn for every batch.
    lead_times_at_once : int
        Distinct lead times in one batch; fewer are faster, and every batch draws its own.
    reference_share : float
        Share of chains whose forecast is the reference profile (:class:`TwoSinusoids`).
    """

    ratio: tuple[float, float] = (100.0, 100.0)
    aim: float | None = None
    stages: tuple[int, int] = (1, 4)
    lead_time: tuple[int, int] = (0, 10)
    cv: tuple[float, float] = (0.02, 2.5)
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

    def draw(self, rng: np.random.Generator, n_chains: int, n_periods: int) -> TrainingBatch:
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
        return TrainingBatch(scenario, sample(scenario, rng)[:, :n_periods])

    def near(self, ratio: float) -> RandomChains:
        """For a brain of one ratio: those around it as well, so that it can be asked about them."""
        return dataclasses.replace(self, ratio=(ratio / AROUND, ratio * AROUND), aim=ratio)

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
        # A normal law clipped at 0 lifts the mean of wild demand, so that is mostly gamma's; but
        # users leave the law blank, and then wild demand is normal too.
        normal = (cv[:, 0] < 0.35) | (rng.random(n) < 0.2)
        distribution = np.where(normal, "normal", "gamma").astype(object)

        # Whole units, from intermittent to many; half of them Poisson, a quarter with waves.
        whole = kind == "whole"
        # A Poisson law of mean m has a std over mean of m^-0.5; from cv 1 on, rare sales as well.
        wildest = self.cv[1]
        least = min(wildest**-2 if wildest < 1 else 0.25 / wildest, LEVEL)
        level = np.exp(rng.uniform(np.log(least), np.log(LEVEL), (n, 1)))
        few = level * np.where(rng.random((n, 1)) < 0.25, wave, 1.0)
        poisson = whole & (rng.random(n) < 0.5)
        dispersion = np.where(poisson[:, None], 1.0, rng.uniform(1.0, 3.0, (n, 1)))
        # Of the others half have a variance of so many means, half one of mean + spread * mean^2,
        # as sales of a store do: the more they sell, the further they stray.
        most = min(MOST_SPREAD, wildest**2)
        spread = np.exp(rng.uniform(np.log(most / 20), np.log(most), (n, 1)))
        in_fits = (~poisson & (rng.random(n) < 0.5))[:, None]
        dispersion = np.where(in_fits, 1.0 + spread * few, dispersion)
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

    def draw(self, rng: np.random.Generator, n_chains: int, n_periods: int) -> TrainingBatch:
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
        return TrainingBatch(scenario, sample(scenario, rng)[:, :n_periods])


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

    def draw(self, rng: np.random.Generator, n_chains: int, n_periods: int) -> TrainingBatch:
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
        return TrainingBatch(scenario, sample(scenario, rng))


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
