"""Replicate the compiled stock points into one sparse linear program, without loops over them."""

from __future__ import annotations

from typing import Literal

import numpy as np
import scipy.sparse as sp

from scenarios.arrays.types import Floats, Ints
from solver.formulation.linear_program import Index, LinearProgram
from solver.formulation.model_data import ModelData
from solver.formulation.review_periods import with_orders
from solver.formulation.stencil import (
    Entries,
    Kind,
    Stencil,
    compile_arrival,
    compile_point,
    data_vector,
)


class _Triplets:
    """Non-zeros gathered piece by piece."""

    def __init__(self) -> None:
        self.row: list[Index] = []
        self.column: list[Index] = []
        self.value: list[Floats] = []

    def add(self, row: Index, column: Index, value: Floats) -> None:
        """Enter some, those of no row or no column (-1) left out."""
        row, column, value = np.broadcast_arrays(row, column, value)
        keep = (column >= 0) & (row >= 0)
        if keep.all():
            row, column, value = row.ravel(), column.ravel(), value.ravel()
        else:
            row, column, value = row[keep], column[keep], value[keep]
        self.row.append(row)
        self.column.append(column)
        self.value.append(value)

    def matrix(self, n_rows: int, n_columns: int) -> sp.csc_array:
        places = np.concatenate(self.row), np.concatenate(self.column)
        return sp.csc_array((np.concatenate(self.value), places), (n_rows, n_columns))


def kinds_of(data: ModelData) -> tuple[list[Kind], Ints]:
    """The kinds of stock points that occur, and the kind of each point [K]."""
    used = np.any(data.tiers.width > 0, axis=1)
    n_tiers = np.where(used.any(axis=1), used.shape[1] - np.argmax(used[:, ::-1], axis=1), 0)
    # One number a point: NumPy's search for equal rows may swallow a Ctrl-C.
    most = 1 + int(n_tiers.max(initial=0))
    unique, kind = np.unique((2 * data.sells + data.supplies) * most + n_tiers, return_inverse=True)
    kinds = []
    for code in unique.tolist():
        role, tiers = divmod(code, most)
        kinds.append(
            Kind(data.n_periods, data.lag, data.backlog, bool(role & 2), bool(role & 1), tiers)
        )
    return kinds, kind


