"""A two-stage stochastic linear program on sampled demand paths (sample average approximation).

First stage: the orders of this period, the same whatever demand will be. Second stage: all later
orders, placed on each path as if its demand were known. Shapiro, Dentcheva and Ruszczynski 2009,
Lectures on Stochastic Programming, chapter 5.

The paths are copies of the world in one program of ``solver.formulation.pyomo_model``; that they
share their first orders is one column in the place of many.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import scipy.sparse as sp

from scenarios.arrays.types import Floats
from scenarios.model.scenario import Scenario
from solver.closed_form.backorders import ship_backorders
from solver.formulation.assemble import assemble
from solver.formulation.linear_program import LinearProgram
from solver.formulation.model_data import prepare
from solver.highs.session import HighsSession
from solver.options import SolverOptions
from solver.yardsticks.scenario_copies import copies

CERTAIN = SolverOptions(shortfall="flat", capacity="flat", lost_sales="priced")
"""Where demand is certain nothing has to be guarded against: a miss costs what it costs."""


def first_orders(scenario: Scenario, demand: Floats, time_limit: float = 60.0) -> Floats:
    """[A] orders of the first period that cost least on average over the paths.

    Parameters
    ----------
    scenario : Scenario
        Opening state and rules. Lot rules are not obeyed.
    demand : array [paths, K, T]
        Sampled demand.
    time_limit : float
        Seconds.

    Raises
    ------
    RuntimeError
        If the program is not solved in that time.
    """
    scenario, rest = ship_backorders(scenario)
    big = copies(scenario, demand)
    data = prepare(big, np.zeros_like(big.mean), CERTAIN)
    program = assemble(data)
    shape = (len(demand), scenario.n_routes)
    placed = program.placed_column[:, 0].reshape(shape)
    # What leaves now of an order is no more known to the future than the order.
    first = np.concatenate([placed, program.order_column[:, 0].reshape(shape)], axis=1)
    solution = HighsSession(_merged(program, first)).solve(time_limit)
    if solution.values is None:
        raise RuntimeError(f"the stochastic program was not solved: {solution.termination}")
    place = _kept(program, first)[1][placed[0]]
    wanted = np.where(placed[0] >= 0, solution.values[place], 0.0)
    return np.maximum(wanted - rest, 0.0)


def _kept(program: LinearProgram, first: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Columns that stay, and the new place of every old column."""
    stands_for = np.arange(len(program.cost))
    for copy in first[1:]:
        some = copy >= 0
        stands_for[copy[some]] = first[0][some]
    kept = np.flatnonzero(stands_for == np.arange(len(stands_for)))
    place = np.empty(len(stands_for), dtype=np.int64)
    place[kept] = np.arange(len(kept))
    return kept, place[stands_for]


def _merged(program: LinearProgram, first: np.ndarray) -> LinearProgram:
    """The program with one column for the first orders of all copies."""
    kept, place = _kept(program, first)
    n_old = len(program.cost)
    sums = sp.csc_array((np.ones(n_old), (np.arange(n_old), place)), (n_old, len(kept)))
    product = program.product_of_column[kept].copy()
    # They belong to no copy alone any more.
    product[place[first[first >= 0]]] = -1
    return dataclasses.replace(
        program,
        cost=program.cost @ sums,
        lower=program.lower[kept],
        upper=program.upper[kept],
        matrix=sp.csc_array(program.matrix @ sums),
        order_column=np.where(program.order_column >= 0, place[program.order_column], -1),
        placed_column=np.where(program.placed_column >= 0, place[program.placed_column], -1),
        product_of_column=product,
    )
