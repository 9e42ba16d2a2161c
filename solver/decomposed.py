"""Orders for any number of products: blocks of them, coordinated by prices and quotas.

Blocks of products are solved on their own, twice in a round. At prices of the capacities that all
share: Lagrange's bound at any prices is proven, and what the blocks use then tells the quota that
each of them needs. Within these quotas: their orders together are a plan for all. The prices that
the quotas have, taken together, are those of the next round. One round is enough as a rule: the
first prices are those of a sample of the products (:mod:`solver.sample`), and the more products
there are, the less each of them matters.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scenarios.model import Floats, Scenario
from scenarios.portions import Portions
from solver.block import without_capacities
from solver.blocks import cut
from solver.clock import Clock
from solver.data import common
from solver.finish import order_plan
from solver.fixed_orders import FixedOrders
from solver.judged import gap_of, status_of
from solver.kept import Kept
from solver.master import Master
from solver.memory import blocks_to_keep
from solver.options import SolverOptions
from solver.passes import Start, all_at_prices, all_within_quotas, gathered, told
from solver.result import Effort, OrderPlan
from solver.sample import sample_prices
from solver.workers import Workers

MOST_ROUNDS = 10
FOR_BLOCKS = 0.8
"""Share of the gap asked for that blocks may leave within their quotas."""
NEW = 0.4
"""Share of the master's prices in the next ones, the best so far having the rest (Wentges 1997)."""


def decomposed(
    scenario: Scenario,
    safety_stock: Floats,
    fixed: FixedOrders,
    options: SolverOptions,
    workers: Workers,
    kept: Kept,
    clock: Clock,
) -> OrderPlan:
    """Orders of a scenario in which nothing is owed, see :func:`solver.optimise`.

    Raises
    ------
    NotEnoughMemory
        If blocks cannot be planned in the memory that is allowed.
    """
    clock.phase("build")
    shared = common(scenario, options)
    portions = Portions(scenario)
    keep = blocks_to_keep(scenario, shared.n_periods, workers, options)
    in_blocks = options.model_copy(update={"gap": FOR_BLOCKS * options.gap})
    blocks = cut(portions, safety_stock, fixed, shared, in_blocks, workers, keep)
    limits = shared.capacities
    n_limits = len(limits.location) + len(limits.lane)
    clock.phase("first prices")
    starts: list[Start] = [None] * len(blocks.held)
    highs_seconds = 0.0
    if kept.price is not None and len(kept.price) == n_limits:
        price = kept.price
        if kept.starts is not None and len(kept.starts) == len(starts):
            starts = list(kept.starts)
    else:
        sample = sample_prices(portions, safety_stock, shared, options, clock.left() / 4)
        price, highs_seconds = sample.price, sample.highs_seconds
        starts = [sample.template] * len(starts)
    # No price is above that of the last tier of overflow.
    top = np.concatenate([limits.tier_price[:, -1], np.full(len(limits.lane), np.inf)])
    best, bound, rounds = None, -np.inf, 0
    master = Master(limits, [use.rows for use in blocks.uses])
    best_price = price
    while True:
        started = clock.left()
        price = np.minimum(price, top)
        asked = all_at_prices(blocks, limits, price, starts, clock)
        rounds += 1
        if asked.bound > bound:
            bound, best_price = asked.bound, price
        uses = asked.uses
        if rounds > 1 and asked.proposals is not None:
            master.take(asked.proposals)
            mixes = zip(uses, master.solve().use, strict=True)
            uses = [replace(use, volume=volume) for use, volume in mixes]
        round_ = all_within_quotas(blocks, limits, uses, asked.starts, clock, scenario.n_routes)
        highs_seconds += asked.highs_seconds + round_.found.highs_seconds
        starts = round_.starts
        if best is None or round_.found.cost < best.cost:
            best = round_.found
        gap = gap_of((best.cost, best.surcharge), bound)
        spent = started - clock.left()
        if gap <= options.gap or rounds == MOST_ROUNDS or clock.left() < 1.2 * spent:
            break
        if rounds == 1 and asked.proposals is not None:
            master.take(asked.proposals)
        if round_.proposals is None:
            break
        master.take(round_.proposals)
        price = NEW * master.solve().price + (1.0 - NEW) * best_price
    if not np.isfinite(bound) and (safety_stock >= 0).all():
        # Then no part of the cost is negative.
        bound = best.surcharge
    kept.price, kept.starts = price, starts
    status = best.status
    if status != "closed_form":
        status = status_of(gap, options, clock.left() <= 1.0 or round_.closed_form > 0)
    found = replace(best, bound=min(bound, best.cost), status=status)
    effort = Effort(
        "closed_form" if status == "closed_form" else "decomposed",
        blocks=len(blocks.held),
        rounds=rounds,
        workers=workers.count,
        highs_seconds=highs_seconds,
        relaxed_objective=found.relaxed_cost and found.relaxed_cost - found.surcharge,
    )
    return order_plan(scenario, shared, fixed, found, effort, options, clock)


def in_closed_form(
    scenario: Scenario,
    safety_stock: Floats,
    fixed: FixedOrders,
    options: SolverOptions,
    workers: Workers,
    clock: Clock,
) -> OrderPlan:
    """Orders of a chain without shared capacities: by the echelon order-up-to rule, where it does
    not count on goods that are not there."""
    clock.phase("build")
    shared = common(scenario, options)
    blocks = cut(Portions(scenario), safety_stock, fixed, shared, options, workers, keep=0)
    clock.phase("closed form")
    asked = (clock.left() for _ in blocks.held)
    results = told(blocks.run(without_capacities, asked), blocks, "closed form", clock)
    starts: list[Start] = [None] * len(blocks.held)
    limits = shared.capacities
    all_ = gathered(blocks, limits, blocks.uses, starts, results, scenario.n_routes)
    effort = Effort("closed_form", len(blocks.held), workers=workers.count)
    found = replace(all_.found, status="closed_form", termination="optimal", relaxed_cost=None)
    return order_plan(scenario, shared, fixed, found, effort, options, clock)
