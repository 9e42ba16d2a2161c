"""Run a scenario under a policy: the whole trajectory, or only what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, overload

import numpy as np

from scenarios.arguments import Arguments
from scenarios.arrays.types import Array, Floats
from scenarios.model.scenario import Scenario, check_scenario
from scenarios.model.subset import ProductSubset
from scenarios.simulation.compiled import CompiledScenario, compile_scenario
from scenarios.simulation.costs import COMPONENTS, Costs, overflow_cost, period_costs, uses
from scenarios.simulation.policy import DemandModel, OrderPolicy, SeparablePolicy
from scenarios.simulation.split import parts_of, with_batch
from scenarios.simulation.state import Outcome, State
from scenarios.simulation.step import initial_state, step
from scenarios.simulation.trajectory import Recorder, Trajectory

PART = 49_152
"""Stock points x paths that are run at a time: their arrays stay in a core's cache."""


@dataclass(frozen=True, eq=False)
class Totals:
    """What a run came to, summed over stock points."""

    costs: Costs
    """Every component [..., T]."""
    demand: Floats
    """[..., T] units"""
    missed: Floats
    """[..., T] units of demand not met in their period"""

    @property
    def fill_rate(self) -> Floats:
        """[...] share of demand met in its period (1 where there was none)."""
        demand, missed = self.demand.sum(axis=-1), self.missed.sum(axis=-1)
        return 1.0 - missed / np.where(demand > 0, demand, 1.0)


def by_period(values: Array) -> Iterator[Array]:
    """The columns [..., K] of an array [..., K, T], one after the other."""
    for period in range(values.shape[-1]):
        yield values[..., period]


def run(
    net: CompiledScenario,
    state: State,
    policy: OrderPolicy,
    demand: Array | Iterable[Array],
    *,
    review_period: int = 1,
) -> Iterator[tuple[int, State, Outcome]]:
    """Let one period after the other pass; works in any array library, gradients included.

    Parameters
    ----------
    net : CompiledScenario
    state : State
        At the start of period 0, with the leading axes of ``demand``.
    policy : callable
        Called in every ``review_period``-th period, first in period 0.
    demand : array [..., K, T], or iterable of arrays [..., K]
        Units, of all periods or of one after the other. Time-major memory order (a transposed
        [..., T, K] array) is fastest.

    Yields
    ------
    period, state, outcome
        The state is that at the end of the period.
    """
    columns = by_period(demand) if hasattr(demand, "shape") else demand
    for period, wanted in enumerate(columns):
        if period % review_period == 0:
            orders = policy(state, period)
        else:
            orders = net.xp.zeros_like(state.owed)
        if orders.ndim < state.owed.ndim:
            orders = net.xp.broadcast_to(orders, state.owed.shape)
        state, outcome = step(net, state, orders, wanted, period)
        yield period, state, outcome


@overload
def simulate(
    scenario: Scenario,
    policy: OrderPolicy,
    demand: Floats | DemandModel,
    rng: np.random.Generator | None = ...,
    *,
    record: Literal[True] = ...,
    initial: State | None = ...,
    dtype: Any = ...,
) -> Trajectory: ...


@overload
def simulate(
    scenario: Scenario,
    policy: OrderPolicy,
    demand: Floats | DemandModel,
    rng: np.random.Generator | None = ...,
    *,
    record: Literal[False],
    initial: State | None = ...,
    dtype: Any = ...,
) -> Totals: ...


def simulate(
    scenario: Scenario,
    policy: OrderPolicy,
    demand: Floats | DemandModel,
    rng: np.random.Generator | None = None,
    *,
    record: bool = True,
    initial: State | None = None,
    dtype: Any = np.float64,
) -> Trajectory | Totals:
    """Run a scenario over its periods.

    Parameters
    ----------
    scenario : Scenario
    policy : callable
        ``policy(state, period) -> orders [..., A]``, asked every review period.
    demand : array [K, T] or [paths, K, T], or callable
        Units that customers want, or a model ``(scenario, rng) -> array`` that draws them. More
        periods than the scenario has are run with its last capacities.
    rng : numpy.random.Generator, optional
        Needed where ``demand`` is a model.
    record : bool
        False: only totals, which is much faster and takes no memory. Where no limit on flows
        couples the products and the policy can be split (it has ``take``), they are run in parts
        that fit a core's cache.
    initial : State, optional
        Where to start; default: opening stock and open orders of the scenario.
    dtype : numpy float type
        float32 is faster and good to about six digits.

    Returns
    -------
    Trajectory, or Totals if not ``record``

    Raises
    ------
    InputError
        If an argument is of another kind, or demand has the wrong shape or is negative or nan.
    ValueError
        If the policy orders nan or less than 0 (checked when recording).
    """
    check = Arguments("simulate")
    check_scenario(check, scenario)
    check.call_of("policy", policy)
    if callable(demand):
        wanted = "a numpy.random.Generator, which a demand model needs"
        check.kind("rng", rng, np.random.Generator, wanted)
    check.kind("initial", initial, State, "a State, such as Trajectory.final", optional=True)
    check.refuse()
    if callable(demand):
        assert rng is not None
        demand = demand(scenario, rng)
    demand = _checked(check, scenario, demand, record)
    net = compile_scenario(scenario, dtype=dtype)
    if initial is None:
        initial = initial_state(scenario, net)
    review = scenario.settings.review_period
    if record:
        return _record(scenario, net, initial, policy, demand.astype(dtype, copy=False))
    return _totals(net, initial, policy, demand, review)


