"""The main job: a scenario in, an audited plan out."""

from __future__ import annotations

import dataclasses
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from typing import Any

import numpy as np

from brain import safety_stocks
from brain.analytic.overrides import decides_nothing
from brain.analytic.stockouts import corrected_for_stockouts
from brain.policy import SafetyStockPolicy, SafetyStocks
from brain.selection import check_brain
from planner.forecasting import Forecast, foreseen
from planner.forecasting.forecast import chosen_models
from planner.overrides.apply import OverriddenScenario, override_scenario
from planner.overrides.override import OverridesLike
from planner.planning.capacity_table import capacity_prices, capacity_table, planned_use
from planner.planning.order_tables import orders_table, projection_table, safety_stock_table
from planner.planning.plan_result import BEYOND, AuditError, Plan
from planner.planning.problems import problems_table
from planner.planning.product_table import products_table
from planner.planning.projection import Projection, project, worth_listing
from planner.results.plan_data import CapacityUse, Report
from planner.text.names import date_text
from scenarios.arguments import Arguments
from scenarios.arrays.types import Floats
from scenarios.errors import Finding, InputError
from scenarios.evaluation.audit import audit
from scenarios.model.fingerprint import input_hash
from scenarios.model.scenario import Scenario, check_scenario
from scenarios.resources import shared_resources
from solver.optimiser import WarmStart, optimise
from solver.options import SolverOptions
from solver.program.fixed_orders import CannotShip
from solver.result import OrderPlan
from solver.workers.protocol import Workers, check_workers

Progress = Callable[[str], None]
"""Called with the name of each phase as it begins."""

DUST = 1e-12
"""What is smaller beside the largest number of its kind is an error of rounding."""

REPORTED_VERSIONS = ("echelon-planner", "numpy", "pandas", "pyomo", "highspy")


def plan(
    scenario: Scenario,
    brain: str | SafetyStockPolicy = "auto",
    options: SolverOptions | None = None,
    progress: Progress | None = None,
    model: str = "auto",
    overrides: OverridesLike = None,
    workers: Workers | None = None,
) -> Plan:
    """Purchase orders for every echelon of a scenario.

    A forecast from sales history, where the scenario has none of its own; safety stocks by the
    brain, orders by the optimiser, what they lead to by the simulator on mean demand, and an audit
    of the result from the raw data.

    Parameters
    ----------
    scenario : Scenario
    brain : str or SafetyStockPolicy
        Who decides the safety stocks, see :func:`brain.safety_stocks`.
    options : SolverOptions, optional
        Time limit, gap and more.
    progress : callable, optional
        Called with the name of each phase as it begins.
    model : str
        How to forecast, see :func:`planner.forecast`.
    overrides : Overrides, DataFrame or path, optional
        Safety stocks, orders and capacities that people set, see :mod:`planner.overrides.override`.
    workers : Workers, optional
        Who solves the blocks of a large program, see :func:`solver.workers.selection.workers_of`;
        default: threads of this process. The plan is the same.

    Returns
    -------
    Plan
        With overrides, one of the world that they change: to audit it anew, audit it against
        ``Overrides.apply(scenario).scenario``.

    Raises
    ------
    InputError
        If an argument is of another kind, there is no such brain or model, an override cannot be
        followed, or something is owed: the tables of a plan hold new orders only.
    AuditError
        If the finished plan breaks a rule of the world: a fault of the planner.
    NotEnoughMemory
        If a large chain cannot be planned in the memory that is allowed.
    """
    check = Arguments("plan")
    check_plan(check, scenario, brain, options, model, workers)
    check.call_of("progress", progress, optional=True)
    check.refuse()
    change = override_scenario(scenario, overrides)
    clock = Clock(progress)
    ready = prepare_plan(scenario, brain, model, clock)
    return finish_plan(ready, change, options, clock, workers=workers)


def check_plan(
    check: Arguments,
    scenario: object,
    brain: object,
    options: object,
    model: object,
    workers: object,
) -> None:
    """Whether the arguments that plans have in common are of their kinds."""
    check_scenario(check, scenario)
    check_brain(check, brain)
    wanted = "SolverOptions, such as SolverOptions(time_limit=30)"
    check.kind("options", options, SolverOptions, wanted, optional=True)
    check.text("model", model)
    check_workers(check, workers)


@dataclass(frozen=True, eq=False)
class PlanBasis:
    """What a plan starts from, whatever orders and capacities people fix."""

    scenario: Scenario
    """With a forecast."""
    stocks: SafetyStocks
    forecast: Forecast | None
    """None: it was given."""
    input_hash: str


