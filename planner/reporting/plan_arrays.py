"""Long tables of a plan as arrays, ready to be cut into parts by product."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.results.importance import codes
from planner.results.read_result import PlanTables, written
from scenarios.arrays.types import Floats, Ints
from scenarios.errors import Finding, InputError


@dataclass(frozen=True, eq=False)
class Grid:
    """The projection: K stock points x T periods, in units; points by location, then product."""

    products: list[str]
    locations: list[str]
    dates: pd.DatetimeIndex
    product: Ints
    """[K]"""
    location: Ints
    """[K]"""
    value: Callable[[str], Floats]
    """[K, T] a column of the projection, as it is written; made when it is asked for."""

    def by_location(self, name: str) -> Floats:
        """[J, T] sums of a column."""
        out = np.zeros((len(self.locations), len(self.dates)))
        values = self.value(name)
        for j in range(len(self.locations)):
            out[j] = values[self.location == j].sum(axis=0)
        return out


def grid_of(tables: PlanTables) -> Grid:
    """The projection of a plan as a grid.

    Raises
    ------
    InputError
        If a stock point lacks a date that another one has.
    """
    table = tables.projection
    products = pd.Index(tables.products["product"].astype(str))
    n_periods = int(table["date"].nunique())
    stamps = table["date"].to_numpy()
    dates = pd.DatetimeIndex(stamps[:n_periods])
    n_points = len(table) // max(n_periods, 1)
    product = codes(table["product"], products)
    names = pd.Index([str(name) for name in pd.unique(table["location"])])
    location = codes(table["location"], names)
    shape = (n_points, n_periods)
    whole = len(table) == n_points * n_periods and all(
        (values.reshape(shape) == first).all()
        for values, first in (
            (stamps, dates.to_numpy()[None, :]),
            (product, product[::n_periods][:, None] if n_periods else product[:, None]),
            (location, location[::n_periods][:, None] if n_periods else location[:, None]),
        )
    )
    if not whole or (product < 0).any():
        problem = "rows are missing, or stand in another order than they were written in"
        raise InputError([Finding("projection.csv", problem, "run planner plan anew")])
    every = slice(None, None, n_periods or 1)
    return Grid(
        list(products), list(names), dates, product[every], location[every],
        lambda name: written(table[[name]])[name].to_numpy(dtype=float).reshape(shape),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Orders:
    """Orders of a plan [n] that the page shows, sorted by product and then as written."""

    product: Ints
    lane: Ints
    lanes: list[tuple[str, str]]
    """Origin and destination, in the order of their names."""
    day: Ints
    """Days from the first of the plan to the order date."""
    arrives: Ints
    """Likewise, to the receipt date."""
    now: Ints
    """1: released now; 0: planned."""
    binding: Ints
    """Place in ``bindings``; 0: none."""
    bindings: list[str]
    numbers: dict[str, Floats]
    """quantity, demand_cover, safety_stock, projected_on_hand, lot_rounding."""


NUMBERS = ("quantity", "demand_cover", "safety_stock", "projected_on_hand", "lot_rounding")


def orders_of(tables: PlanTables, grid: Grid, shown: Ints) -> Orders:
    """All orders of the products that are shown, and those of others that are released now."""
    table = tables.purchase_orders
    product = codes(table["product"], pd.Index(grid.products))
    has_part = np.zeros(len(grid.products), dtype=bool)
    has_part[shown] = True
    kept = np.flatnonzero(has_part[product] | (table["release"] == "now").to_numpy())
    if len(kept) < len(table):
        table, product = table.iloc[kept], product[kept]
    table = written(table)
    by = np.argsort(product, kind="stable")
    ends = {
        side: (codes(table[side], names), names)
        for side in ("origin", "destination")
        for names in [pd.Index(sorted({str(name) for name in pd.unique(table[side])}))]
    }
    (start, starts), (end, stops) = ends["origin"], ends["destination"]
    pair, lane = np.unique(start * max(len(stops), 1) + end, return_inverse=True)
    lanes = [(starts[p // len(stops)], stops[p % len(stops)]) for p in pair.tolist()]
    names = sorted({str(name) for name in pd.unique(table["binding_capacity"])} - {""})
    bindings = pd.Index(["", *names])
    first = grid.dates[0] if len(grid.dates) else pd.Timestamp(0)

    def days(name: str) -> Ints:
        stamps = table[name].to_numpy().astype("datetime64[D]")
        return (stamps - np.datetime64(first, "D")).astype(np.int64)[by]

    return Orders(
        product=product[by],
        lane=lane[by],
        lanes=lanes,
        day=days("order_date"),
        arrives=days("receipt_date"),
        now=(codes(table["release"], pd.Index(["planned", "now"])) == 1)[by].astype(np.int64),
        binding=np.maximum(codes(table["binding_capacity"], bindings), 0)[by],
        bindings=list(bindings),
        numbers={name: table[name].to_numpy(dtype=float)[by] for name in NUMBERS},
    )
