"""What must hold between tables: a network without cycles, costs and lots that make sense."""

from __future__ import annotations

import numpy as np

from scenarios.arrays.types import Ints
from scenarios.checking.assortment import Assortment
from scenarios.checking.lookup import Directory, ResolvedTable
from scenarios.checking.typed_table import TypedTable
from scenarios.errors import did_you_mean
from scenarios.model.capacities import CAPACITIES
from scenarios.reading.findings import Findings
from scenarios.reading.source import Source

_MOST_EXTERNAL = 200


def check_products(products: TypedTable, report: Findings) -> None:
    """Costs that leave something to decide."""
    missed, holding = products.numbers["missed_sale_cost"], products.numbers["holding_cost"]
    both = products.sound & (missed == 0) & (holding == 0)
    report.rows(
        products.raw,
        ("missed_sale_cost", "holding_cost"),
        both,
        "both costs are 0, so there is nothing to decide",
        "give at least one of them a positive value",
    )
    report.rows(
        products.raw,
        "holding_cost",
        products.sound & (holding == 0) & ~both,
        "holding stock costs nothing, so safety stocks will be as large as they can be",
        "enter what a unit on hand costs in a period",
        severity="warning",
    )


def check_product_locations(
    overrides: ResolvedTable, products: TypedTable, report: Findings
) -> None:
    """The same for overrides, where they are in force."""
    product = overrides.index["product"]
    cost = {}
    for name in ("missed_sale_cost", "holding_cost"):
        own = overrides.table.numbers[name]
        base = products.numbers[name]
        fallback = base[np.maximum(product, 0)] if base.size else np.ones(len(own))
        cost[name] = np.where(np.isnan(own), fallback, own)
    both = overrides.sound & (cost["missed_sale_cost"] == 0) & (cost["holding_cost"] == 0)
    stated = ~np.isnan(overrides.table.numbers["holding_cost"]) | ~np.isnan(
        overrides.table.numbers["missed_sale_cost"]
    )
    report.rows(
        overrides.table.raw,
        ("missed_sale_cost", "holding_cost"),
        both & stated,
        "both costs are 0 here, so there is nothing to decide",
        "give at least one of them a positive value",
    )


def check_lanes(lanes: ResolvedTable, directory: Directory, report: Findings) -> None:
    """No cycle, no lead time beyond the horizon, no supplier named like a location."""
    raw, table = lanes.table.raw, lanes.table
    _check_lead_time(lanes, directory, report)
    origin_names = table.texts["origin"]
    origin, destination = origin_names.index_in(directory.locations), lanes.index["destination"]
    loop = (origin >= 0) & (origin == destination)
    report.rows(
        raw,
        ("origin", "destination"),
        loop,
        "the lane leads from a location to itself",
        "correct the origin or the destination",
    )
    cycle = find_cycle(
        len(directory.locations),
        np.where(loop | (destination < 0), -1, origin),
        np.maximum(destination, 0),
    )
    if cycle.size:
        names = " -> ".join(map(str, directory.locations[np.append(cycle, cycle[0])]))
        on_it = (origin == cycle[0]) & (destination == cycle[1 % cycle.size])
        row = int(np.flatnonzero(on_it)[0])
        report.add(
            raw.file,
            "the lanes form a cycle",
            "take out one of its lanes",
            row=int(raw.rows[row]),
            column="origin, destination",
            value=names,
        )
    bare = np.setdiff1d(origin[origin >= 0], destination)
    for place in bare:
        report.rows(
            raw,
            "origin",
            origin == place,
            "is a location that nothing supplies, so only its stock on hand can be shipped",
            "add a lane to it; an external supplier is no location",
            severity="warning",
        )
    external = np.unique(origin_names.code[(origin_names.code >= 0) & (origin < 0)])
    for code in external[:_MOST_EXTERNAL]:
        name = str(origin_names.names[code])
        close = did_you_mean(name, directory.locations, cutoff=0.85)
        if close:
            report.rows(
                raw,
                "origin",
                origin_names.code == code,
                "is no location and so taken for an external supplier",
                f"correct it if a location is meant{close}",
                severity="warning",
            )