def prepare_plan(
    scenario: Scenario, brain: str | SafetyStockPolicy, model: str, clock: Clock
) -> PlanBasis:
    """Forecast and safety stocks; see :func:`plan`."""
    if scenario.settings.unmet_orders == "backlog" and scenario.owed is not None:
        _refuse_owed(scenario)
    # Nobody knows how lead times will change.
    scenario = scenario.replace(lead_time_by_period=None)
    made_forecast = None
    chosen_models(model)  # An unknown name is told even where nothing is to be forecast.
    if scenario.lacks_forecast:
        with clock.phase("forecast"):
            scenario, made_forecast = foreseen(scenario, model, clock.within("forecast"))
    with clock.phase("safety stocks"):
        stocks = safety_stocks(scenario, brain)
        if not decides_nothing(brain):
            mended = corrected_for_stockouts(scenario, stocks.quantity)
            stocks = dataclasses.replace(stocks, quantity=mended)
    return PlanBasis(scenario, stocks, made_forecast, input_hash(scenario))


def finish_plan(
    ready: PlanBasis,
    change: OverriddenScenario,
    options: SolverOptions | None,
    clock: Clock,
    warm_start: WarmStart | None = None,
    workers: Workers | None = None,
) -> Plan:
    """Orders, tables and audit; see :func:`plan`. ``warm_start`` keeps the solver between
    calls."""
    scenario = change.on(ready.scenario)
    stocks = dataclasses.replace(
        ready.stocks,
        quantity=change.over(ready.stocks.quantity),
        source=np.where(change.sets.all(axis=1), "override", ready.stocks.source),
    )
    with clock.phase("orders"):
        found = _orders(scenario, stocks.quantity, change, options, clock, warm_start, workers)
    with clock.phase("projection"):
        projection = project(scenario, worth_listing(found.quantity))
        change.check_shipped(projection.shipped)
    with clock.phase("tables"):
        capacity = capacity_table(scenario, stocks.quantity, found, projection)
        made = Plan(
            purchase_orders=orders_table(scenario, stocks.quantity, found, projection),
            safety_stock=safety_stock_table(scenario, stocks, change.sets),
            projection=projection_table(scenario, stocks.quantity, projection),
            problems=problems_table(
                scenario,
                stocks.quantity,
                found,
                projection,
                (*scenario.warnings, *stocks.findings),
            ),
            capacity=capacity,
            capacity_prices=capacity_prices(capacity),
            products=products_table(scenario, projection),
            report=_report(scenario, ready, change, stocks, found, projection, clock.seconds),
            forecast=None if ready.forecast is None else ready.forecast.table,
        )
    of_solver = found.seconds
    # The audit reads the tables alone, and what is large here is not needed beside it.
    del found, projection, stocks
    with clock.phase("audit"):
        violations = audit(scenario, made)
        if violations:
            raise AuditError(violations)
    clock.finish(of_solver)
    return made


def _orders(
    scenario: Scenario,
    safety_stock: Floats,
    change: OverriddenScenario,
    options: SolverOptions | None,
    clock: Clock,
    warm_start: WarmStart | None,
    workers: Workers | None,
) -> OrderPlan:
    try:
        return optimise(
            scenario,
            safety_stock,
            options,
            warm_start=warm_start,
            progress=clock.within("orders"),
            fixed_orders=change.fixed_orders,
            workers=workers,
        )
    except CannotShip as error:
        raise change.cannot_ship(error) from error


def _refuse_owed(scenario: Scenario) -> None:
    total = float(scenario.owed.sum()) if scenario.owed is not None else 0.0
    if total > 0:
        problem = "the scenario opens with goods that are owed, which a plan's tables cannot show"
        remedy = "use a policy (planner.policies), or set owed to None"
        raise InputError([Finding("scenario", problem, remedy, None, "owed", f"{total:g}")])


class Clock:
    """Tells of phases and keeps their seconds; the report shares the dict it fills."""

    def __init__(self, progress: Progress | None):
        self.seconds: dict[str, float] = {}
        self._progress, self._started = progress, time.perf_counter()

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        if self._progress is not None:
            self._progress(name)
        started = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - started

    def within(self, name: str) -> Progress:
        """Tells of the phases of a phase."""
        return lambda part: self._progress(f"{name}: {part}") if self._progress else None

    def finish(self, of_solver: dict[str, float]) -> None:
        named = {f"orders: {name}": spent for name, spent in of_solver.items() if name != "total"}
        self.seconds |= named | {"total": time.perf_counter() - self._started}


