"""A scenario to the tables that give it back."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.arguments import Arguments, argument_error
from scenarios.arrays.types import Floats, Ints, Names
from scenarios.attribute import Attribute
from scenarios.checking.assortment import assortment
from scenarios.model.capacities import CAPACITIES, capacity_of
from scenarios.model.entities import Entity, differs
from scenarios.model.scenario import Scenario, check_scenario


def tables_from_scenario(scenario: Scenario) -> dict[str, pd.DataFrame]:
    """The tables that give the scenario back.

    Optional tables without a record are left out, and so are open orders that arrive after the
    last period, because the tables know no such dates.

    Parameters
    ----------
    scenario : Scenario

    Returns
    -------
    dict of str to DataFrame
        By the names of the input's tables.

    Raises
    ------
    InputError
        If something would be lost that decides what happens.
    """
    check = Arguments("Scenario.to_tables")
    check_scenario(check, scenario)
    check.refuse()
    _refuse_what_is_lost(scenario)
    tables = {
        "products": _products(scenario),
        "locations": _locations(scenario),
        "lanes": _lanes(scenario),
        "product_locations": _product_locations(scenario),
        "product_lanes": _product_lanes(scenario),
        "capacities": _capacities(scenario),
        "inventory": _inventory(scenario),
        "open_orders": _open_orders(scenario),
        "history": _history(scenario),
        "forecast": _forecast(scenario),
    }
    required = ["products", "locations", "lanes", "inventory"]
    if not scenario.lacks_forecast:
        required.append("forecast")
    return {name: table for name, table in tables.items() if name in required or len(table)}


def _refuse_what_is_lost(scenario: Scenario) -> None:
    lost = {
        "owed": scenario.owed is not None and scenario.owed.any(),
        "opening_ages": scenario.aged_products.any(),
        "elapsed": scenario.elapsed % scenario.settings.expiry_check != 0,
        "lead_time_by_period": scenario.lead_time_by_period is not None,
        "unfinished forecast": scenario.lacks_forecast
        and not np.isnan(scenario.mean[scenario.points.sells]).all(),
    }
    names = [name for name, is_lost in lost.items() if is_lost]
    if names:
        problem = f"tables cannot say {', '.join(names)} of a scenario"
        remedy = "set back what may be lost with Scenario.replace"
        raise argument_error("Scenario.to_tables", "scenario", problem, remedy)


def _text(names: Names) -> pd.Series:
    return pd.Series(names, dtype="str")


def _chosen(names: Names, index: Ints) -> pd.Categorical:
    """Names by index; categories keep millions of rows small."""
    return pd.Categorical.from_codes(index, categories=pd.Index(names, dtype="str"))


def _finite(values: Floats) -> Floats:
    """Values with a blank where there is no limit."""
    return np.where(np.isinf(values), math.nan, values)


def _written(column: Attribute, values: NDArray[Any]) -> Any:
    """Values of an entity as cells of a column; those of all periods by the first one."""
    if values.ndim == 2:
        values = values[:, 0]
    if column.type == "text":
        return _text(np.array([name or None for name in values], dtype=object))
    return _finite(values) if column.unlimited else values


def _columns(entity: Entity, table: str) -> dict[str, Any]:
    """All columns of a table that are fields of an entity."""
    return {
        name: _written(column, getattr(entity, name))
        for name, column in entity.columns.items()
        if column.table == table
    }


def _products(scenario: Scenario) -> pd.DataFrame:
    products = scenario.products
    return pd.DataFrame({"product": _text(products.name)} | _columns(products, "products"))


def _locations(scenario: Scenario) -> pd.DataFrame:
    locations = scenario.locations
    return pd.DataFrame({"location": _text(locations.name)} | _columns(locations, "locations"))


def _lanes(scenario: Scenario) -> pd.DataFrame:
    lanes = scenario.lanes
    ends = {
        "origin": _text(lanes.origin_name),
        "destination": _text(scenario.locations.name[lanes.destination]),
    }
    return pd.DataFrame(ends | _columns(lanes, "lanes"))


def _place(scenario: Scenario, point: Ints) -> dict[str, pd.Categorical]:
    points = scenario.points
    return {
        "product": _chosen(scenario.products.name, points.product[point]),
        "location": _chosen(scenario.locations.name, points.location[point]),
    }


def _way(scenario: Scenario, product: Ints, lane: Ints) -> dict[str, pd.Categorical]:
    origin, name = np.unique(scenario.lanes.origin_name.astype(str), return_inverse=True)
    destination = scenario.lanes.destination[lane]
    return {
        "product": _chosen(scenario.products.name, product),
        "origin": _chosen(origin.astype(object), name[lane]),
        "destination": _chosen(scenario.locations.name, destination),
    }


def _product_locations(scenario: Scenario) -> pd.DataFrame:
    points = scenario.points
    row, stated = _said(points, "product_locations", scenario.products, points.product)
    return pd.DataFrame(_place(scenario, row) | stated)


def _said(entity: Entity, table: str, source: Entity, index: Ints) -> tuple[Ints, dict[str, Any]]:
    """Entries that a blank record would not give, and their columns of a table.

    Columns that a blank takes from ``source``, at ``index``, are blank where they are the same.
    """
    own = {name: column for name, column in entity.columns.items() if column.table == table}
    same: dict[str, NDArray[np.bool_]] = {}
    for name, column in own.items():
        values = getattr(entity, name)
        if column.inherits is None:
            same[name] = ~differs(column, values)
        else:
            same[name] = values == getattr(source, name)[index]
    row = np.flatnonzero(~np.logical_and.reduce([*same.values(), np.ones(len(index), dtype=bool)]))
    stated = entity.take(row)
    cells = {}
    for name, column in own.items():
        cells[name] = _written(column, getattr(stated, name))
        if column.inherits is not None:
            cells[name] = np.where(same[name][row], math.nan, cells[name])
    return row, cells


def _product_lanes(scenario: Scenario) -> pd.DataFrame:
    routes = scenario.routes
    row, cells = _said(routes, "product_lanes", scenario.lanes, routes.lane)
    stated = pd.DataFrame(_way(scenario, routes.product[row], routes.lane[row]) | cells)
    closed = _closed_routes(scenario)
    return pd.concat([stated, closed], ignore_index=True) if len(closed) else stated


def _closed_routes(scenario: Scenario) -> pd.DataFrame:
    """Routes that the lanes would bring but the scenario does not have: said to be closed."""
    routes, lanes, points = scenario.routes, scenario.lanes, scenario.points
    key = points.location * scenario.n_products + points.product
    implied = assortment(
        scenario.n_products, scenario.n_locations, key, lanes.origin, lanes.destination
    )
    target = implied.key[implied.destination]
    pairs = target * len(lanes.origin) + implied.lane
    present = key[routes.destination] * len(lanes.origin) + routes.lane
    missing = np.isin(target, key) & ~np.isin(pairs, present)
    way = _way(scenario, target[missing] % scenario.n_products, implied.lane[missing])
    return pd.DataFrame(way | {"max_order_quantity": np.zeros(int(missing.sum()))})


def _capacities(scenario: Scenario) -> pd.DataFrame:
    """Those that differ from the first period's, kind after kind."""
    names, lanes = scenario.locations.name, scenario.lanes
    parts = []
    for kind, (table, _) in CAPACITIES.items():
        capacity = capacity_of(scenario, kind)
        place, period = np.nonzero(capacity != capacity[:, :1])
        blank = np.full(len(place), None, dtype=object)
        on_lane = table == "lanes"
        parts.append(
            {
                "location": blank if on_lane else names[place],
                "origin": lanes.origin_name[place] if on_lane else blank,
                "destination": names[lanes.destination[place]] if on_lane else blank,
                "kind": np.full(len(place), kind, dtype=object),
                "date": scenario.dates.to_numpy()[period],
                "capacity": capacity[place, period],
            }
        )
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return pd.DataFrame(
        {
            name: values if name in ("date", "capacity") else _text(values)
            for name, values in columns.items()
        }
    )


