"""Forecasts by averages: cheap, and hard to beat on short or erratic series."""

from __future__ import annotations

import numpy as np

from planner.forecasting.series.season import season_of
from planner.forecasting.series.series import LEVEL_WEEKS, Series
from planner.forecasting.series.windows import Windows
from scenarios.arrays.types import Floats


def moving_average(series: Series, n_ahead: int) -> Floats:
    """[N, n_ahead] mean of the last 13 weeks in stock."""
    return np.repeat(level(series.quantity, series.per_week)[:, None], n_ahead, axis=1)


def seasonal_average(series: Series, n_ahead: int) -> Floats:
    """[N, n_ahead] the same, freed of the season before and given the season again."""
    factor = season_of(series).factors(series, n_ahead)
    past = factor[:, : series.n_periods]
    return level(series.quantity / past, series.per_week)[:, None] * factor[:, series.n_periods :]


def seasonal_naive(series: Series, n_ahead: int) -> Floats:
    """[N, n_ahead] what was sold a year before; a week before where that is not known.

    Where neither is known, the moving average.
    """
    out = moving_average(series, n_ahead)
    for back in (series.per_week, series.year):
        at = series.n_periods + np.arange(n_ahead)
        at = at - back * (-(-(at - series.n_periods + 1) // back))
        if at.min(initial=0) >= 0:
            past = series.quantity[:, at]
            out = np.where(np.isnan(past), out, past)
    return out


def level(values: Floats, per_week: int) -> Floats:
    """[N] mean of the last 13 weeks known of values [N, H]; of all that is known, or 0, if none."""
    windows, rows = Windows.of(values), np.arange(values.shape[0])
    stop = values.shape[1]
    recent = windows.mean(stop, LEVEL_WEEKS * per_week, rows)
    return np.where(np.isnan(recent), np.nan_to_num(windows.mean(stop, stop, rows)), recent)
