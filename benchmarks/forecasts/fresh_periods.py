"""Forecasts made at past origins and judged on the periods after them, which they never saw."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from scipy import stats

from brain.analytic.newsvendor import demand_quantile
from planner.forecasting.forecast import chosen_models, forecast, stakes_of, with_forecast
from planner.forecasting.learn import Forecaster, learn
from planner.forecasting.series.series import series_of
from scenarios.arrays.types import Floats
from scenarios.demand.forecast_error import demand_variance, split_variance
from scenarios.model.scenario import Scenario

QUANTILES = (0.5, 0.75, 0.9, 0.95, 0.98)


class Foreseen:
    """The scenario with a forecast, at any origin; each is made once.

    Parameters
    ----------
    stood : callable
        ``(periods known) -> Scenario`` as it stood then.
    model : str
        See :func:`planner.forecast`.
    learnt_at : int, optional
        Models are weighed and fitted there, once; default: at each origin.
    """

    def __init__(
        self, stood: Callable[[int], Scenario], model: str = "auto", learnt_at: int | None = None
    ):
        self._stood, self._model, self._learnt_at = stood, model, learnt_at
        self._made: dict[int, Scenario] = {}
        self._forecaster: Forecaster | None = None

    def __call__(self, origin: int) -> Scenario:
        if origin not in self._made:
            self._made[origin] = self._forecast(origin)
        return self._made[origin]

    def _forecast(self, origin: int) -> Scenario:
        today = self._stood(origin)
        if self._learnt_at is None:
            return forecast(today, self._model).scenario
        if self._forecaster is None:
            then = self._stood(self._learnt_at)
            series, points = series_of(then)
            stakes, models = stakes_of(then, series, points), chosen_models(self._model)
            self._forecaster = learn(series, stakes, then.n_periods, models)
            self._points = points
        series, points = series_of(today)
        if not np.array_equal(points, self._points):
            raise ValueError("series began after the models were fitted; learn at each origin")
        return with_forecast(today, self._forecaster, series, points)


def interval_demand(scenario: Scenario, n_periods: int) -> tuple[Floats, Floats]:
    """[K] mean and standard deviation of demand over the first periods."""
    rho = scenario.error_correlation
    first = slice(0, n_periods)
    alone, shared = split_variance(
        demand_variance(scenario)[:, first], None if rho is None else rho[:, first]
    )
    variance = alone.sum(axis=1)
    if shared is not None:
        variance = variance + shared.sum(axis=1) ** 2
    return scenario.mean[:, first].sum(axis=1), np.sqrt(variance)


def quantile(scenario: Scenario, n_periods: int, level: Floats) -> Floats:
    """[K] quantile of demand over the first periods."""
    mean, std = interval_demand(scenario, n_periods)
    law = scenario.products.distribution[scenario.points.product]
    return demand_quantile(level, mean[:, None], std[:, None], law)[:, 0]


def stock_up_to(scenario: Scenario, n_periods: int) -> Floats:
    """[K] newsvendor quantile m / (m + h) of demand over the first periods."""
    points = scenario.points
    ratio = points.missed_sale_cost / (points.missed_sale_cost + points.holding_cost)
    return quantile(scenario, n_periods, ratio)


def came_true(world: Scenario, origin: int, n_periods: int) -> Floats:
    """[K] demand over the periods after an origin; nan where a shelf was empty in one of them."""
    assert world.history is not None
    window = slice(origin, origin + n_periods)
    sold, full = world.history.quantity[:, window], world.history.in_stock[:, window]
    inside = sold.shape[1] == n_periods
    return np.where(full.all(axis=1) & inside, sold.sum(axis=1), np.nan)


def met(
    world: Scenario, foreseen: Foreseen, origins: Iterable[int], n_periods: int
) -> tuple[tuple[float, ...], int]:
    """Intervals whose demand was at most each of QUANTILES, and how many intervals there are.

    Whole units jump over a quantile: of an interval whose demand y takes the law from F(y - 1) to
    F(y), the share of that step below the quantile counts (Czado, Gneiting and Held 2009,
    Biometrics 65(4)), so that a true law meets every quantile exactly on average.
    """
    below, total = np.zeros(len(QUANTILES)), 0
    for origin in origins:
        actual, scenario = came_true(world, origin, n_periods), foreseen(origin)
        known = ~np.isnan(actual) & (interval_demand(scenario, n_periods)[0] > 0)
        low, high = (each[known] for each in step_of_law(scenario, n_periods, actual))
        total += int(known.sum())
        for i, level in enumerate(QUANTILES):
            share = np.where(high > low, (level - low) / np.maximum(high - low, 1e-12), level > low)
            below[i] += np.clip(share, 0.0, 1.0).sum()
    return tuple(float(count) for count in below), total


def step_of_law(scenario: Scenario, n_periods: int, actual: Floats) -> tuple[Floats, Floats]:
    """[K] F(y - 1) and F(y) of demand y over the first periods; F(y) twice if it is continuous."""
    mean, std = interval_demand(scenario, n_periods)
    mean = np.maximum(mean, 1e-9)
    variance = np.maximum(std**2, 1.000001 * mean)
    whole = stats.nbinom(mean**2 / (variance - mean), mean / variance)
    spread = np.maximum(std, 1e-6 * mean)
    smooth = stats.gamma((mean / spread) ** 2, scale=spread**2 / mean)
    law = scenario.products.distribution[scenario.points.product]
    counts = law == "negative_binomial"
    at = smooth.cdf(actual)
    return np.where(counts, whole.cdf(actual - 1), at), np.where(counts, whole.cdf(actual), at)
