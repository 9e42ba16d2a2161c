"""From safety stocks to orders: relax, round what is released now, repair, prove the gap."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from scenarios.model import Floats, Scenario
from solver.assemble import assemble
from solver.capacity import expected_overflow
from solver.data import ModelData, economic_lot, prepare
from solver.evaluate import Evaluation, evaluate, stored_volume
from solver.fallback import carried_out, closed_form_orders
from solver.fixed_orders import FixedOrders
from solver.highs import Highs, Solution
from solver.integral import improve
from solver.lots import lot_rules, round_period
from solver.model import LotRules
from solver.options import SolverOptions
from solver.owed import new_orders, ship_owed
from solver.program import LinearProgram
from solver.result import OrderPlan, Status

Progress = Callable[[str], None]
"""Told the name of each phase as it begins."""

SEARCHES = 3
"""Searches for better lots: one may change the surcharge, and with it what the gap means."""


@dataclass(eq=False)
class Kept:
    """A program that HiGHS keeps, so that a similar one starts from the last basis."""

    highs: Highs | None = None

    def load(self, program: LinearProgram, threads: int) -> Highs:
        """The kept instance with new data if the matrix is the same, else a new one."""
        highs = self.highs
        if highs and highs.threads == threads and _same_matrix(highs.program, program):
            highs.change_program(program)
        else:
            self.highs = highs = Highs(program, threads)
        return highs


def optimise(
    scenario: Scenario,
    safety_stock: Floats,
    options: SolverOptions | None = None,
    *,
    kept: Kept | None = None,
    progress: Progress | None = None,
    fixed_orders: Floats | None = None,
) -> OrderPlan:
    """Orders for all products and locations together.

    The linear relaxation is solved and proves the bound. Orders of the commit window are then set
    to permitted lots, everything else is solved again around them, and if the gap is still wider
    than asked for, HiGHS searches for better lots in the time that is left. If time runs out before
    the relaxation is solved, the closed form gives the orders. What origins owe from earlier
    orders comes on top of the orders returned, and is not ordered again.

    Parameters
    ----------
    scenario : Scenario
    safety_stock : array [K, T]
        Buffer wanted at the end of each period, see ``solver.closed_form``.
    options : SolverOptions, optional
    kept : Kept, optional
        Keeps the solver between calls on similar scenarios (rolling horizons).
    progress : callable, optional
        Called with the name of each phase.
    fixed_orders : array [A, T], optional
        Quantities of orders in the commit window that are no decision (0: none may be placed), nan
        where they are free. They obey lot rules only if they do so as given.

    Returns
    -------
    OrderPlan

    Raises
    ------
    CannotShip
        If fixed orders ask for more than can ship.
    ValueError
        If orders are fixed that are none (:meth:`solver.fixed_orders.FixedOrders.of`), or while
        goods are owed: those count against the first orders.
    """
    options = options or SolverOptions()
    fixed = FixedOrders.of(scenario, fixed_orders)
    if len(fixed.route) and scenario.owed is not None and scenario.owed.any():
        raise ValueError("orders cannot be fixed while goods are owed")
    scenario, rest = ship_owed(scenario)
    found = _optimise(scenario, safety_stock, fixed, options, kept, progress)
    return replace(
        found,
        quantity=new_orders(scenario, found.quantity, rest),
        relaxed=new_orders(scenario, found.relaxed, rest),
    )


def _optimise(
    scenario: Scenario,
    safety_stock: Floats,
    fixed: FixedOrders,
    options: SolverOptions,
    kept: Kept | None,
    progress: Progress | None,
) -> OrderPlan:
    """Orders of a scenario in which nothing is owed."""
    clock = _Clock(options.time_limit, progress)
    clock.phase("prepare")
    asked = fixed.route[fixed.placed], fixed.period[fixed.placed]
    data = prepare(scenario, safety_stock, options, asked)
    clock.phase("build")
    program = assemble(data)
    fixed.bound(program)
    rules = lot_rules(scenario, data, fixed)
    program = _with_fixed_cost(program, rules)
    highs = (kept or Kept()).load(program, options.threads)
    clock.phase("solve")
    relaxed = highs.solve(clock.left() * 0.8)
    if relaxed.termination != "optimal":
        if len(fixed.route) and relaxed.termination != "time_limit":
            fixed.explain(highs, max(clock.left(), 1.0))
        return _fall_back(scenario, data, rules, fixed, relaxed, safety_stock, clock)
    assert relaxed.values is not None
    assert relaxed.row_dual is not None
    missed_cost = scenario.points.missed_sale_cost
    free = _orders(data, program, relaxed.values)
    prices = _prices(scenario, data, program, relaxed.row_dual)
    bound, best = relaxed.bound, free
    status: Status = "optimal"
    if len(rules.route):
        clock.phase("round")
        rounded = _round(scenario, data, highs, rules, relaxed, prices[0], clock)
        if rounded is None:
            rounded = _carried_out(scenario, data, rules, fixed, free)
        best = rounded
        clock.phase("search")
        for _ in range(SEARCHES):
            cost = _total(data, rules, best, missed_cost)
            if _gap(cost, bound) <= options.gap or clock.left() <= 1.0:
                break
            # In currency: relative to the surcharged objective the search would stop too early.
            close = options.gap * abs(min(cost[0], bound) - cost[1])
            best, bound = improve(data, highs, rules, best, bound, clock.left(), close)
        _restore(highs, program)
    planned = evaluate(data, best, missed_cost)
    owing = (data.review != np.arange(data.n_periods)).any()
    if planned.overdrawn > 1e-6 and not owing:
        # A place that sells and supplies may be planned to ship while customers wait there; they
        # are served first, so less ships. (Where it is owed until the next review, it ships late.)
        best = _carried_out(scenario, data, rules, fixed, best)
        planned = evaluate(data, best, missed_cost)
    objective = planned.cost + _fixed(data, rules, best)
    gap = _gap((objective, planned.surcharge), bound)
    if gap > 1e-6:
        out_of_time = clock.left() <= 1.0
        status = "time_limit" if out_of_time else "best_found"
        status = "gap_reached" if gap <= options.gap else status
    clock.phase("done")
    return OrderPlan(
        quantity=fixed.settled(_orders_of(data, rules, best))[:, : scenario.n_periods],
        relaxed=fixed.settled(data.ordered(free))[:, : scenario.n_periods],
        status=status,
        objective=objective - planned.surcharge,
        bound=min(bound, objective) - planned.surcharge,
        surcharge=planned.surcharge,
        storage_price=prices[0][:, : scenario.n_periods],
        lane_price=prices[1][:, : scenario.n_periods],
        expected_overflow=_overflow(scenario, data, planned),
        seconds=clock.seconds,
        message=_message(status, gap, options),
        fixed=fixed.mask((scenario.n_routes, scenario.n_periods)),
    )


def _orders_of(data: ModelData, rules: LotRules, shipments: Floats) -> Floats:
    """[A, S] orders of shipments [A, S]; a sum of parts is an exact lot again."""
    orders = data.ordered(shipments)
    if orders is shipments:
        return orders
    asked = orders[rules.route, rules.period]
    lot = np.where(rules.multiple > 0, rules.multiple, 1.0)
    exact = np.where(rules.multiple > 0, np.rint(asked / lot) * lot, asked)
    exact = np.where(exact > 1e-6, np.maximum(exact, rules.minimum), exact)
    near = np.abs(exact - asked) <= 1e-6 * (1.0 + asked)
    orders[rules.route, rules.period] = np.where(near, exact, asked)
    return orders


def _carried_out(
    scenario: Scenario, data: ModelData, rules: LotRules, fixed: FixedOrders, shipments: Floats
) -> Floats:
    """What ships [A, S] of planned shipments [A, S] in the period in which it is ordered."""
    asked = data.ordered(shipments)
    return carried_out(scenario, data, rules, fixed, lambda state, period: asked[:, period])


def _message(status: Status, gap: float, options: SolverOptions) -> str:
    if status == "optimal":
        return "The orders are optimal."
    if status == "gap_reached":
        return f"The orders are proven to be within {gap:.2%} of the optimum."
    return (
        f"The best orders found are proven to be within {gap:.2%} of the optimum; the gap asked for"
        f" was {options.gap:.2%}."
    )


def _fall_back(
    scenario: Scenario,
    data: ModelData,
    rules: LotRules,
    fixed: FixedOrders,
    relaxed: Solution,
    safety_stock: Floats,
    clock: _Clock,
) -> OrderPlan:
    """Closed-form orders, carried out as far as stock and lanes allow."""
    clock.phase("closed form")
    orders = fixed.settled(closed_form_orders(scenario, data, rules, fixed, safety_stock))
    planned = evaluate(data, orders, scenario.points.missed_sale_cost)
    objective = planned.cost + _fixed(data, rules, orders)
    bound = relaxed.bound - planned.surcharge
    if (safety_stock >= 0).all():
        # Then no part of the cost is negative.
        bound = max(bound, 0.0)
    clock.phase("done")
    nothing = np.zeros((scenario.n_locations, scenario.n_periods))
    return OrderPlan(
        quantity=orders[:, : scenario.n_periods],
        relaxed=orders[:, : scenario.n_periods],
        status="closed_form",
        objective=objective - planned.surcharge,
        bound=bound if np.isfinite(bound) else None,
        surcharge=planned.surcharge,
        storage_price=nothing,
        lane_price=np.zeros((len(scenario.lanes.origin), scenario.n_periods)),
        expected_overflow=_overflow(scenario, data, planned),
        seconds=clock.seconds,
        message=(
            "Time ran out before the model was solved"
            if relaxed.termination == "time_limit"
            else f"The solver found no optimum ({relaxed.termination})"
        )
        + ": these are closed-form orders, which do not weigh products against each other where"
        " capacity is short.",
        fixed=fixed.mask((scenario.n_routes, scenario.n_periods)),
    )


def _round(
    scenario: Scenario,
    data: ModelData,
    highs: Highs,
    rules: LotRules,
    relaxed: Solution,
    storage_price: Floats,
    clock: _Clock,
) -> Floats | None:
    """Orders with permitted lots in the commit window, the rest solved again around them.

    None if time ran out, or the whole lots leave too little for a fixed order.
    """
    program, solution = highs.program, relaxed
    if (rules.fixed_cost > 0).any():
        solution = _price_fixed_orders(scenario, data, highs, rules, clock)
    for period in np.unique(rules.period):
        if solution.values is None:
            return None
        quantity = _orders(data, program, solution.values)
        planned = evaluate(data, quantity, scenario.points.missed_sale_cost)
        room = _room(scenario, data, planned, quantity, int(period))
        asked = data.ordered(quantity)
        fixed = round_period(data, rules, int(period), asked, planned, storage_price, room)
        columns = program.placed_column[rules.route[rules.period == period], period]
        highs.change_bounds(columns, fixed, fixed)
        solution = highs.solve(clock.left())
    return None if solution.values is None else _orders(data, program, solution.values)


def _price_fixed_orders(
    scenario: Scenario, data: ModelData, highs: Highs, rules: LotRules, clock: _Clock
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
    due = highs.solve(clock.left())
    if due.values is None:
        return due
    placed = due.values[columns] > 1e-6
    # What is due pays once, so its size is free; what is not due waits.
    highs.change_cost(columns, way)
    limit = np.where(placed, highs.program.upper[columns], 0.0)
    highs.change_bounds(columns, np.zeros(len(columns)), limit)
    return highs.solve(clock.left())


def _room(
    scenario: Scenario, data: ModelData, planned: Evaluation, quantity: Floats, period: int
) -> tuple[Floats, Floats]:
    """Stock left at each origin, and capacity left on each lane, by all that a review orders."""
    ships = np.flatnonzero(data.review == period)
    last = int(ships[-1])
    left = planned.buffer[:, last if data.lag else last + 1]
    volume = data.volume[data.destination][:, None] * quantity
    limits, n_lanes = data.capacities, len(scenario.lanes.origin)
    lane = np.zeros(n_lanes)
    for s in ships.tolist():
        room = np.full(n_lanes, np.inf)
        now = limits.lane_period == s
        used = np.bincount(data.lane, volume[:, s], n_lanes)
        room[limits.lane[now]] = np.maximum(limits.lane_limit[now] - used[limits.lane[now]], 0.0)
        lane += room
    return np.maximum(left, 0.0), lane


def _with_fixed_cost(program: LinearProgram, rules: LotRules) -> LinearProgram:
    """Charge fixed costs in the relaxation by the share of the largest order."""
    columns = program.placed_column[rules.route, rules.period]
    cost = program.cost.copy()
    cost[columns] += rules.fixed_cost / np.maximum(rules.maximum, 1e-9)
    return replace(program, cost=cost, offset=program.offset + rules.paid)


def _restore(highs: Highs, program: LinearProgram) -> None:
    """Give a kept program its own bounds and costs back."""
    columns = np.union1d(program.order_column, program.placed_column)
    columns = columns[columns >= 0]
    highs.change_bounds(columns, program.lower[columns], program.upper[columns])
    highs.change_cost(columns, program.cost[columns])


def _orders(data: ModelData, program: LinearProgram, values: Floats) -> Floats:
    """[A, S] shipments in a solution, without the solver's last digits."""
    quantity = np.zeros(data.orderable.shape)
    quantity[data.orderable] = np.maximum(values[: int(data.orderable.sum())], 0.0)
    quantity[quantity < 1e-7] = 0.0
    near = np.round(quantity)
    return np.where(np.abs(quantity - near) < 1e-7, near, quantity)


