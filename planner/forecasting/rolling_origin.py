"""Rolling-origin evaluation: what each model would have forecast, from what was known then."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from planner.forecasting.models.registry import Model
from planner.forecasting.series.series import Series
from scenarios.arrays.types import Floats, Ints

WEEKS = 26
"""Weeks before the end of the history from which origins are taken."""
EVERY = 2
"""Weeks from one origin to the next."""
LEARN_EVERY = 8
"""Weeks after which models learn anew: between, they see new sales but keep what they learnt."""
LEAST_BEFORE = 8
"""Weeks of history before the first origin."""


@dataclass(frozen=True, eq=False)
class PastForecasts:
    """Forecasts made at O past origins for the A periods after each of them."""

    origins: Ints
    """Periods that were known at each origin."""
    actual: Floats
    """[O, N, A] demand; nan where the shelf was empty or the history had not begun or is over."""
    mean: dict[str, Floats]
    """[O, N, A] forecast of each model."""

    def only(self, names: Sequence[str]) -> PastForecasts:
        """Those of some models."""
        return dataclasses.replace(self, mean={name: self.mean[name] for name in names})


def past_forecasts(
    series: Series,
    models: Sequence[Model],
    n_ahead: int,
    progress: Callable[[int, int], None] | None = None,
) -> PastForecasts:
    """Let models forecast at past origins, and note what came true.

    Models that have too little to learn from at the first origin are left out. Where the history
    is too short there is no origin.
    """
    per = series.per_week
    first = max(series.n_periods - WEEKS * per, LEAST_BEFORE * per)
    origins = np.arange(series.n_periods - per, first - 1, -EVERY * per)[::-1]
    origins = origins[origins + 1 <= series.n_periods]
    actual = np.full((origins.size, series.n_series, n_ahead), np.nan)
    if not origins.size:
        return PastForecasts(origins, actual, {})
    known = np.where(series.known, series.quantity, np.nan)
    for o, origin in enumerate(origins):
        some = known[:, origin : origin + n_ahead]
        actual[o, :, : some.shape[1]] = some
    able = [model for model in models if model.can(series.until(int(origins[0])))]
    mean, done = {}, 0
    for model in able:
        out = np.empty(actual.shape)
        predict, learnt = None, -1
        for o, origin in enumerate(origins):
            past = series.until(int(origin))
            if predict is None or origin - learnt >= LEARN_EVERY * per:
                predict, learnt = model.fit(past, n_ahead), int(origin)
            out[o] = predict(past, n_ahead)
            done += 1
            if progress is not None:
                progress(done, len(able) * origins.size)
        mean[model.name] = out
    return PastForecasts(origins, actual, mean)


def over_interval(values: Floats, cover: Ints) -> Floats:
    """[O, N] sums of values [O, N, A] over each series' protection interval; nan if any is."""
    total = np.full(values.shape[:2], np.nan)
    for length in np.unique(cover):
        mine = cover == length
        total[:, mine] = values[:, mine, :length].sum(axis=2)
    return total