def _inventory(scenario: Scenario) -> pd.DataFrame:
    place = _place(scenario, np.arange(scenario.n_points))
    return pd.DataFrame(place | _columns(scenario.points, "inventory"))


def _open_orders(scenario: Scenario) -> pd.DataFrame:
    orders = scenario.open_orders
    orders = orders.take(orders.period < scenario.n_periods)
    way = _way(scenario, scenario.routes.product[orders.route], scenario.routes.lane[orders.route])
    when = {"receipt_date": scenario.dates[orders.period]}
    return pd.DataFrame(way | _columns(orders, "open_orders") | when)


def _history(scenario: Scenario) -> pd.DataFrame:
    history = scenario.history
    if history is None:
        return pd.DataFrame()
    n_ahead = scenario.n_periods

    def over_all(past: Any, later: Any) -> Any:
        return np.pad(past, ((0, 0), (0, n_ahead)), constant_values=later)

    quantity = over_all(history.quantity, math.nan)
    told = ~np.isnan(quantity)
    if history.price is not None:
        told |= ~np.isnan(history.price)
    if history.promotion is not None:
        told |= history.promotion != 0
    point, period = np.nonzero(told)
    dates = history.dates.append(scenario.dates)
    in_stock = over_all(history.in_stock, True)[point, period]
    columns = {
        "date": dates.to_numpy()[period],
        "quantity": quantity[point, period],
        "in_stock": _chosen(np.array(["false", "true"], dtype=object), in_stock.astype(np.int64)),
    }
    for name in ("price", "promotion"):
        if (plan := getattr(history, name)) is not None:
            columns[name] = plan[point, period]
    return pd.DataFrame(_place(scenario, point) | columns)


def _forecast(scenario: Scenario) -> pd.DataFrame:
    if scenario.lacks_forecast:
        return pd.DataFrame()
    point = np.flatnonzero(scenario.points.sells)
    n_periods, correlation = scenario.n_periods, scenario.error_correlation
    table = pd.DataFrame(
        _place(scenario, np.repeat(point, n_periods))
        | {
            "date": np.tile(scenario.dates.to_numpy(), len(point)),
            "mean": scenario.mean[point].ravel(),
            "std": scenario.std[point].ravel(),
        }
    )
    if correlation is not None:
        table["error_correlation"] = correlation[point].ravel()
    return table


def settings_of(scenario: Scenario) -> dict[str, Any]:
    """Settings as plain values, start date and horizon stated, blanks left out."""
    start, horizon = scenario.dates[0].date(), scenario.n_periods
    return scenario.settings.model_dump(exclude_none=True) | {
        "start_date": start,
        "horizon": horizon,
    }