def _prices(
    scenario: Scenario, data: ModelData, program: LinearProgram, row_dual: Floats
) -> tuple[Floats, Floats]:
    """What a unit of storage [J, S] and of lane capacity [N, S] would save."""
    limits = data.capacities
    storage = np.zeros((scenario.n_locations, data.n_periods))
    lane = np.zeros((len(scenario.lanes.origin), data.n_periods))
    rows = row_dual[program.storage_row : program.storage_row + len(limits.location)]
    storage[limits.location, limits.storage_period] = np.maximum(-rows, 0.0)
    rows = row_dual[program.lane_row : program.lane_row + len(limits.lane)]
    lane[limits.lane, limits.lane_period] = np.maximum(-rows, 0.0)
    return storage, lane


def _overflow(scenario: Scenario, data: ModelData, planned: Evaluation) -> Floats:
    stored = stored_volume(data, planned.on_hand, scenario.n_locations)
    return expected_overflow(scenario, stored, data.stock_std)[:, : scenario.n_periods]


def _fixed(data: ModelData, rules: LotRules, quantity: Floats) -> float:
    placed = data.ordered(quantity)[rules.route, rules.period] > 0
    return float((rules.fixed_cost * placed).sum()) + rules.paid


def _total(
    data: ModelData, rules: LotRules, quantity: Floats, missed_cost: Floats
) -> tuple[float, float]:
    planned = evaluate(data, quantity, missed_cost)
    return planned.cost + _fixed(data, rules, quantity), planned.surcharge


