"""Orders for any number of products: blocks of them, coordinated by prices and quotas.

Blocks of products are solved on their own, twice in a round. At prices of the capacities that all
share: Lagrange's bound at any prices is proven, and what the blocks use then tells the quota that
each of them needs. Within these quotas: their orders together are a plan for all. The prices that
the quotas have, taken together, are those of the next round. One round is enough as a rule: the
first prices are those of a sample of the products (:mod:`solver.sample`), and the more products
there are, the less each of them matters.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from scenarios.model import Floats, Scenario
from scenarios.portions import Portions
from solver.block import (
    AtPrices,
    Planned,
    Proposal,
    WithinQuota,
    at_prices,
    within_quota,
    without_capacities,
)
from solver.blocks import Blocks, cut
from solver.capacity import SharedCapacities, overflow_cost
from solver.clock import Clock
from solver.data import common
from solver.finish import order_plan
from solver.fixed_orders import FixedOrders
from solver.highs import Basis
from solver.judged import gap_of, status_of
from solver.kept import Kept
from solver.master import Master
from solver.memory import blocks_to_keep
from solver.options import SolverOptions
from solver.quotas import Totals, Use, charge, own_limits
from solver.result import Effort, OrderPlan
from solver.sample import sample_prices
from solver.solved import Found
from solver.template import Template
from solver.workers import Workers

Start = Basis | Template | None
"""Where a block begins: where it ended, or as products like its own."""
MOST_ROUNDS = 10
FOR_PRICES = 0.5
"""Share of the time left that a round may spend at prices, the rest being for its quotas."""
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
    best, bound, gap, rounds = None, -np.inf, np.inf, 0
    master = Master(limits, [use.rows for use in blocks.uses])
    best_price = price
    while True:
        started = clock.left()
        price = np.minimum(price, top)
        asked = _at_prices(blocks, limits, price, starts, clock)
        rounds += 1
        if asked.bound > bound:
            bound, best_price = asked.bound, price
        uses = asked.uses
        if rounds > 1 and asked.proposals is not None:
            master.take(asked.proposals)
            uses = [replace(use, volume=mix) for use, mix in zip(uses, master.solve().use)]
        round_ = _within_quotas(blocks, limits, uses, asked.starts, clock, scenario.n_routes)
        highs_seconds += asked.highs_seconds + round_.found.highs_seconds
        starts = round_.starts
        if best is None or round_.found.cost < best.cost:
            best = round_.found
        before, gap = gap, gap_of((best.cost, best.surcharge), bound)
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


@dataclass(frozen=True, eq=False)
class _Asked:
    """What all blocks do at prices."""

    bound: float
    """-inf where time ran out for some."""
    uses: list[Use]
    starts: list[Start]
    proposals: list[tuple[float, Floats]] | None
    """Cost and use of each block; None where time ran out for some."""
    highs_seconds: float


def _at_prices(
    blocks: Blocks,
    limits: SharedCapacities,
    price: Floats,
    starts: list[Start],
    clock: Clock,
) -> _Asked:
    clock.phase("prices")
    until = clock.left() * (1.0 - FOR_PRICES)

    def asked() -> Iterator[AtPrices]:
        for number, use in enumerate(blocks.uses):
            left = max(clock.left() - until, 0.0)
            yield AtPrices(price[use.rows], starts[number], left)

    values, costs = np.full((2, len(blocks.held)), -np.inf)
    uses, ends, spent = list(blocks.uses), list(starts), 0.0
    proposal: Proposal
    for number, proposal in _told(blocks.run(at_prices, asked()), blocks, "prices", clock):
        spent += proposal.highs_seconds
        if proposal.termination == "optimal":
            values[number] = proposal.value
            costs[number] = proposal.value - float(price[uses[number].rows] @ proposal.use)
            uses[number] = replace(uses[number], volume=proposal.use)
            ends[number] = proposal.basis
    proposals = list(zip(costs.tolist(), (use.volume for use in uses), strict=True))
    complete = proposals if np.isfinite(costs).all() else None
    return _Asked(float(values.sum()) + charge(limits, price), uses, ends, complete, spent)


@dataclass(frozen=True, eq=False)
class _Round:
    """The plan of all blocks within their quotas."""

    found: Found
    starts: list[Start]
    proposals: list[tuple[float, Floats]] | None
    """Cost and use of each block without lot rules; None where time ran out for some."""
    closed_form: int
    """Blocks that time ran out for."""


def _within_quotas(
    blocks: Blocks,
    limits: SharedCapacities,
    uses: list[Use],
    starts: list[Start],
    clock: Clock,
    n_routes: int,
) -> _Round:
    clock.phase("quotas")
    totals, n_blocks = Totals.of(limits, uses), len(uses)

    def asked() -> Iterator[WithinQuota]:
        for number, use in enumerate(uses):
            left = clock.left()
            fair = left * blocks.workers.count / (n_blocks - number)
            yield WithinQuota(totals.quota(use), starts[number], left, fair)

    quotas = (totals.quota(use) for use in uses)
    results = _told(blocks.run(within_quota, asked()), blocks, "quotas", clock)
    return _gathered(blocks, limits, uses, list(quotas), list(starts), results, n_routes)


def _gathered(
    blocks: Blocks,
    limits: SharedCapacities,
    uses: Sequence[Use],
    quotas: Sequence[SharedCapacities],
    starts: list[Start],
    results: Iterator[tuple[int, Planned]],
    n_routes: int,
) -> _Round:
    """The plans of blocks as one."""
    n_storage = len(limits.location)
    price, weight = np.zeros((2, n_storage + len(limits.lane)))
    stored = np.zeros(n_storage)
    orders = relaxed = np.empty((0, 0))
    cost = surcharge = relaxed_cost = highs_seconds = 0.0
    closed_form, terminations = 0, set()
    proposals: list[Any] = [None] * len(uses)
    for number, planned in results:
        found, use, routes = planned.found, uses[number], blocks.portions[number].routes
        if planned.basis is not None:
            starts[number] = planned.basis
        if not orders.size:
            shape = (n_routes, found.orders.shape[1])
            orders, relaxed = np.zeros(shape), np.zeros(shape)
        orders[routes], relaxed[routes] = found.orders, found.relaxed
        storage = use.rows[use.rows < n_storage]
        stored[storage] += found.stored
        own = np.abs(use.volume) + 1e-6 * use.size
        price[use.rows] += own * found.price
        weight[use.rows] += own
        cost += found.cost - overflow_cost(quotas[number], found.stored)
        surcharge += found.surcharge
        relaxed_cost += found.cost if found.relaxed_cost is None else found.relaxed_cost
        highs_seconds += found.highs_seconds
        if found.relaxed_cost is not None and found.relaxed_use is not None:
            over = overflow_cost(quotas[number], found.relaxed_use[: len(storage)])
            proposals[number] = found.relaxed_cost - over, found.relaxed_use
        if found.status == "closed_form":
            closed_form += 1
            terminations.add(found.termination)
    everywhere = closed_form == len(uses)
    found = Found(
        status="closed_form" if everywhere else "optimal",
        orders=orders,
        relaxed=relaxed,
        cost=cost + overflow_cost(limits, stored),
        bound=-np.inf,
        surcharge=surcharge,
        relaxed_cost=None if everywhere else relaxed_cost,
        relaxed_use=None,
        price=price / np.where(weight > 0, weight, 1.0),
        stored=stored,
        termination=min(terminations) if everywhere else "optimal",
        highs_seconds=highs_seconds,
    )
    complete = None if any(one is None for one in proposals) else proposals
    return _Round(found, starts, complete, closed_form)


def in_closed_form(
    scenario: Scenario,
    safety_stock: Floats,
    fixed: FixedOrders,
    options: SolverOptions,
    workers: Workers,
    clock: Clock,
) -> OrderPlan:
    """Orders of a chain without shared capacities by the echelon order-up-to rule."""
    clock.phase("build")
    shared = common(scenario, options)
    blocks = cut(Portions(scenario), safety_stock, fixed, shared, options, workers, keep=0)
    clock.phase("closed form")
    asked = [None] * len(blocks.held)
    results = _told(blocks.run(without_capacities, asked), blocks, "closed form", clock)
    limits = shared.capacities
    quotas = [own_limits(limits, use.rows) for use in blocks.uses]
    all_ = _gathered(blocks, limits, blocks.uses, quotas, [], results, scenario.n_routes)
    effort = Effort("closed_form", len(blocks.held), workers=workers.count)
    return order_plan(scenario, shared, fixed, all_.found, effort, options, clock)


def _told(
    results: Iterator[tuple[int, Any]], blocks: Blocks, what: str, clock: Clock
) -> Iterator[tuple[int, Any]]:
    """The same results, with a word on progress every second."""
    last, total = time.perf_counter(), len(blocks.held)
    for done, result in enumerate(results, start=1):
        if time.perf_counter() - last > 1.0:
            last = time.perf_counter()
            clock.tell(f"{what}, block {done:,} of {total:,}")
        yield result
