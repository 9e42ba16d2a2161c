"""Whether the parts of a scenario go together: kinds, lengths, and indices into each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.arguments import Arguments
from scenarios.arrays.frozen import is_sound
from scenarios.arrays.types import Floats, Ints
from scenarios.model.entities import (
    Lanes,
    Locations,
    OpenOrders,
    Points,
    Products,
    Routes,
)
from scenarios.model.history import check_history
from scenarios.model.opening import check_ages, frozen_ages, owed_array
from scenarios.settings import Settings

KINDS: Mapping[str, type] = {
    "settings": Settings,
    "dates": pd.DatetimeIndex,
    "products": Products,
    "locations": Locations,
    "lanes": Lanes,
    "points": Points,
    "routes": Routes,
    "open_orders": OpenOrders,
}
"""What the parts of a scenario are that it cannot do without, its forecast apart."""
PER_DAY = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
ENTITIES = ("products", "locations", "lanes", "points", "routes", "open_orders")


def sound_parts(parts: Mapping[str, Any]) -> dict[str, Any]:
    """The arrays of a scenario, read-only and of their dtype, once all of it goes together.

    Parameters
    ----------
    parts : mapping
        Its fields by name.

    Returns
    -------
    dict
        Those that hold arrays of their own.

    Raises
    ------
    InputError
        With all that does not go together.
    """
    check = Arguments("Scenario")
    check_kinds(check, parts)
    check.refuse()
    dates, points, routes = parts["dates"], parts["points"], parts["routes"]
    n_periods, n_routes, days = len(dates), len(routes), parts["settings"].days
    shape = (len(points), n_periods)
    check_dates(check, dates, days)
    check_indices(check, n_periods, *(parts[name] for name in ENTITIES))
    sound: dict[str, Any] = {
        name: forecast_array(check, name, parts[name], shape) for name in ("mean", "std")
    }
    check_forecast(check, sound["mean"], sound["std"])
    if (rho := parts["error_correlation"]) is not None:
        sound["error_correlation"] = correlation_array(check, rho, shape)
    if (owed := parts["owed"]) is not None:
        sound["owed"] = owed_array(check, owed, n_routes)
    if (lead := parts["lead_time_by_period"]) is not None:
        sound["lead_time_by_period"] = lead_times_array(check, lead, (n_routes, n_periods))
    sound["opening_ages"] = ages = frozen_ages(check, parts["opening_ages"])
    check.refuse()
    if ages is not None:
        check_ages(
            check, parts["products"].shelf_life, points.product, points.on_hand, routes.product,
            parts["open_orders"], ages,
        )  # fmt: skip
    if parts["history"] is not None:
        begin = np.datetime64(dates[0].date(), "D")
        check_history(check, parts["history"], shape, days, begin)
    check.refuse()
    return sound


def check_kinds(check: Arguments, parts: Mapping[str, object]) -> None:
    """Whether each part is what it should be."""
    for name, kind in KINDS.items():
        check.kind(name, parts[name], kind, f"a {kind.__name__}")
    whole = check.whole("elapsed", parts["elapsed"], least=0)
    if whole and not isinstance(parts["warnings"], tuple):
        check.add("warnings", "is no tuple", "give a tuple of Finding", parts["warnings"])


def check_dates(check: Arguments, dates: pd.DatetimeIndex, days: int) -> None:
    """Whether the first days of periods are there, and one period apart."""
    if not len(dates):
        check.add("dates", "holds no period", "give the first day of every period")
    elif dates.tz is not None or (np.diff(dates.asi8) != days * PER_DAY[dates.unit]).any():
        wanted = "days" if days == 1 else f"days {days} days apart"
        check.add("dates", "are not one period apart", f"give {wanted} without a time zone")


def check_indices(
    check: Arguments,
    n_periods: int,
    products: Products,
    locations: Locations,
    lanes: Lanes,
    points: Points,
    routes: Routes,
    open_orders: OpenOrders,
) -> None:
    """Whether every index points at something, and capacities have a column for every period."""
    sizes = {
        "product": len(products), "location": len(locations), "lane": len(lanes),
        "point": len(points), "route": len(routes),
    }  # fmt: skip
    for entities, things, name, what, least in (
        ("lanes", lanes, "origin", "location", -1),
        ("lanes", lanes, "destination", "location", 0),
        ("points", points, "product", "product", 0),
        ("points", points, "location", "location", 0),
        ("routes", routes, "product", "product", 0),
        ("routes", routes, "lane", "lane", 0),
        ("routes", routes, "origin", "point", -1),
        ("routes", routes, "destination", "point", 0),
        ("open_orders", open_orders, "route", "route", 0),
    ):
        size, (low, high) = sizes[what], things.bounds[name]
        if len(things) and not least <= low <= high < size:
            outside = " (or -1 for outside)" if least < 0 else ""
            remedy = f"give indices from 0 to {size - 1:,}{outside}"
            wrong = low if low < least else high
            check.add(f"{entities}.{name}", f"is the index of no {what}", remedy, wrong)
    if (earliest := open_orders.bounds["period"][0]) < 0:
        remedy = "give 0 or more; 0 is the first period"
        check.add("open_orders.period", "lies before the first period", remedy, earliest)
    for entities, places in (("locations", locations), ("lanes", lanes)):
        for name in places.by_period:
            if (there := getattr(places, name).shape[1]) != n_periods:
                remedy = f"give {n_periods:,}, as many as there are dates"
                check.add(f"{entities}.{name}", f"has {there:,} periods", remedy)


def forecast_array(
    check: Arguments, name: str, values: object, shape: tuple[int, int]
) -> Floats | None:
    """A forecast [K, T] as a read-only array: nothing below 0, and nan only where it is to come."""
    array = check.array(name, values, np.float64)
    if array is None:
        return None
    if array.shape != shape:
        problem = f"has the shape {array.shape}"
        check.add(name, problem, f"give points x periods {shape}")
        return None
    if not is_sound(array, "forecast", _at_least_nothing):
        wrong = np.fmin.reduce(array, axis=None)
        check.add(name, "holds a number below 0, or inf", "give 0 or more", float(wrong))
        return None
    return array


def _at_least_nothing(array: Floats) -> bool:
    if not array.size:
        return True
    low, high = array.min(), array.max()
    if np.isnan(low):
        low, high = np.fmin.reduce(array, axis=None), np.fmax.reduce(array, axis=None)
    return not (low < 0 or np.isinf(high))


def check_forecast(check: Arguments, mean: Floats | None, std: Floats | None) -> None:
    """Whether the std is known wherever the mean is."""
    if mean is None or std is None or is_sound(std, "known", lambda s: not np.isnan(s.sum())):
        return
    if (np.isnan(std) & ~np.isnan(mean)).any():
        check.add("std", "holds nan where the mean is known", "give 0 or more")


def correlation_array(
    check: Arguments, values: object, shape: tuple[int, int]
) -> NDArray[np.float64] | None:
    """``error_correlation`` [K, T] as a read-only array, from 0 to below 1."""
    array = check.array("error_correlation", values, np.float64)
    if array is None:
        return None
    sound = is_sound(array, "correlation", lambda rho: bool(((rho >= 0) & (rho < 1)).all()))
    if array.shape != shape or not sound:
        problem = f"error_correlation {array.shape} must be points x periods {shape}, in [0, 1)"
        check.add("error_correlation", problem, "give 0 where errors are independent")
        return None
    return array


def lead_times_array(check: Arguments, values: object, shape: tuple[int, int]) -> Ints | None:
    """``lead_time_by_period`` [A, T] as a read-only array of whole periods."""
    array = check.array("lead_time_by_period", values, np.int64)
    if array is None:
        return None
    if array.shape != shape or (array < 0).any():
        problem = f"must be whole periods, routes x periods {shape}, not {array.shape}"
        check.add("lead_time_by_period", problem, "give whole periods of 0 or more")
        return None
    return array
