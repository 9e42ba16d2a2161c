"""How far demand strays from a forecast, learnt from the errors of past forecasts.

One law for all series, var = mean + a mean^2 for whole units (negative binomial) and a mean^2
otherwise (gamma), with a dispersion ``a`` for each series. Few errors say little about one series,
so it is estimated by empirical Bayes: the dispersions of all series form the prior of each, which
is itself estimated by maximum likelihood (Kiefer and Wolfowitz 1956), on a grid.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from planner.forecasting.rolling_origin import EVERY, over_interval
from planner.forecasting.series.series import Mask
from scenarios.arrays.types import Floats, Ints

GRID = np.geomspace(0.005, 8.0, 28)
ROUNDS = 60
"""Of the EM algorithm; the estimate hardly moves after 30."""
UNKNOWN = 0.5
"""Dispersion where there are no past forecasts at all."""
LEAST_SHARE = 0.01
"""Forecasts below this share of the usual demand of a series are taken to be that."""
LASTING = (0.0, 0.9)
"""Range of the correlation of errors."""


@dataclass(frozen=True, eq=False)
class Spread:
    """Dispersion of single periods and of the sum over the protection interval, [N] each."""

    period: Floats
    interval: Floats


def spread_of(mean: Floats, actual: Floats, cover: Ints, whole: Mask, per_week: int) -> Spread:
    """Learn dispersions from past forecasts.

    Parameters
    ----------
    mean, actual : arrays [O, N, A]
        Forecast and demand; nan actuals are left out.
    cover : array [N]
        Periods of the protection interval.
    whole : array [N]
    per_week : int
        Periods of a week.
    """
    n_origins, n_series, n_ahead = mean.shape
    if not n_origins:
        return Spread(np.full(n_series, UNKNOWN), np.full(n_series, UNKNOWN))
    within = np.arange(n_ahead)[None, :] < cover[:, None]
    single = np.where(within[None], actual, np.nan)
    # Intervals that overlap tell the same story more than once, and so do periods in several.
    often = np.maximum(cover / (EVERY * per_week), 1.0)
    period = dispersion(
        np.moveaxis(mean, 1, 0).reshape(n_series, -1),
        np.moveaxis(single, 1, 0).reshape(n_series, -1),
        whole,
        1.0 / often,
    )
    total = over_interval(mean, cover).T, over_interval(actual, cover).T
    return Spread(period, dispersion(*total, whole, 1.0 / often, unknown=period))


def dispersion(
    mean: Floats,
    actual: Floats,
    whole: Mask,
    weight: Floats,
    unknown: Floats | float = UNKNOWN,
) -> Floats:
    """[N] dispersions from means and actuals [N, S]; nan are left out.

    ``weight`` [N] is what one of them counts. ``unknown`` [N] is the answer where no actual of any
    series is known: of whole units, or of others.
    """
    likelihood = np.zeros((len(mean), GRID.size))
    for kind, law in ((True, _negative_binomial), (False, _gamma)):
        rows = np.flatnonzero(whole == kind)
        if rows.size:
            known = ~np.isnan(actual[rows])
            y, m = np.where(known, actual[rows], 1.0), np.where(known, mean[rows], 1.0)
            # What was forecast to be nothing came true all the same at times.
            usual = np.where(known, y, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
            usual = np.where(usual > 0, usual, max(float(usual.mean()), 1e-9))
            m = np.maximum(m, LEAST_SHARE * usual[:, None])
            for g, a in enumerate(GRID):
                logs = np.where(known, law(y, m, float(a)), 0.0)
                likelihood[rows, g] = weight[rows] * logs.sum(axis=1)
    odds = np.exp(likelihood - likelihood.max(axis=1, keepdims=True))
    out = np.broadcast_to(unknown, len(mean)).astype(float)
    for kind in (True, False):
        rows = whole == kind
        if np.isnan(actual[rows]).all():
            continue
        prior = np.full(GRID.size, 1.0 / GRID.size)
        for _ in range(ROUNDS):
            posterior = prior * odds[rows]
            posterior /= posterior.sum(axis=1, keepdims=True)
            prior = posterior.mean(axis=0)
        out[rows] = np.exp(posterior @ np.log(GRID))
    return out


def _negative_binomial(y: Floats, mean: Floats, a: float) -> Floats:
    r = 1.0 / a
    count = special.gammaln(y + r) - special.gammaln(r) - special.gammaln(y + 1)
    return count + r * np.log(r / (r + mean)) + special.xlogy(y, mean / (r + mean))


def _gamma(y: Floats, mean: Floats, a: float) -> Floats:
    shape = 1.0 / a
    y = np.maximum(y, 0.02 * mean)  # A gamma law has no zeros: they count as next to nothing.
    return (
        shape * np.log(shape / mean)
        + special.xlogy(shape - 1, y)
        - shape * y / mean
        - special.gammaln(shape)
    )


def variance(mean: Floats, a: Floats, whole: Mask) -> Floats:
    """Variance of demand with means [N, ...] and dispersions a [N]."""
    shape = (-1,) + (1,) * (mean.ndim - 1)
    return np.where(whole.reshape(shape), mean, 0.0) + a.reshape(shape) * mean**2


def error_correlation(mean: Floats, spread: Spread, cover: Ints, whole: Mask) -> Floats:
    """[N] correlation of the errors of different periods that makes the interval as wide as it is.

    Solves  V = (1 - rho) sum s^2 + rho (sum s)^2  for means [N, T], see
    :mod:`scenarios.demand.forecast_error`; between 0 and 0.9.
    """
    within = np.arange(mean.shape[1])[None, :] < cover[:, None]
    inside = np.where(within, mean, 0.0)
    single = variance(inside, spread.period, whole)
    apart, together = single.sum(axis=1), np.sqrt(single).sum(axis=1) ** 2
    wanted = variance(inside.sum(axis=1), spread.interval, whole)
    room = together - apart
    some = room > 1e-9 * together
    rho = np.where(some, (wanted - apart) / np.where(some, room, 1.0), 0.0)
    return np.clip(rho, *LASTING)
