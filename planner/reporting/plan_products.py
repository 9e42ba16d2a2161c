"""The parts of a report about single products: packed in chunks, unpacked when one is opened.

Numbers are whole multiples of a power of ten that is chosen for each product, so that about three
digits are kept, as people read them; whole numbers also pack best.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from planner.reporting.html import Html, data, pack
from planner.reporting.plan_arrays import Grid, Orders
from planner.results.importance import RULE, by_importance, is_pressing
from planner.results.read_result import PlanTables
from scenarios.arrays.types import Floats, Ints

CHUNK = 200
"""Products that are packed, and unpacked, together."""
MOST_PRODUCTS = 10_000
"""Products that have a part of their own; of more, those that matter most."""
MOST_REASONS = 100_000
"""Orders up to which reasons of planned ones are kept, too; those of released ones always are."""

STOCK = ("receipts", "closing", "safety_stock", "missed")
REASONS = ("demand_cover", "safety_stock", "projected_on_hand", "lot_rounding")


@dataclass(frozen=True, eq=False)
class ProductSelection:
    """Which products have a part, and what the page has to say about it."""

    products: Ints
    """Ascending."""
    all_reasons: bool
    note: str


def which(tables: PlanTables) -> ProductSelection:
    """Those with problems, then those ordered now, then the dearest, up to the limit."""
    table = tables.products
    n = len(table)
    notes = []
    kept = np.arange(n)
    if n > MOST_PRODUCTS:
        kept = np.sort(by_importance(table, tables.problems)[:MOST_PRODUCTS])
        notes.append(
            f"Of {n:,} products the {MOST_PRODUCTS:,} that matter most can be opened here: {RULE}."
            " The search lists all, figures and charts above count all, and every order and stock"
            " is in the tables beside this page."
        )
    all_reasons = len(tables.purchase_orders) <= MOST_REASONS
    if not all_reasons:
        notes.append(
            "Reasons are told for orders released now; those of planned orders are in"
            " purchase_orders.csv."
        )
    return ProductSelection(kept, all_reasons, " ".join(notes))


def index_part(tables: PlanTables, shown: ProductSelection) -> Html:
    """What the search looks at: a column for each thing, over all products."""
    table = tables.products
    categories = sorted({str(name) for name in pd.unique(table["category"])})
    place = {name: i for i, name in enumerate(categories)}
    worried = is_pressing(table, tables.problems)
    every = len(shown.products) == len(table)
    return pack(
        "index",
        {
            "name": table["product"].astype(str).tolist(),
            "categories": categories,
            "category": [place[name] for name in table["category"].astype(str)],
            "abc": "".join(table["abc"].astype(str)),
            "xyz": "".join(table["xyz"].astype(str)),
            "value": rough(table["value"]),
            "demand": rough(table["demand"]),
            "variability": rough(table["variability"]),
            "missed": rough(table["missed"]),
            "now": rough(table["orders_now"]),
            "problem": worried.astype(int).tolist(),
            "shown": None if every else shown.products.tolist(),
        },
    )


def rough(column: pd.Series) -> list[float | int | None]:
    """Four significant digits; None where nothing is known."""
    values = column.to_numpy(dtype=float)
    return [
        None if v != v else int(v) if v == int(v) and abs(v) < 1e6 else float(f"{v:.4g}")
        for v in values.tolist()
    ]


def meta_part(grid: Grid, orders: Orders, report: dict[str, Any]) -> Html:
    """What the parts of all products have in common."""
    first = f"{grid.dates[0]:%Y-%m-%d}" if len(grid.dates) else ""
    return data(
        "meta",
        {
            "chunk": CHUNK,
            "first": first,
            "n": len(grid.dates),
            "step": 7 if report.get("period") == "W" else 1,
            "period": "week" if report.get("period") == "W" else "day",
            "currency": report.get("currency") or "",
            "waits": report.get("unmet_demand") == "backlog",
            "locations": grid.locations,
            "lanes": orders.lanes,
            "bindings": orders.bindings,
        },
    )


def chunks(grid: Grid, orders: Orders, shown: ProductSelection) -> Iterator[Html]:
    """Script tags ``part-0``, ``part-1`` ..., of ``CHUNK`` products each."""
    n = len(shown.products)
    place = np.full(len(grid.products), -1)
    place[shown.products] = np.arange(n)
    # Rows of the products that are shown, one after the other: of many, all others stay outside.
    by, point = _in_order(place[grid.product])
    of, whose = _in_order(place[orders.product])
    demand, std, cover = (grid.value(name)[by] for name in ("demand", "std", "days_of_cover"))
    stock = {name: grid.value(name)[by] for name in STOCK}
    opening = grid.value("opening")[by, :1]
    of_demand = _scale(n, point, demand)
    of_stock = _scale(n, point, *stock.values())
    of_orders = _scale(n, whose, orders.numbers["quantity"][of][:, None])
    n_points, n_orders = np.bincount(point, minlength=n), np.bincount(whose, minlength=n)
    location = grid.location[by]
    for number, start in enumerate(range(0, n, CHUNK)):
        here = slice(start, start + CHUNK)
        k = slice(*np.searchsorted(point, [start, start + CHUNK]))
        o = of[slice(*np.searchsorted(whose, [start, start + CHUNK]))]
        scale = of_stock[point[k], None]
        part: dict[str, Any] = {
            "points": n_points[here].tolist(),
            "orders": n_orders[here].tolist(),
            "scale": [_list(one[here]) for one in (of_demand, of_stock, of_orders)],
            "location": location[k].tolist(),
            "opening": _whole(opening[k] * scale),
            "demand": _whole(demand[k] * of_demand[point[k], None]),
            "std": _whole(std[k] * of_demand[point[k], None]),
            "cover": _whole(np.where(np.isnan(cover[k]), -1.0, 10 * cover[k])),
        }
        part |= {name: _whole(values[k] * scale) for name, values in stock.items()}
        part |= {
            "lane": orders.lane[o].tolist(), "day": orders.day[o].tolist(),
            "arrives": (orders.arrives[o] - orders.day[o]).tolist(), "now": orders.now[o].tolist(),
        }  # fmt: skip
        scale = of_orders[place[orders.product[o]]]
        part["quantity"] = _whole(orders.numbers["quantity"][o] * scale)
        why = o if shown.all_reasons else o[orders.now[o] == 1]
        part["binding"] = orders.binding[why].tolist()
        scale = of_orders[place[orders.product[why]]]
        part["why"] = [_whole(orders.numbers[name][why] * scale) for name in REASONS]
        yield pack(f"part-{number}", part)


def _in_order(place: Ints) -> tuple[Ints, Ints]:
    """Rows with a place (0 or more) sorted by it, and their places."""
    rows = np.flatnonzero(place >= 0)
    rows = rows[np.argsort(place[rows], kind="stable")]
    return rows, place[rows]


def _scale(n: int, product: Ints, *values: Floats) -> Floats:
    """[n] power of ten by product that leaves about three digits of its largest number."""
    largest = np.zeros(n)
    for one in values:
        np.maximum.at(largest, product, np.nanmax(np.abs(one), axis=1, initial=0.0))
    digits = np.floor(np.log10(np.maximum(largest, 1e-3)))
    return 10.0 ** np.clip(2 - digits, 0, 4)


def _whole(values: Floats) -> list[int]:
    return np.rint(values).astype(np.int64).ravel().tolist()


def _list(values: Floats) -> list[int]:
    return values.astype(np.int64).tolist()
