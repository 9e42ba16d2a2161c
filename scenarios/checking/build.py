"""Checked tables to the frozen arrays of a scenario."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.arrays.types import Floats, Names
from scenarios.checking.assortment import Assortment
from scenarios.checking.lookup import Calendar, Directory, Resolved
from scenarios.errors import Finding
from scenarios.model.capacities import CAPACITIES
from scenarios.model.entities import Lanes, Locations, OpenOrders, Points, Products, Routes
from scenarios.model.history import History
from scenarios.model.scenario import Scenario
from scenarios.settings import Settings


def build_scenario(
    settings: Settings,
    directory: Directory,
    calendar: Calendar,
    tables: dict[str, Resolved],
    kept: Assortment,
    history: History | None,
    warnings: tuple[Finding, ...],
) -> Scenario:
    """Put the scenario together; nothing is checked any more.

    Products, locations and lanes come in the order of their tables, which is why the tables of
    names need no index here.
    """
    products = _products(tables["products"], directory, _chosen_laws(tables))
    capacities = _capacities(tables, calendar.n_periods)
    locations = Locations(name=_names(directory.locations), **capacities["locations"])
    lanes = _lanes(tables["lanes"], directory, capacities["lanes"])
    demand = _demand(tables.get("forecast"), history, kept, products, calendar.n_periods)
    points = _points(tables, kept, products, demand.sells)
    routes = _routes(tables.get("product_lanes"), kept, lanes)
    days = pd.DatetimeIndex(calendar.first_days.astype("datetime64[s]"), name="date")
    return Scenario(
        settings=settings,
        dates=days,
        products=products,
        locations=locations,
        lanes=lanes,
        points=points,
        routes=routes,
        open_orders=_open_orders(tables.get("open_orders"), kept),
        mean=demand.mean,
        std=demand.std,
        warnings=warnings,
        error_correlation=demand.error_correlation,
        history=history,
    )


def _names(index: pd.Index) -> Names:
    return np.array(index, dtype=object)


def _chosen_laws(tables: dict[str, Resolved]) -> Names:
    """[P] what a blank distribution means: the kind of the quantities sold, if they are known."""
    laws = np.full(tables["products"].table.size, "normal", dtype=object)
    if "history" not in tables:
        return laws
    quantity, product = (tables["history"].column(name) for name in ("quantity", "product"))
    known = tables["history"].column("period") < 0
    known &= ~np.isnan(quantity)
    laws[product[known]] = "negative_binomial"
    laws[product[known & (quantity != np.floor(quantity))]] = "gamma"
    return laws


def _products(table: Resolved, directory: Directory, blank: Names) -> Products:
    value = table.table.numbers
    column, category = table.table.texts["distribution"], table.table.texts["category"]
    choices = np.array([str(name).lower() for name in column.names] + [""], dtype=object)
    stated = choices[column.code]
    return Products(
        name=_names(directory.products),
        missed_sale_cost=value["missed_sale_cost"],
        holding_cost=value["holding_cost"],
        unit_cost=value["unit_cost"],
        price=value["price"],
        volume=value["volume"],
        distribution=np.where(column.code < 0, blank, stated),
        shelf_life=value["shelf_life"],
        category=np.array([*category.names, ""], dtype=object)[category.code],
    )


def _lanes(table: Resolved, directory: Directory, capacities: dict[str, Floats]) -> Lanes:
    value = table.table.numbers
    return Lanes(
        origin_name=directory.lane_origin,
        origin=table.table.texts["origin"].index_in(directory.locations),
        destination=directory.lane_destination,
        lead_time=value["lead_time"].astype(np.int64),
        unit_cost=value["unit_cost"],
        order_cost=value["order_cost"],
        **capacities,
    )


def _capacities(tables: dict[str, Resolved], n_periods: int) -> dict[str, dict[str, Floats]]:
    """Table -> field -> capacity [places, T]: that of the table, but for the dates that differ."""
    dated = tables.get("capacities")
    found: dict[str, dict[str, Floats]] = {}
    for number, (table, field) in enumerate(CAPACITIES.values()):
        base = tables[table].table.numbers[field]
        capacity = np.repeat(base[:, None], n_periods, axis=1)
        if dated is not None:
            mine = dated.column("kind") == number
            place = dated.column("lane" if table == "lanes" else "location")[mine]
            capacity[place, dated.column("period")[mine]] = dated.column("capacity")[mine]
        found.setdefault(table, {})[field] = capacity
    return found


def _points(
    tables: dict[str, Resolved], kept: Assortment, products: Products, sells: NDArray[np.bool_]
) -> Points:
    n_points = len(kept.key)
    product, location = kept.product, kept.location
    value = {
        "holding_cost": products.holding_cost[product],
        "missed_sale_cost": products.missed_sale_cost[product],
        "unmet_order_cost": np.zeros(n_points),
        "safety_stock": np.full(n_points, math.nan),
        "on_hand": np.zeros(n_points),
        "backlog": np.zeros(n_points),
    }
    for name in ("product_locations", "inventory"):
        if (table := tables.get(name)) is None:
            continue
        point = kept.point(table.column("product"), table.column("location"))
        for column in value.keys() & table.table.numbers.keys():
            stated = table.column(column)
            given = ~np.isnan(stated)
            value[column][point[given]] = stated[given]
    return Points(product=product, location=location, sells=sells, **value)


@dataclass(frozen=True, eq=False)
class Demand:
    """Where customers buy [K], and the forecast of how much [K, T]."""

    sells: NDArray[np.bool_]
    mean: Floats
    std: Floats
    error_correlation: Floats | None


def _demand(
    forecast: Resolved | None,
    history: History | None,
    kept: Assortment,
    products: Products,
    n_periods: int,
) -> Demand:
    """Means and stds; nan where there is a history and no table of forecasts."""
    shape = (len(kept.key), n_periods)
    mean, std, correlation = np.zeros(shape), np.zeros(shape), None
    sells = np.zeros(len(kept.key), dtype=bool)
    if history is not None:
        sells |= ~np.isnan(history.quantity[:, -1])
    if forecast is None:
        mean[sells] = std[sells] = math.nan
        return Demand(sells, mean, std, None)
    point = kept.point(forecast.column("product"), forecast.column("location"))
    period = forecast.column("period")
    mean[point, period] = forecast.column("mean")
    stated = forecast.column("std")
    if np.isnan(stated).any():
        poisson = (products.distribution == "poisson")[forecast.column("product")]
        implied = np.where(poisson, np.sqrt(forecast.column("mean")), 0.0)
        stated = np.where(np.isnan(stated), implied, stated)
    std[point, period] = stated
    if "error_correlation" in forecast.table.raw.columns:
        correlation = np.zeros(shape)
        correlation[point, period] = forecast.column("error_correlation")
    sells[point] = True
    return Demand(sells, mean, std, correlation)


def _routes(table: Resolved | None, kept: Assortment, lanes: Lanes) -> Routes:
    lane, destination = kept.lane, kept.destination
    product = kept.product[destination]
    value = {
        "lead_time": lanes.lead_time[lane].astype(float),
        "min_order_quantity": np.zeros(len(lane)),
        "order_multiple": np.ones(len(lane)),
        "max_order_quantity": np.full(len(lane), math.inf),
        "unit_cost": lanes.unit_cost[lane],
        "order_cost": lanes.order_cost[lane],
    }
    if table is not None:
        route = kept.route(table.column("product"), table.column("lane"))
        for column, base in value.items():
            stated = table.column(column)
            given = ~np.isnan(stated) & (route >= 0)
            base[route[given]] = stated[given]
    origin = np.full(len(lane), -1)
    inside = lanes.origin[lane] >= 0
    origin[inside] = kept.point(product[inside], lanes.origin[lane[inside]])
    return Routes(
        product=product,
        lane=lane,
        origin=origin,
        destination=destination,
        lead_time=value.pop("lead_time").astype(np.int64),
        **value,
    )


def _open_orders(table: Resolved | None, kept: Assortment) -> OpenOrders:
    if table is None:
        none = np.empty(0, dtype=np.int64)
        return OpenOrders(none, none, np.empty(0))
    route = kept.route(table.column("product"), table.column("lane"))
    period, quantity = table.column("period"), table.column("quantity")
    order = np.lexsort((quantity, period, route))
    return OpenOrders(route[order], period[order], quantity[order])
