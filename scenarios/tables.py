"""Tables to a scenario and back: the four functions behind ``Scenario.read`` and its kin."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from scenarios.arguments import Arguments
from scenarios.checking import rules
from scenarios.checking.assortment import Assortment, assortment
from scenarios.checking.build import build_scenario
from scenarios.checking.calendar import check_rhythm, history_calendar
from scenarios.checking.history_warnings import note_series, note_unforecast
from scenarios.checking.lookup import (
    Calendar,
    Directory,
    ResolvedTable,
    calendar_of,
    names_of,
    resolve,
    resolve_lanes,
    settings_in_force,
    without_repeats,
)
from scenarios.checking.sales_history import Records, past_sales, records_of
from scenarios.checking.typed_table import TypedTable, typed_table
from scenarios.model.capacities import CAPACITIES
from scenarios.model.scenario import Scenario
from scenarios.reading.findings import Findings
from scenarios.reading.settings_file import checked_settings
from scenarios.reading.source import Source, from_frames, read_path
from scenarios.settings import Settings
from scenarios.writing.files import write_scenario
from scenarios.writing.to_tables import tables_from_scenario

__all__ = [
    "read_scenario",
    "scenario_from_tables",
    "tables_from_scenario",
    "write_scenario",
]


def read_scenario(path: str | Path) -> Scenario:
    """Read a folder of tables or an .xlsx workbook.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    Scenario
        What was odd is in its ``warnings``.

    Raises
    ------
    InputError
        With every finding at once, if the input cannot be used.
    """
    check = Arguments("Scenario.read")
    check.path("path", path)
    check.refuse()
    report = Findings()
    scenario = _load(read_path(Path(path), report), report)
    # Cells and text are done with; Arrow would keep their memory for itself.
    pa.default_memory_pool().release_unused()
    return scenario


def scenario_from_tables(
    tables: Mapping[str, pd.DataFrame], settings: Mapping[str, Any] | Settings | None = None
) -> Scenario:
    """Build a scenario from data frames; a record's row is its position + 2, as in a file.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        By the names of the input's tables.
    settings : mapping or Settings, optional
        By the names of the settings.

    Returns
    -------
    Scenario
        It shares no memory with the tables.

    Raises
    ------
    InputError
        With every finding at once, if the tables cannot be used.
    """
    check = Arguments("Scenario.from_tables")
    if check.kind("tables", tables, Mapping, "data frames by the names of their tables"):
        for name, table in tables.items():
            check.text("tables", name)
            check.kind(f"tables[{name!r}]", table, pd.DataFrame, "a pandas.DataFrame")
    wanted = "values by the names of settings"
    check.kind("settings", settings, (Mapping, Settings), wanted, optional=True)
    check.refuse()
    settings = {} if settings is None else settings
    if isinstance(settings, Settings):
        settings = settings.model_dump(exclude_none=True)
    report = Findings()
    return _load(from_frames(tables, settings, report), report)


def _load(source: Source, report: Findings) -> Scenario:
    """From cells to arrays, going on past every error to find the others."""
    settings = checked_settings(source.settings, report)
    typed = {name: typed_table(raw, report) for name, raw in source.tables.items()}
    calendar = _calendar(settings, typed, report)
    products = names_of(typed.get("products"), "product", report)
    locations = names_of(typed.get("locations"), "location", report)
    directory = Directory(
        products, locations, calendar, np.empty(0, dtype=object), np.empty(0, int)
    )
    tables: dict[str, ResolvedTable] = {}
    if "lanes" in typed:
        directory, tables["lanes"] = _with_lanes(directory, typed["lanes"], source, report)
    for name in (name for name in typed if name != "lanes"):
        tables[name] = _resolved(typed[name], directory, source, report)
    records = _records(tables, calendar, report)
    kept = _check_all(tables, directory, source, records, report)
    if settings.unmet_demand == "lost" and "inventory" in tables:
        rules.note_unused_backlog(tables["inventory"].table, report)
    report.raise_errors()
    if calendar is None:  # no dates at all: an error that has been raised above
        raise AssertionError("a calendar was expected")
    history = None
    if records is not None:
        history = past_sales(records, tables["history"], kept, calendar, settings, report)
        others = [tables[name] for name in ("inventory", "product_locations") if name in tables]
        named = [kept.point(t.column("product"), t.column("location")) for t in others]
        at = np.concatenate([np.empty(0, dtype=np.int64), *named])
        note_series(history, directory, kept, at, source.file("history"), report)
        if "forecast" in tables:
            note_unforecast(history, tables["forecast"], directory, kept, report)
    return build_scenario(
        settings_in_force(settings, calendar),
        directory,
        calendar,
        tables,
        kept,
        history,
        report.findings,
    )


def _calendar(
    settings: Settings, typed: dict[str, TypedTable], report: Findings
) -> Calendar | None:
    if "history" in typed:
        check_rhythm(settings, typed["history"], report)
        if "forecast" not in typed:
            return history_calendar(settings, typed, report)
    return calendar_of(settings, typed, report)


def _records(
    tables: dict[str, ResolvedTable], calendar: Calendar | None, report: Findings
) -> Records | None:
    """The records of the history that count; None where there are none."""
    if "history" not in tables or calendar is None:
        return None
    return records_of(tables["history"], calendar, report, alone="forecast" not in tables)


def _with_lanes(
    bare: Directory, lanes: TypedTable, source: Source, report: Findings
) -> tuple[Directory, ResolvedTable]:
    """The directory with lanes; also those whose lead time or costs could not be read."""
    resolved = resolve(lanes, bare, source, report)
    if "destination" not in resolved.index:
        resolved.index["destination"] = np.full(lanes.size, -1)
    destination, origin = resolved.index["destination"], lanes.texts["origin"]
    named = (origin.code >= 0) & (destination >= 0)
    key = np.where(named, origin.code * (len(bare.locations) + 1) + destination, -1)
    resolved.index["lane"] = key
    resolved = without_repeats(
        ResolvedTable(lanes, resolved.index, named),
        ("lane",),
        (0,),
        report,
    )
    use = resolved.sound
    names = origin.names[origin.code[use]] if use.any() else np.empty(0, dtype=object)
    directory = Directory(bare.products, bare.locations, bare.calendar, names, destination[use])
    return directory, resolved


def _resolved(
    table: TypedTable, directory: Directory, source: Source, report: Findings
) -> ResolvedTable:
    """Names and dates of one table looked up, and repeated keys left out."""
    name = table.raw.name
    result = resolve(table, directory, source, report)
    for column in ("product", "location"):
        result.index.setdefault(column, np.full(table.size, -1))
    n_products, n_locations = len(directory.products), len(directory.locations)
    n_periods = directory.calendar.n_periods if directory.calendar else 1
    if name == "capacities":
        result = rules.check_capacities(result, report)
    if name in ("product_lanes", "open_orders", "capacities"):
        result = resolve_lanes(result, directory, source, report)
    keys = {
        "forecast": (("product", "location", "period"), (n_products, n_locations, n_periods)),
        "inventory": (("product", "location"), (n_products, n_locations)),
        "product_locations": (("product", "location"), (n_products, n_locations)),
        "product_lanes": (("product", "lane"), (n_products, directory.n_lanes)),
        "capacities": (
            ("location", "lane", "kind", "period"),
            (n_locations, directory.n_lanes, len(CAPACITIES), n_periods),
        ),
    }
    if name in keys:
        days = directory.calendar.days if directory.calendar else 1
        result = without_repeats(result, *keys[name], report, days)
    return result


def _check_all(
    tables: dict[str, ResolvedTable],
    directory: Directory,
    source: Source,
    records: Records | None,
    report: Findings,
) -> Assortment:
    """Every check between tables, and the stock points and routes they amount to."""
    products, lanes = tables.get("products"), tables.get("lanes")
    if products is not None:
        rules.check_products(products.table, report)
        if "product_locations" in tables:
            rules.check_product_locations(tables["product_locations"], products.table, report)
    if lanes is not None:
        rules.check_lanes(lanes, directory, report)
        if "locations" in tables:
            rules.check_throughput(tables["locations"].table, lanes, directory, report)
    if "product_lanes" in tables:
        rules.check_product_lanes(tables["product_lanes"], directory, report)
    if "forecast" in tables:
        rules.check_forecast(tables["forecast"], directory, lanes, report)
    elif "history" in tables and directory.calendar is not None:
        rules.check_demand(tables["history"], directory, lanes, report)
    if "forecast" in tables and products is not None:
        rules.note_drawn_as_poisson(tables["forecast"], products.table, report)
    rules.note_missing_inventory(source, report)
    n_products = len(directory.products)
    keys = [
        tables[name].column("location") * n_products + tables[name].column("product")
        for name in ("forecast", "inventory", "product_locations")
        if name in tables
    ]
    if records is not None:
        keys.append(records.location * n_products + records.product)
    origin = np.empty(0, dtype=np.int64)
    if lanes is not None and directory.n_lanes:
        origin = lanes.table.texts["origin"].index_in(directory.locations)[lanes.sound]
    kept = assortment(
        n_products,
        len(directory.locations),
        np.concatenate([np.empty(0, dtype=np.int64), *keys]),
        origin,
        directory.lane_destination,
    )
    # Where products or places are unknown, what is kept where is not known either.
    complete = all(table in source.tables for table in ("products", "locations"))
    complete &= any(table in source.tables for table in ("forecast", "history"))
    if complete and lanes is not None:
        rules.check_routes(tables.get("open_orders"), tables.get("product_lanes"), kept, report)
    return kept
