"""Learn how to forecast some series: which models, in what shares, and how far they stray."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.forecasting.blend import Stakes, blend, coverage_table, score_table
from planner.forecasting.error_model import Spread, error_correlation, spread_of, variance
from planner.forecasting.models.registry import AVERAGES, Model
from planner.forecasting.pooling import leaning_on_others
from planner.forecasting.rolling_origin import PastForecasts, past_forecasts
from planner.forecasting.series.series import Predictor, Series
from scenarios.arrays.types import Floats

Progress = Callable[[str], None]
"""Called with the name of each phase as it begins."""


@dataclass(frozen=True, eq=False)
class Forecaster:
    """A blend of models that has learnt; ask it about the same series at any later end."""

    weights: dict[str, float]
    """Share of each model."""
    predictors: dict[str, Predictor]
    spread: Spread
    stakes: Stakes
    scores: pd.DataFrame
    """See :func:`.blend.score_table`."""
    coverage: pd.DataFrame
    """See :func:`.blend.coverage_table`."""

    def __call__(self, series: Series, n_ahead: int) -> tuple[Floats, Floats, Floats]:
        """Mean and std [N, n_ahead] of the periods after the series, and correlation of errors [N].

        Units per period.
        """
        mean = np.zeros((series.n_series, n_ahead))
        for name, weight in self.weights.items():
            mean += weight * self.predictors[name](series, n_ahead)
        mean = leaning_on_others(series, np.maximum(mean, 0.0))
        whole = self.stakes.whole
        std = np.sqrt(variance(mean, self.spread.period, whole))
        return mean, std, error_correlation(mean, self.spread, self.stakes.cover, whole)


def learn(
    series: Series,
    stakes: Stakes,
    n_ahead: int,
    models: Sequence[Model],
    also: Sequence[Model] = (),
    progress: Progress | None = None,
) -> Forecaster:
    """Weigh models by what their stock would have cost at past origins, and fit them.

    Parameters
    ----------
    series : Series
    stakes : Stakes
        Protection interval and costs of each series.
    n_ahead : int
        Periods ahead that will be asked for.
    models : sequence of Model
        What may be blended; where the history is too short to look back, the first that can be
        fitted.
    also : sequence of Model
        More models to score.
    progress : callable, optional
    """
    tell = progress or (lambda text: None)
    n_cover = int(stakes.cover.max(initial=1))

    def told(done: int, total: int) -> None:
        tell(f"judging models: {done} of {total} past forecasts")

    past = past_forecasts(series, [*models, *also], n_cover, told)
    if not any(model.name in past.mean for model in models):
        # What takes their place is judged as itself: its spread need not be a guess.
        models = [next(model for model in (*models, *AVERAGES) if model.can(series))]
        more = past_forecasts(series, models, n_cover, told)
        past = dataclasses.replace(past, mean=past.mean | more.mean)
    names = [model.name for model in models if model.name in past.mean]
    weights = blend(past.only(names), stakes) or {models[0].name: 1.0}
    spread, mixed = _spread(past, weights, series, stakes)
    by_name = {model.name: model for model in models}
    predictors = {}
    for name in weights:
        tell(f"fitting {name}")
        predictors[name] = _fitted(by_name[name], series, n_cover, n_ahead)
    blends = {} if mixed is None or len(weights) < 2 else {"blend": mixed}
    return Forecaster(
        weights=weights,
        predictors=predictors,
        spread=spread,
        stakes=stakes,
        scores=score_table(past, blends, stakes),
        coverage=coverage_table(past, mixed, spread, stakes),
    )


def _fitted(model: Model, series: Series, n_cover: int, n_ahead: int) -> Predictor:
    """A model as it was judged, over ``n_cover`` periods; what lies beyond is learnt apart.

    Trees that learn of all periods ahead at once are worse in the nearest ones.
    """
    far = model.fit(series, max(n_ahead, n_cover))
    if not model.trained or n_ahead <= n_cover:
        return far
    near = model.fit(series, n_cover)

    def predict(later: Series, n_ahead: int) -> Floats:
        mean = near(later, min(n_ahead, n_cover))
        return mean if n_ahead <= n_cover else np.hstack([mean, far(later, n_ahead)[:, n_cover:]])

    return predict


def _spread(
    past: PastForecasts, weights: dict[str, float], series: Series, stakes: Stakes
) -> tuple[Spread, Floats | None]:
    """How far the blend strays, and what it would have forecast [O, N, A]; None if not known."""
    if not weights.keys() <= past.mean.keys():
        nothing = np.empty((0, series.n_series, 1))
        return spread_of(nothing, nothing, stakes.cover, stakes.whole, series.per_week), None
    mixed = np.zeros(past.actual.shape)
    for name, weight in weights.items():
        mixed += weight * past.mean[name]
    spread = spread_of(mixed, past.actual, stakes.cover, stakes.whole, series.per_week)
    return spread, mixed
