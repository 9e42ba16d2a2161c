"""From sales history to the forecast that a plan needs: mean, std, and how long errors last."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from planner.forecasting.blend import Stakes
from planner.forecasting.learn import Forecaster, Progress, learn
from planner.forecasting.models.boosting import can_boost
from planner.forecasting.models.registry import BLENDED, BOOSTED, Model, at_hand, model_of
from planner.forecasting.series.series import Series, series_of
from planner.schema_versions import write_facts
from planner.text.names import as_categories
from planner.text.numbers import DECIMALS, shares
from scenarios.arguments import Arguments
from scenarios.arrays.frozen import freeze
from scenarios.arrays.types import Floats, Ints
from scenarios.demand.forecast_error import own_lead_times
from scenarios.errors import Finding, InputError
from scenarios.model.scenario import Scenario, check_scenario
from scenarios.notebook import as_html, in_short, plural
from scenarios.writing.atomic import atomic_folder
from scenarios.writing.files import write_csv

NO_BOOSTING = Finding(
    "forecast",
    "LightGBM cannot be loaded, so the boosted model took no part",
    "install the system's OpenMP library (libgomp1)",
    severity="warning",
)


@dataclass(frozen=True, eq=False, repr=False)
class Forecast:
    """A forecast of every series, and what its models were worth at past origins.

    Attributes
    ----------
    scenario : Scenario
        The scenario with ``mean``, ``std`` and ``error_correlation`` filled in.
    table : DataFrame
        product, location, date, mean, std (units per period), error_correlation: the table
        ``forecast`` of an input.
    weights : dict
        Share of each model in it.
    scores : DataFrame
        One row per model: cost, mae, rmse, bias, intervals (:func:`.blend.score_table`), best
        first; empty where the history is too short to look back.
    coverage : DataFrame
        quantile, met: share of past protection intervals whose demand was at most the quantile.
    """

    scenario: Scenario
    table: pd.DataFrame
    weights: dict[str, float]
    scores: pd.DataFrame
    coverage: pd.DataFrame

    def write(self, path: str | Path) -> None:
        """Write the tables as CSV into a new folder: ``forecast``, ``scores``, ``coverage``.

        Parameters
        ----------
        path : str or Path

        Raises
        ------
        InputError
            If it is no path.
        FileExistsError
            If there is something at ``path``.
        """
        check = Arguments("Forecast.write")
        check.path("path", path)
        check.refuse()
        with atomic_folder(Path(path)) as folder:
            write_csv(self.table, folder / "forecast.csv", DECIMALS)
            write_csv(self.scores, folder / "scores.csv")
            write_csv(self.coverage, folder / "coverage.csv")
            tables = ("forecast", "scores", "coverage")
            write_facts(folder / "forecast.json", {"weights": self.weights}, tables)

    def __repr__(self) -> str:
        return in_short("Forecast", *self._facts().values())

    def _repr_html_(self) -> str:
        return as_html("Forecast", self._facts(), self.scores)

    def _facts(self) -> dict[str, str]:
        n_series = len(self.table) // max(self.scenario.n_periods, 1)
        return {
            "series": f"{n_series:,} series",
            "periods": plural(self.scenario.n_periods, "period"),
            "models": shares(self.weights),
        }


def forecast(
    scenario: Scenario,
    model: str = "auto",
    *,
    judge: Sequence[str] = (),
    workers: int = 1,
    progress: Progress | None = None,
) -> Forecast:
    """Forecast demand from a scenario's sales history.

    Parameters
    ----------
    scenario : Scenario
        With a history. A forecast that it has is replaced at the points with history.
    model : str
        ``auto`` blends models by what their stock would have cost at past origins; or one of
        :data:`planner.forecasting.models.registry.MODELS`.
    judge : sequence of str
        More models to score beside it, or ``("all",)`` for all that are installed.
    workers : int
        Processes for the models of single series (arima and its like).
    progress : callable, optional
        Called with the name of each phase as it begins.

    Returns
    -------
    Forecast

    Raises
    ------
    InputError
        If an argument is of another kind, or there is no history, or no such model.
    """
    check = Arguments("forecast")
    check_scenario(check, scenario)
    check.text("model", model)
    whole = isinstance(judge, str) or not isinstance(judge, Iterable)
    if whole or not all(isinstance(name, str) for name in judge):
        check.add("judge", "is no list of names", "give names of models, or ('all',)", judge)
    check.whole("workers", workers, least=1)
    check.call_of("progress", progress, optional=True)
    check.refuse()
    judge = at_hand() if tuple(judge) == ("all",) else judge
    models = chosen_models(model, workers)
    also = [model_of(name, workers) for name in judge if name not in {m.name for m in models}]
    series, points = _series(scenario)
    made = learn(series, stakes_of(scenario, series, points), scenario.n_periods, models, also,
                 progress)  # fmt: skip
    filled = with_forecast(scenario, made, series, points)
    left_out = [m.name for m in (*models, *also) if m.name not in set(made.scores["model"])]
    found = [NO_BOOSTING] if BOOSTED in models and not can_boost() else _left_out(left_out, made)
    filled = filled.replace(warnings=(*filled.warnings, *found))
    return Forecast(
        scenario=filled,
        table=_table(filled, points),
        weights=made.weights,
        scores=made.scores,
        coverage=made.coverage,
    )


def _left_out(names: Sequence[str], made: Forecaster) -> list[Finding]:
    """What to say of models that could not be judged; nothing if none could."""
    if not names or not len(made.scores):
        return []
    problem = f"too little history for {' and '.join(names)}, which took no part"
    remedy = "give more weeks or series of history, or accept what was used"
    return [Finding("forecast", problem, remedy, value=shares(made.weights), severity="warning")]


def foreseen(
    scenario: Scenario, model: str = "auto", progress: Progress | None = None
) -> tuple[Scenario, Forecast | None]:
    """A scenario that can be planned: one without a forecast gets one from its history.

    Raises
    ------
    InputError
        If there is no such model.
    """
    if not scenario.lacks_forecast:
        chosen_models(model)
        return scenario, None
    made = forecast(scenario, model, progress=progress)
    return made.scenario, made


def chosen_models(name: str, workers: int = 1) -> list[Model]:
    """The models that ``auto`` blends, or the one of this name, see :func:`model_of`.

    Raises
    ------
    InputError
        If there is none.
    """
    return [model_of(each, workers) for each in (BLENDED if name == "auto" else (name,))]


def stakes_of(scenario: Scenario, series: Series, points: Ints) -> Stakes:
    """What a wrong forecast costs each series: its costs, over its own protection interval."""
    lead, _ = own_lead_times(scenario)
    return Stakes(
        cover=np.maximum(lead[points] + scenario.settings.review_period, 1),
        missed=scenario.points.missed_sale_cost[points],
        holding=scenario.points.holding_cost[points],
        whole=series.whole,
    )


def with_forecast(
    scenario: Scenario, forecaster: Forecaster, series: Series, points: Ints
) -> Scenario:
    """The scenario with a forecast of the periods after the series, which end where it begins."""
    mean, std = scenario.mean.copy(), scenario.std.copy()
    lasting: Floats = np.zeros(mean.shape)
    if scenario.error_correlation is not None:
        lasting = scenario.error_correlation.copy()
    mean[points], std[points], rho = forecaster(series, scenario.n_periods)
    lasting[points] = rho[:, None]
    return dataclasses.replace(
        scenario, mean=freeze(mean), std=freeze(std), error_correlation=freeze(lasting)
    )


def _series(scenario: Scenario) -> tuple[Series, Ints]:
    if scenario.history is None:
        problem = "there is no table history to forecast from"
        raise InputError([Finding("history", problem, "add it, or give a forecast")])
    return series_of(scenario)


def _table(scenario: Scenario, points: Ints) -> pd.DataFrame:
    """The table ``forecast`` of some points."""
    k = np.repeat(points, scenario.n_periods)
    t = np.tile(np.arange(scenario.n_periods), points.size)
    rho = scenario.error_correlation
    return pd.DataFrame(
        {
            "product": as_categories(scenario.products.name, scenario.points.product[k]),
            "location": as_categories(scenario.locations.name, scenario.points.location[k]),
            "date": scenario.dates[t],
            "mean": scenario.mean[k, t],
            "std": scenario.std[k, t],
            "error_correlation": 0.0 if rho is None else rho[k, t],
        }
    )
