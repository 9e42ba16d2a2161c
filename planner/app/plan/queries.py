"""Views of a plan for the page: a page of rows, or the series of one chart. Never a whole table.

A paged view takes ``query, sort, down, first, n``: text that names must contain, a column to sort
by ("": as it is), whether downwards, and which rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from planner.app.plan.headline import plain
from planner.app.plan.page_state import Page, Row
from planner.planning.plan_result import Plan
from scenarios.arrays.types import Floats
from scenarios.model.scenario import Scenario
from scenarios.resources import shared_resources

MOST = 100
"""Rows of a page."""
Z90 = 1.645
"""Half the width, in stds, of the band that holds nine of ten normal demands, as in reports."""
LATER = 4
"""Decimals of what a chart gets."""


def orders(plan: Plan, release: str, query: str, sort: str, down: bool, first: int, n: int) -> Page:
    """Purchase orders, ``release`` now, planned or "" for all."""
    table = plan.purchase_orders
    if release:
        table = table[(table["release"] == release).to_numpy()]
    return page_of_rows(table, ("product", "origin", "destination"), query, sort, down, first, n)


def products(plan: Plan, query: str, sort: str, down: bool, first: int, n: int) -> Page:
    """Products with their class, demand and orders."""
    return page_of_rows(plan.products, ("product", "category"), query, sort, down, first, n)


def safety_stocks(plan: Plan, query: str, sort: str, down: bool, first: int, n: int) -> Page:
    """A row for each stock point: smallest and largest safety stock, mean demand of a period."""
    table = plan.projection
    n_periods = plan.report.counts["periods"]
    points = table.iloc[::n_periods]
    stock = table["safety_stock"].to_numpy().reshape(-1, n_periods)
    demand = table["echelon_demand"].to_numpy().reshape(-1, n_periods)
    shown = pd.DataFrame(
        {
            "product": points["product"].astype("str").to_numpy(),
            "location": points["location"].astype("str").to_numpy(),
            "safety_stock": stock[:, 0],
            "least": stock.min(axis=1),
            "most": stock.max(axis=1),
            "demand": demand.mean(axis=1),
            "source": _decided(plan.safety_stock["source"], n_periods),
        }
    )
    return page_of_rows(shown, ("product", "location"), query, sort, down, first, n)


def _decided(source: pd.Series, n_periods: int) -> np.ndarray:
    """Who decided the safety stock of each point: a person, if that is so in any period."""
    codes = source.cat.codes.to_numpy().reshape(-1, n_periods)
    names = source.cat.categories
    by_hand = codes == names.get_loc("override") if "override" in names else codes < 0
    return np.where(by_hand.any(axis=1), "override", names.astype("str").to_numpy()[codes[:, 0]])


def capacities(scenario: Scenario, query: str, sort: str, down: bool, first: int, n: int) -> Page:
    """Capacities of what products share, place by place; blank where there is none. ``kind`` is
    that of the override that sets it."""
    parts = []
    for resource in shared_resources(scenario):
        named = dict(zip(ENDS[len(resource.ends)], resource.ends, strict=True))
        blank = np.full(resource.n_places, "", dtype=object)
        ends = {name: named.get(name, blank) for name in ("location", "origin", "destination")}
        parts.append(
            pd.DataFrame(
                {
                    "place": resource.titles,
                    "kind": "throughput" if resource.kind == "throughput" else "capacity",
                    **{name: [*map(str, names)] for name, names in ends.items()},
                    "least": resource.capacity.min(axis=1),
                    "most": resource.capacity.max(axis=1),
                }
            )
        )
    shown = pd.concat(parts, ignore_index=True)
    return page_of_rows(shown, ("place",), query, sort, down, first, n)


ENDS = {1: ("location",), 2: ("origin", "destination")}
"""Columns that name a place, by how many names it has."""


def location(plan: Plan, name: str) -> dict[str, Any]:
    """All stock of a location by date: volume with the capacity where it has one, else units."""
    rows = plan.projection[(plan.projection["location"] == name).to_numpy()]
    by = rows.groupby("date")[["closing", "safety_stock", "missed", "demand"]].sum()
    limit = plan.capacity[
        (plan.capacity["kind"] == "storage").to_numpy() & (plan.capacity["place"] == name)
    ].set_index("date")
    shown: dict[str, Any] = {"dates": _dates(by.index), "unit": "units"}
    shown |= {str(column): _numbers(by[column].to_numpy()) for column in by}
    if len(limit):
        # A capacity may hold for some dates only; stock is drawn as volume on those.
        limit = limit.reindex(by.index)
        shown |= {
            "unit": "volume",
            "closing": _numbers(limit["used"].to_numpy()),
            "safety_stock": _numbers(limit["safety_stock"].to_numpy()),
            "capacity": _numbers(limit["capacity"].to_numpy()),
        }
    return shown


def flow(plan: Plan, title: str) -> dict[str, Any]:
    """What is shipped where that is limited, on a lane or out of a location, by date, in volume."""
    titles = plan.capacity["kind"] + " " + plan.capacity["place"]
    rows = plan.capacity[(titles == title).to_numpy()]
    return {
        "dates": _dates(pd.DatetimeIndex(rows["date"])),
        "used": _numbers(rows["used"].to_numpy()),
        "capacity": _numbers(rows["capacity"].to_numpy()),
    }


def product(plan: Plan, name: str) -> list[dict[str, Any]]:
    """A product at each of its locations by date, in units; empty if there is none."""
    rows = plan.projection[(plan.projection["product"] == name).to_numpy()]
    orders = plan.purchase_orders
    orders = orders[(orders["product"] == name).to_numpy()]
    found = []
    for place in rows["location"].unique():
        here = rows[(rows["location"] == place).to_numpy()]
        into = orders[(orders["destination"] == place).to_numpy()]
        placed = into.groupby("order_date")["quantity"].sum().reindex(here["date"], fill_value=0.0)
        sells = here["demand"].to_numpy()
        found.append(
            {
                "location": str(place),
                "dates": _dates(pd.DatetimeIndex(here["date"])),
                "on_hand": _numbers(here["closing"].to_numpy()),
                "safety_stock": _numbers(here["safety_stock"].to_numpy()),
                "arrivals": _numbers(here["receipts"].to_numpy()),
                "orders": _numbers(placed.to_numpy()),
                "demand": _numbers(sells),
                "low": _numbers(np.maximum(sells - Z90 * here["std"].to_numpy(), 0.0)),
                "high": _numbers(sells + Z90 * here["std"].to_numpy()),
                "shipments": _numbers(here["shipments"].to_numpy()),
                "cover": plain(float(here["days_of_cover"].iloc[0])),
                "missed": float(here["missed"].sum()),
                "now": float(into.loc[(into["release"] == "now").to_numpy(), "quantity"].sum()),
            }
        )
    return found


def page_of_rows(
    table: pd.DataFrame, names: tuple[str, ...], query: str, sort: str, down: bool, first: int,
    n: int,
) -> Page:  # fmt: skip
    """The rows ``first`` to ``first + n`` of those whose names contain each word of the query."""
    for word in query.casefold().split():
        hit = np.zeros(len(table), dtype=bool)
        for name in names:
            hit |= _contains(table[name], word)
        table = table[hit]
    if sort and sort in table:
        table = table.sort_values(sort, ascending=not down, kind="stable")
    rows = table.iloc[first : first + min(n, MOST)]
    plain_rows: list[Row] = [
        {str(k): plain(v) for k, v in row.items()} for row in rows.to_dict("records")
    ]
    return Page([{"id": first + i} | row for i, row in enumerate(plain_rows)], len(table))


def _contains(values: pd.Series, word: str) -> np.ndarray:
    """Where text contains a word; of categories, each is looked at once."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        hits = [word in str(name).casefold() for name in values.cat.categories]
        return np.append(np.array(hits, dtype=bool), False)[values.cat.codes.to_numpy()]
    return np.array([word in str(name).casefold() for name in values], dtype=bool)


def _dates(dates: pd.Index) -> list[str]:
    return [f"{date:%Y-%m-%d}" for date in dates]


def _numbers(values: Floats) -> list[float | None]:
    return [plain(float(value)) for value in np.round(values, LATER) + 0.0]


VIEWS: dict[str, Callable[..., Any]] = {
    "orders": orders,
    "products": products,
    "safety_stocks": safety_stocks,
    "location": location,
    "flow": flow,
    "product": product,
}
"""By the names that :func:`planner.app.plan.tasks.look` takes."""
