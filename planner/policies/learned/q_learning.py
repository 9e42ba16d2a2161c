"""Tabular Q-learning: every stock point learns by trial how much to order at which position.

Watkins and Dayan 1992, Machine Learning 8, with three amendments for inventory. What an order does
shows a lead time later, so returns of as many reviews are summed before the table is asked. Costs
are relative to what all paths pay on average in the same period, so that what no order can change
does not blur the table. And whole runs on many paths side by side make one update.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.policies.rules.lot_rules import obeying
from planner.policies.rules.policy import Ready
from scenarios.arrays.segments import segment_sum
from scenarios.arrays.types import Floats, Ints
from scenarios.demand.forecast_error import ahead_sums, echelon_demand, own_lead_times
from scenarios.model.echelons import demand_beyond, echelons
from scenarios.model.scenario import Scenario
from scenarios.problem import Problem, total_cost
from scenarios.simulation.costs import overflow_cost, point_costs, uses
from scenarios.simulation.policy import OrderPolicy
from scenarios.simulation.run import run, simulate
from scenarios.simulation.split import with_batch
from scenarios.simulation.state import State
from scenarios.simulation.step import compile_scenario, initial_state
from solver.closed_form.order_up_to import OrderUpTo, order_up_to

REVIEWS = np.array([0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0])
"""What may be ordered, in reviews of mean demand."""
BINS, LOWEST = 48, -16
"""Bins of the position, and the first of them; bin 0 begins at the mean demand to cover."""
SHELF = np.array([0.25, 0.75, 1.5, 3.0])
"""Edges of the bins of stock on hand, in reviews of mean demand."""
STATES = BINS * (SHELF.size + 1)
OWN_TABLES = 50
"""With more products than this, those at one location share a table."""
MOST_DECISIONS = 200_000
"""Decisions in one round; larger problems are played on fewer paths."""


@dataclass(frozen=True, eq=False)
class Sight:
    """What the stock points of a scenario see, and what their actions mean."""

    rule: OrderUpTo
    """Its positions and the mean demand to cover [T, K]."""
    width: Floats
    """[K] units in a bin of the position."""
    flow: Floats
    """[T, K] units that a review of mean demand takes, as forecast then."""
    table: Ints
    """[K] the table that each point looks at."""

    def code(self, state: State, period: int) -> Ints:
        """[..., K] the state that each point is in: echelon position, and own stock on hand."""
        rule = self.rule
        local = state.on_hand + rule.inbound(state.on_way) - state.backlog
        position = rule.below(local) - rule.inbound(state.owed)
        gap = position - _at(rule.cover_demand, period)
        flow = _at(self.flow, period)
        place = np.clip(np.floor(gap / self.width) - LOWEST, 0, BINS - 1).astype(np.int64)
        arriving = rule.inbound(state.in_transit[0]) if state.in_transit else 0.0
        shelf = (state.on_hand + arriving - state.backlog)[..., None] >= SHELF * flow[:, None]
        return place * (SHELF.size + 1) + shelf.sum(axis=-1)

    def orders(self, action: Ints, period: int) -> Floats:
        """[..., A] units on the primary routes."""
        return self.rule.at_route(REVIEWS[action] * _at(self.flow, period))


def _at(values: Floats, period: int) -> Floats:
    return values[min(period, len(values) - 1)]


def sight(scenario: Scenario) -> Sight:
    """Bins as wide as half a standard deviation of the demand to cover, or a fifth of a review."""
    review = scenario.settings.review_period
    rule = order_up_to(scenario)
    lead, _ = own_lead_times(scenario)
    # What is ordered towards the end of life still comes in the usual sizes.
    goes_on = scenario.replace(end_of_life=False)
    far = scenario.n_periods + int(lead.max(initial=0)) + review
    mean = rule.below(demand_beyond(goes_on, scenario.mean, far).T).T
    ahead = ahead_sums(mean, lead + review)[:, : scenario.n_periods]
    flow = (ahead * review / (lead + review)[:, None]).T
    std = echelon_demand(goes_on)[1].mean(axis=1)
    width = np.maximum(std / 2, flow.mean(axis=0) / 5)
    shared = scenario.n_products > OWN_TABLES
    return Sight(
        rule=rule,
        width=np.where(width > 0, width, 1.0),
        flow=flow,
        table=scenario.points.location if shared else np.arange(scenario.n_points),
    )


@dataclass(frozen=True, eq=False)
class Table:
    """An order policy that looks up what to order."""

    sight: Sight
    best: Ints
    """[tables, STATES] the action of each state."""

    def __call__(self, state: State, period: int) -> Floats:
        """Orders [..., A]."""
        code = self.sight.code(state, period)
        return self.sight.orders(self.best[self.sight.table, code], period)


@dataclass(frozen=True)
class QLearning:
    """Independent learners, one at each stock point, that share what their product costs.

    Where the problem counts something else than the scenario's costs, they share all of it.

    Parameters
    ----------
    rounds : int
        Runs of all paths; the table is updated after each.
    n_paths : int
        Demand paths side by side, new ones in every round.
    discount : float
        Per review.
    validate_every : int
        Rounds between looks at what the table is worth on paths of its own; the best is kept.
    name : str, optional
    """

    rounds: int = 400
    n_paths: int = 200
    discount: float = 0.97
    validate_every: int = 10
    name: str = "q-learning"

    def __call__(self, problem: Problem, rng: np.random.Generator) -> Table:
        """Learn."""
        return Table(sight(problem.scenario), self._best(problem, rng))

    def learn(self, problem: Problem, rng: np.random.Generator) -> Ready:
        """Learn; states and actions are relative to the forecast, so the table serves others."""
        best = self._best(problem, rng)
        return lambda later: Table(sight(later.scenario), best)

    def _best(self, problem: Problem, rng: np.random.Generator) -> Ints:
        scenario = problem.scenario
        see = sight(scenario)
        reviews = -(-scenario.n_periods // scenario.settings.review_period)
        most = MOST_DECISIONS // max(1, scenario.n_points * reviews)
        size = min(self.n_paths, max(20, most))
        held_out = problem.draw(rng, size)
        values = Values(see, felt_after(scenario), self.discount)
        kept, least = Table(see, values.best()), np.inf
        for number in range(self.rounds):
            done = number / self.rounds
            player = Player(see, values.best(), max(0.03, 1.0 - 1.3 * done), rng)
            costs = cost_by_product(problem, player, problem.draw(rng, size))
            values.update(
                np.array(player.codes), np.array(player.actions), costs, 0.8 + 0.18 * done
            )
            if (number + 1) % self.validate_every == 0 or number + 1 == self.rounds:
                now = Table(see, values.best())
                cost = float(problem.cost_under(obeying(scenario, now), held_out).mean())
                if cost < least:
                    kept, least = now, cost
        return kept.best


class Player:
    """Plays the best actions, or at a rate of ``chance`` any; notes what it saw and did."""

    def __init__(self, see: Sight, best: Ints, chance: float, rng: np.random.Generator):
        self.see, self.best, self.chance, self.rng = see, best, chance, rng
        self.codes: list[Ints] = []
        self.actions: list[Ints] = []

    def __call__(self, state: State, period: int) -> Floats:
        """Orders [..., A]."""
        code = self.see.code(state, period)
        action = self.best[self.see.table, code]
        tries = self.rng.random(code.shape) < self.chance
        action = np.where(tries, self.rng.integers(REVIEWS.size, size=code.shape), action)
        self.codes.append(code)
        self.actions.append(action)
        return self.see.orders(action, period)


def cost_by_product(problem: Problem, policy: OrderPolicy, demand: Floats) -> Floats:
    """[reviews, paths, K] what each stock point is told that a review cost."""
    scenario = problem.scenario
    policy, product = obeying(scenario, policy), scenario.points.product
    if problem.cost is not total_cost:
        costs = problem.cost(simulate(scenario, policy, demand)).T[..., None]
        product = np.zeros_like(product)
    else:
        net = compile_scenario(scenario)
        by_product = segment_sum(np, product, scenario.n_products)
        start = with_batch(initial_state(scenario, net), demand.shape[:1])
        review = scenario.settings.review_period
        found = []
        for period, _, outcome in run(net, start, policy, demand, review_period=review):
            cost = by_product(point_costs(net, outcome))
            if net.priced_limits:
                cost = cost + overflow_cost(net, uses(net, outcome), period)[..., None]
            found.append(cost)
        costs = np.array(found)
    starts = np.arange(0, len(costs), scenario.settings.review_period)
    return np.add.reduceat(costs, starts, axis=0)[..., product]


def felt_after(scenario: Scenario) -> Ints:
    """[K] reviews until an order of each point has reached the customers it is for."""
    pairs = echelons(scenario)
    reach = np.zeros(scenario.n_points, dtype=np.int64)
    np.maximum.at(reach, pairs.upper, pairs.reach)
    return reach // scenario.settings.review_period + 1


class Values:
    """The tables: mean cost that follows each action in each state, and how much it rests on."""

    def __init__(self, see: Sight, steps: Ints, discount: float):
        shape = (int(see.table.max(initial=-1)) + 1, STATES, REVIEWS.size)
        self.see, self.steps, self.discount = see, steps, discount
        self.value, self.weight = np.zeros(shape), np.zeros(shape)
        mean = see.flow.mean(axis=0)
        # Products that share a table must pay alike.
        shared = shape[0] < see.table.size
        self.scale = np.where(mean > 0, mean, 1.0) if shared else np.ones(mean.size)

    def best(self) -> Ints:
        """[tables, STATES] actions of least cost; in a state never seen, those of the nearest."""
        found = np.where(self.weight > 0, self.value, np.inf).argmin(axis=-1)
        seen = self.weight.max(axis=-1) > 0
        place, shelf = np.divmod(np.arange(STATES), SHELF.size + 1)
        far = 10 * abs(shelf[:, None] - shelf) + abs(place[:, None] - place)
        for table in np.flatnonzero(seen.any(axis=-1)):
            like = np.flatnonzero(seen[table])
            found[table] = found[table][like[far[:, like].argmin(axis=1)]]
        return found

    def update(self, codes: Ints, actions: Ints, costs: Floats, keep: float) -> None:
        """Learn from the runs of a round: arrays [reviews, paths, K]; ``keep`` of the old stays."""
        relative = (costs - costs.mean(axis=1, keepdims=True)) / self.scale
        known = np.where(self.weight > 0, self.value, np.inf).min(axis=-1)
        later = np.where(np.isfinite(known), known, 0.0)[self.see.table, codes]
        target = np.zeros_like(relative)
        for n in np.unique(self.steps):
            points, rate = np.flatnonzero(self.steps == n), 1.0
            for ahead in range(min(n, len(codes))):
                stop = len(codes) - ahead
                target[:stop, :, points] += rate * relative[ahead:, :, points]
                rate *= self.discount
            if n < len(codes):
                target[: len(codes) - n, :, points] += rate * later[n:, :, points]
        cell = (self.see.table * STATES + codes) * REVIEWS.size + actions
        size, shape = self.value.size, self.value.shape
        count = np.bincount(cell.ravel(), minlength=size).reshape(shape)
        total = np.bincount(cell.ravel(), target.ravel(), minlength=size).reshape(shape)
        self.weight = np.where(count > 0, keep * self.weight, self.weight) + count
        fresh = np.where(count > 0, total - count * self.value, 0.0)
        self.value += fresh / np.maximum(self.weight, 1e-12)
