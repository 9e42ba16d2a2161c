"""When the plan begins and ends if there is a history and no forecast, and how sales are dated."""

from __future__ import annotations

import numpy as np
import pandas as pd

from scenarios.arrays.types import Ints
from scenarios.checking.lookup import LONGEST_HORIZON, Calendar
from scenarios.checking.typed_table import TypedTable
from scenarios.reading.columns import Dates
from scenarios.reading.findings import Findings
from scenarios.settings import Settings

HORIZON = {"D": 28, "W": 13}
"""Periods planned from a history at least."""
WEEK = 7


def sale_dates(history: TypedTable) -> Dates:
    """Distinct days on which the table has a quantity, in order."""
    told = ~np.isnat(history.dates["date"]) & ~np.isnan(history.numbers["quantity"])
    return np.unique(history.dates["date"][told])


def is_daily(settings: Settings, dates: Dates) -> bool:
    """Whether sales are recorded more often than weekly, as far as that can be told."""
    return bool(np.median(np.diff(dates)) < _days(WEEK)) if dates.size > 1 else settings.days == 1


def check_rhythm(settings: Settings, history: TypedTable, report: Findings) -> None:
    """Weekly sales are no daily ones, and monthly sales neither."""
    dates = sale_dates(history)
    if dates.size < 3:
        return
    gap = int(np.median(np.diff(dates)) // _days(1))
    if gap < WEEK * (1 if settings.days == 1 else 2):
        return
    remedy = "resample them to days or weeks; where nothing was sold between, say so by quantity 0"
    if gap == WEEK:
        remedy = "set period: W"
    report.add(
        history.raw.file,
        f"there is a record every {gap} days, but a period of the plan is"
        f" {'a day' if settings.days == 1 else 'a week'}",
        remedy,
        column="date",
        value=f"{dates[0]}, {dates[1]}, {dates[2]}",
    )


def history_calendar(
    settings: Settings, tables: dict[str, TypedTable], report: Findings
) -> Calendar | None:
    """The periods after the past ones; None (and a finding) if there are no past sales.

    The plan begins with the period after the last record: where sales are dated by the week, a week
    later; else on the next day, so that the last week is whole.
    """
    history = tables["history"]
    dates = sale_dates(history)
    if not dates.size:
        if history.size and {"date", "quantity"} <= history.raw.columns.keys():
            report.add(
                history.raw.file,
                "no record has both a date and a quantity",
                "add what was sold in past periods",
            )
        return None
    if settings.start_date is not None:
        start = np.datetime64(settings.start_date, "D")
    else:
        start = dates[-1] + _days(1 if is_daily(settings, dates) else settings.days)
    horizon = settings.horizon
    if horizon is None:
        beyond = longest_cover(settings, tables) + settings.review_period + 4
        horizon = min(max(HORIZON[settings.period], beyond), LONGEST_HORIZON)
    return Calendar(start, settings.days, horizon)


def longest_cover(settings: Settings, tables: dict[str, TypedTable]) -> int:
    """Most periods from an order anywhere to the last demand that it is there for.

    As in :func:`scenarios.model.echelons.echelons`, but along the longest way instead of the main
    one, and from the tables alone.
    """
    lanes = tables.get("lanes")
    if lanes is None or not lanes.size:
        return settings.review_period
    origin, destination, lead = _ways(tables, lanes)
    wait = -(-(lead + settings.shipping_lag) // settings.review_period) * settings.review_period
    above = np.zeros(max(origin.max(initial=0), destination.max(initial=0)) + 1, dtype=np.int64)
    # A way passes each place once; where lanes form a cycle, which is an error, it ends here, too.
    for _ in range(min(above.size, 100)):
        longer = above.copy()
        np.maximum.at(longer, destination, above[origin] + wait)
        if (longer == above).all():
            break
        above = longer
    return int((above[origin] + lead).max(initial=0)) + settings.review_period


def _ways(tables: dict[str, TypedTable], lanes: TypedTable) -> tuple[Ints, Ints, Ints]:
    """Origins, destinations and lead times that lanes have for any product."""
    leads, ends = [lanes.numbers["lead_time"]], [_ends(lanes)]
    special = tables.get("product_lanes")
    if special is not None:
        leads.append(special.numbers["lead_time"])
        ends.append(_ends(special))
    names = np.concatenate([np.concatenate(pair) for pair in zip(*ends, strict=True)])
    place = pd.factorize(names)[0].astype(np.int64)
    origin, destination = np.split(place, 2)
    lead = np.concatenate(leads)
    use = np.isfinite(lead) & (lead >= 0) & (origin >= 0) & (destination >= 0)
    return origin[use], destination[use], np.minimum(lead[use], LONGEST_HORIZON).astype(np.int64)


def _ends(table: TypedTable) -> tuple[np.ndarray, np.ndarray]:
    """Names of origin and destination of each record; None where blank."""
    origin, destination = (
        np.array([*table.texts[end].names, None], dtype=object)[table.texts[end].code]
        for end in ("origin", "destination")
    )
    return origin, destination


def _days(n: int) -> np.timedelta64:
    return np.timedelta64(n, "D")
