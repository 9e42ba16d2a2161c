"""The scenario as it stands some periods later: what a planner sees who plans again that day."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from scenarios.model import OpenOrders, Scenario
from scenarios.state import State


def scenario_at(scenario: Scenario, state: State, period: int, horizon: int) -> Scenario:
    """The next ``horizon`` periods, opening with ``state``.

    Parameters
    ----------
    scenario : Scenario
        Its forecast must reach to ``period + horizon``, or the window is cut there.
    state : State
        At the start of ``period``, one path (no leading axes).
    period, horizon : int
        First period of the window, and its length.

    Raises
    ------
    ValueError
        If no period is left.
    """
    if not 0 <= period < scenario.n_periods:
        raise ValueError(f"period {period} is not one of {scenario.n_periods}")
    window = slice(period, min(period + horizon, scenario.n_periods))
    ends = scenario.settings.end_of_life and window.stop == scenario.n_periods
    slots = np.array(state.in_transit).reshape(-1, scenario.n_routes)
    slot, route = np.nonzero(slots > 0)
    points = scenario.points
    settings = scenario.settings.model_copy(
        update={"start_date": scenario.dates[period].date(), "horizon": None, "end_of_life": ends}
    )
    return dataclasses.replace(
        scenario,
        settings=settings,
        dates=scenario.dates[window],
        locations=dataclasses.replace(
            scenario.locations, storage_capacity=scenario.locations.storage_capacity[:, window]
        ),
        lanes=dataclasses.replace(scenario.lanes, capacity=scenario.lanes.capacity[:, window]),
        points=dataclasses.replace(
            points, on_hand=np.asarray(state.on_hand), backlog=np.asarray(state.backlog)
        ),
        open_orders=OpenOrders(route, slot, slots[slot, route]),
        mean=scenario.mean[:, window],
        std=scenario.std[:, window],
        warnings=(),
    )


def longer(scenario: Scenario, n_periods: int) -> Scenario:
    """The scenario over ``n_periods``: its last season (7 days or 4 weeks) again and again.

    Forecast, storage and lane capacities are repeated. A scenario that is long enough is returned
    as it is.
    """
    extra = n_periods - scenario.n_periods
    if extra <= 0:
        return scenario
    season = min(scenario.settings.season, scenario.n_periods)
    again = scenario.n_periods - season + np.arange(extra) % season
    column = np.concatenate([np.arange(scenario.n_periods), again])
    step = pd.to_timedelta(scenario.settings.days * np.arange(1, extra + 1), unit="D")
    return dataclasses.replace(
        scenario,
        settings=scenario.settings.model_copy(update={"horizon": None}),
        dates=pd.DatetimeIndex(scenario.dates.append(scenario.dates[-1] + step)),
        locations=dataclasses.replace(
            scenario.locations, storage_capacity=scenario.locations.storage_capacity[:, column]
        ),
        lanes=dataclasses.replace(scenario.lanes, capacity=scenario.lanes.capacity[:, column]),
        mean=scenario.mean[:, column],
        std=scenario.std[:, column],
    )
