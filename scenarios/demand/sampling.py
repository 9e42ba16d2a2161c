"""Customer demand: draws from the forecast, simple laws, and the two-sinusoid profile.

Demand models are frozen callables ``(scenario, rng) -> [K, T] or [paths, K, T]`` and draw only
where customers buy (``points.sells``). Arrays are time-major in memory, which the simulator reads
fastest. Where ``n_paths`` is None there is one path and no leading axis.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scenarios.arguments import Arguments
from scenarios.arrays.types import Floats
from scenarios.demand.distributions import LAWS, PAIRED, Numbers
from scenarios.model.scenario import Scenario, check_scenario

Draw = Callable[[tuple[int, ...]], NDArray[np.generic]]


def sample(
    scenario: Scenario,
    rng: np.random.Generator,
    n_paths: int | None = None,
    *,
    paired: bool = False,
) -> Floats:
    """Draw demand from the forecast, each product in its own distribution.

    Parameters
    ----------
    scenario : Scenario
        ``mean`` and ``std`` [K, T] are matched in every point and period.
    rng : numpy.random.Generator
    n_paths : int, optional
    paired : bool
        Draw by inverse distribution functions: with equal seeds, scenarios that differ in mean or
        std only get demand that differs by that alone (common random numbers). Slower: 5 to 10
        times for poisson, 10 to 25 times for gamma and negative_binomial.

    Returns
    -------
    array [K, T] or [n_paths, K, T]
        Units, independent over points and paths, and over periods where the scenario has no
        ``error_correlation``.

    Raises
    ------
    InputError
        If an argument is of another kind, or demand is still to be forecast.

    Notes
    -----
    normal: clipped at 0, which lifts the mean where std is large. gamma: shape (mean/std)^2.
    poisson: std is ignored. negative_binomial: Poisson where the variance is not above the mean.
    A std of 0 gives the mean itself (normal, gamma).

    With ``error_correlation`` rho, draws are those of ``paired`` from the normal numbers
    sqrt(rho) U + sqrt(1 - rho) e, U of a point and path and e of a period (a Gaussian copula; the
    two numbers that a negative binomial takes are made so one by one). Every period keeps its law.
    Units of skewed laws are correlated slightly less than the normal numbers, rare ones a good deal
    less: with rho 0.5, gamma demand of a std as large as its mean by 0.45, Poisson demand of mean 1
    by 0.44 and of mean 0.1 by 0.26.
    """
    check = Arguments("sample")
    check_scenario(check, scenario, forecast=True)
    check.kind("rng", rng, np.random.Generator, "a numpy.random.Generator")
    check.whole("n_paths", n_paths, least=0, optional=True)
    check.refuse()
    points = scenario.points
    distribution = scenario.products.distribution[points.product]
    lead = () if n_paths is None else (n_paths,)
    out = np.zeros((*lead, scenario.n_periods, scenario.n_points))
    for name in LAWS:
        chosen = np.flatnonzero((distribution == name) & points.sells)
        if not chosen.size:
            continue
        mean = np.ascontiguousarray(scenario.mean[chosen].T)
        std = np.ascontiguousarray(scenario.std[chosen].T)
        rho = scenario.error_correlation
        lasting = None if rho is None or not rho[chosen].any() else rho[chosen].T
        shape = (*lead, *mean.shape)
        if paired or lasting is not None:
            out[..., chosen] = PAIRED[name](Numbers(rng, shape, lasting), mean, std)
        else:
            out[..., chosen] = LAWS[name](rng, mean, std, shape)
    return np.moveaxis(out, -1, -2)


def _at_selling_points(scenario: Scenario, n_paths: int | None, draw: Draw) -> Floats:
    """[.., K, T] filled by ``draw(shape)`` with shape [.., T, points that sell]."""
    selling = np.flatnonzero(scenario.points.sells)
    lead = () if n_paths is None else (n_paths,)
    out = np.zeros((*lead, scenario.n_periods, scenario.n_points))
    out[..., selling] = draw((*lead, scenario.n_periods, selling.size))
    return np.moveaxis(out, -1, -2)


@dataclass(frozen=True)
class Forecast:
    """:func:`sample` as a demand model."""

    n_paths: int | None = None

    def __call__(self, scenario: Scenario, rng: np.random.Generator) -> Floats:
        """Units [.., K, T]."""
        return sample(scenario, rng, self.n_paths)


@dataclass(frozen=True)
class Poisson:
    """Poisson demand of one mean everywhere, in units per period."""

    mean: float
    n_paths: int | None = None

    def __post_init__(self) -> None:
        _require(self.mean >= 0, f"the mean is {self.mean}, not 0 or more")

    def __call__(self, scenario: Scenario, rng: np.random.Generator) -> Floats:
        """Units [.., K, T]."""
        return _at_selling_points(scenario, self.n_paths, lambda n: rng.poisson(self.mean, n))


@dataclass(frozen=True)
class Binomial:
    """Binomial demand: ``trials`` customers who each buy one unit with ``probability``."""

    trials: int
    probability: float
    n_paths: int | None = None

    def __post_init__(self) -> None:
        _require(self.trials >= 0, f"trials is {self.trials}, not 0 or more")
        _require(0 <= self.probability <= 1, f"probability is {self.probability}, not in [0, 1]")

    def __call__(self, scenario: Scenario, rng: np.random.Generator) -> Floats:
        """Units [.., K, T]."""
        return _at_selling_points(
            scenario, self.n_paths, lambda n: rng.binomial(self.trials, self.probability, n)
        )


@dataclass(frozen=True)
class UniformInteger:
    """Whole numbers from ``low`` to ``high``, both included, all equally likely."""

    low: int
    high: int
    n_paths: int | None = None

    def __post_init__(self) -> None:
        _require(0 <= self.low <= self.high, f"need 0 <= low <= high, not {self.low}, {self.high}")

    def __call__(self, scenario: Scenario, rng: np.random.Generator) -> Floats:
        """Units [.., K, T]."""
        return _at_selling_points(
            scenario, self.n_paths, lambda n: rng.integers(self.low, self.high + 1, n)
        )


@dataclass(frozen=True)
class Geometric:
    """Trials up to and with the first success: 1, 2, 3, ... with mean 1 / probability."""

    probability: float
    n_paths: int | None = None

    def __post_init__(self) -> None:
        _require(0 < self.probability <= 1, f"probability is {self.probability}, not in (0, 1]")

    def __call__(self, scenario: Scenario, rng: np.random.Generator) -> Floats:
        """Units [.., K, T]."""
        return _at_selling_points(
            scenario, self.n_paths, lambda n: rng.geometric(self.probability, n)
        )


@dataclass(frozen=True, eq=False)
class GivenDemand:
    """Demand known beforehand, as units [K, T] or [paths, K, T]."""

    demand: ArrayLike

    def __post_init__(self) -> None:
        values = np.asarray(self.demand, dtype=np.float64)
        _require(bool((values >= 0).all()), "demand is negative or nan")

    def __call__(self, scenario: Scenario, rng: np.random.Generator) -> Floats:
        """Units [.., K, T]."""
        values = np.asarray(self.demand, dtype=np.float64)
        shape = (scenario.n_points, scenario.n_periods)
        _require(values.shape[-2:] == shape, f"demand is {values.shape}, not [..] + {shape}")
        return values


@dataclass(frozen=True, eq=False)
class DemandProfile:
    """A forecast with its uncertainty, and what then came true; arrays [.., T] in units."""

    mean: Floats
    std: Floats
    actual: Floats


@dataclass(frozen=True)
class TwoSinusoids:
    """The demand of the reference retail chain: two slow waves, ripples, and forecast errors.

    In period t = 1, 2, ... (all parts independent)::

        mean(t)   = max(0, offset + amp1 sin(ph1 t) + amp2 sin(ph2 t) + ripple(t))
        actual(t) = max(0, mean(t) before clipping + std(t) z(t)),   z standard normal

    ``ripple`` is a whole number drawn from 0 .. randvar - 1: it is known to the forecast. ``std``
    is a whole number drawn from 0 .. sigmax - 1 anew in every period, and known too. Both are 0
    where their bound is 0.

    Parameters
    ----------
    offset, amp1, amp2 : float
        Units per period.
    ph1, ph2 : float
        Radians per period.
    randvar, sigmax : int
        Exclusive upper bounds of ripple and std.
    whole : bool
        Round mean and actual down to whole units.
    """

    offset: float = 20.0
    amp1: float = 5.0
    ph1: float = 0.02
    amp2: float = 3.0
    ph2: float = 0.05
    randvar: int = 15
    sigmax: int = 5
    whole: bool = False

    def __post_init__(self) -> None:
        _require(self.randvar >= 0, f"randvar is {self.randvar}, not 0 or more")
        _require(self.sigmax >= 0, f"sigmax is {self.sigmax}, not 0 or more")

    def draw(
        self,
        rng: np.random.Generator,
        n_periods: int,
        *,
        shape: tuple[int, ...] = (),
        first: int = 1,
    ) -> DemandProfile:
        """Draw profiles [*shape, n_periods] whose first period is t = ``first``."""
        t = np.arange(first, first + n_periods)
        size = (*shape, n_periods)
        wave = self.offset + self.amp1 * np.sin(self.ph1 * t) + self.amp2 * np.sin(self.ph2 * t)
        level = wave + rng.integers(0, max(self.randvar, 1), size)
        std = rng.integers(0, max(self.sigmax, 1), size).astype(np.float64)
        mean = np.maximum(level, 0.0)
        actual = np.maximum(level + std * rng.standard_normal(size), 0.0)
        if self.whole:
            mean, actual = np.floor(mean), np.floor(actual)
        return DemandProfile(mean, std, actual)

    def forecast(self, scenario: Scenario, rng: np.random.Generator, *, first: int = 1) -> Scenario:
        """The scenario with this profile as its forecast, drawn anew for every selling point.

        What comes true is drawn from it by :func:`sample` with the distribution ``normal``; that
        is the same law, save where mean(t) was clipped.
        """
        selling = np.flatnonzero(scenario.points.sells)
        profile = self.draw(rng, scenario.n_periods, shape=(selling.size,), first=first)
        mean, std = np.zeros_like(scenario.mean), np.zeros_like(scenario.std)
        mean[selling], std[selling] = profile.mean, profile.std
        return scenario.replace(mean=mean, std=std)


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise ValueError(message)
