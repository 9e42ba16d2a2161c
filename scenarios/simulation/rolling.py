"""The scenario as it stands some periods later: what a planner sees who plans again that day."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from scenarios.arguments import Arguments
from scenarios.arrays.frozen import freeze
from scenarios.model.entities import OpenOrders
from scenarios.model.opening import Ages
from scenarios.model.scenario import Scenario, check_scenario
from scenarios.simulation.shelf_life import perishable_products
from scenarios.simulation.state import State


def scenario_at(scenario: Scenario, state: State, period: int, horizon: int) -> Scenario:
    """The next ``horizon`` periods, opening with ``state``: stock, waiting customers, what is
    owed and under way, and how old it is.

    Lead times are those in force in ``period``, and go on: how they will change is not known.
    Past sales stay where ``period`` is 0 and are left out later on: what was sold since is not part
    of a state, and a history must not end before its scenario begins.

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
    slots = np.array(state.in_transit).reshape(len(state.in_transit), scenario.n_routes)
    slot, route = np.nonzero(slots > 0)
    points, lead = scenario.points, scenario.lead_time_by_period
    correlation = scenario.error_correlation
    settings = scenario.settings.model_copy(
        update={"start_date": scenario.dates[period].date(), "horizon": None, "end_of_life": ends}
    )
    return dataclasses.replace(
        scenario,
        settings=settings,
        dates=scenario.dates[window],
        locations=scenario.locations.at_periods(window),
        lanes=scenario.lanes.at_periods(window),
        points=dataclasses.replace(
            points, on_hand=np.asarray(state.on_hand), backlog=np.asarray(state.backlog)
        ),
        open_orders=OpenOrders.filled(
            slot.size, route=route, period=slot, quantity=slots[slot, route]
        ),
        routes=scenario.routes
        if lead is None
        else dataclasses.replace(scenario.routes, lead_time=lead[:, period]),
        mean=scenario.mean[:, window],
        std=scenario.std[:, window],
        warnings=(),
        error_correlation=None if correlation is None else correlation[:, window],
        owed=np.asarray(state.owed, dtype=np.float64),
        opening_ages=_ages(scenario, state),
        elapsed=scenario.elapsed + period,
        lead_time_by_period=None,
        history=scenario.history.ahead(window.stop) if scenario.history and not period else None,
    )


def _ages(scenario: Scenario, state: State) -> Ages | None:
    """Ages of the state; goods that cannot expire within the whole scenario are left out."""
    if state.ages is None:
        return None
    counted = perishable_products(scenario)
    at_points, on_routes = counted[scenario.points.product], counted[scenario.routes.product]
    return Ages(
        np.where(at_points, state.ages.on_hand, 0.0),
        tuple(np.where(on_routes, slot, 0.0) for slot in state.ages.in_transit),
    )


def longer(scenario: Scenario, n_periods: int) -> Scenario:
    """The scenario over ``n_periods``: its last season (7 days or 4 weeks) again and again.

    Forecast, storage and lane capacities are repeated; lead times go on. Past sales stay; no price
    or promotion is known in the periods that are new. A scenario that is long enough is returned
    as it is.

    Parameters
    ----------
    scenario : Scenario
    n_periods : int

    Returns
    -------
    Scenario

    Raises
    ------
    InputError
        If either is of another kind, or there is no period.
    """
    check = Arguments("longer")
    check_scenario(check, scenario)
    check.whole("n_periods", n_periods, least=1)
    check.refuse()
    extra = n_periods - scenario.n_periods
    if extra <= 0:
        return scenario
    lead, correlation = scenario.lead_time_by_period, scenario.error_correlation
    season = min(scenario.settings.season, scenario.n_periods)
    again = scenario.n_periods - season + np.arange(extra) % season
    column = np.concatenate([np.arange(scenario.n_periods), again])
    step = pd.to_timedelta(scenario.settings.days * np.arange(1, extra + 1), unit="D")
    return dataclasses.replace(
        scenario,
        settings=scenario.settings.model_copy(update={"horizon": None}),
        dates=pd.DatetimeIndex(scenario.dates.append(scenario.dates[-1] + step)),
        locations=scenario.locations.at_periods(column),
        lanes=scenario.lanes.at_periods(column),
        mean=freeze(scenario.mean[:, column]),
        std=freeze(scenario.std[:, column]),
        error_correlation=None if correlation is None else correlation[:, column],
        lead_time_by_period=None if lead is None else np.pad(lead, ((0, 0), (0, extra)), "edge"),
        history=scenario.history.ahead(n_periods) if scenario.history else None,
    )
