"""A batch of chains in the simulator: what a safety stock held for one review period costs."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import special

from brain.environments.brain_orders import BrainOrders, brain_orders
from brain.environments.episodes import require_uncoupled
from brain.environments.observation import Layout, Observer
from brain.environments.training_chains import TrainingBatch
from brain.trained.point_facts import ordered_for
from scenarios.arrays.types import Floats, Ints
from scenarios.demand.forecast_error import own_lead_times
from scenarios.model.echelons import demand_beyond
from scenarios.model.scenario import Scenario
from scenarios.simulation.state import State
from scenarios.simulation.step import (
    CompiledScenario,
    compile_scenario,
    initial_state,
    point_costs,
    step,
)
from solver.closed_form.order_up_to import OrderUpTo, order_up_to


@dataclass(frozen=True, eq=False)
class Batch:
    """Chains made ready: the one simulator, the one ordering rule, scales. Made by `prepare`."""

    scenario: Scenario
    demand: Floats
    """[K, T] units; the forecast may reach further"""
    net: CompiledScenario
    """Charges holding and missed sales, nothing else."""
    rule: OrderUpTo
    sigma: Floats
    """[T, K] units: standard deviation of the demand that an order of period t covers"""
    cost_scale: Floats
    """[chains] currency per period"""
    place: Ints
    """[chains, locations] the stock point, -1 where there is none"""
    observe: Observer

    @cached_property
    def brain_orders(self) -> BrainOrders:
        """How orders follow from the corrections of a brain; which one is still to be said."""
        return brain_orders(self.scenario, lambda features: features[..., 0])

    def opening(self) -> State:
        """The state at the start of period 0."""
        return initial_state(self.scenario, self.net)

    def at_points(self, action: Floats) -> Floats:
        """From [chains, locations] to stock points [K]."""
        values = np.zeros(self.scenario.n_points)
        inside = self.place >= 0
        values[self.place[inside]] = action[inside]
        return values

    def at_chains(self, values: Floats) -> Floats:
        """From [K, ...] to [chains, locations, ...], 0 where a chain has no such location."""
        padded = np.concatenate([values, np.zeros((1, *values.shape[1:]))])
        return padded[self.place]

    def advance(
        self, state: State, period: int, orders: Floats
    ) -> tuple[State, Floats, int, Floats]:
        """Place orders once and let a review period pass.

        Parameters
        ----------
        state : State
            At the start of ``period``.
        period : int
        orders : array [A]
            Units.

        Returns
        -------
        state, cost, period, last_demand
            The state at the start of the returned period, the cost [chains] in currency of all
            that passed, and the last demand [K] seen.
        """
        chains = self.scenario.points.product
        stop = min(period + self.scenario.settings.review_period, self.demand.shape[1])
        cost = np.zeros(len(self.place))
        for now in range(period, stop):
            wanted = self.demand[:, now]
            state, outcome = step(self.net, state, orders, wanted, now)
            cost += np.bincount(chains, point_costs(self.net, outcome), len(cost))
            orders = np.zeros_like(orders)
        return state, cost, stop, wanted


def prepare(batch: TrainingBatch, layout: Layout) -> Batch:
    """Make chains ready to be stepped.

    Raises
    ------
    ValueError
        If a chain does not fit the layout, shares a capacity, or has a ratio of missed-sale to
        holding cost that is not positive and finite.
    """
    scenario = batch.scenario
    require_uncoupled(scenario)
    points, routes = scenario.points, scenario.routes
    _check_room(scenario, layout)
    log_ratio = np.log(ratios(scenario))
    place = np.full((scenario.n_products, layout.n_locations), -1)
    place[points.product, points.location] = np.arange(scenario.n_points)
    far = scenario.n_periods + layout.look_ahead
    total = np.bincount(points.product, scenario.mean.sum(axis=1), scenario.n_products)
    level = total / scenario.n_periods
    lead, _ = own_lead_times(scenario)
    _, sigma = ordered_for(scenario, lead)
    return Batch(
        scenario=scenario,
        demand=batch.demand,
        net=dataclasses.replace(
            compile_scenario(scenario),
            unmet_order_cost=None,
            shipping_cost=None,
            order_cost=None,
            transit_cost=None,
            scrap_cost=None,
        ),
        rule=order_up_to(scenario),
        sigma=sigma,
        cost_scale=textbook_cost(scenario, sigma),
        place=place,
        observe=Observer(
            layout=layout,
            place=place,
            routes_to=routes.destination,
            scale=np.where(level > 0, level, 1.0)[points.product],
            mean=demand_beyond(scenario, scenario.mean, far),
            std=demand_beyond(scenario, scenario.std, far),
            lead_time=lead.astype(np.float64),
            log_ratio=log_ratio,
        ),
    )


def _check_room(scenario: Scenario, layout: Layout) -> None:
    if scenario.n_locations > layout.n_locations:
        raise ValueError(
            f"the chain has {scenario.n_locations} locations, the environment has room for"
            f" {layout.n_locations}"
        )
    longest = int(scenario.lead_times.max(initial=0))
    if longest > layout.max_lead:
        raise ValueError(
            f"a lead time is {longest}, the environment has room for {layout.max_lead}"
        )


def ratios(scenario: Scenario) -> Floats:
    """[P] missed-sale cost over holding cost where customers buy, weighed by demand.

    Raises
    ------
    ValueError
        If one is not positive and finite.
    """
    points, n = scenario.points, scenario.n_products
    weight = (scenario.mean.sum(axis=1) + 1e-12) * points.sells
    with np.errstate(divide="ignore", invalid="ignore"):
        missed = np.bincount(points.product, weight * points.missed_sale_cost, n)
        ratio = missed / np.bincount(points.product, weight * points.holding_cost, n)
    wrong = np.flatnonzero(~(np.isfinite(ratio) & (ratio > 0)))
    if wrong.size:
        raise ValueError(
            f"product {scenario.products.name[wrong[0]]}: the ratio of missed-sale to holding cost"
            f" is {ratio[wrong[0]]:g}; both costs must be above 0"
        )
    return ratio


def textbook_cost(scenario: Scenario, sigma: Floats) -> Floats:
    """[P] what a period of uncertainty costs a chain, in currency: the unit of rewards.

    It is a newsvendor's (m + h) phi(z) sigma, with missed-sale cost m and holding cost h where
    customers buy, Phi(z) = m / (m + h), and the mean sigma of the longest cover. Where demand is
    certain: the cost of holding one period's demand.
    """
    points, n = scenario.points, scenario.n_products
    missed, holding = points.missed_sale_cost, points.holding_cost
    total = np.where(missed + holding > 0, missed + holding, 1.0)
    z = special.ndtri(np.clip(missed / total, 1e-9, 1 - 1e-9))
    rate = total * np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)
    demand = scenario.mean.mean(axis=1)
    weight = (demand + 1e-12) * points.sells
    rate = np.bincount(points.product, weight * rate, n)
    rate = rate / np.maximum(np.bincount(points.product, weight, n), 1e-300)
    longest = np.zeros(n)
    np.maximum.at(longest, points.product, sigma.mean(axis=0))
    certain = np.bincount(points.product, holding * demand, n)
    cost = np.where(rate * longest > 0, rate * longest, certain)
    return np.where(cost > 0, cost, 1.0)
