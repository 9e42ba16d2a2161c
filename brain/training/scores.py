"""How a brain scores on the reference grid, against textbook safety stocks on the same demand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from brain.analytic.newsvendor import Analytic
from brain.environments.brain_orders import Brain, brain_orders
from brain.environments.training_chains import ReferenceChains, TrainingBatch
from scenarios.arrays.types import Floats
from scenarios.demand.forecast_error import own_lead_times, window_sums
from scenarios.model.scenario import Scenario
from scenarios.simulation.costs import point_costs
from scenarios.simulation.policy import OrderPolicy
from scenarios.simulation.run import run
from scenarios.simulation.step import compile_scenario, initial_state
from solver.closed_form.order_up_to import order_up_to

RATIOS = (1.0, 10.0, 100.0, 1000.0)
SIGMAX = (2, 5, 8, 11)
DAYS = 200


@dataclass(frozen=True, eq=False)
class GridPoint:
    """Costs per chain and day at one point of the grid, by path."""

    ratio: float
    sigmax: int
    brain: Floats
    rules: dict[str, Floats]
    """Means only, newsvendor at the retailer only, newsvendor at all stages, analytic."""

    def relative(self, rule: str) -> tuple[float, float]:
        """The brain's mean cost over a rule's, and half the 95% interval of it (paired)."""
        other = self.rules[rule]
        share = float(self.brain.mean() / other.mean())
        error = (self.brain - share * other).std(ddof=1) / np.sqrt(other.size) / other.mean()
        return share, float(1.96 * error)


def reference_batch(
    ratio: float, sigmax: int, n_chains: int, seed: int, days: int = DAYS
) -> TrainingBatch:
    """Chains of the reference case, opened calmly, on demand drawn from this seed alone."""
    rng = np.random.default_rng([seed, round(1000 * ratio), sigmax])
    source = ReferenceChains(ratio=ratio, sigmax=(sigmax,), calm_start=True)
    return source.draw(rng, n_chains, days)


def grid_point(
    brain: Brain, ratio: float, sigmax: int, n_chains: int = 500, seed: int = 2027
) -> GridPoint:
    """Run a brain and the rules on the same demand; orders in closed form.

    Parameters
    ----------
    brain : callable
        Features [K, N_FEATURES] -> correction of z [K].
    """
    batch = reference_batch(ratio, sigmax, n_chains, seed)
    scenario = batch.scenario
    stocks = {
        "means": np.zeros(scenario.mean.shape),
        "retailer": newsvendor(scenario, everywhere=False),
        "all stages": newsvendor(scenario, everywhere=True),
        "analytic": Analytic()(scenario).quantity,
    }
    rules = {name: chain_costs(batch, order_up_to(scenario, s)) for name, s in stocks.items()}
    return GridPoint(ratio, sigmax, chain_costs(batch, brain_orders(scenario, brain)), rules)


def chain_costs(batch: TrainingBatch, policy: OrderPolicy) -> Floats:
    """[P] cost of each chain per period, in currency."""
    scenario = batch.scenario
    net = compile_scenario(scenario)
    total = np.zeros(scenario.n_points)
    demand = np.ascontiguousarray(batch.demand.T)
    for _, _, outcome in run(net, initial_state(scenario, net), policy, iter(demand)):
        total += point_costs(net, outcome)
    by_chain = np.bincount(scenario.points.product, total, scenario.n_products)
    return by_chain / len(demand)


def newsvendor(scenario: Scenario, everywhere: bool) -> Floats:
    """[K, T] textbook safety stock: z times std over the point's own lead time and one period.

    z is that of m / (m + h); without ``everywhere``, stages above the retailer hold none.
    """
    points = scenario.points
    lead, _ = own_lead_times(scenario)
    at_retailer = np.zeros(scenario.n_products, dtype=np.int64)
    at_retailer[points.product[points.sells]] = np.flatnonzero(points.sells)
    variance = (scenario.std**2)[at_retailer[points.product]]
    start = np.arange(scenario.n_periods)[None, :] - lead[:, None]
    std = np.sqrt(window_sums(variance, start, start + lead[:, None] + 1))
    critical = points.missed_sale_cost / (points.missed_sale_cost + points.holding_cost)
    wanted = special.ndtri(critical)[:, None] * std
    return wanted if everywhere else np.where(points.sells[:, None], wanted, 0.0)
