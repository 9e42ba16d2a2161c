"""The models by name. Each learns from some series and forecasts them from any later origin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from planner.forecasting.models.averages import moving_average, seasonal_average, seasonal_naive
from planner.forecasting.models.boosting import can_boost, enough, learn_trees
from planner.forecasting.models.classical import LOCAL, local
from planner.forecasting.series.series import Predictor, Series
from scenarios.errors import Finding, InputError


@dataclass(frozen=True)
class Model:
    """How to forecast.

    ``fit`` learns from series, and up to how many periods ahead; what it returns is asked about the
    same series at the same or a later end. ``can`` says whether there is enough to learn from,
    ``trained`` whether what is learnt depends on how far ahead it will be asked about.
    """

    name: str
    fit: Callable[[Series, int], Predictor]
    can: Callable[[Series], bool] = lambda series: True
    trained: bool = False


def _as_it_is(predict: Predictor) -> Callable[[Series, int], Predictor]:
    return lambda series, n_ahead: predict


AVERAGES = (
    Model("moving-average", _as_it_is(moving_average)),
    Model("seasonal-average", _as_it_is(seasonal_average)),
    Model("seasonal-naive", _as_it_is(seasonal_naive)),
)
BOOSTED = Model("boosted", learn_trees, lambda series: can_boost() and enough(series), trained=True)
MODELS: dict[str, Model] = {
    model.name: model
    for model in (*AVERAGES, BOOSTED, *(Model(name, _as_it_is(local(name))) for name in LOCAL))
}
BLENDED = ("boosted", "seasonal-average", "moving-average")
"""What ``auto`` weighs against each other; the first gets the benefit of the doubt."""


def model_of(name: str, workers: int = 1) -> Model:
    """The model of this name; one of single series (:data:`LOCAL`) on so many processes.

    Raises
    ------
    InputError
        If there is none.
    """
    if name not in MODELS:
        problem = f"there is no model of this name; there are auto, {', '.join(MODELS)}"
        raise InputError([Finding("--model", problem, "name one of these", value=name)])
    if name in LOCAL and workers > 1:
        return Model(name, _as_it_is(local(name, workers)))
    return MODELS[name]


def at_hand() -> list[str]:
    """Names of all models whose libraries are installed."""
    from importlib.util import find_spec

    there = find_spec("statsforecast") is not None
    return [name for name in MODELS if there or name not in LOCAL]
