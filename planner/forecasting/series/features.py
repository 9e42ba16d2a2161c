"""What a global model sees of a series at an origin, relative to its level and so without scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.forecasting.series.season import Season
from planner.forecasting.series.series import LEVEL_WEEKS, Series
from planner.forecasting.series.windows import Windows
from scenarios.arrays.types import Floats, Ints

LEAST_LEVEL = 0.05
"""Units per period (of what is not counted in whole units: share of the usual sales): a series that
sells less is taken to sell this much before it is corrected."""
WEEKS = (1, 2, 3, 4, 6, 8, 26, 52)
LAGS = 4
CATEGORICAL = ("category_code", "location_code", "weekday")


@dataclass(frozen=True, eq=False)
class Sight:
    """Prepared series: features of any origin and horizon at the cost of a few gathers.

    Made by :func:`sight`. Everything at an origin is read from totals that end before it.
    """

    series: Series
    factor: Floats
    """[N or 1, H + ahead] seasons."""
    adjusted: Windows
    """Sales freed of the season."""
    squares: Windows
    zeros: Windows
    raw: Windows
    groups: dict[str, Windows]
    least: Floats
    """[N] what a level is taken to be at the least."""

    def base(self, origin: int, rows: Ints) -> Floats:
        """[rows] level before the origin: what the model corrects, together with the season."""
        recent = self.adjusted.mean(origin, LEVEL_WEEKS * self.series.per_week, rows)
        year = self.adjusted.mean(origin, self.series.year, rows)
        ever = self.adjusted.mean(origin, origin, rows)
        level = np.where(np.isnan(recent), np.where(np.isnan(year), ever, year), recent)
        return np.maximum(np.nan_to_num(level), self.least[rows])

    def seasonal(self, period: int, rows: Ints) -> Floats:
        """[rows] season factor of one period."""
        return self.factor[rows if len(self.factor) > 1 else 0, period] * np.ones(rows.size)

    def at(self, origin: int, rows: Ints) -> dict[str, Floats]:
        """Features that do not depend on the period to forecast."""
        per, year = self.series.per_week, self.series.year
        base, window = self.base(origin, rows), LEVEL_WEEKS * per
        recent = np.maximum(self.adjusted.number(origin, window, rows), 1.0)
        out = {"log_level": np.log(base)}
        for weeks in WEEKS:
            out[f"mean_{weeks}"] = self.adjusted.mean(origin, weeks * per, rows) / base
        for lag in range(1, LAGS + 1):
            out[f"week_{lag}"] = self.adjusted.mean(origin - lag * per, per, rows) / base
        for lag in range(1, per):
            out[f"day_{lag}"] = self.adjusted.mean(origin - lag, 1, rows) / base
        out["zeros"] = np.nan_to_num(self.zeros.mean(origin, window, rows))
        out["in_stock"] = recent / window
        half_year = self.adjusted.mean(origin, year // 2, rows)
        square = self.squares.mean(origin, year // 2, rows)
        out["variation"] = np.sqrt(np.maximum(square - half_year**2, 0.0)) / base
        out["age"] = np.minimum(self.adjusted.number(origin, origin, rows), 2.0 * year)
        for name, windows in self.groups.items():
            usual = _positive(windows.mean(origin, window, rows))
            out[f"{name}_4"] = windows.mean(origin, 4 * per, rows) / usual
            out[f"{name}_52"] = windows.mean(origin, year, rows) / usual
        out["category_code"] = self.series.category[rows].astype(float)
        out["location_code"] = self.series.location[rows].astype(float)
        return out

    def of_target(self, origin: int, ahead: int, rows: Ints) -> dict[str, Floats]:
        """Features of the period ``origin + ahead``, as seen before ``origin``."""
        per, year, target = self.series.per_week, self.series.year, origin + ahead
        base, window = self.base(origin, rows), LEVEL_WEEKS * per
        # The same weekday one year before (or more, for what is over a year ahead), a week around.
        last = target - year * (1 + ahead // year)
        known = min(last + 1 + per, origin)
        out = {"ahead": np.full(rows.size, float(ahead))}
        week = int(self.series.week_of_year(np.array([target]))[0])
        out["week_of_year"] = np.full(rows.size, float(week))
        if per > 1:
            day = self.series.first + target * self.series.days
            out["weekday"] = np.full(rows.size, float(day.astype(np.int64) % 7))
        around = self.raw.mean(known, known - (last - per), rows) if last >= per else None
        empty = np.full(rows.size, np.nan)
        seen = around is not None and origin - year >= window
        then = np.maximum(self.adjusted.mean(origin - year, window, rows), self.least[rows])
        out["year_before"] = around / then if seen and around is not None else empty
        out["year_before_now"] = around / base if around is not None else empty
        for name, windows in self.groups.items():
            if seen:
                usual = _positive(windows.mean(origin - year, window, rows))
                out[f"{name}_year_before"] = windows.mean(known, known - (last - per), rows) / usual
            else:
                out[f"{name}_year_before"] = empty
        out |= self._plans(origin, target, rows)
        return out

    def _plans(self, origin: int, target: int, rows: Ints) -> dict[str, Floats]:
        """Price and promotion of the period, which are planned."""
        out, series = {}, self.series
        start = max(origin - LEVEL_WEEKS * series.per_week, 0)
        for name, values in (("price", series.price), ("promotion", series.promotion)):
            if values is None or not series.planned:
                continue
            then = values[rows, target] if target < values.shape[1] else np.full(rows.size, np.nan)
            past = values[rows, start:origin]
            count = np.maximum((~np.isnan(past)).sum(axis=1), 1)
            usual = np.nansum(past, axis=1) / count
            if name == "price":
                # A price that is not told ahead goes on: trees take what they have not learnt to
                # miss for 0.
                then = np.where(np.isnan(then), _last_known(values[rows, :origin]), then)
                out[name] = np.nan_to_num(then / np.where(usual > 0, usual, np.nan), nan=1.0)
            else:
                out[name], out["promotion_usual"] = np.nan_to_num(then), usual
        return out


def sight(series: Series, season: Season, n_ahead: int) -> Sight:
    """Prepare the features of some series, up to ``n_ahead`` periods after their end."""
    factor = season.factors(series, n_ahead)
    sold = np.where(series.known, series.quantity, np.nan)
    past = factor[:, : series.n_periods]
    adjusted = Windows.of(series.quantity / past)
    groups = {}
    for name in ("product", "location", "category"):
        group = getattr(series, name)
        if 1 < np.unique(group).size < series.n_series:
            groups[name] = adjusted.by(group)
    return Sight(
        series=series,
        factor=factor,
        adjusted=adjusted,
        squares=Windows.of((series.quantity / past) ** 2),
        zeros=Windows.of(np.where(np.isnan(sold), np.nan, sold == 0)),
        raw=Windows.of(sold),
        groups=groups,
        least=_least(series),
    )


def _last_known(values: Floats) -> Floats:
    """[rows] the last number of each row [rows, periods]; nan where there is none."""
    known = ~np.isnan(values)
    last = values.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)
    return np.where(known.any(axis=1), values[np.arange(len(values)), last], np.nan)


def _positive(values: Floats) -> Floats:
    """Values to divide by; nan where they are 0."""
    return np.where(values > 0, values, np.nan)


def _least(series: Series) -> Floats:
    """[N] least level: absolute for whole units, else relative to what the series usually sells."""
    sold = np.where(series.known, series.quantity, 0.0).sum(axis=1)
    usual = sold / np.maximum(series.known.sum(axis=1), 1)
    usual = np.where(usual > 0, usual, max(float(usual.mean()), 1e-9))
    return np.where(series.whole, LEAST_LEVEL, LEAST_LEVEL * usual)
