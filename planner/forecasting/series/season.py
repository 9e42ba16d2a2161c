"""Seasons: what a week of the year and a weekday are worth, relative to an average period."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.forecasting.series.series import Series
from scenarios.arrays.types import Floats

WEEK_PRIOR = 2.0
"""Periods in stock, of all series together, that weigh as much as there being no season."""
WEEKDAY_PRIOR = 8.0
"""Weeks of its own that a series needs to weigh as much as all series together."""


@dataclass(frozen=True, eq=False)
class Season:
    """Factors learnt from some series; they hold for the same series at any later time."""

    weekly: Floats
    """[52] of each week of the year."""
    daily: Floats | None
    """[N, 7] of each weekday, counted from the first period; None where a period is a week."""

    def factors(self, series: Series, n_ahead: int) -> Floats:
        """[N or 1, H + n_ahead] factor of each period of the series and after it."""
        periods = np.arange(series.n_periods + n_ahead)
        yearly = self.weekly[series.week_of_year(periods)][None, :]
        return yearly if self.daily is None else yearly * self.daily[:, periods % 7]


def season_of(series: Series) -> Season:
    """The season of some series.

    Yearly factors are those of all series together; weekday factors (where a period is a day) are
    each series' own, drawn towards those of all.
    """
    return Season(
        week_of_year_factors(series), None if series.days > 1 else weekday_factors(series)
    )


def week_of_year_factors(series: Series) -> Floats:
    """[52] factor of each week of the year, with mean 1.

    Sales over what each series sells on average in a year around the period (near the ends the
    first or the last whole year: half a year would be half a season), all series together, averaged
    over the years and smoothed over three weeks. All 1 where less than a year and a half is known:
    a season could not be told from a trend.
    """
    year = series.year
    nothing = not (np.where(series.known, series.quantity, 0.0) > 0).any()
    if series.n_periods < year + year // 2 or nothing:
        return np.ones(52)
    known = series.known
    total = np.zeros((series.n_series, series.n_periods + 1))
    count = np.zeros_like(total)
    np.cumsum(np.where(known, series.quantity, 0.0), axis=1, out=total[:, 1:])
    np.cumsum(known, axis=1, out=count[:, 1:])
    at = np.arange(series.n_periods)
    start = np.clip(at - year // 2, 0, series.n_periods - year)
    stop = start + year
    around = (total[:, stop] - total[:, start]) / np.maximum(count[:, stop] - count[:, start], 1)
    sold = np.where(known, series.quantity, 0.0).sum(axis=0)
    usual = np.where(known, around, 0.0).sum(axis=0)
    week = series.week_of_year(at)
    # Few sales say little of a season, and none in a week do not mean that there never are any.
    prior = WEEK_PRIOR * usual.sum() / max(int(known.sum()), 1)
    ratio = (np.bincount(week, sold, 52) + prior) / (np.bincount(week, usual, 52) + prior)
    smooth = (np.roll(ratio, 1) + ratio + np.roll(ratio, -1)) / 3
    return smooth / smooth.mean()


def weekday_factors(series: Series) -> Floats:
    """[N, 7] factor of each weekday, counted from the first period."""
    weeks = series.n_periods // 7
    if weeks < 2:
        return np.ones((series.n_series, 7))
    last = slice(series.n_periods - 7 * min(weeks, 52), series.n_periods)
    shape = (series.n_series, -1, 7)
    known = series.known[:, last].reshape(shape)
    sold = np.where(known, series.quantity[:, last].reshape(shape), 0.0)
    # The slice ends with the last period: roll its weekdays so that 0 is the first period's.
    shift = last.start % 7
    by_day = np.roll(sold.sum(axis=1), shift, axis=1)
    days = np.roll(known.sum(axis=1), shift, axis=1)
    usual = sold.sum(axis=(1, 2)) / np.maximum(known.sum(axis=(1, 2)), 1)
    expected = usual[:, None] * days
    common = by_day.sum(axis=0) / np.maximum(expected.sum(axis=0), 1e-9)
    common = np.where(common > 0, common, 1.0)
    prior = WEEKDAY_PRIOR * usual[:, None]
    factors = (by_day + prior * common) / np.maximum(expected + prior, 1e-9)
    factors = np.where(factors > 0, factors, 1.0)
    return factors / factors.mean(axis=1, keepdims=True)
