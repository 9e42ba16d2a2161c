"""Classical models of one series at a time, from statsforecast (extra ``forecast``)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from planner.forecasting.models.averages import level
from planner.forecasting.series.series import LEVEL_WEEKS, Predictor, Series
from planner.forecasting.series.windows import trailing_mean
from scenarios.arrays.types import Floats
from scenarios.errors import Finding, InputError

LOCAL: dict[str, tuple[str, dict[str, Any]]] = {
    "arima": ("AutoARIMA", {}),
    "ets": ("AutoETS", {}),
    "theta": ("DynamicOptimizedTheta", {}),
    "croston": ("CrostonSBA", {}),
    "tsb": ("TSB", {"alpha_d": 0.2, "alpha_p": 0.2}),
    "smoothing": ("SimpleExponentialSmoothingOptimized", {}),
}
"""Name -> class in statsforecast.models and its settings; season lengths are weekdays' only."""


def local(name: str, workers: int = 1) -> Predictor:
    """The predictor of a classical model: each series from its own past.

    ``workers`` is a number of processes; they share the series, and the answer is the same.
    """

    def predict(series: Series, n_ahead: int) -> Floats:
        try:
            from statsforecast import StatsForecast, models
        except ImportError:
            problem = f"the model {name} needs statsforecast"
            remedy = "install the extra: pip install 'echelon-planner[forecast]'"
            raise InputError([Finding("--model", problem, remedy, value=name)]) from None
        kind, settings = LOCAL[name]
        if series.days == 1 and name in ("arima", "ets", "theta"):
            settings = settings | {"season_length": 7}
        filled, begun = _filled(series)
        out = np.repeat(level(series.quantity, series.per_week)[:, None], n_ahead, axis=1)
        if not begun.any():
            return out
        row, column = np.nonzero(begun)
        frame = pd.DataFrame(
            {
                "unique_id": row,
                "ds": column,
                "y": filled[row, column],
            }
        )
        fallback = models.HistoricAverage()
        model = getattr(models, kind)(**settings, alias="made")
        made = StatsForecast([model], freq=1, n_jobs=workers, fallback_model=fallback).forecast(
            df=frame, h=n_ahead
        )
        rows = made["unique_id"].to_numpy()[::n_ahead]
        out[rows] = np.maximum(made["made"].to_numpy(dtype=float).reshape(-1, n_ahead), 0.0)
        return out

    return predict


def _filled(series: Series) -> tuple[Floats, np.ndarray]:
    """Sales without holes, for models that know none, and where a series has begun [N, H].

    What is not known is the mean of the 13 weeks known before it.
    """
    known = ~np.isnan(series.quantity)
    begun = np.cumsum(known, axis=1) > 0
    recent = trailing_mean(series.quantity, LEVEL_WEEKS * series.per_week)
    ever = np.nan_to_num(trailing_mean(series.quantity, series.n_periods))
    before = np.where(np.isnan(recent), ever, recent)
    return np.where(known, series.quantity, before), begun