def find_cycle(n_nodes: int, origin: Ints, destination: Ints) -> Ints:
    """The nodes of one cycle in their order, or nothing; edges with origin -1 are ignored."""
    inside = origin >= 0
    origin, destination = origin[inside], destination[inside]
    alive = np.ones(n_nodes, dtype=bool)
    while True:
        live = alive[origin] & alive[destination]
        has_in = np.bincount(destination[live], minlength=n_nodes) > 0
        has_out = np.bincount(origin[live], minlength=n_nodes) > 0
        rest = alive & has_in & has_out
        if (rest == alive).all():
            break
        alive = rest
    if not alive.any():
        return np.empty(0, dtype=np.int64)
    # Every node that is left has an edge to another that is left: walk until one comes again.
    live = alive[origin] & alive[destination]
    following = np.full(n_nodes, -1)
    following[origin[live]] = destination[live]
    path: list[int] = [int(np.flatnonzero(alive)[0])]
    seen = {path[0]: 0}
    while (node := int(following[path[-1]])) not in seen:
        seen[node] = len(path)
        path.append(node)
    return np.array(path[seen[node] :], dtype=np.int64)


def _check_lead_time(table: ResolvedTable, directory: Directory, report: Findings) -> None:
    if directory.calendar is None:
        return
    horizon = directory.calendar.n_periods
    lead = table.table.numbers["lead_time"]
    report.rows(
        table.table.raw,
        "lead_time",
        np.isfinite(lead) & (lead >= horizon),
        f"nothing ordered would arrive within the horizon of {horizon} periods",
        "shorten the lead time, or extend the forecast and the horizon",
    )


def check_product_lanes(overrides: ResolvedTable, directory: Directory, report: Findings) -> None:
    """Lot rules that can be met."""
    _check_lead_time(overrides, directory, report)
    value = overrides.table.numbers
    least, most = value["min_order_quantity"], value["max_order_quantity"]
    multiple = value["order_multiple"]
    open_ = overrides.sound & (most > 0)
    lots = np.where(multiple > 0, multiple, 1.0)
    smallest = np.where(multiple > 0, np.maximum(np.ceil(least / lots - 1e-9), 1) * lots, least)
    report.rows(
        overrides.table.raw,
        ("min_order_quantity", "order_multiple", "max_order_quantity"),
        open_ & (smallest > most * (1 + 1e-9)),
        "no order can meet the minimum, the multiple and the maximum together",
        "raise max_order_quantity, or set it to 0 to close the lane to the product",
    )


def check_capacities(capacities: ResolvedTable, report: Findings) -> ResolvedTable:
    """Leave out records that do not mean a location or a lane, but both or neither, or a kind of
    capacity that it does not have. Adds the index ``kind``, in the order of ``CAPACITIES``."""
    table = capacities.table
    location = table.texts["location"].code >= 0
    lane = (table.texts["origin"].code >= 0) & (table.texts["destination"].code >= 0)
    part = (table.texts["origin"].code >= 0) | (table.texts["destination"].code >= 0)
    vague = (location == part) | (part & ~lane)
    report.rows(
        table.raw,
        ("location", "origin", "destination"),
        vague,
        "means neither one location nor one lane",
        "fill in either location, or both origin and destination",
    )
    kinds, named = list(CAPACITIES), table.texts["kind"]
    known = {name: number for number, name in enumerate(kinds)}
    number = np.array([known.get(str(name).lower(), -1) for name in named.names] + [-1])[named.code]
    usual = np.where(lane, known["lane"], known["storage"])
    kind = np.where(number >= 0, number, usual)
    of_lanes = np.array([place == "lanes" for place, _ in CAPACITIES.values()])
    other = ~vague & (of_lanes[kind] != lane)
    of_locations = " or ".join(np.array(kinds)[~of_lanes])
    report.rows(
        table.raw,
        "kind",
        other,
        "is no capacity of what the record names",
        f"leave the cell blank for a lane, or name a location for {of_locations}",
    )
    index = capacities.index | {"kind": kind.astype(np.int64)}
    return ResolvedTable(table, index, capacities.sound & ~vague & ~other)


def check_throughput(
    locations: TypedTable, lanes: ResolvedTable, directory: Directory, report: Findings
) -> None:
    """A throughput counts where goods leave for other locations."""
    origin = lanes.table.texts["origin"].index_in(directory.locations)
    leaves = np.isin(locations.texts["location"].index_in(directory.locations), origin)
    report.rows(
        locations.raw,
        "throughput_capacity",
        np.isfinite(locations.numbers["throughput_capacity"]) & ~leaves,
        "limits nothing, because no lane leaves the location",
        "leave the cell blank, or add the lane; what customers take does not count",
        severity="warning",
    )


