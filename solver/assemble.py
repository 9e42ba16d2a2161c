"""Replicate the compiled stock points into one sparse linear program, without loops over them."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from scenarios.model import Floats, Ints
from solver.data import ModelData
from solver.program import LinearProgram
from solver.reviews import with_orders
from solver.stencil import (
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
        self.row: list[Ints] = []
        self.column: list[Ints] = []
        self.value: list[Floats] = []

    def add(self, row: Ints, column: Ints, value: Floats) -> None:
        row, column, value = np.broadcast_arrays(row, column, value)
        keep = (column >= 0) & (row >= 0)
        if keep.all():
            keep = np.ones(keep.shape, dtype=bool)
        self.row.append(row[keep])
        self.column.append(column[keep])
        self.value.append(value[keep])

    def matrix(self, n_rows: int, n_columns: int) -> sp.csc_array:
        parts = (self.row, self.column, self.value)
        row, column, value = (np.concatenate(p) if p else np.empty(0) for p in parts)
        return sp.csc_array((value, (row.astype(int), column.astype(int))), (n_rows, n_columns))


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
    """The linear relaxation of ``solver.model`` for all points at once, shared limits included."""
    kinds, kind_of = kinds_of(data)
    stencils = [compile_point(kind) for kind in kinds]
    n_orders = int(data.orderable.sum())
    order_column = np.full(data.orderable.shape, -1, dtype=np.int64)
    order_column[data.orderable] = np.arange(n_orders)
    first_row = _starts(np.array([s.n_rows for s in stencils], dtype=np.int64)[kind_of], 0)
    sizes = np.array([s.n_columns for s in stencils], dtype=np.int64)[kind_of]
    first_column = _starts(sizes, n_orders)
    limits = data.capacities
    n_storage, n_tiers = limits.tier_width.shape
    n_balances, n_own = int(first_row[-1]), int(first_column[-1])
    n_columns = n_own + n_storage * n_tiers

    entries = _Triplets()
    stock = _Triplets()  # rows: point * S + period
    cost, lower, upper = np.zeros(n_columns), np.zeros(n_columns), np.full(n_columns, np.inf)
    missed_column = np.full((data.n_points, data.n_periods), -1, dtype=np.int64)
    cost[:n_orders] = data.order_price[data.orderable]
    upper[:n_orders] = np.broadcast_to(data.order_limit[:, None], data.orderable.shape)[
        data.orderable
    ]
    right = np.zeros(n_balances)
    stock_data = np.zeros((data.n_points, data.n_periods))
    for number, stencil in enumerate(stencils):
        points = np.flatnonzero(kind_of == number)
        rows, columns = first_row[points][:, None], first_column[points][:, None]
        dates = (points * data.n_periods)[:, None]
        entries.add(rows + stencil.own.row, columns + stencil.own.column, stencil.own.value)
        stock.add(
            dates + stencil.stock_own.row,
            columns + stencil.stock_own.column,
            stencil.stock_own.value,
        )
        values = data_vector(data, points)
        right[rows + np.arange(stencil.n_rows)] = _apply(stencil.data, values, stencil.n_rows)
        stock_data[points] = _apply(stencil.stock_data, values, data.n_periods)
        _own_columns(data, stencil, points, columns, cost, upper)
        lost = stencil.family == 2
        missed_column[np.ix_(points, stencil.date[lost])] = columns + np.flatnonzero(lost)
        leaving = np.flatnonzero((data.origin >= 0) & (kind_of[data.origin] == number))
        _add_orders(
            entries, first_row[data.origin[leaving]], order_column[leaving], stencil.leaving
        )
        _add_orders(
            stock,
            data.origin[leaving] * data.n_periods,
            order_column[leaving],
            stencil.stock_leaving,
        )
        arriving = np.flatnonzero(kind_of[data.destination] == number)
        for lead in np.unique(data.lead_time[arriving]):
            group = arriving[data.lead_time[arriving] == lead]
            piece = compile_arrival(kinds[number], int(lead))
            _add_orders(entries, first_row[data.destination[group]], order_column[group], piece)

    on_hand = stock.matrix(data.n_points * data.n_periods, n_columns)
    cost += on_hand.T @ data.holding_price.reshape(-1)
    offset = float((data.holding_price * stock_data).sum())
    cost[n_own:] = limits.tier_price.reshape(-1)
    upper[n_own:] = limits.tier_width.reshape(-1)
    stored, stored_data = _stored_volume(data, on_hand, stock_data)
    overflow_row = np.repeat(np.arange(n_storage), n_tiers)
    overflow = sp.csc_array(
        (-np.ones(overflow_row.size), (overflow_row, n_own + np.arange(overflow_row.size))),
        (n_storage, n_columns),
    )
    shipped = _lane_volume(data, order_column, n_columns)
    balances = entries.matrix(n_balances, n_columns)
    program = LinearProgram(
        cost=cost,
        offset=offset,
        lower=lower,
        upper=upper,
        matrix=sp.csc_array(sp.vstack([balances, stored + overflow, shipped], format="csc")),
        row_lower=np.concatenate([right, np.full(n_storage + len(limits.lane), -np.inf)]),
        row_upper=np.concatenate([right, limits.storage_base - stored_data, limits.lane_limit]),
        order_column=order_column,
        placed_column=order_column,
        own_column=first_column,
        balance_row=first_row,
        missed_column=missed_column,
        overflow_column=np.arange(n_own, n_columns),
        storage_row=n_balances,
        lane_row=n_balances + n_storage,
        product_of_column=np.concatenate(
            [
                np.repeat(data.product[data.destination], data.orderable.sum(axis=1)),
                np.repeat(data.product, sizes),
                np.full(n_columns - n_own, -1),
            ]
        ),
        product_of_row=np.concatenate(
            [
                np.repeat(data.product, np.diff(first_row)),
                np.full(n_storage + len(limits.lane), -1),
            ]
        ),
    )
    return with_orders(program, data.review, data.order_limit, data.product[data.destination])


def _starts(sizes: Ints, first: int) -> Ints:
    """Where each of consecutive blocks starts, and where the last one ends."""
    return first + np.concatenate([[0], np.cumsum(sizes)])


def _apply(entries: Entries, values: Floats, n_rows: int) -> Floats:
    """[points, rows] small matrix times each point's data."""
    shape = (n_rows, values.shape[1])
    matrix = sp.csr_array((entries.value, (entries.row, entries.column)), shape)
    return np.asarray((matrix @ values.T).T)


