"""Demand from uniform numbers by the inverse of its law, so that it moves with its mean."""

from __future__ import annotations

import numpy as np
from scipy import special

from scenarios.arrays.types import Floats

_SMALLEST = 2.0**-54
"""Stands for a uniform number of 0, whose quantile would be the end of the law."""


def gamma_quantile(uniform: Floats, shape: Floats, scale: Floats) -> Floats:
    """Quantiles of gamma laws of mean ``shape * scale``; arrays of one shape."""
    return np.asarray(special.gammaincinv(shape, np.maximum(uniform, _SMALLEST)) * scale)


def poisson_quantile(uniform: Floats, mean: Floats) -> Floats:
    """The least k with P(X <= k) >= uniform for Poisson laws; arrays of one shape.

    The quantile of the normal law, corrected for skewness (Cornish and Fisher 1938), is mostly it
    or one beside it; the distribution function decides, so the law is exact.
    """
    u = np.maximum(uniform, _SMALLEST)
    z = special.ndtri(u)
    k = np.maximum(np.floor(mean + np.sqrt(mean) * z + (z * z - 1.0) / 6.0), 0.0)
    low = np.flatnonzero(special.pdtr(k, mean).ravel() < u.ravel())
    high = np.flatnonzero((k > 0).ravel() & (_below(k, mean) >= u).ravel())
    flat, of, wanted = k.ravel(), mean.ravel(), u.ravel()
    while low.size:
        flat[low] += 1.0
        low = low[special.pdtr(flat[low], of[low]) < wanted[low]]
    while high.size:
        flat[high] -= 1.0
        high = high[(flat[high] > 0) & (_below(flat[high], of[high]) >= wanted[high])]
    return flat.reshape(k.shape)


def _below(k: Floats, mean: Floats) -> Floats:
    """P(X < k); 0 for k = 0."""
    return np.where(k > 0, special.pdtr(np.maximum(k - 1.0, 0.0), mean), 0.0)
