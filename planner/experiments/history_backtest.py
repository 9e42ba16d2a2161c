"""Play the last periods of a sales history: forecast, order, let come true what was sold."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from brain.analytic.newsvendor import analytic_stock
from planner.experiments.backtest import BacktestResult, over_time
from planner.experiments.policy_identity import policy_identity
from planner.experiments.resume_journal import Journal, resumable
from planner.experiments.statistics import summarise
from planner.forecasting.origins import Origins, forecasts_at
from planner.forecasting.series.series import at_least
from planner.policies.oracle import Oracle
from planner.policies.registry import check_policy, policy_of
from planner.policies.review import Review
from planner.policies.rules.lot_rules import obeying
from planner.policies.rules.policy import Learner, Policy, Ready
from planner.text.numbers import count
from scenarios.arguments import Arguments
from scenarios.arrays.types import Floats
from scenarios.demand.forecast_error import echelon_demand
from scenarios.errors import Finding, InputError
from scenarios.evaluation.kpis import kpis
from scenarios.model.as_of import as_of, known_then
from scenarios.model.fingerprint import input_hash
from scenarios.model.history import History
from scenarios.model.scenario import Scenario, check_scenario
from scenarios.problem import Problem
from scenarios.simulation.policy import OrderPolicy
from scenarios.simulation.rolling import scenario_at
from scenarios.simulation.run import simulate
from scenarios.simulation.state import State
from scenarios.simulation.step import initial_state
from solver.closed_form.order_up_to import order_up_to

DISCRETE = ("poisson", "negative_binomial")
"""Laws of products that come in whole units."""


@resumable(".journal", "path-*.npz", keeps="journal")
def backtest_history(
    scenario: Scenario,
    policy: Policy | Oracle | str,
    n_periods: int | None = None,
    *,
    model: str = "auto",
    learn_every: int | None = None,
    plans_known: bool = False,
    origins: Origins | None = None,
    seed: int = 0,
    journal: Path | None = None,
    progress: Callable[[str], None] | None = None,
    out: str | Path | None = None,
) -> BacktestResult:
    """Run a policy over the last periods of a sales history.

    At every review the world is told no more than was known then: sales so far, a forecast made of
    them, stock and open orders as the policy has led to. It gets ready for that forecast and
    orders. A policy that learns (:class:`planner.policies.rules.policy.Learner`) does so at the
    reviews at which the forecaster does, and keeps what it learnt in between; others get ready anew
    at every review, which takes long for ``bandit``, ``differentiable`` and ``ppo``.

    Demand that comes true is what was sold; where the shelf was empty, what is expected to have
    been wanted then (:func:`planner.forecasting.series.series.at_least`).

    Parameters
    ----------
    scenario : Scenario
        With a history. Its stock and open orders stand in for those of the first review, if there
        is any stock; else the chain opens as :func:`opening` says.
    policy : Policy, Oracle or str
        A name is one of :func:`planner.policy_table`. Oracles alone are told the demand.
    n_periods : int, optional
        Default: 26 weeks or 56 days, at most half of the history.
    model, learn_every, plans_known
        How to forecast, see :func:`planner.forecasting.origins.forecasts_at`.
    origins : Origins, optional
        Forecasts made already, for the same history: the four above do not count then.
    seed : int
        For policies that draw paths of their own to learn from.
    journal : Path, optional
        Folder in which orders and safety stocks are noted; a run that was broken off forecasts
        again and then goes on from there.
    progress : callable, optional
        Called with a text as work goes on.
    out : str or Path, optional
        Folder to write the result to; it must not exist. What was broken off goes on where it
        stopped: until it is done, orders and safety stocks are noted in a folder beside it.

    Returns
    -------
    BacktestResult
        One path. ``unknown`` counts the points and periods in which nothing was sold from an empty
        shelf, so that demand is not known and counts as 0. The scenario of the run has, period by
        period, the forecast of the last review before.

    Raises
    ------
    FileExistsError
        If there is something at ``out``.
    InputError
        If an argument is of another kind, there is no such policy, the history is missing or too
        short, ``origins`` are of another scenario, or the journal is of another run.
    """
    check = Arguments("backtest_history")
    check_scenario(check, scenario)
    check_policy(check, "policy", policy)
    check.whole("seed", seed, least=0)
    check.path("journal", journal, optional=True)
    check.kind("origins", origins, Origins, "Origins, of forecasts_at", optional=True)
    check.call_of("progress", progress, optional=True)
    check.refuse()
    policy = policy_of(policy)
    tell = progress or (lambda text: None)
    if origins is None:
        origins = forecasts_at(
            scenario, n_periods, model, learn_every=learn_every, plans_known=plans_known,
            progress=progress,
        )  # fmt: skip
    history = scenario.history
    shape = (origins.start.size, scenario.n_points, scenario.n_periods)
    if (
        history is None
        or origins.mean.shape != shape
        or origins.known + origins.n_periods != history.n_periods
        or n_periods not in (None, origins.n_periods)
    ):
        problem = "these forecasts are of another history, or of other periods"
        check.add("origins", problem, "make them anew by forecasts_at, or leave them out")
        raise InputError(check.findings)
    n_periods, started = origins.n_periods, time.monotonic()
    demand, unknown = demand_of(history, n_periods)
    world = opening_scenario(scenario, origins)
    done = 0

    def told(inner: OrderPolicy, see: Callable[[State, int], None] | None) -> OrderPolicy:
        def order(state: State, period: int) -> Any:
            nonlocal done
            if see is not None:
                see(state, period)
            answer = inner(state, period)
            done = min(done + scenario.settings.review_period, n_periods)
            tell(f"period {done:,} of {n_periods:,}")
            return answer

        return order

    if isinstance(policy, Oracle):
        first = scenario_at(world, initial_state(world), 0, n_periods)
        reviews, run = None, simulate(world, told(policy.knowing(first, demand), None), demand)
    else:
        reviews = _Reviews(world, history, origins, policy, seed)
        orders, note = obeying(world, reviews), None
        if journal is not None:
            identity = (
                f"history {input_hash(world)} {origins.digest} {policy_identity(policy)} {seed}"
                f" {demand.sum():.6f}"
            )
            size = (world.n_routes, world.n_points, n_periods)
            orders = note = Journal(journal / "path-0.npz", identity, orders, size, reviews)
        try:
            run = simulate(world, told(orders, reviews.see), demand)
        finally:
            if note is not None:
                note.write()
    figures = {name: float(value) for name, value in kpis(run).items()}
    seconds = time.monotonic() - started
    paths = pd.DataFrame([{"path": 0} | figures | {"seconds": seconds}])
    wanted = None if reviews is None else over_time(reviews.wanted, run.demand.shape)
    return BacktestResult(
        policy=policy.name,
        paths=paths,
        summary=summarise(paths),
        runs=(run,),
        safety_stock=None if wanted is None or np.isnan(wanted).all() else wanted,
        warnings=(*_unknown(unknown), *(() if reviews is None else reviews.findings)),
        unknown=unknown,
    )


def demand_of(history: History, n_periods: int) -> tuple[Floats, int]:
    """Demand [K, n_periods] of the last periods, and in how many cells it is unknown and so 0."""
    begun = ~np.isnan(history.quantity)
    wanted = at_least(history.quantity, begun & history.in_stock, 7 // history.days)
    last = slice(history.n_periods - n_periods, None)
    unknown = begun[:, last] & np.isnan(wanted[:, last])
    return np.nan_to_num(wanted[:, last]), int(unknown.sum())


def opening_scenario(scenario: Scenario, origins: Origins) -> Scenario:
    """The scenario at the first review, long enough to look ahead from the last.

    Its forecast is, period by period, that of the last review before.
    """
    horizon, review = scenario.n_periods, scenario.settings.review_period
    bare = as_of(
        scenario, origins.known, origins.n_periods + horizon, plans_known=origins.plans_known
    )
    period = np.arange(bare.n_periods)
    last = np.minimum(period // review, origins.start.size - 1)
    ahead = np.minimum(period - origins.start[last], horizon - 1)

    def stitched(values: Floats) -> Floats:
        return np.ascontiguousarray(values[last, :, ahead].T)

    world = bare.replace(mean=stitched(origins.mean), std=stitched(origins.std), history=None)
    if scenario.points.on_hand.any():
        return world
    none = world.open_orders.take(slice(0))
    empty = world.replace(open_orders=none, owed=None, opening_ages=None)
    today = scenario_at(empty, initial_state(empty), 0, horizon)
    stock = opening(origins.forecast(today, 0))
    return empty.replace(points=dataclasses.replace(empty.points, on_hand=stock, backlog=0 * stock))


def opening(scenario: Scenario) -> Floats:
    """[K] stock with which every point is at its order-up-to level and nothing is on the way.

    Mean demand over the cover and the analytic safety stock, of each point's own echelon less
    those it supplies; whole units where demand comes in whole units.
    """
    rule = order_up_to(scenario, analytic_stock(scenario, *echelon_demand(scenario)))
    level = np.asarray(rule.targets[0])
    parent = rule.structure.parent
    below = np.zeros(level.size)
    supplied = np.flatnonzero(parent >= 0)
    np.add.at(below, parent[supplied], level[supplied])
    own = np.maximum(level - below, 0.0)
    whole = np.isin(scenario.products.distribution.astype(str), DISCRETE)[scenario.points.product]
    return np.where(whole, np.ceil(own - 1e-9), own)


def _unknown(number: int) -> tuple[Finding, ...]:
    if not number:
        return ()
    problem = (
        f"in {count(number, 'period')} of single stock points nothing was sold from an empty shelf,"
        " so demand is not known and counts as 0"
    )
    return (
        Finding("history", problem, "judge fill rates by the other periods", severity="warning"),
    )


class _Reviews:
    """The orders of a policy that is told at every review what was known then.

    Attributes
    ----------
    wanted : dict of int to array [K]
        Safety stock by period of review; nan where the policy has none.
    findings : tuple of Finding
        What its brain had to say at the first review.
    """

    def __init__(
        self, world: Scenario, history: History, origins: Origins, policy: Policy, seed: int
    ):
        self._world, self._history, self._origins = world, history, origins
        self._policy, self._seed = policy, seed
        self._horizon = origins.mean.shape[2]
        self._learnt_at: tuple[Scenario, int] | None = None
        self._ready: Ready | None = None
        self.wanted: dict[int, Floats] = {}
        self.findings: tuple[Finding, ...] = ()

    def see(self, state: State, period: int) -> None:
        """Be told of every review, those that a journal answers included."""
        if self._origins.learnt[self._review(period)]:
            self._learnt_at, self._ready = (self._today(state, period), period), None

    def __call__(self, state: State, period: int) -> Floats:
        """Orders [A]."""
        today = self._today(state, period)
        orders = self._orders(Problem(today), period)
        answer = orders(initial_state(today), 0)
        self.wanted[period] = np.full(today.n_points, np.nan)
        if isinstance(orders, Review):
            self.wanted[period] = orders.wanted[0]
            if not period:
                self.findings = orders.findings
        return answer

    def _orders(self, problem: Problem, period: int) -> OrderPolicy:
        if not isinstance(self._policy, Learner):
            return self._policy(problem, self._chance(period))
        if self._ready is None:
            assert self._learnt_at is not None
            then, when = self._learnt_at
            self._ready = self._policy.learn(Problem(then), self._chance(when))
        return self._ready(problem)

    def _chance(self, period: int) -> np.random.Generator:
        return np.random.default_rng([self._seed, 1, period])

    def _review(self, period: int) -> int:
        return period // self._world.settings.review_period

    def _today(self, state: State, period: int) -> Scenario:
        """What a planner sees on that day."""
        origins = self._origins
        today = scenario_at(self._world, state, period, self._horizon)
        history = known_then(
            self._history, origins.known + period, self._horizon, plans_known=origins.plans_known
        )
        return origins.forecast(today.replace(history=history), self._review(period))
