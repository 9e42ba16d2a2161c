"""The laws that demand follows about its forecast, each drawn at once or by its inverse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from scenarios.arrays.types import Floats
from scenarios.demand.quantiles import gamma_quantile, poisson_quantile


@dataclass(frozen=True, eq=False)
class Numbers:
    """Random numbers [.., T, K] for laws that turn them into demand.

    With a correlation [T, K], numbers of one path and point share an error that lasts.
    """

    rng: np.random.Generator
    shape: tuple[int, ...]
    correlation: Floats | None = None

    def normal(self) -> Floats:
        """Standard normal numbers."""
        if self.correlation is None:
            return self.rng.standard_normal(self.shape)
        lasting = self.rng.standard_normal((*self.shape[:-2], 1, self.shape[-1]))
        passing = self.rng.standard_normal(self.shape)
        rho = self.correlation
        return np.asarray(np.sqrt(rho) * lasting + np.sqrt(1.0 - rho) * passing)

    def uniform(self) -> Floats:
        """Numbers from 0 to 1."""
        if self.correlation is None:
            return self.rng.random(self.shape)
        return np.minimum(special.ndtr(self.normal()), _LARGEST)


_LARGEST = 1.0 - 2.0**-53
"""Below 1, whose quantile would be the end of the law."""


def _normal(rng: np.random.Generator, mean: Floats, std: Floats, shape: tuple[int, ...]) -> Floats:
    return np.maximum(rng.standard_normal(shape) * std + mean, 0.0)


def _gamma(rng: np.random.Generator, mean: Floats, std: Floats, shape: tuple[int, ...]) -> Floats:
    random = (mean > 0) & (std > 0)
    safe = np.where(random, mean, 1.0)
    scale = np.where(random, std, 1.0) ** 2 / safe
    return np.where(random, rng.gamma(safe / scale, scale, shape), mean)


def _poisson(rng: np.random.Generator, mean: Floats, std: Floats, shape: tuple[int, ...]) -> Floats:
    return rng.poisson(mean, shape).astype(np.float64)


def _negative_binomial(
    rng: np.random.Generator, mean: Floats, std: Floats, shape: tuple[int, ...]
) -> Floats:
    # A Poisson law whose mean is gamma distributed: the excess variance is that of the gamma.
    excess = np.sqrt(np.maximum(std**2 - mean, 0.0))
    return rng.poisson(_gamma(rng, mean, excess, shape)).astype(np.float64)


def _paired_normal(numbers: Numbers, mean: Floats, std: Floats) -> Floats:
    return np.maximum(numbers.normal() * std + mean, 0.0)


def _paired_gamma(numbers: Numbers, mean: Floats, std: Floats) -> Floats:
    # Drawn for all, so that the numbers that follow do not depend on the means.
    uniform = numbers.uniform()
    random = np.broadcast_to((mean > 0) & (std > 0), uniform.shape)
    out = np.array(np.broadcast_to(mean, uniform.shape))
    level, spread = out[random], np.broadcast_to(std, uniform.shape)[random]
    scale = spread**2 / level
    out[random] = gamma_quantile(uniform[random], level / scale, scale)
    return out


def _paired_poisson(numbers: Numbers, mean: Floats, std: Floats) -> Floats:
    return poisson_quantile(numbers.uniform(), np.broadcast_to(mean, numbers.shape))


def _paired_negative_binomial(numbers: Numbers, mean: Floats, std: Floats) -> Floats:
    excess = np.sqrt(np.maximum(std**2 - mean, 0.0))
    level = _paired_gamma(numbers, mean, excess)
    return poisson_quantile(numbers.uniform(), level)


Law = Callable[[np.random.Generator, Floats, Floats, tuple[int, ...]], Floats]
PairedLaw = Callable[[Numbers, Floats, Floats], Floats]

LAWS: dict[str, Law] = {
    "normal": _normal,
    "gamma": _gamma,
    "poisson": _poisson,
    "negative_binomial": _negative_binomial,
}
PAIRED: dict[str, PairedLaw] = {
    "normal": _paired_normal,
    "gamma": _paired_gamma,
    "poisson": _paired_poisson,
    "negative_binomial": _paired_negative_binomial,
}
"""The same laws; every draw takes the same random numbers, whatever mean and std are."""
