"""Forecasts made in the past: at each review, from what was known then."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from planner.forecasting.forecast import chosen_models, stakes_of, with_forecast
from planner.forecasting.learn import Forecaster, learn
from planner.forecasting.models.registry import MODELS, Model
from planner.forecasting.series.series import series_of
from planner.text.numbers import count
from scenarios.arguments import Arguments
from scenarios.arrays.types import Floats, Ints
from scenarios.checking.typed_table import Mask
from scenarios.errors import Finding, InputError
from scenarios.model.as_of import as_of
from scenarios.model.history import History
from scenarios.model.scenario import Scenario, check_scenario

LEARN_EVERY = 8
"""Weeks after which forecasters learn anew, as in :mod:`planner.forecasting.rolling_origin`."""
WEEKS, DAYS = 26, 56
"""Periods that are played unless told otherwise."""
QUICK = "moving-average"
"""How series that begin between two learnings are forecast until the next."""


@dataclass(frozen=True, eq=False, repr=False)
class Origins:
    """What was forecast at O reviews of the past N periods; see :func:`forecasts_at`."""

    known: int
    """Past periods that were known at the first review."""
    n_periods: int
    """N, from the first review to the end of the history."""
    start: Ints
    """[O] periods from the first review to each."""
    learnt: Mask
    """[O] whether the forecaster learnt anew."""
    mean: Floats
    """[O, K, T] units per period, of the T periods from each review on."""
    std: Floats
    """[O, K, T]"""
    error_correlation: Floats
    """[O, K, T]"""
    plans_known: bool = False
    """Whether prices and promotions ahead were known."""

    def __repr__(self) -> str:
        reviews = len(self.start)
        return f"Origins({reviews:,} reviews of the last {self.n_periods:,} periods)"

    def forecast(self, scenario: Scenario, review: int) -> Scenario:
        """A scenario of that review with its forecast.

        Parameters
        ----------
        scenario : Scenario
        review : int
            Its number; the first is 0.

        Returns
        -------
        Scenario

        Raises
        ------
        InputError
            If there is no such review, or the scenario is another.
        """
        check = Arguments("Origins.forecast")
        check_scenario(check, scenario)
        check.whole("review", review, least=0, most=len(self.start) - 1)
        check.refuse()
        return scenario.replace(
            mean=self.mean[review],
            std=self.std[review],
            error_correlation=self.error_correlation[review],
        )

    @property
    def digest(self) -> str:
        """SHA-256 over all numbers."""
        digest = hashlib.sha256(f"{self.known} {self.n_periods} {self.plans_known}".encode())
        for values in (self.start, self.learnt, self.mean, self.std, self.error_correlation):
            digest.update(f"{values.shape}".encode() + np.ascontiguousarray(values).tobytes())
        return digest.hexdigest()


def forecasts_at(
    scenario: Scenario,
    n_periods: int | None = None,
    model: str = "auto",
    *,
    learn_every: int | None = None,
    plans_known: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Origins:
    """Forecast at every review of the last periods of a history, from what was known then.

    A forecaster learns from what was known at the first review, and anew every ``learn_every``
    periods; in between it is asked about the sales up to each review. Series that begin in between
    are forecast by the moving average, leaning on older ones, until it learns again.

    Parameters
    ----------
    scenario : Scenario
        With a history; a forecast that it has is not used.
    n_periods : int, optional
        Last periods of the history; default: 26 weeks or 56 days, at most half of it.
    model : str
        See :func:`planner.forecast`.
    learn_every : int, optional
        Periods; default: 8 weeks.
    plans_known : bool
        Prices and promotions of the periods ahead were known at each review, as the history tells
        them. Default: they are hidden.
    progress : callable, optional
        Called with a text as work goes on.

    Returns
    -------
    Origins

    Raises
    ------
    InputError
        If an argument is of another kind, there is no history, it is shorter than twice
        ``n_periods``, or there is no such model.
    """
    check = Arguments("forecasts_at")
    check_scenario(check, scenario)
    check.whole("n_periods", n_periods, optional=True)
    check.text("model", model)
    check.whole("learn_every", learn_every, optional=True)
    check.flag("plans_known", plans_known)
    check.call_of("progress", progress, optional=True)
    check.refuse()
    history, n_periods, models = _checked(scenario, n_periods, learn_every, model)
    tell = progress or (lambda text: None)
    every = LEARN_EVERY * 7 // history.days if learn_every is None else learn_every
    first = history.n_periods - n_periods
    start = np.arange(0, n_periods, scenario.settings.review_period)
    learnt = np.zeros(start.size, dtype=bool)
    shape = (start.size, scenario.n_points, scenario.n_periods)
    mean, std, rho = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    lasting, passing, last = _Part(models), _Part([MODELS[QUICK]]), -every
    for o, period in enumerate(start):
        told = _Told(tell, f"forecasting at review {o + 1:,} of {start.size:,}")
        then = as_of(scenario, first + int(period), plans_known=plans_known)
        begun = np.flatnonzero(np.isnan(then.mean).any(axis=1))
        if period - last >= every:
            lasting, passing, last = _Part(models), _Part([MODELS[QUICK]]), int(period)
            learnt[o] = True
            lasting.learn(then, begun, told)
        new = np.setdiff1d(begun, lasting.points)
        filled = then
        if new.size:
            if not np.array_equal(passing.points, begun):
                passing.learn(then, begun)
            filled = passing.forecast(then, filled)
        filled = lasting.forecast(then, filled)
        mean[o], std[o] = filled.mean, filled.std
        if filled.error_correlation is not None:
            rho[o] = filled.error_correlation
    return Origins(first, n_periods, start, learnt, mean, std, rho, plans_known)


class _Told:
    """Tells of phases of a piece of work."""

    def __init__(self, tell: Callable[[str], None], what: str):
        self._tell, self._what = tell, what
        tell(what)

    def __call__(self, phase: str) -> None:
        self._tell(f"{self._what}: {phase}")


class _Part:
    """A forecaster of some stock points, and which they are."""

    def __init__(self, models: list[Model]):
        self.models = models
        self.points: Ints = np.empty(0, dtype=np.int64)
        self._forecaster: Forecaster | None = None

    def learn(
        self, then: Scenario, points: Ints, progress: Callable[[str], None] | None = None
    ) -> None:
        self.points, self._forecaster = points, None
        if points.size:
            series, where = series_of(then)
            stakes = stakes_of(then, series, where)
            self._forecaster = learn(series, stakes, then.n_periods, self.models, progress=progress)

    def forecast(self, then: Scenario, filled: Scenario) -> Scenario:
        """``filled`` with forecasts of these points, from what was known ``then``."""
        if self._forecaster is None:
            return filled
        assert then.history is not None
        mine = np.zeros((then.n_points, 1), dtype=bool)
        mine[self.points] = True
        quantity = np.where(mine, then.history.quantity, np.nan)
        seen = dataclasses.replace(then.history, quantity=quantity)
        series, where = series_of(then.replace(history=seen))
        return with_forecast(filled, self._forecaster, series, where)


def _checked(
    scenario: Scenario, n_periods: int | None, learn_every: int | None, model: str
) -> tuple[History, int, list[Model]]:
    """The history, how many of its periods are played, and the models."""
    history = scenario.history
    if history is None:
        problem = "there is no table history to forecast from and to play"
        raise InputError([Finding("history", problem, "add it")])
    most, findings = history.n_periods // 2, []
    if most < 1:
        problem = f"it has {count(history.n_periods, 'period')}, and half of them must be known"
        raise InputError([Finding("history", f"{problem} beforehand", "add older sales")])
    if n_periods is None:
        n_periods = min(WEEKS if history.days == 7 else DAYS, most)
    if not 1 <= n_periods <= most:
        problem = (
            f"of the history, {count(history.n_periods, 'period')} long, at most half can be played"
        )
        remedy = f"ask for 1 to {most:,} periods"
        findings.append(Finding("--days", problem, remedy, value=str(n_periods)))
    if learn_every is not None and learn_every < 1:
        problem = "forecasters must learn every so many periods"
        findings.append(
            Finding("--learn-every", problem, "ask for 1 or more", value=str(learn_every))
        )
    models: list[Model] = []
    try:
        models = chosen_models(model)
    except InputError as error:
        findings.extend(error.findings)
    if findings:
        raise InputError(findings)
    return history, n_periods, models