def _checked(check: Arguments, scenario: Scenario, demand: object, record: bool) -> Floats:
    """Demand [K, T] or [paths, K, T]; its numbers are looked at where it is recorded."""
    wanted = "give [points, periods] or [paths, points, periods]"
    try:
        array = np.asarray(demand)
    except ValueError:  # rows of different lengths
        array = np.empty(0)
    if array.dtype.kind not in "fiub":
        check.add("demand", "holds something that is no number", wanted, demand)
    elif array.ndim not in (2, 3) or array.shape[-2] != scenario.n_points:
        problem = f"demand is {array.shape}, not (points, periods) or (paths, points, periods)"
        check.add("demand", f"{problem} with {scenario.n_points} points", wanted)
    elif record and not (array >= 0).all():
        check.add("demand", "demand is negative or nan", "give 0 or more")
    check.refuse()
    return array


def _record(
    scenario: Scenario, net: CompiledScenario, initial: State, policy: OrderPolicy, demand: Floats
) -> Trajectory:
    initial = with_batch(initial, demand.shape[:-2])
    record = Recorder(scenario, net, initial, demand)
    review = scenario.settings.review_period
    for period, state, outcome in run(net, initial, policy, demand, review_period=review):
        if not (outcome.orders >= 0).all():
            raise ValueError(f"the policy orders less than nothing, or nan, in period {period}")
        record.add(period, state, outcome)
    return record.trajectory()


def _totals(
    net: CompiledScenario, initial: State, policy: OrderPolicy, demand: Floats, review: int
) -> Totals:
    batch, n_periods = demand.shape[:-2], demand.shape[-1]
    size = max(1, PART // max(1, int(np.prod(batch))))
    parts: Iterable[tuple[ProductSubset | None, CompiledScenario, State, OrderPolicy]]
    whole = net.n_points <= 2 * size or bool(net.hard_limits)
    if whole or not isinstance(policy, SeparablePolicy):
        parts = [(None, net, with_batch(initial, batch), policy)]
    else:
        parts = parts_of(net, initial, policy, batch, size)
    costs = {name: np.zeros((n_periods, *batch)) for name in COMPONENTS}
    asked, missed = np.zeros((n_periods, *batch)), np.zeros((n_periods, *batch))
    used = [np.zeros((n_periods, *batch, limit.total.n_segments)) for limit in net.priced_limits]
    charged = {"holding", "missed_sale"} | {
        name
        for name, rate in (
            ("unmet_order", net.unmet_order_cost),
            ("shipping", net.shipping_cost),
            ("ordering", net.order_cost),
            ("in_transit", net.transit_cost),
            ("scrap", net.scrap_cost),
        )
        if rate is not None
    }
    ones = np.ones(net.n_points, dtype=net.dtype)
    for part, some, state, orders in parts:
        one = ones[: some.n_points]
        wanted = _own_demand(demand, part, net.dtype)
        for period, _, outcome in run(some, state, orders, wanted, review_period=review):
            # Overflow is priced below, on the sum over all parts.
            paid = period_costs(some, outcome, period, overflow=False)
            for name in charged:
                costs[name][period] += getattr(paid, name)
            asked[period] += outcome.demand @ one
            missed[period] += outcome.missed @ one
            for total, use in zip(used, uses(some, outcome), strict=True):
                total[period] += use
    if used:
        for period in range(n_periods):
            costs["overflow"][period] = overflow_cost(net, [use[period] for use in used], period)

    def last(values: Floats) -> Floats:
        return np.moveaxis(values, 0, -1)

    return Totals(
        costs=Costs(**{name: last(values) for name, values in costs.items()}),
        demand=last(asked),
        missed=last(missed),
    )


def _own_demand(demand: Floats, subset: ProductSubset | None, dtype: Any) -> Iterator[Floats]:
    """Demand [..., K] of one period after the other, read just before it is used."""
    for now in by_period(demand):
        chosen = now if subset is None else subset.at_points(now)
        yield chosen.astype(dtype, copy=False)
