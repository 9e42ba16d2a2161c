"""Checked tables to the frozen arrays of a scenario."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.arrays.frozen import freeze
from scenarios.arrays.types import Floats, Ints, Names
from scenarios.attribute import Attribute
from scenarios.checking.assortment import Assortment
from scenarios.checking.lookup import Calendar, Directory, ResolvedTable
from scenarios.checking.typed_table import TypedTable
from scenarios.errors import Finding
from scenarios.model.capacities import CAPACITIES
from scenarios.model.entities import (
    Entity,
    Lanes,
    Locations,
    OpenOrders,
    Points,
    Products,
    Routes,
)
from scenarios.model.history import History
from scenarios.model.scenario import Scenario
from scenarios.settings import Settings

Kind = TypeVar("Kind", bound=Entity)


def build_scenario(
    settings: Settings,
    directory: Directory,
    calendar: Calendar,
    tables: dict[str, ResolvedTable],
    kept: Assortment,
    history: History | None,
    warnings: tuple[Finding, ...],
) -> Scenario:
    """Put the scenario together; nothing is checked any more.

    Products, locations and lanes come in the order of their tables, which is why the tables of
    names need no index here.
    """
    products = _products(tables["products"], directory, _chosen_laws(tables))
    locations = _locations(tables["locations"], directory, calendar)
    lanes = _lanes(tables["lanes"], directory, calendar)
    if "capacities" in tables:
        places = _with_dated_capacities(
            tables["capacities"], {"locations": locations, "lanes": lanes}
        )
        locations, lanes = places["locations"], places["lanes"]
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
        mean=freeze(demand.mean),
        std=freeze(demand.std),
        warnings=warnings,
        error_correlation=demand.error_correlation,
        history=history,
    )


def _names(index: pd.Index) -> Names:
    return np.array(index, dtype=object)


def _chosen_laws(tables: dict[str, ResolvedTable]) -> Names:
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


def _column(table: TypedTable, column: Attribute) -> NDArray[Any]:
    """Values of one column, blank cells as the schema says; what is chosen is in lower case."""
    if column.type != "text":
        return table.numbers[column.name]
    stated = table.texts[column.name]
    names = [str(name).lower() if column.choices else name for name in stated.names]
    return np.array([*names, column.default], dtype=object)[stated.code]


def _stated(table: ResolvedTable, entity: type[Entity]) -> dict[str, Any]:
    """All columns of a table that are fields of an entity."""
    return {name: _column(table.table, column) for name, column in entity.columns.items()}


def _products(table: ResolvedTable, directory: Directory, blank: Names) -> Products:
    stated = _stated(table, Products)
    silent = table.table.texts["distribution"].code < 0
    return Products(
        name=_names(directory.products),
        **stated | {"distribution": np.where(silent, blank, stated["distribution"])},
    )


def _locations(table: ResolvedTable, directory: Directory, calendar: Calendar) -> Locations:
    return Locations.filled(
        len(directory.locations),
        n_periods=calendar.n_periods,
        name=_names(directory.locations),
        **_stated(table, Locations),
    )


def _lanes(table: ResolvedTable, directory: Directory, calendar: Calendar) -> Lanes:
    return Lanes.filled(
        directory.n_lanes,
        n_periods=calendar.n_periods,
        origin_name=directory.lane_origin,
        origin=table.table.texts["origin"].index_in(directory.locations),
        destination=directory.lane_destination,
        **_stated(table, Lanes),
    )


def _with_dated_capacities(dated: ResolvedTable, places: dict[str, Any]) -> dict[str, Any]:
    """Places with the capacities of single periods."""
    period, capacity = dated.column("period"), dated.column("capacity")
    places = dict(places)
    for number, (table, field) in enumerate(CAPACITIES.values()):
        mine = dated.column("kind") == number
        place = dated.column("lane" if table == "lanes" else "location")[mine]
        values = getattr(places[table], field).copy()
        values[place, period[mine]] = capacity[mine]
        places[table] = dataclasses.replace(places[table], **{field: freeze(values)})
    return places


def _overridden(
    entity: Kind, table: ResolvedTable, rows: Ints, known: NDArray[np.bool_] | bool = True
) -> Kind:
    """The same things with what a table states of them.

    ``rows`` are the entries that its sound records are about, where they are ``known``.
    """
    changed = {}
    for name, column in entity.columns.items():
        if column.table != table.table.raw.name:
            continue
        stated = _column(table.table, column)[table.sound]
        if column.type == "text":
            given = known & (table.table.texts[name].code[table.sound] >= 0)
        else:
            given = known & ~np.isnan(stated)
        changed[name] = getattr(entity, name).copy()
        changed[name][rows[given]] = stated[given]
        freeze(changed[name])
    return dataclasses.replace(entity, **changed)


def _points(
    tables: dict[str, ResolvedTable], kept: Assortment, products: Products, sells: NDArray[np.bool_]
) -> Points:
    points = Points.filled(
        len(kept.key),
        product=kept.product,
        location=kept.location,
        sells=sells,
        parent=(products, kept.product),
    )
    for name in Points.tables:
        if (table := tables.get(name)) is not None:
            at = kept.point(table.column("product"), table.column("location"))
            points = _overridden(points, table, at)
    return points


@dataclass(frozen=True, eq=False)
class Demand:
    """Where customers buy [K], and the forecast of how much [K, T]."""

    sells: NDArray[np.bool_]
    mean: Floats
    std: Floats
    error_correlation: Floats | None


def _demand(
    forecast: ResolvedTable | None,
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


def _routes(table: ResolvedTable | None, kept: Assortment, lanes: Lanes) -> Routes:
    lane, destination = kept.lane, kept.destination
    product = kept.product[destination]
    origin = np.full(len(lane), -1)
    inside = lanes.origin[lane] >= 0
    origin[inside] = kept.point(product[inside], lanes.origin[lane[inside]])
    routes = Routes.filled(
        len(lane),
        product=product,
        lane=lane,
        origin=origin,
        destination=destination,
        parent=(lanes, lane),
    )
    if table is not None:
        route = kept.route(table.column("product"), table.column("lane"))
        routes = _overridden(routes, table, route, route >= 0)
    return routes


def _open_orders(table: ResolvedTable | None, kept: Assortment) -> OpenOrders:
    if table is None:
        return OpenOrders.filled(0, route=[], period=[], quantity=[])
    orders = OpenOrders(
        route=kept.route(table.column("product"), table.column("lane")),
        period=table.column("period"),
        **{name: values[table.sound] for name, values in _stated(table, OpenOrders).items()},
    )
    return orders.take(np.lexsort((orders.quantity, orders.period, orders.route)))