def assemble(data: ModelData) -> LinearProgram:
    """The linear relaxation of ``solver.formulation.pyomo_model`` for all points at once, shared
    limits included."""
    kinds, kind_of = kinds_of(data)
    stencils = [compile_point(kind) for kind in kinds]
    n_orders = int(data.orderable.sum())
    order_column = np.full(data.orderable.shape, -1, dtype=np.int32)
    order_column[data.orderable] = np.arange(n_orders)
    first_row = _starts(np.array([s.n_rows for s in stencils], dtype=np.int32)[kind_of], 0)
    sizes = np.array([s.n_columns for s in stencils], dtype=np.int32)[kind_of]
    first_column = _starts(sizes, n_orders)
    limits, soft = data.limits, data.limits.soft
    n_balances, n_own = int(first_row[-1]), int(first_column[-1])
    n_rows = n_balances + len(limits)
    n_columns = n_own + len(soft) * limits.tier_width.shape[1]
    of_stock, of_flow = _limited(data, "stock"), _limited(data, "flow")

    entries = _Triplets()
    held = np.zeros(n_columns + 1)  # cost of stock; the last is that of no column
    cost, upper = np.zeros(n_columns), np.full(n_columns, np.inf)
    missed_column = np.full((data.n_points, data.n_periods), -1, dtype=np.int32)
    cost[:n_orders] = data.order_price[data.orderable]
    upper[:n_orders] = np.repeat(data.order_limit, data.orderable.sum(axis=1))
    right = np.zeros(n_balances)
    stock_data = np.zeros((data.n_points, data.n_periods))

    def add_stock(points: Ints, columns: Index, piece: Entries) -> None:
        """Enter what the stock of some points costs, and what it takes of what is shared."""
        dates = points[:, None], piece.row
        for limit, take in of_stock:
            row = limit[dates]
            entries.add(_below(row, n_balances), columns, take[points][:, None] * piece.value)
        np.add.at(held, columns.ravel(), (data.holding_price[dates] * piece.value).ravel())

    for number, stencil in enumerate(stencils):
        points = np.flatnonzero(kind_of == number)
        rows, columns = first_row[points][:, None], first_column[points][:, None]
        entries.add(rows + stencil.own.row, columns + stencil.own.column, stencil.own.value)
        add_stock(points, columns + stencil.stock_own.column, stencil.stock_own)
        values = np.asarray((stencil.data @ data_vector(data, points).T).T)
        right[rows + np.arange(stencil.n_rows)] = values[:, : stencil.n_rows]
        stock_data[points] = values[:, stencil.n_rows :]
        _own_columns(data, stencil, points, columns, cost, upper)
        lost = stencil.family == 2
        missed_column[np.ix_(points, stencil.date[lost])] = columns + np.flatnonzero(lost)
        leaving = np.flatnonzero((data.origin >= 0) & (kind_of[data.origin] == number))
        origin = data.origin[leaving]
        _add_orders(entries, first_row[origin], order_column[leaving], stencil.leaving)
        piece = stencil.stock_leaving
        add_stock(origin, order_column[leaving][:, piece.column], piece)
        arriving = np.flatnonzero(kind_of[data.destination] == number)
        for lead in np.unique(data.lead_time[arriving]):
            group = arriving[data.lead_time[arriving] == lead]
            piece = compile_arrival(kinds[number], int(lead))
            _add_orders(entries, first_row[data.destination[group]], order_column[group], piece)
    for limit, take in of_flow:
        entries.add(_below(limit, n_balances), order_column, take[:, None])
    overflow_row = np.repeat((n_balances + soft).astype(np.int32), limits.tier_width.shape[1])
    overflow_column = np.arange(n_own, n_columns, dtype=np.int32)
    entries.add(overflow_row, overflow_column, np.full(len(overflow_row), -1.0))

    cost += held[:-1]
    cost[n_own:] = limits.tier_price[soft].reshape(-1)
    upper[n_own:] = limits.tier_width[soft].reshape(-1)
    standing = np.zeros(len(limits))
    for limit, take in of_stock:
        some = limit >= 0
        taken = (take[:, None] * stock_data)[some]
        standing += np.bincount(limit[some], taken, minlength=len(limits))
    product = data.product.astype(np.int32)
    program = LinearProgram(
        cost=cost,
        offset=float((data.holding_price * stock_data).sum()),
        lower=np.broadcast_to(0.0, n_columns),
        upper=upper,
        matrix=entries.matrix(n_rows, n_columns),
        row_lower=np.concatenate([right, np.full(n_rows - n_balances, -np.inf)]),
        row_upper=np.concatenate([right, limits.base - standing]),
        order_column=order_column,
        placed_column=order_column,
        own_column=first_column,
        balance_row=first_row,
        missed_column=missed_column,
        overflow_column=overflow_column,
        shared_row=n_balances,
        product_of_column=np.concatenate(
            [
                np.repeat(product[data.destination], data.orderable.sum(axis=1)),
                np.repeat(product, sizes),
                np.full(n_columns - n_own, -1, dtype=np.int32),
            ]
        ),
        product_of_row=np.concatenate(
            [np.repeat(product, np.diff(first_row)), np.full(n_rows - n_balances, -1, np.int32)]
        ),
    )
    return with_orders(program, data.review, data.order_limit, product[data.destination])


def _starts(sizes: Index, first: int) -> Index:
    """Where each of consecutive blocks starts, and where the last one ends."""
    starts = np.full(len(sizes) + 1, first, dtype=np.int32)
    starts[1:] += np.cumsum(sizes, dtype=np.int32)
    return starts


def _limited(data: ModelData, of: Literal["stock", "flow"]) -> list[tuple[Index, Floats]]:
    """Of each limited resource of stock (or flow): the limit [K, S] (or [A, S]) that a point (or
    route) has in each period, -1 without any, and what a unit takes."""
    return [
        (data.limits.numbers(number, resource.place, data.n_periods), resource.take)
        for number, resource in enumerate(data.resources)
        if resource.of == of and data.limits.any_of(number)
    ]


def _below(limit: Index, n_balances: int) -> Index:
    """Rows of limits, -1 where there is none: they stand below the balances."""
    return np.where(limit >= 0, limit + np.int32(n_balances), np.int32(-1))


def _add_orders(target: _Triplets, first_row: Index, order_column: Index, piece: Entries) -> None:
    """Enter a stencil's order columns for some routes."""
    target.add(first_row[:, None] + piece.row, order_column[:, piece.column], piece.value)


def _own_columns(
    data: ModelData,
    stencil: Stencil,
    points: Ints,
    columns: Index,
    cost: Floats,
    upper: Floats,
) -> None:
    """Prices and widths of the own columns of some points, entered in place."""
    where = columns + np.arange(stencil.n_columns)
    short = stencil.family == 1
    into, take = where[:, short], (points[:, None], stencil.date[short] + 1, stencil.tier[short])
    cost[into], upper[into] = data.tiers.price[take], data.tiers.width[take]
    lost = stencil.family == 2
    cost[where[:, lost]] = data.missed_price[np.ix_(points, stencil.date[lost])]
