"""Which of its periods other settings leave of a scenario, and what of it lies in them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pandas as pd

from scenarios.arguments import Arguments
from scenarios.arrays.frozen import freeze
from scenarios.arrays.types import Ints
from scenarios.model.entities import OpenOrders
from scenarios.model.opening import Ages
from scenarios.notebook import plural
from scenarios.settings import Settings


def window_of(
    check: Arguments,
    now: Settings,
    wanted: Settings,
    dates: pd.DatetimeIndex,
    lead_times: Ints,
    open_orders: OpenOrders,
    *,
    after_history: bool,
    orders_given: bool,
) -> slice:
    """The periods that are left; findings where ``wanted`` asks for what cannot be.

    Parameters
    ----------
    check : Arguments
    now, wanted : Settings
        Start date and horizon that are None or as before change nothing.
    dates : DatetimeIndex [T]
    lead_times : array [A, T] or [A, 1]
    open_orders : OpenOrders
    after_history : bool
        Whether past sales end as the scenario begins.
    orders_given : bool
        Whether open orders are given anew.
    """
    days = [day.date() for day in dates]
    first, last = 0, len(days)
    if wanted.period != now.period:
        remedy = "change the tables and settings.yaml, and read them again"
        problem = "cannot be changed: every number is one of a period"
        check.add("period", problem, remedy, wanted.period)
    start = wanted.start_date
    if start not in (None, now.start_date, days[0]):
        if start not in days:
            remedy = f"give one from {days[0]} to {days[-1]}, every {plural(now.days, 'day')}"
            problem = "is not the first day of one of its periods"
            check.add("start_date", problem, remedy, str(start))
            return slice(first, last)
        first = days.index(start)
        if after_history:
            problem = f"leaves a gap, for the past sales end before {days[0]}"
            remedy = "read tables with later sales, or set history to None as well"
            check.add("start_date", problem, remedy, str(start))
        early = int((open_orders.period < first).sum())
        if early and not orders_given:
            problem = f"comes after {plural(early, 'open order')}"
            remedy = "give open_orders as well, and in points what is on hand by then"
            check.add("start_date", problem, remedy, str(start))
    if wanted.horizon not in (None, now.horizon, last - first):
        if wanted.horizon > last - first:
            problem = f"is longer than the forecast, which has {plural(last - first, 'period')}"
            remedy = f"give {last - first:,} or less, or use scenarios.longer(scenario, n)"
            check.add("horizon", problem, remedy, wanted.horizon)
            return slice(first, last)
        last = first + wanted.horizon
    left, lead = last - first, int(lead_times.max(initial=0))
    if left < len(days) and lead >= left:
        name = "horizon" if wanted.horizon == left else "start_date"
        problem = f"leaves {plural(left, 'period')}, and a lead time is {lead:,}"
        check.add(name, problem, f"leave more than {plural(lead, 'period')}")
    return slice(first, last)


def in_window(parts: Mapping[str, Any], window: slice) -> dict[str, Any]:
    """The fields of a scenario that some periods alone leave changed.

    What opens the scenario opens the first period that is left.

    Parameters
    ----------
    parts : mapping
        All fields by name.
    window : slice
        Of the periods [T].
    """
    first, n_periods = window.start, len(parts["dates"])
    if window == slice(0, n_periods):
        return {}
    late, history, ages = parts["open_orders"], parts["history"], parts["opening_ages"]
    changed = {
        name: parts[name][:, window]
        for name in ("mean", "std", "error_correlation", "lead_time_by_period")
        if parts[name] is not None
    }
    changed |= {name: parts[name].at_periods(window) for name in ("locations", "lanes")}
    changed |= {"dates": parts["dates"][window]}
    changed["history"] = history.ahead(window.stop) if history and not first else None
    if first:
        late = late.take(late.period >= first)
        changed["open_orders"] = dataclasses.replace(late, period=freeze(late.period - first))
        if ages is not None:
            changed["opening_ages"] = Ages(ages.on_hand, ages.in_transit[first:])
    return changed