def _report(
    scenario: Scenario,
    ready: PlanBasis,
    change: OverriddenScenario,
    stocks: SafetyStocks,
    found: OrderPlan,
    projection: Projection,
    seconds: dict[str, float],
) -> Report:
    now = slice(0, scenario.settings.commit_periods)
    names, numbers = np.unique(stocks.source.astype(str), return_counts=True)
    costs = {name: float(cost.sum()) for name, cost in projection.costs.items()}
    dust = DUST * sum(costs.values())
    costs = {name: cost if cost > dust else 0.0 for name, cost in costs.items()}
    missed = np.where(projection.missed > DUST * scenario.mean.max(), projection.missed, 0.0)
    backlogged = scenario.settings.unmet_demand == "backlog"
    placed = projection.orders > 0
    return Report(
        status=found.status,
        message=found.message,
        objective=float(found.objective),
        bound=found.bound,
        gap=found.gap,
        solver=_effort(found),
        seconds=seconds,
        versions=versions(),
        brains={str(name): int(n) for name, n in zip(names, numbers, strict=True)},
        input_hash=ready.input_hash,
        overrides=change.overrides.listed(),
        counts={
            "products": scenario.n_products,
            "locations": scenario.n_locations,
            "lanes": len(scenario.lanes.origin),
            "stock_points": scenario.n_points,
            "periods": scenario.n_periods,
            "orders_now": int(placed[:, now].sum()),
            "orders_planned": int(placed.sum() - placed[:, now].sum()),
        },
        costs=costs | {"total": sum(costs.values())},
        missed_units=float(missed[:, -1].sum() if backlogged else missed.sum()),
        capacity=tuple(_capacity_use(scenario, found, projection)),
        first_date=date_text(scenario, 0),
        last_date=date_text(scenario, -1),
        currency=scenario.settings.currency,
        period=scenario.settings.period,
        unmet_demand=scenario.settings.unmet_demand,
        forecast={} if ready.forecast is None else ready.forecast.weights,
        notes=tuple(_notes(scenario, projection)),
    )


def _effort(found: OrderPlan) -> dict[str, Any]:
    """How orders were found, and what lot rules cost."""
    relaxed = found.effort.relaxed_objective
    loss = None if relaxed is None else found.objective - relaxed
    return dataclasses.asdict(found.effort) | {"lot_loss": loss}


def _notes(scenario: Scenario, projection: Projection) -> Iterator[str]:
    if not scenario.settings.end_of_life:
        yield BEYOND
    later = projection.orders[:, scenario.settings.commit_periods :] > 0
    if later[scenario.routes.order_cost > 0].any():
        yield (
            "Orders planned for later are not bundled yet, so the cost of ordering is overstated;"
            " those released now are."
        )


def versions() -> dict[str, str]:
    """Versions of this package, of Python and of what decides the numbers."""
    return {"python": platform.python_version()} | {
        name: metadata.version(name) for name in REPORTED_VERSIONS
    }


def _capacity_use(
    scenario: Scenario, found: OrderPlan, projection: Projection
) -> Iterator[CapacityUse]:
    """Every place that has a capacity in some period, kind after kind of shared resource."""
    dates = [date_text(scenario, t) for t in range(scenario.n_periods)]
    for resource in shared_resources(scenario):
        capacity, used = resource.capacity, planned_use(resource, projection)
        limited = np.isfinite(capacity)
        share = np.where(
            capacity > 0,
            used / np.where(limited & (capacity > 0), capacity, 1.0),
            np.where(used > 0, np.inf, 0.0),
        )
        peak = np.argmax(np.where(limited, share, -1.0), axis=1)
        excess = 0.0 if resource.hard else np.maximum(used - capacity, 0.0)
        over = np.broadcast_to(excess, used.shape).sum(axis=1)
        expected = found.overflow[resource.kind].sum(axis=1)
        cost = expected * (0.0 if resource.overflow_cost is None else resource.overflow_cost)
        price = found.price[resource.kind].sum(axis=1)
        titles = resource.titles
        for i in np.flatnonzero(limited.any(axis=1)).tolist():
            yield CapacityUse(
                resource.kind, titles[i], float(share[i, limited[i]].mean()),
                float(share[i, peak[i]]), dates[peak[i]], float(over[i]), float(expected[i]),
                float(cost[i]), float(price[i]),
            )  # fmt: skip