def _gap(cost: tuple[float, float], bound: float) -> float:
    """Relative to the cost without the surcharge on lost sales, which would flatter it."""
    objective, surcharge = cost
    return max(0.0, objective - bound) / max(abs(objective - surcharge), 1e-9)


def _same_matrix(one: LinearProgram, other: LinearProgram) -> bool:
    return (
        one.matrix.shape == other.matrix.shape
        and np.array_equal(one.matrix.indptr, other.matrix.indptr)
        and np.array_equal(one.matrix.indices, other.matrix.indices)
        and np.array_equal(one.matrix.data, other.matrix.data)
    )


class _Clock:
    """Time left of a limit, and seconds by phase."""

    def __init__(self, limit: float, progress: Progress | None):
        self._started = self._last = time.perf_counter()
        self._limit, self._progress, self._name = limit, progress, ""
        self.seconds: dict[str, float] = {}

    def left(self) -> float:
        return max(0.0, self._limit - (time.perf_counter() - self._started))

    def phase(self, name: str) -> None:
        now = time.perf_counter()
        if self._name:
            self.seconds[self._name] = self.seconds.get(self._name, 0.0) + now - self._last
        self._last, self._name = now, name
        if name == "done":
            self.seconds["total"] = now - self._started
        elif self._progress is not None:
            self._progress(name)


__all__ = ["Kept", "optimise"]
