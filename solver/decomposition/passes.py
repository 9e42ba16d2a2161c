"""All blocks at prices, and all blocks within quotas: the two passes of a round."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from scenarios.arrays.types import Floats
from solver.deadline import Deadline
from solver.decomposition.block import AtPrices, BlockPlan, WithinQuota, at_prices, within_quota
from solver.decomposition.partition import Blocks
from solver.decomposition.quotas import Totals, Use, charge, complete_uses
from solver.formulation.shared_limits import SharedLimits, overflow_cost
from solver.highs.basis import Basis
from solver.highs.session import Termination
from solver.program.basis_template import BasisTemplate
from solver.program.solve import ProgramSolution

Start = Basis | BasisTemplate | None
"""Where a block begins: where it ended, or as products like its own."""
FOR_PRICES = 0.5
"""Share of the time left that a round may spend at prices, the rest being for its quotas."""


@dataclass(frozen=True, eq=False)
class AskedAtPrices:
    """What all blocks do at prices."""

    bound: float
    """-inf where nothing is known of some block."""
    unbounded: bool
    """Whether prices pay for something without end."""
    uses: list[Use]
    starts: list[Start]
    proposals: list[tuple[float, Floats]] | None
    """Cost and use of each block; None where some was not solved."""
    highs_seconds: float
    block_seconds: float


def all_at_prices(
    blocks: Blocks,
    limits: SharedLimits,
    price: Floats,
    starts: list[Start],
    deadline: Deadline,
) -> AskedAtPrices:
    """Solve every block at prices [R], from ``starts``."""
    deadline.phase("prices")
    until = deadline.left() * (1.0 - FOR_PRICES)

    def asked() -> Iterator[AtPrices]:
        for number, use in enumerate(blocks.uses):
            left = max(deadline.left() - until, 0.0)
            yield AtPrices(price[use.rows], starts[number], left)

    values, costs = np.full((2, len(blocks.held)), -np.inf)
    uses, ends, unbounded = list(blocks.uses), list(starts), False
    highs_seconds = block_seconds = 0.0
    for number, proposal in with_progress(
        blocks.run(at_prices, asked()), blocks, "prices", deadline
    ):
        highs_seconds += proposal.highs_seconds
        block_seconds += proposal.seconds
        unbounded |= proposal.termination not in ("optimal", "time_limit")
        values[number] = proposal.value
        if proposal.termination == "optimal":
            costs[number] = proposal.value - float(price[uses[number].rows] @ proposal.use)
            uses[number] = replace(uses[number], amount=proposal.use)
            ends[number] = proposal.basis
    proposals = list(zip(costs.tolist(), (use.amount for use in uses), strict=True))
    known = np.isfinite(costs)
    complete = proposals if known.all() else None
    uses = complete_uses(uses, known, len(price))
    bound = float(values.sum()) + charge(limits, price)
    return AskedAtPrices(bound, unbounded, uses, ends, complete, highs_seconds, block_seconds)


@dataclass(frozen=True, eq=False)
class Round:
    """The plan of all blocks within their quotas."""

    solution: ProgramSolution
    starts: list[Start]
    proposals: list[tuple[float, Floats]] | None
    """Cost and use of each block without lot rules; None where time ran out for some."""
    closed_form: int
    """Blocks that time ran out for."""
    block_seconds: float


def all_within_quotas(
    blocks: Blocks,
    limits: SharedLimits,
    uses: list[Use],
    starts: list[Start],
    deadline: Deadline,
    n_routes: int,
) -> Round:
    """Plan every block within its quota of the limits, by what it uses; ``n_routes`` of the whole
    chain."""
    deadline.phase("quotas")
    totals = Totals.of(limits, uses)

    def asked() -> Iterator[WithinQuota]:
        for number, use in enumerate(uses):
            left = deadline.left()
            yield WithinQuota(totals.quota(use), starts[number], left, blocks.fair(left, number))

    results = with_progress(blocks.run(within_quota, asked()), blocks, "quotas", deadline)
    return merge_plans(blocks, limits, uses, list(starts), results, n_routes)


def merge_plans(
    blocks: Blocks,
    limits: SharedLimits,
    uses: Sequence[Use],
    starts: list[Start],
    results: Iterator[tuple[int, BlockPlan]],
    n_routes: int,
) -> Round:
    """The plans of blocks as one."""
    price, weight, use_of_all, relaxed_use = np.zeros((4, len(limits)))
    orders = relaxed = np.empty((0, 0))
    cost = surcharge = relaxed_cost = relaxed_surcharge = 0.0
    highs_seconds = block_seconds = 0.0
    terminations: list[Termination] = []
    proposals: list[tuple[float, Floats]] | None = [(0.0, price)] * len(uses)
    for number, planned in results:
        solution, use, routes = planned.solution, uses[number], blocks.subsets[number].routes
        starts[number] = planned.basis or starts[number]
        if not orders.size:
            shape = (n_routes, solution.orders.shape[1])
            orders, relaxed = np.zeros(shape), np.zeros(shape)
        orders[routes], relaxed[routes] = solution.orders, solution.relaxed
        use_of_all[use.rows] += solution.use
        own = np.abs(use.amount) + 1e-6 * use.size
        price[use.rows] += own * solution.price
        weight[use.rows] += own
        cost += solution.cost - solution.overflow
        surcharge += solution.surcharge
        highs_seconds += solution.highs_seconds
        block_seconds += planned.seconds
        if solution.relaxed_cost is None or solution.relaxed_use is None:
            terminations.append(solution.termination)
            proposals = None
            continue
        alone = solution.relaxed_cost - solution.relaxed_overflow
        relaxed_cost += alone
        relaxed_surcharge += solution.relaxed_surcharge
        relaxed_use[use.rows] += solution.relaxed_use
        if proposals is not None:
            proposals[number] = alone, solution.relaxed_use
    overflow = overflow_cost(limits, use_of_all)
    relaxed_overflow = overflow_cost(limits, relaxed_use)
    everywhere = len(terminations) == len(uses)
    return Round(
        ProgramSolution(
            status="closed_form" if everywhere else "optimal",
            orders=orders,
            relaxed=relaxed,
            cost=cost + overflow,
            bound=-np.inf,
            surcharge=surcharge,
            relaxed_cost=None if terminations else relaxed_cost + relaxed_overflow,
            relaxed_surcharge=relaxed_surcharge,
            relaxed_use=relaxed_use,
            relaxed_overflow=relaxed_overflow,
            price=price / np.where(weight > 0, weight, 1.0),
            use=use_of_all,
            overflow=overflow,
            termination=terminations[0] if everywhere else "optimal",
            highs_seconds=highs_seconds,
        ),
        starts,
        proposals,
        len(terminations),
        block_seconds,
    )


def with_progress(
    results: Iterator[tuple[int, Any]], blocks: Blocks, what: str, deadline: Deadline
) -> Iterator[tuple[int, Any]]:
    """The same results, with a word on progress every second."""
    last, total = time.perf_counter(), len(blocks.held)
    for done, result in enumerate(results, start=1):
        if time.perf_counter() - last > 1.0:
            last = time.perf_counter()
            deadline.tell(f"{what}, block {done:,} of {total:,}")
        yield result
