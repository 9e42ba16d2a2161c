"""Checked tables to the frozen arrays of a scenario."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from scenarios.assortment import Assortment
from scenarios.errors import Finding
from scenarios.model import (
    Floats,
    Lanes,
    Locations,
    Names,
    OpenOrders,
    Points,
    Products,
    Routes,
    Scenario,
)
from scenarios.resolve import Calendar, Directory, Resolved
from scenarios.settings import Settings


def build_scenario(
    settings: Settings,
    directory: Directory,
    calendar: Calendar,
    tables: dict[str, Resolved],
    kept: Assortment,
    warnings: tuple[Finding, ...],
) -> Scenario:
    """Put the scenario together; nothing is checked any more.

    Products, locations and lanes come in the order of their tables, which is why the tables of
    names need no index here.
    """
    products = _products(tables["products"], directory)
    locations = _locations(tables["locations"], directory, calendar)
    lanes = _lanes(tables["lanes"], directory, calendar)
    _override_capacities(tables.get("capacities"), locations, lanes)
    points, mean, std, correlation = _points(tables, kept, products, calendar.n_periods)
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
        mean=mean,
        std=std,
        warnings=warnings,
        error_correlation=correlation,
    )


def _names(index: pd.Index) -> Names:
    return np.array(index, dtype=object)


def _products(table: Resolved, directory: Directory) -> Products:
    value = table.table.numbers
    column = table.table.texts["distribution"]
    choices = np.array([str(name).lower() for name in column.names] + ["normal"], dtype=object)
    return Products(
        name=_names(directory.products),
        missed_sale_cost=value["missed_sale_cost"],
        holding_cost=value["holding_cost"],
        unit_cost=value["unit_cost"],
        price=value["price"],
        volume=value["volume"],
        distribution=choices[column.code],
        shelf_life=value["shelf_life"],
    )


def _locations(table: Resolved, directory: Directory, calendar: Calendar) -> Locations:
    base = table.table.numbers["storage_capacity"]
    return Locations(
        _names(directory.locations), np.repeat(base[:, None], calendar.n_periods, axis=1)
    )


def _lanes(table: Resolved, directory: Directory, calendar: Calendar) -> Lanes:
    value = table.table.numbers
    return Lanes(
        origin_name=directory.lane_origin,
        origin=table.table.texts["origin"].index_in(directory.locations),
        destination=directory.lane_destination,
        lead_time=value["lead_time"].astype(np.int64),
        capacity=np.repeat(value["capacity"][:, None], calendar.n_periods, axis=1),
        unit_cost=value["unit_cost"],
        order_cost=value["order_cost"],
    )


def _override_capacities(table: Resolved | None, locations: Locations, lanes: Lanes) -> None:
    """Write dated capacities into the arrays, which nobody else has seen yet."""
    if table is None:
        return
    period, capacity = table.column("period"), table.column("capacity")
    location, lane = table.column("location"), table.column("lane")
    here = location >= 0
    locations.storage_capacity[location[here], period[here]] = capacity[here]
    lanes.capacity[lane[~here], period[~here]] = capacity[~here]


def _points(
    tables: dict[str, Resolved], kept: Assortment, products: Products, n_periods: int
) -> tuple[Points, Floats, Floats, Floats | None]:
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
    forecast = tables["forecast"]
    point = kept.point(forecast.column("product"), forecast.column("location"))
    period = forecast.column("period")
    mean, std = np.zeros((n_points, n_periods)), np.zeros((n_points, n_periods))
    mean[point, period] = forecast.column("mean")
    stated = forecast.column("std")
    if np.isnan(stated).any():
        poisson = (products.distribution == "poisson")[forecast.column("product")]
        implied = np.where(poisson, np.sqrt(forecast.column("mean")), 0.0)
        stated = np.where(np.isnan(stated), implied, stated)
    std[point, period] = stated
    correlation = None
    if "error_correlation" in forecast.table.raw.columns:
        correlation = np.zeros((n_points, n_periods))
        correlation[point, period] = forecast.column("error_correlation")
    sells = np.zeros(n_points, dtype=bool)
    sells[point] = True
    points = Points(product=product, location=location, sells=sells, **value)
    return points, mean, std, correlation


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
