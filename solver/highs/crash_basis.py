"""A starting basis from the products alone: each block's optimum as if nothing were shared.

Without the shared rows the program falls into one part per product, and small programs are solved
far faster than one large one. Their bases together, the shared rows slack, are dual feasible for
the whole program, so the dual simplex has only the overfull capacities left to mend.
"""

from __future__ import annotations

import time
from dataclasses import replace

import highspy
import numpy as np
import scipy.sparse as sp

from scenarios.arrays.types import Ints
from solver.formulation.linear_program import LinearProgram
from solver.highs.basis import BASIC, LOWER, Basis, numbers
from solver.highs.instance import new_highs, run_highs

BLOCK_ROWS = 4000
"""Rows of a block: measured fastest between 1,000 and 10,000 on chains and trees."""


def uncoupled_basis(
    program: LinearProgram, time_limit: float, threads: int = 1
) -> highspy.HighsBasis | None:
    """The basis, or None if time ran out.

    Parameters
    ----------
    program : LinearProgram
        ``product_of_row`` and ``product_of_column`` tell what belongs together.
    time_limit : float
        Seconds.
    threads : int
    """
    started = time.perf_counter()
    column_status = np.full(len(program.cost), LOWER, dtype=np.int8)
    row_status = np.full(len(program.row_lower), BASIC, dtype=np.int8)
    by_row = sp.csr_array(program.matrix)
    for rows, columns in _blocks(program):
        left = time_limit - (time.perf_counter() - started)
        if left <= 0:
            return None
        part = replace(
            program,
            cost=program.cost[columns],
            offset=0.0,
            lower=program.lower[columns],
            upper=program.upper[columns],
            matrix=sp.csc_array(by_row[rows][:, columns]),
            row_lower=program.row_lower[rows],
            row_upper=program.row_upper[rows],
        )
        highs = new_highs(part, threads)
        highs.setOptionValue("time_limit", left)
        run_highs(highs)
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        basis = highs.getBasis()
        column_status[columns] = numbers(basis.col_status)
        row_status[rows] = numbers(basis.row_status)
    return Basis.of(column_status, row_status).native


def _blocks(program: LinearProgram) -> list[tuple[Ints, Ints]]:
    """Rows and columns of consecutive products, about ``BLOCK_ROWS`` rows at a time."""
    n_products = int(program.product_of_row.max(initial=-1)) + 1
    size = np.bincount(program.product_of_row[program.product_of_row >= 0], minlength=n_products)
    block_of = np.concatenate([(np.cumsum(size) - size) // BLOCK_ROWS, [-1]])
    row_block, column_block = block_of[program.product_of_row], block_of[program.product_of_column]
    rows, columns = np.argsort(row_block, kind="stable"), np.argsort(column_block, kind="stable")
    n_blocks = int(block_of.max(initial=-1)) + 1
    row_edge = np.searchsorted(row_block[rows], np.arange(n_blocks + 1))
    column_edge = np.searchsorted(column_block[columns], np.arange(n_blocks + 1))
    return [
        (rows[row_edge[b] : row_edge[b + 1]], columns[column_edge[b] : column_edge[b + 1]])
        for b in range(n_blocks)
        if row_edge[b] < row_edge[b + 1]
    ]
