"""A linear program as HiGHS gets it, and where the orders are in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from scenarios.arrays.types import Floats

Index = NDArray[np.int32]
"""Rows and columns as HiGHS counts them."""


@dataclass(frozen=True, eq=False)
class LinearProgram:
    """min cost @ x + offset, row_lower <= matrix @ x <= row_upper, lower <= x <= upper.

    Columns: shipments, then each point's own, then overflow of what is shared, then orders of
    several shipments. Rows: balances of the points, then shared limits, then those orders.
    """

    cost: Floats
    offset: float
    lower: Floats
    upper: Floats
    matrix: sp.csc_array
    row_lower: Floats
    row_upper: Floats
    order_column: Index
    """[A, S] column of what each route ships in each period, -1 where it may not."""
    placed_column: Index
    """[A, S] column of the order placed: the same, unless shipments between reviews are part of
    it; -1 where none may be placed."""
    own_column: Index
    """[K + 1] where the own columns of each point begin, which follow each other."""
    balance_row: Index
    """[K + 1] where the balances of each point begin; they are the first rows."""
    missed_column: Index
    """[K, S] column of the sales lost at each point in each period, -1 where none can be."""
    overflow_column: Index
    """[M x I] columns of overflow, tier by tier of each limit that has a price."""
    shared_row: int
    """First row of the shared limits (one per limit, in their order)."""
    product_of_column: Index
    product_of_row: Index
    """Whose each is; -1 for what products share."""

    @property
    def n_shared(self) -> int:
        """Rows of the shared limits, which follow each other."""
        return int((self.product_of_row < 0).sum())

    @property
    def shared(self) -> slice:
        """These rows."""
        return slice(self.shared_row, self.shared_row + self.n_shared)


def shipments_of(program: LinearProgram, values: Floats) -> Floats:
    """[A, S] shipments in a solution, without the solver's last digits."""
    can = program.order_column >= 0
    quantity = np.zeros(can.shape)
    quantity[can] = np.maximum(values[program.order_column[can]], 0.0)
    quantity[quantity < 1e-7] = 0.0
    near = np.round(quantity)
    return np.where(np.abs(quantity - near) < 1e-7, near, quantity)
