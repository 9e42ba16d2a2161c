"""Orders for any number of products: blocks of them, coordinated by prices and quotas.

Blocks of products are solved on their own, twice in a round. At prices of the capacities that all
share: Lagrange's bound at any prices is proven, and what the blocks use then tells the quota that
each of them needs. Within these quotas: their orders together are a plan for all. The prices that
the quotas have, taken together, are the next round's. One round is enough as a rule, for the first
prices are those of a sample of the products (:mod:`solver.sample`), and the more products there
are, the less each of them matters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from scenarios.model import Floats, Ints, Scenario
from scenarios.portions import Portion, Portions
from solver.block import (
    AtPrices,
    Block,
    Planned,
    Proposal,
    Refused,
    WithinQuota,
    at_prices,
    within_quota,
)
from solver.capacity import SharedCapacities, overflow_cost
from solver.clock import Clock
from solver.data import Common, common
from solver.finish import order_plan
from solver.fixed_orders import CannotShip, FixedOrders
from solver.highs import Basis
from solver.judged import gap_of, status_of
from solver.kept import Kept
from solver.options import SolverOptions
from solver.quotas import Totals, Use, charge, own_limits
from solver.result import Effort, OrderPlan
from solver.sample import sample_prices
from solver.solved import Found
from solver.workers import Workers

BLOCK_ROWS = 6000
SAMPLE_ROWS = 120_000
MOST_ROUNDS = 8


def decomposed(
    scenario: Scenario,
    safety_stock: Floats,
    fixed: FixedOrders,
    options: SolverOptions,
    workers: Workers,
    kept: Kept,
    clock: Clock,
) -> OrderPlan:
    """Orders of a scenario in which nothing is owed, see :func:`solver.optimise`."""
    clock.phase("build")
    shared = common(scenario, options)
    chain = _Chain.of(scenario, safety_stock, fixed, shared, options, workers)
    clock.phase("first prices")
    limits = shared.capacities
    n_rows = len(limits.location) + len(limits.lane)
    highs_seconds = 0.0
    if kept.price is not None and len(kept.price) == n_rows:
        price = kept.price
    elif n_rows:
        n_points = SAMPLE_ROWS // shared.n_periods
        price, highs_seconds = sample_prices(
            chain.portions, safety_stock, shared, options, n_points, clock.left() / 4
        )
    else:
        price = np.zeros(0)
    best: Found | None = None
    bound, rounds = -np.inf, 0
    top = np.concatenate([limits.tier_price[:, -1:].ravel(), np.full(len(limits.lane), np.inf)])
    while True:
        price = np.minimum(price, top)
        clock.phase("prices")
        proposals = chain.propose(price, clock)
        value = sum(p.value for p in proposals) + charge(limits, price)
        bound = max(bound, value)
        clock.phase("quotas")
        found = chain.plan(proposals, clock)
        rounds += 1
        if best is None or found.cost < best.cost:
            best = found
        gap = gap_of((best.cost, best.surcharge), bound)
        print("round", rounds, found.cost, found.relaxed_cost, value, gap, flush=True)
        if gap <= options.gap / 10 or rounds >= MOST_ROUNDS:
            break
        price = found.price
    best = replace(best, bound=min(bound, best.cost), status=status_of(gap, options, clock.left() <= 1.0))
    effort = Effort("decomposed", len(chain.blocks), rounds, workers.count, highs_seconds + chain.highs_seconds, best.relaxed_cost - best.surcharge)
    return order_plan(scenario, shared, fixed, best, effort, options, clock)


@dataclass(eq=False)
class _Chain:
    scenario: Scenario
    limits: SharedCapacities
    portions: Portions
    some: list[Portion]
    blocks: list[Any]
    rows: list[Ints]
    size: list[Floats]
    fixed: list[Floats]
    bases: list[Basis | None]
    workers: Workers
    highs_seconds: float = 0.0
    busy_seconds: float = 0.0

    @classmethod
    def of(cls, scenario, safety_stock, fixed, shared, options, workers):
        limits = shared.capacities
        portions = Portions(scenario)
        some = portions.consecutive(max(1, BLOCK_ROWS // shared.n_periods))
        blocks, rows, sizes, fixes = [], [], [], []
        for portion in some:
            part = portions.cut(portion)
            stored = np.bincount(part.points.location, part.point_volume, scenario.n_locations)
            sent = np.bincount(part.routes.lane, part.route_volume, len(scenario.lanes.origin))
            storage = np.flatnonzero(np.isin(limits.location, part.points.location))
            lane = np.flatnonzero(np.isin(limits.lane, part.routes.lane))
            r = np.concatenate([storage, len(limits.location) + lane])
            own = own_limits(limits, r)
            fix = fixed.of_routes(portion.routes)
            lane_fix = np.zeros((len(scenario.lanes.origin), shared.n_periods))
            np.add.at(lane_fix, (part.routes.lane[fix.route], fix.period), part.route_volume[fix.route] * fix.quantity)
            blocks.append(workers.hold(Block(part, safety_stock[portion.points], fix, replace(shared, capacities=own), options)))
            rows.append(r)
            sizes.append(np.maximum(np.concatenate([stored[own.location], sent[own.lane]]), 1e-9))
            fixes.append(np.concatenate([np.zeros(len(storage)), lane_fix[own.lane, own.lane_period]]))
        return cls(scenario, limits, portions, some, blocks, rows, sizes, fixes, [None] * len(some), workers)

    def propose(self, price, clock):
        asked = ((block, AtPrices(price[self.rows[b]], self.bases[b], clock.left())) for b, block in enumerate(self.blocks))
        found = [None] * len(self.blocks)
        for b, p in self.workers.run(at_prices, asked):
            found[b] = p
            self.bases[b] = p.basis
            self.highs_seconds += p.highs_seconds
            self.busy_seconds += p.seconds
        return found

    def plan(self, proposals, clock):
        uses = [Use(self.rows[b], self.size[b], self.fixed[b], p.use) for b, p in enumerate(proposals)]
        totals = Totals.of(self.limits, uses)
        self.quotas = [totals.quota(u) for u in uses]
        asked = ((block, WithinQuota(self.quotas[b], self.bases[b], clock.left())) for b, block in enumerate(self.blocks))
        n, S = len(self.limits.location), None
        n_rows = n + len(self.limits.lane)
        price, weight, stored = np.zeros(n_rows), np.zeros(n_rows), np.zeros(n)
        cost = surcharge = relaxed = 0.0
        orders = free = None
        for b, p in self.workers.run(within_quota, asked):
            f = p.found
            self.bases[b] = p.basis
            self.highs_seconds += f.highs_seconds
            self.busy_seconds += p.seconds
            if orders is None:
                orders = np.zeros((self.scenario.n_routes, f.orders.shape[1])); free = np.zeros_like(orders)
            orders[self.some[b].routes] = f.orders
            free[self.some[b].routes] = f.relaxed
            r = self.rows[b]; k = r < n
            stored[r[k]] += f.stored
            w = np.abs(uses[b].volume) + 1e-6 * uses[b].size
            price[r] += w * f.price; weight[r] += w
            cost += f.cost - overflow_cost(self.quotas[b], f.stored)
            surcharge += f.surcharge
            relaxed += f.relaxed_cost
        cost += overflow_cost(self.limits, stored)
        return Found("optimal", orders, free, cost, -np.inf, surcharge, relaxed, price / np.where(weight > 0, weight, 1), stored, "optimal", 0.0)
