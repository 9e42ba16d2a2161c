"""Orders from a program: relax, round what is released now, repair, prove the gap."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from scenarios.arrays.types import Floats
from solver.deadline import Deadline
from solver.formulation.evaluate import Evaluation, evaluate
from solver.formulation.linear_program import shipments_of
from solver.formulation.shared_limits import overflow_cost
from solver.highs.session import HighsSession, Termination
from solver.options import SolverOptions
from solver.program.executed_orders import carried_out, closed_form_orders
from solver.program.gap import gap_of, status_of
from solver.program.lot_rounding import restore, round_lots
from solver.program.lot_rules import exact_lots
from solver.program.lot_search import improve
from solver.program.prepared import PreparedProgram, use_of
from solver.result import Status

SEARCHES = 3
"""Searches for better lots: one may change the surcharge, and with it what the gap means."""
LEAST = 0.2
"""Seconds below which no search begins."""


@dataclass(frozen=True, eq=False)
class ProgramSolution:
    """Orders for one program. Costs and bound have the surcharge on lost sales in them."""

    status: Status
    orders: Floats
    """[A, S]"""
    relaxed: Floats
    """[A, S] orders without lot rules."""
    cost: float
    bound: float
    surcharge: float
    relaxed_cost: float | None
    """Of the relaxation; None: it was not solved."""
    relaxed_surcharge: float
    """Part of ``relaxed_cost`` that is surcharge on lost sales."""
    relaxed_use: Floats | None
    """[R] what it uses of each shared limit."""
    relaxed_overflow: float
    """Part of ``relaxed_cost`` that is charged for overflow."""
    price: Floats
    """[R] of the shared limits, per unit of the resource."""
    use: Floats
    """[R] planned use of each."""
    overflow: float
    """Part of ``cost`` that is charged for it."""
    termination: Termination
    """Of the relaxation."""
    highs_seconds: float

    @property
    def relaxed_objective(self) -> float | None:
        """Cost of the relaxation without its own surcharge; None: it was not solved."""
        return None if self.relaxed_cost is None else self.relaxed_cost - self.relaxed_surcharge


def solve_program(
    ready: PreparedProgram,
    highs: HighsSession,
    options: SolverOptions,
    deadline: Deadline,
    search: float = np.inf,
) -> ProgramSolution:
    """Solve the relaxation, which proves the bound; set orders of the commit window to permitted
    lots, and solve everything else again around them. If the gap is wider than asked for, HiGHS
    searches for better lots in the time that is left, for ``search`` seconds at most. If time runs
    out before the relaxation is solved, the closed form gives the orders.

    Raises
    ------
    CannotShip
        If fixed orders ask for more than can ship.
    """
    rules, fixed, program = ready.rules, ready.fixed, ready.program
    before = highs.seconds
    deadline.phase("solve")
    relaxed = highs.solve(deadline.left() * 0.8)
    if relaxed.termination != "optimal":
        if len(fixed.route) and relaxed.termination != "time_limit":
            fixed.explain(highs, max(deadline.left(), 1.0))
        deadline.phase("closed form")
        spent = highs.seconds - before
        return replace(
            in_closed_form(ready, relaxed.bound),
            termination=relaxed.termination,
            highs_seconds=spent,
        )
    assert relaxed.values is not None
    assert relaxed.row_dual is not None
    free = shipments_of(program, relaxed.values)
    price = np.maximum(-relaxed.row_dual[program.shared], 0.0)
    bound, best, searched = relaxed.bound, free, 0.0
    relaxed_use = use_of(ready, relaxed.values)
    planned = without_lots = _evaluated(ready, free)
    if len(rules.route):
        deadline.phase("round")
        lots = round_lots(ready, highs, relaxed, _stock_price(ready, price), deadline)
        best = _carried_out(ready, free) if lots is None else lots
        planned = _evaluated(ready, best)
        deadline.phase("search")
        started = deadline.left()
        for _ in range(SEARCHES):
            cost, surcharge = planned.cost + _fixed_cost(ready, best), planned.surcharge
            left = min(deadline.left(), search - (started - deadline.left()))
            if gap_of((cost, surcharge), bound) <= options.gap or left <= LEAST:
                break
            # In currency: relative to the surcharged objective the search would stop too early.
            close = options.gap * abs(min(cost, bound) - surcharge)
            best, bound = improve(ready.data, highs, rules, best, cost, bound, left, close)
            planned = _evaluated(ready, best)
        searched = started - deadline.left()
        restore(highs, program, rules)
    review = ready.data.review
    owing = (review != np.arange(len(review))).any()
    if planned.overdrawn > 1e-6 and not owing:
        # A place that sells and supplies may be planned to ship while customers wait there; they
        # are served first, so less ships. (Where it is owed until the next review, it ships late.)
        best = _carried_out(ready, best)
        planned = _evaluated(ready, best)
    objective = planned.cost + _fixed_cost(ready, best)
    gap = gap_of((objective, planned.surcharge), bound)
    return ProgramSolution(
        status=status_of(gap, options, deadline.left() <= 1.0),
        orders=fixed.settled(exact_lots(ready.data, rules, best)),
        relaxed=fixed.settled(ready.data.ordered(free)),
        cost=objective,
        bound=min(bound, objective),
        surcharge=planned.surcharge,
        relaxed_cost=relaxed.objective,
        relaxed_surcharge=without_lots.surcharge,
        relaxed_use=relaxed_use,
        relaxed_overflow=overflow_cost(ready.data.limits, relaxed_use),
        price=price,
        use=planned.use,
        overflow=planned.overflow,
        termination="optimal",
        highs_seconds=highs.seconds - before + searched,
    )


def in_closed_form(ready: PreparedProgram, bound: float = -np.inf) -> ProgramSolution:
    """Closed-form orders, carried out as far as stock and hard limits allow."""
    n_periods, fixed = ready.data.n_periods, ready.fixed
    orders = closed_form_orders(
        ready.scenario, n_periods, ready.rules, fixed, ready.safety_stock, ready.data.missed_already
    )
    orders = fixed.settled(orders)
    planned = _evaluated(ready, orders)
    if (ready.safety_stock >= 0).all():
        # Then no part of the cost is negative.
        bound = max(bound, planned.surcharge)
    return ProgramSolution(
        status="closed_form",
        orders=orders,
        relaxed=orders,
        cost=planned.cost + _fixed_cost(ready, orders),
        bound=bound,
        surcharge=planned.surcharge,
        relaxed_cost=None,
        relaxed_surcharge=0.0,
        relaxed_use=None,
        relaxed_overflow=0.0,
        price=np.zeros(ready.program.n_shared),
        use=planned.use,
        overflow=planned.overflow,
        termination="optimal",
        highs_seconds=0.0,
    )


def _carried_out(ready: PreparedProgram, shipments: Floats) -> Floats:
    """What ships [A, S] of planned shipments [A, S] in the period in which it is ordered."""
    asked = ready.data.ordered(shipments)
    return carried_out(
        ready.scenario,
        ready.data.n_periods,
        ready.rules,
        ready.fixed,
        lambda state, period: asked[:, period],
    )


def _evaluated(ready: PreparedProgram, shipments: Floats) -> Evaluation:
    return evaluate(ready.data, shipments, ready.scenario.points.missed_sale_cost)


def _fixed_cost(ready: PreparedProgram, shipments: Floats) -> float:
    rules = ready.rules
    placed = ready.data.ordered(shipments)[rules.route, rules.period] > 0
    return float((rules.fixed_cost * placed).sum()) + rules.paid


def _stock_price(ready: PreparedProgram, price: Floats) -> Floats:
    """[K, S] what a unit on hand pays for what is shared, at prices [R] of the limits."""
    data = ready.data
    paid = np.zeros((data.n_points, data.n_periods))
    for number, resource in enumerate(data.resources):
        if resource.of == "stock" and data.limits.any_of(number):
            by_place = data.limits.by_place(price, number, resource.n_places, data.n_periods)
            paid += resource.paid(by_place)
    return paid
