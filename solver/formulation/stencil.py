"""Compile the Pyomo model of one stock point into small matrices that arrays can replicate.

All stock points of a kind obey the same equations with other data. So the model of one point is
compiled once per kind, with its data as extra columns, and its matrices are copied for every
other point. The formulation stands in ``solver.formulation.pyomo_model`` alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import scipy.sparse as sp

from scenarios.arrays.types import Floats, Ints
from solver.formulation.linear_program import Index
from solver.formulation.model_data import ModelData
from solver.formulation.pyomo_import import LinearStandardFormCompiler, pyo
from solver.formulation.pyomo_model import build_model
from solver.formulation.shared_limits import no_limits
from solver.formulation.shortfall_tiers import Tiers


@dataclass(frozen=True)
class Kind:
    """What tells the equations of one stock point from those of another."""

    n_periods: int
    lag: int
    backlog: bool
    sells: bool
    supplies: bool
    n_tiers: int
    """Shortfall tiers in use."""


@dataclass(frozen=True, eq=False)
class Entries:
    """Non-zeros of a small sparse matrix, column by column."""

    row: Index
    column: Index
    value: Floats

    @classmethod
    def of(cls, matrix: sp.spmatrix, column: Ints | None = None) -> Entries:
        """Those of a matrix, its columns renumbered if ``column`` tells how."""
        coo = sp.coo_array(matrix)
        keep = np.flatnonzero(np.abs(coo.data) > 0)
        row, at = (places[keep] for places in coo.coords)
        if column is not None:
            at = column[at]
        order = np.lexsort((row, at))
        return cls(row[order].astype(np.int32), at[order].astype(np.int32), coo.data[keep[order]])


@dataclass(frozen=True, eq=False)
class Stencil:
    """Equations of one point: own @ x + out @ orders = data @ d (+ inflow, see below).

    The rows are its balances; ``stock`` gives net stock on hand at the end of each period from the
    same columns. Own columns are (family, date, tier); ``d`` is opening, scheduled, mean,
    missed_already and safety_stock in a row.
    """

    family: np.ndarray
    """[columns] 0 above, 1 below, 2 missed."""
    date: Ints
    """[columns] period s, -1 for the opening."""
    tier: Ints
    own: Entries
    leaving: Entries
    """Orders that leave on one route; columns are periods."""
    stock_own: Entries
    stock_leaving: Entries
    data: sp.csr_array
    """Rows of the balances, then of the stock."""
    n_rows: int

    @property
    def n_columns(self) -> int:
        return len(self.date)


@lru_cache(maxsize=64)
def compile_point(kind: Kind) -> Stencil:
    """The stencil of a kind of stock point."""
    model = _tiny_model(kind, lead_time=0)
    matrix, rows, columns = _standard_form(model)
    names = [column.parent_component().local_name for column in columns]
    families = {"above": 0, "below": 1, "missed": 2}
    own = np.array([i for i, name in enumerate(names) if name in families], dtype=np.int64)
    own_index = [columns[i].index() for i in own]
    leaving = _positions(columns, "order", lambda index: index[1] if index[0] == 1 else None)
    data = _data_positions(kind, columns)
    is_stock = np.array([row.parent_component().local_name == "stock" for row in rows])
    order = np.flatnonzero(~is_stock)
    stock_row = np.full(len(rows), -1)
    stock_row[is_stock] = [
        row.index() for row in rows if row.parent_component().local_name == "stock"
    ]
    by_period = sp.csr_array(
        (np.ones(is_stock.sum()), (stock_row[is_stock], np.flatnonzero(is_stock))),
        shape=(kind.n_periods, len(rows)),
    )
    balances, stock = matrix[order], by_period @ matrix
    # A row of `stock` reads  z - on_hand(x, d) = 0  with a stand-in z of coefficient +-1.
    z = _placed(stock, *_positions(columns, "z", lambda index: index))
    sign = np.zeros(kind.n_periods)
    sign[z.row] = np.sign(z.value)
    stock = sp.diags_array(-sign) @ stock
    values = _placed(sp.csr_array(sp.vstack([-balances, stock])), *data)
    return Stencil(
        family=np.array([families[names[i]] for i in own]),
        date=np.array([index[1] for index in own_index], dtype=np.int64),
        tier=np.array([index[2] if len(index) > 2 else 0 for index in own_index], dtype=np.int64),
        own=Entries.of(balances[:, own]),
        leaving=_placed(balances, *leaving),
        stock_own=Entries.of(stock[:, own]),
        stock_leaving=_placed(stock, *leaving),
        data=sp.csr_array(
            (values.value, (values.row, values.column)), (len(rows), 4 * kind.n_periods + 2)
        ),
        n_rows=len(order),
    )


@lru_cache(maxsize=256)
def compile_arrival(kind: Kind, lead_time: int) -> Entries:
    """Where orders of a route with this lead time enter the balances of their destination."""
    matrix, rows, columns = _standard_form(_tiny_model(kind, lead_time))
    order = [i for i, row in enumerate(rows) if row.parent_component().local_name != "stock"]
    arriving = _positions(columns, "order", lambda index: index[1] if index[0] == 0 else None)
    return _placed(matrix[order], *arriving)


DATA = ("opening", "scheduled", "mean", "missed_already", "safety_stock")
"""Order of the data columns of a stencil."""


def data_vector(data: ModelData, points: Ints) -> Floats:
    """[points, D] data of some points in the order of :data:`DATA`."""
    fields = [getattr(data, name)[points] for name in DATA]
    return np.concatenate([f[:, None] if f.ndim == 1 else f for f in fields], axis=1)


def _tiny_model(kind: Kind, lead_time: int) -> pyo.ConcreteModel:
    """One point with one route in (0) and, where it supplies, one route out (1)."""
    n, k = kind.n_periods, kind
    width = np.zeros((1, n + 1, max(k.n_tiers, 1)))
    width[:, :, : k.n_tiers] = 1.0
    n_routes = 2 if k.supplies else 1
    none = np.empty(0)
    data = ModelData(
        n_periods=n,
        lag=k.lag,
        backlog=k.backlog,
        sells=np.array([k.sells]),
        supplies=np.array([k.supplies]),
        origin=np.array([-1, 0])[:n_routes],
        destination=np.array([0, -1])[:n_routes],
        lead_time=np.array([lead_time, 0])[:n_routes],
        orderable=np.ones((n_routes, n), dtype=bool),
        review=np.arange(n),
        opening=none,
        scheduled=none,
        mean=none,
        missed_already=none,
        safety_stock=none,
        tiers=Tiers(width, np.zeros_like(width)),
        holding_price=np.zeros((1, n)),
        missed_price=np.zeros((1, n)),
        order_price=np.zeros((n_routes, n)),
        later_price=np.zeros(n_routes),
        order_limit=np.full(n_routes, np.inf),
        product=np.zeros(1, dtype=np.int64),
        location=np.zeros(1, dtype=np.int64),
        lane=np.zeros(n_routes, dtype=np.int64),
        resources=(),
        limits=no_limits(),
    )
    symbols = pyo.Block(concrete=True)
    symbols.opening = pyo.Var([0])
    for name in ("scheduled", "mean", "missed_already"):
        symbols.add_component(name, pyo.Var([0], range(n)))
    symbols.safety_stock = pyo.Var([0], range(n + 1))
    model = build_model(data, symbols={name: symbols.find_component(name) for name in DATA})
    model.symbols = symbols
    model.z = pyo.Var(range(n))
    model.stock = pyo.Constraint(range(n), rule=lambda m, s: m.z[s] == m.on_hand[0, s])
    return model


def _standard_form(model: pyo.ConcreteModel) -> tuple[sp.csr_array, list[Any], list[Any]]:
    """Matrix with all constants at zero, constraint and variable of each row and column."""
    form = LinearStandardFormCompiler().write(model, mixed_form=True)
    if np.abs(form.rhs).any():
        raise AssertionError("a constant in the point model is not data")
    return sp.csr_array(form.A), [row.constraint for row in form.rows], list(form.columns)


def _positions(
    columns: list[Any], name: str, place: Callable[[Any], int | None]
) -> tuple[Ints, Ints]:
    """Columns of a variable and where each goes in a stencil's own numbering."""
    source, target = [], []
    for i, column in enumerate(columns):
        if column.parent_component().local_name == name:
            where = place(column.index())
            if where is not None:
                source.append(i)
                target.append(where)
    return np.array(source, dtype=np.int64), np.array(target, dtype=np.int64)


def _data_positions(kind: Kind, columns: list[Any]) -> tuple[Ints, Ints]:
    """Columns that stand for data, and their place in :func:`data_vector`."""
    n = kind.n_periods
    start = dict(zip(DATA, np.cumsum([0, 1, n, n, n]).tolist(), strict=True))
    source, target = [], []
    for i, column in enumerate(columns):
        name = column.parent_component().local_name
        if name in start:
            index = column.index()
            source.append(i)
            target.append(start[name] + (index[1] if isinstance(index, tuple) else 0))
    return np.array(source, dtype=np.int64), np.array(target, dtype=np.int64)


def _placed(matrix: sp.csr_array, source: Ints, target: Ints) -> Entries:
    """Entries of some columns of a matrix, the columns renumbered."""
    return Entries.of(matrix[:, source], target)
