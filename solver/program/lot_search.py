"""Search for better lots with HiGHS when rounding leaves too wide a gap."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from scenarios.arrays.types import Floats
from solver.formulation.linear_program import LinearProgram
from solver.formulation.model_data import ModelData
from solver.formulation.pyomo_model import LotRules
from solver.highs.session import HighsSession


def improve(
    data: ModelData,
    highs: HighsSession,
    rules: LotRules,
    orders: Floats,
    cost: float,
    bound: float,
    seconds: float,
    gap: float,
) -> tuple[Floats, float]:
    """Better shipments than ``orders`` [A, S], which ``cost`` so much, and the better bound.

    The same orders if nothing better is found. The program of ``highs`` gets lot counts and
    placement flags as integral columns, and starts from ``orders``. The search stops after
    ``seconds``, or once it is within ``gap`` (in currency) of the optimum.
    """
    program, number, placed = with_lots(highs.program, rules)
    search = HighsSession(program, highs.threads)
    quantity = data.ordered(orders)[rules.route, rules.period]
    fixed = program.placed_column[rules.route, rules.period]
    # Solve around the known lots first: it gives the search a complete starting point.
    search.change_bounds(fixed, quantity, quantity)
    lots = np.round(quantity[number >= 0] / rules.multiple[number >= 0])
    search.change_bounds(number[number >= 0], lots, lots)
    flags = (quantity[placed >= 0] > 0).astype(float)
    search.change_bounds(placed[placed >= 0], flags, flags)
    start = search.solve(seconds)
    for columns in (fixed, number[number >= 0], placed[placed >= 0]):
        search.change_bounds(columns, program.lower[columns], program.upper[columns])
    if start.values is None:
        return orders, bound
    integral = np.concatenate([number[number >= 0], placed[placed >= 0]])
    found = search.solve_integral(integral, start.values, seconds - start.seconds, gap)
    bound = max(bound, found.bound)
    if found.values is None or found.objective >= start.objective:
        # Orders that were carried out period by period may leave something to gain around them.
        if start.objective >= cost - gap:
            return orders, bound
        found = start
    assert found.values is not None
    better = np.zeros_like(orders)
    better[data.orderable] = np.maximum(found.values[: int(data.orderable.sum())], 0.0)
    exact = found_orders = data.ordered(better)[rules.route, rules.period]
    lot = np.where(rules.multiple > 0, rules.multiple, 1.0)
    exact = np.where(rules.multiple > 0, np.round(exact / lot) * lot, exact)
    exact[exact < 1e-6] = 0.0
    # The rest of an order, if any, ships later; what ships at once takes up the rounding.
    better[rules.route, rules.period] += exact - found_orders
    better[better < 1e-7] = 0.0
    return better, bound


def with_lots(
    program: LinearProgram, rules: LotRules
) -> tuple[LinearProgram, np.ndarray, np.ndarray]:
    """The program with the lot rules of ``solver.formulation.pyomo_model.add_lots``.

    Returns
    -------
    program : LinearProgram
        Its cost carries the fixed costs on the placement flags alone.
    number, placed : arrays [rules]
        Column of each order's lot count and placement flag, -1 where it has none.
    """
    n_rules, n_columns = len(rules.route), len(program.cost)
    order = program.placed_column[rules.route, rules.period]
    counted = rules.multiple > 0
    flagged = (rules.minimum > 0) | (rules.fixed_cost > 0)
    number, placed = np.full(n_rules, -1), np.full(n_rules, -1)
    number[counted] = n_columns + np.arange(counted.sum())
    placed[flagged] = n_columns + counted.sum() + np.arange(flagged.sum())
    total = n_columns + int(counted.sum() + flagged.sum())

    blocks, lows, highs_ = [], [], []

    def add(rows: np.ndarray, extra: np.ndarray, factor: Floats, low: float, high: float) -> None:
        """Rows order - factor * extra within [low, high]."""
        count = len(rows)
        index = np.arange(count)
        entries = (
            np.concatenate([np.ones(count), -factor]),
            (np.concatenate([index, index]), np.concatenate([order[rows], extra])),
        )
        blocks.append(sp.csc_array(entries, shape=(count, total)))
        lows.append(np.full(count, low))
        highs_.append(np.full(count, high))

    whole, least = np.flatnonzero(counted), np.flatnonzero(flagged)
    add(whole, number[whole], rules.multiple[whole], 0.0, 0.0)
    add(least, placed[least], rules.minimum[least], 0.0, np.inf)
    add(least, placed[least], rules.maximum[least], -np.inf, 0.0)

    n_new = total - n_columns
    cost = np.concatenate([program.cost, np.zeros(n_new)])
    # The relaxation charged fixed costs per unit; here the flags carry them.
    cost[order] -= rules.fixed_cost / np.maximum(rules.maximum, 1e-9)
    cost[placed[least]] += rules.fixed_cost[least]
    upper = np.concatenate([program.upper, np.full(n_new, np.inf)])
    upper[placed[least]] = 1.0
    upper[order] = np.minimum(upper[order], rules.maximum)
    widened = sp.hstack(
        [program.matrix, sp.csc_array((program.matrix.shape[0], n_new))], format="csc"
    )
    return (
        replace(
            program,
            cost=cost,
            lower=np.concatenate([program.lower, np.zeros(n_new)]),
            upper=upper,
            matrix=sp.csc_array(sp.vstack([widened, *blocks], format="csc")),
            row_lower=np.concatenate([program.row_lower, *lows]),
            row_upper=np.concatenate([program.row_upper, *highs_]),
            product_of_column=np.concatenate([program.product_of_column, np.full(n_new, -1)]),
            product_of_row=np.concatenate(
                [program.product_of_row, np.full(sum(map(len, lows)), -1)]
            ),
        ),
        number,
        placed,
    )
