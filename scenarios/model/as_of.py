"""The scenario as it stood in the past: what was sold by then, and nothing of what came later."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from scenarios.model.history import History
from scenarios.model.scenario import Scenario


def known_then(history: History, n: int, ahead: int, *, plans_known: bool = False) -> History:
    """What was known after the first ``n`` past periods, with ``ahead`` periods to plan.

    A history tells what a price was, not since when it was planned. So prices and promotions from
    then on are blank, unless ``plans_known`` says that they were.

    Raises
    ------
    ValueError
        If there are no ``n`` past periods.
    """
    until = history.until(n)
    if not plans_known:
        until = until.ahead(0)
    return until.ahead(ahead)


def as_of(
    scenario: Scenario, n: int, n_periods: int | None = None, *, plans_known: bool = False
) -> Scenario:
    """The scenario after the first ``n`` past periods of its history, still to be forecast.

    Stock, open orders and lead times are those of the tables. Capacities of a past period are those
    of the plan's first season (7 days or 4 weeks) on the same weekday or week; the life of products
    did not end. Where something was sold by then, the mean is nan (see ``lacks_forecast``);
    elsewhere no demand is known of.

    Parameters
    ----------
    scenario : Scenario
        With a history.
    n : int
    n_periods : int, optional
        Periods to plan; default: as many as the scenario has.
    plans_known : bool
        See :func:`known_then`.

    Raises
    ------
    ValueError
        If there is no history, or it has no ``n`` periods.
    """
    if scenario.history is None:
        raise ValueError("the scenario has no sales history")
    ahead = scenario.n_periods if n_periods is None else n_periods
    history = known_then(scenario.history, n, ahead, plans_known=plans_known)
    offset = n - scenario.history.n_periods + np.arange(ahead)
    column = offset % min(scenario.settings.season, scenario.n_periods)
    dates = scenario.dates[0] + pd.to_timedelta(scenario.settings.days * offset, unit="D")
    begun = (~np.isnan(history.quantity)).any(axis=1)
    blank = np.zeros((scenario.n_points, ahead))
    blank[begun] = np.nan
    phase = (scenario.elapsed + int(offset[0])) % scenario.settings.expiry_check
    return dataclasses.replace(
        scenario,
        settings=scenario.settings.model_copy(
            update={"start_date": dates[0].date(), "horizon": None, "end_of_life": False}
        ),
        dates=pd.DatetimeIndex(dates, name=scenario.dates.name),
        locations=scenario.locations.at_periods(column),
        lanes=scenario.lanes.at_periods(column),
        mean=blank,
        std=blank.copy(),
        warnings=(),
        error_correlation=None,
        elapsed=phase,
        lead_time_by_period=None,
        history=history,
    )
