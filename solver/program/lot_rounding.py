"""Whole lots in the commit window, and everything else planned again around them."""

from __future__ import annotations

import numpy as np

from scenarios.arrays.types import Floats
from scenarios.model.scenario import Scenario
from solver.deadline import Deadline
from solver.formulation.evaluate import evaluate
from solver.formulation.linear_program import LinearProgram, shipments_of
from solver.formulation.model_data import ModelData, economic_lot
from solver.formulation.pyomo_model import LotRules
from solver.highs.session import HighsSession, Solution
from solver.program.lot_rules import room_left, round_period
from solver.program.prepared import PreparedProgram


def round_lots(
    ready: PreparedProgram,
    highs: HighsSession,
    relaxed: Solution,
    stock_price: Floats,
    deadline: Deadline,
) -> Floats | None:
    """Orders with permitted lots in the commit window, the rest solved again around them.

    None if time ran out, or the whole lots leave too little for a fixed order. The program keeps
    the lots as bounds until :func:`restore`.
    """
    scenario, data, rules = ready.scenario, ready.data, ready.rules
    program, solution = highs.program, relaxed
    if (rules.fixed_cost > 0).any():
        solution = _price_fixed_orders(scenario, data, highs, rules, deadline)
    for period in np.unique(rules.period):
        if solution.values is None:
            return None
        quantity = shipments_of(program, solution.values)
        planned = evaluate(data, quantity, scenario.points.missed_sale_cost)
        left = room_left(data, planned, quantity, int(period))
        asked = data.ordered(quantity)
        fixed = round_period(data, rules, int(period), asked, planned, stock_price, left)
        columns = program.placed_column[rules.route[rules.period == period], period]
        highs.change_bounds(columns, fixed, fixed)
        solution = highs.solve(deadline.left())
    return None if solution.values is None else shipments_of(program, solution.values)


def _price_fixed_orders(
    scenario: Scenario, data: ModelData, highs: HighsSession, rules: LotRules, deadline: Deadline
) -> Solution:
    """Solve with orders of a fixed cost only where due: wanted even if they pay it per unit."""
    costly = rules.fixed_cost > 0
    route, period = rules.route[costly], rules.period[costly]
    lot = economic_lot(scenario)[route]
    columns = highs.program.placed_column[route, period]
    # What ships in several periods pays for its way by the shipment.
    alone = columns == highs.program.order_column[route, period]
    way = np.where(alone, data.order_price[route, period], 0.0)
    highs.change_cost(columns, way + 2.0 * rules.fixed_cost[costly] / np.maximum(lot, 1e-9))
    due = highs.solve(deadline.left())
    if due.values is None:
        return due
    placed = due.values[columns] > 1e-6
    # What is due pays once, so its size is free; what is not due waits.
    highs.change_cost(columns, way)
    limit = np.where(placed, highs.program.upper[columns], 0.0)
    highs.change_bounds(columns, np.zeros(len(columns)), limit)
    return highs.solve(deadline.left())


def restore(highs: HighsSession, program: LinearProgram, rules: LotRules) -> None:
    """Give a kept program its own bounds and costs back."""
    columns = program.placed_column[rules.route, rules.period]
    highs.change_bounds(columns, program.lower[columns], program.upper[columns])
    highs.change_cost(columns, program.cost[columns])
