"""Which of its periods other settings leave of a scenario."""

from __future__ import annotations

import pandas as pd

from scenarios.arguments import Arguments
from scenarios.arrays.types import Ints
from scenarios.model.entities import OpenOrders
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