def check_forecast(
    forecast: ResolvedTable, directory: Directory, lanes: ResolvedTable | None, report: Findings
) -> None:
    """Gaps, and what :func:`check_demand` looks for."""
    if directory.calendar is None or not forecast.sound.all():
        return  # with records missing, gaps say nothing
    raw, n_products = forecast.table.raw, len(directory.products)
    location, product = forecast.column("location"), forecast.column("product")
    points, count = np.unique(location * n_products + product, return_counts=True)
    gaps = np.flatnonzero(count < directory.calendar.n_periods)
    if gaps.size:
        product_name = directory.products[points[gaps[0]] % n_products]
        location_name = directory.locations[points[gaps[0]] // n_products]
        report.add(
            raw.file,
            f"periods within the horizon ({directory.calendar.span}) are missing and count as"
            " no demand",
            "add them, or leave it so if there is no demand then",
            column="date",
            value=f"{product_name}, {location_name}",
            severity="warning",
            count=int(gaps.size),
        )
    check_demand(forecast, directory, lanes, report)


def check_demand(
    table: ResolvedTable, directory: Directory, lanes: ResolvedTable | None, report: Findings
) -> None:
    """Products nobody buys, and places that sell but are not supplied; forecast or history."""
    if not table.sound.all():
        return
    raw, location, product = table.table.raw, table.column("location"), table.column("product")
    idle = np.setdiff1d(np.arange(len(directory.products)), product)
    if idle.size and product.size:
        report.add(
            raw.file,
            f"there is no {raw.name} for the product",
            "add one, or leave it so if nobody buys it",
            column="product",
            value=str(directory.products[idle[0]]),
            severity="warning",
            count=int(idle.size),
        )
    supplied = np.empty(0) if lanes is None else lanes.index["destination"]
    bare = np.setdiff1d(location, supplied)
    for where in bare if lanes is not None else ():
        report.rows(
            raw,
            "location",
            table.sound & (table.index["location"] == where),
            "customers buy here, but no lane supplies the location",
            "add a lane to it",
            severity="warning",
        )


def note_drawn_as_poisson(forecast: ResolvedTable, products: TypedTable, report: Findings) -> None:
    """Negative binomial demand varies more than Poisson demand, or it is not negative binomial."""
    law = products.texts["distribution"]
    choices = np.array([str(name).lower() for name in law.names] + [""], dtype=object)
    negative_binomial = choices[law.code] == "negative_binomial"
    mean, std = forecast.table.numbers["mean"], forecast.table.numbers["std"]
    product = np.where(forecast.sound, forecast.index["product"], -1)
    asked = forecast.sound & np.append(negative_binomial, False)[product]
    # The square of a rounded root may lie a little below the mean.
    with np.errstate(over="ignore"):
        less = np.nan_to_num(std) ** 2 < mean * (1 - 1e-6)
    found = np.flatnonzero(asked & less)
    if not found.size:
        return
    raw, first = forecast.table.raw, found[:1]
    values, code = raw.distinct(("std",), first)
    report.add(
        raw.file,
        "is less than the square root of the mean, so negative_binomial demand is drawn as"
        " Poisson, whose variance is its mean",
        "enter a larger std, or make distribution poisson in products",
        row=int(raw.rows[first[0]]),
        column="std",
        value=values[code[0]] or None,
        severity="warning",
        count=int(found.size),
    )


def check_routes(
    orders: ResolvedTable | None,
    overrides: ResolvedTable | None,
    kept: Assortment,
    report: Findings,
) -> None:
    """Open orders and overrides belong to products that are kept where their lane leads."""
    if orders is not None:
        stray = _without_route(orders, kept)
        report.rows(
            orders.table.raw,
            ("product", "destination"),
            stray,
            "the product is not kept at this destination",
            "add it to forecast, history, inventory or product_locations there, or take the order"
            " out",
        )
    if overrides is not None:
        report.rows(
            overrides.table.raw,
            ("product", "destination"),
            _without_route(overrides, kept),
            "is not used, because the product is not kept at this destination",
            "take the record out, or add the product there",
            severity="warning",
        )


def _without_route(table: ResolvedTable, kept: Assortment) -> np.ndarray:
    route = kept.route(table.index["product"], table.index["lane"])
    return table.sound & (route < 0)


def note_missing_inventory(source: Source, report: Findings) -> None:
    """A plan that starts empty should not come as a surprise."""
    inventory = source.tables.get("inventory")
    if not source.files or (inventory is not None and inventory.size):
        return
    if inventory is None and "inventory" in source.files:
        return  # it could not be read, which is an error of its own
    report.add(
        source.file("inventory"),
        f"there is no {'such table' if inventory is None else 'record'}, so everything starts"
        " empty",
        "add the stock on hand at the start of the first period",
        severity="warning",
    )


def note_unused_backlog(inventory: TypedTable, report: Findings) -> None:
    """Customers who wait are forgotten where unmet demand is lost."""
    report.rows(
        inventory.raw,
        "backlog",
        inventory.sound & (inventory.numbers["backlog"] > 0),
        "is not used, because unmet_demand is lost",
        "set unmet_demand to backlog, or add what is owed to the forecast",
        severity="warning",
    )
