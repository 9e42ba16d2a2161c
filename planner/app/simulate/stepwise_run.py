"""A run that stops after every period, so that somebody can look and order."""

from __future__ import annotations

from functools import partial

import numpy as np

from planner.experiments.backtest import get_ready
from planner.policies.review import Review
from planner.policies.rules.lot_rules import in_lots, obeying
from planner.policies.rules.policy import Policy
from scenarios.arrays.types import Floats
from scenarios.demand.sampling import sample
from scenarios.errors import Finding, InputError
from scenarios.model.scenario import Scenario
from scenarios.problem import Problem
from scenarios.simulation.costs import Costs
from scenarios.simulation.policy import OrderPolicy
from scenarios.simulation.run import run, simulate
from scenarios.simulation.state import State
from scenarios.simulation.step import compile_scenario, initial_state
from scenarios.simulation.trajectory import Recorder, Trajectory

AHEAD = 28
"""Periods of forecast that safety stocks are made from."""


class Game:
    """One run, period by period, by the one simulator; who orders is asked anew each time.

    Parameters
    ----------
    problem : Problem
        At least as long as the run.
    policy : Policy
        Suggests orders. It does not know what demand will be.
    n_periods : int
    seed : int
        Demand is drawn once, as :func:`planner.experiments.backtest.backtest` draws it in pairs, so
        that all who order meet the same.

    Attributes
    ----------
    period : int
        The one that comes next; ``n_periods`` when all are over.
    draft : array [A]
        Orders that somebody is about to place, in units.
    safety_stock : array [K, T]
        What was wanted at the last review; nan in periods to come. That of the policy's brain, or
        the textbook's where it has none.
    """

    def __init__(self, problem: Problem, policy: Policy, n_periods: int, seed: int):
        self.scenario: Scenario = problem.scenario
        self.n_periods, self.period = n_periods, 0
        law = partial(sample, paired=True) if problem.demand is sample else problem.demand
        drawn = law(self.scenario, np.random.default_rng([seed, 0]), 1)[0]
        self.demand: Floats = np.asarray(drawn)[:, :n_periods]
        self._policy: OrderPolicy = get_ready(policy, problem, seed)
        self._lots = obeying(self.scenario, self._policy)
        brain = getattr(policy, "brain", "analytic")
        self._brain = Review(self.scenario, brain, AHEAD, lambda today, wanted: self._none)
        self._none: Floats = np.zeros(self.scenario.n_routes)
        self._orders = self._none
        self._suggested: tuple[int, Floats] | None = None
        self.draft: Floats = self._none.copy()
        self.safety_stock: Floats = np.full(self.demand.shape, np.nan)
        net = compile_scenario(self.scenario)
        self.state: State = initial_state(self.scenario, net)
        self._record = Recorder(self.scenario, net, self.state, self.demand)
        review = self.scenario.settings.review_period
        self._run = run(
            net, self.state, lambda state, period: self._orders, self.demand, review_period=review
        )

    @property
    def done(self) -> bool:
        """Whether all periods are over."""
        return self.period == self.n_periods

    @property
    def may_order(self) -> bool:
        """Whether the next period is one in which orders are placed."""
        return not self.done and self.period % self.scenario.settings.review_period == 0

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What reading the scenario and asking the brain gave to say."""
        said = self._policy.findings if isinstance(self._policy, Review) else ()
        return (*self.scenario.warnings, *said)

    def suggestion(self) -> Floats:
        """The policy's orders [A] for the next period; nothing where none are placed."""
        if not self.may_order:
            return self._none
        if self._suggested is None or self._suggested[0] != self.period:
            self._suggested = self.period, np.asarray(self._lots(self.state, self.period))
        return self._suggested[1]

    def advance(self, orders: Floats | None = None) -> None:
        """Let a period pass.

        Parameters
        ----------
        orders : array [A], optional
            Units, made permitted quantities; default: the suggestion. Without effect between
            reviews.

        Raises
        ------
        InputError
            If an order is less than nothing, or no number.
        ValueError
            If all periods are over.
        """
        if self.done:
            raise ValueError("all periods are over")
        if orders is None:
            self._orders = self.suggestion()
        elif not (np.isfinite(orders) & (orders >= 0)).all():
            raise InputError([Finding("orders", "one is below 0", "order 0 or more")])
        else:
            self._orders = in_lots(self.scenario, orders)
        self.safety_stock[:, self.period] = self._wanted()
        _, self.state, outcome = next(self._run)
        self._record.add(self.period, self.state, outcome)
        self.draft = self._none.copy()
        self.period += 1

    def _wanted(self) -> Floats:
        """[K] safety stocks of the next period."""
        if not self.may_order:
            return self.safety_stock[:, self.period - 1]
        if isinstance(self._policy, Review) and self.period in self._policy.wanted:
            return self._policy.wanted[self.period]
        self._brain(self.state, self.period)
        return self._brain.wanted[self.period]

    def so_far(self) -> Trajectory:
        """The run up to now: views of its arrays; at least one period must be over."""
        whole, now = self._record.trajectory(), slice(self.period)
        parts = (*Trajectory.POINT_FIELDS, *Trajectory.ROUTE_FIELDS, "demand")
        costs = Costs(**{name: value[now] for name, value in whole.costs.as_dict().items()})
        return Trajectory(
            scenario=self.scenario,
            opening=whole.opening,
            final=self.state,
            costs=costs,
            **{name: getattr(whole, name)[:, now] for name in parts},
        )

    def by_policy(self, passed: OrderPolicy | None = None) -> Trajectory:
        """What the policy alone makes of the same demand, from the start.

        Parameters
        ----------
        passed : callable, optional
            Called with state and period before each of its orders.
        """

        def order(state: State, period: int) -> Floats:
            if passed is not None:
                passed(state, period)
            return self._lots(state, period)

        return simulate(self.scenario, order, self.demand)