def _add_orders(target: _Triplets, first_row: Ints, order_column: Ints, piece: Entries) -> None:
    """Enter a stencil's order columns for some routes."""
    target.add(first_row[:, None] + piece.row, order_column[:, piece.column], piece.value)


def _own_columns(
    data: ModelData,
    stencil: Stencil,
    points: Ints,
    columns: Ints,
    cost: Floats,
    upper: Floats,
) -> None:
    """Prices and widths of the own columns of some points, entered in place."""
    where = columns + np.arange(stencil.n_columns)
    short = stencil.family == 1
    slices = np.ix_(points, np.arange(data.n_periods + 1))
    date, tier = stencil.date[short] + 1, stencil.tier[short]
    cost[where[:, short]] = data.tiers.price[slices][:, date, tier]
    upper[where[:, short]] = data.tiers.width[slices][:, date, tier]
    lost = stencil.family == 2
    cost[where[:, lost]] = data.missed_price[np.ix_(points, stencil.date[lost])]


def _stored_volume(
    data: ModelData, on_hand: sp.csc_array, stock_data: Floats
) -> tuple[sp.csc_array, Floats]:
    """Volume stored in each storage limit's place and period: matrix and constant."""
    limits = data.capacities
    row_of = np.full((int(data.location.max(initial=-1)) + 1, data.n_periods), -1)
    known = limits.location < row_of.shape[0]
    row_of[limits.location[known], limits.storage_period[known]] = np.flatnonzero(known)
    row = row_of[data.location].reshape(-1)
    used = np.flatnonzero(row >= 0)
    volume = np.repeat(data.volume, data.n_periods)
    gather = sp.csr_array(
        (volume[used], (row[used], used)), (len(limits.location), on_hand.shape[0])
    )
    return sp.csc_array(gather @ on_hand), gather @ stock_data.reshape(-1)


def _lane_volume(data: ModelData, order_column: Ints, n_columns: int) -> sp.csc_array:
    """Volume shipped in each lane limit's lane and period."""
    limits = data.capacities
    row_of = np.full((int(data.lane.max(initial=-1)) + 1, data.n_periods), -1)
    known = limits.lane < row_of.shape[0]
    row_of[limits.lane[known], limits.lane_period[known]] = np.flatnonzero(known)
    entries = _Triplets()
    volume = data.volume[data.destination][:, None]
    entries.add(row_of[data.lane], order_column, np.broadcast_to(volume, order_column.shape))
    return entries.matrix(len(limits.lane), n_columns)
