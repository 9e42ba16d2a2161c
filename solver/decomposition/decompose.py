"""Orders for any number of products: blocks of them, coordinated by prices and quotas.

Blocks of products are solved on their own, twice in a round. At prices of the capacities that all
share: Lagrange's bound at any prices is proven, and what the blocks use then tells the quota that
each of them needs. Within these quotas: their orders together are a plan for all. The prices that
the quotas have, taken together, are those of the next round. One round is enough as a rule: the
first prices are those of a sample of the products (:mod:`solver.decomposition.initial_prices`), and
the more products there are, the less each of them matters.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from scenarios.arrays.types import Floats
from scenarios.model.scenario import Scenario
from scenarios.model.subset import ProductSubsets
from solver.deadline import Deadline
from solver.decomposition.block import without_capacities
from solver.decomposition.initial_prices import sample_prices
from solver.decomposition.master import Master
from solver.decomposition.memory import blocks_to_keep
from solver.decomposition.partition import Blocks, partition
from solver.decomposition.passes import (
    Start,
    all_at_prices,
    all_within_quotas,
    merge_plans,
    with_progress,
)
from solver.formulation.model_data import SharedData, shared_data
from solver.formulation.shared_limits import SharedLimits
from solver.highs.instance import fresh_threads
from solver.options import SolverOptions
from solver.program.fixed_orders import FixedOrders
from solver.program.gap import gap_of, status_of
from solver.program.order_plan import order_plan
from solver.program.solve import ProgramSolution
from solver.program.warm_start import WarmStart
from solver.result import Effort, OrderPlan
from solver.workers.protocol import Workers

MOST_ROUNDS, MOST_STEPS = 10, 3
FOR_BLOCKS = 0.8
"""Share of the gap asked for that blocks may leave within their quotas."""
NEW = 0.4
"""Share of the master's prices in the next ones, the best so far having the rest (Wentges 1997)."""


def plan_by_blocks(
    scenario: Scenario,
    safety_stock: Floats,
    fixed: FixedOrders,
    options: SolverOptions,
    workers: Workers,
    warm_start: WarmStart,
    deadline: Deadline,
) -> OrderPlan:
    """Orders of a scenario in which nothing is owed, see :func:`solver.optimise`.

    Raises
    ------
    NotEnoughMemory
        If blocks cannot be planned in the memory that is allowed.
    """
    deadline.phase("build")
    subsets, shared = ProductSubsets(scenario), shared_data(scenario, options)
    in_blocks = options.model_copy(update={"gap": FOR_BLOCKS * options.gap})
    blocks = _blocks(subsets, safety_stock, fixed, shared, in_blocks, workers)
    deadline.phase("first prices")
    first = _first(subsets, safety_stock, shared, blocks, warm_start, options, deadline)
    done = _rounds(blocks, shared.limits, first, scenario.n_routes, options.gap, deadline)
    warm_start.price, warm_start.starts = done.price, done.starts
    solution, bound = done.best, done.bound
    if not np.isfinite(bound) and (safety_stock >= 0).all():
        # Then no part of the cost is negative.
        bound = solution.surcharge
    status = solution.status
    if status != "closed_form":
        gap = gap_of((solution.cost, solution.surcharge), bound)
        status = status_of(gap, options, done.late or deadline.left() <= 1.0)
    solution = replace(solution, bound=min(bound, solution.cost), status=status)
    effort = Effort(
        "closed_form" if status == "closed_form" else "decomposed",
        blocks=len(blocks.held),
        rounds=done.rounds,
        workers=workers.count,
        highs_seconds=done.highs_seconds,
        block_seconds=done.block_seconds,
        relaxed_objective=solution.relaxed_objective,
    )
    return order_plan(scenario, shared, fixed, solution, effort, options, deadline)


def _blocks(
    subsets: ProductSubsets, safety_stock: Floats, fixed: FixedOrders, shared: SharedData,
    options: SolverOptions, workers: Workers,
) -> Blocks:  # fmt: skip
    """All products in blocks, as many of which as memory allows keep their programs."""
    fresh_threads()
    keep = blocks_to_keep(subsets.scenario, shared.n_periods, workers, options)
    return partition(subsets, safety_stock, fixed, shared, options, workers, keep)


@dataclass(frozen=True, eq=False)
class _First:
    """Where the first round begins."""

    price: Floats
    """[R]"""
    starts: list[Start]
    highs_seconds: float = 0.0


def _first(
    subsets: ProductSubsets,
    safety_stock: Floats,
    shared: SharedData,
    blocks: Blocks,
    warm_start: WarmStart,
    options: SolverOptions,
    deadline: Deadline,
) -> _First:
    """Prices and bases of the last plan, if there was one like it, or of a sample."""
    limits, n_blocks = shared.limits, len(blocks.held)
    if warm_start.price is not None and len(warm_start.price) == len(limits):
        known = warm_start.starts is not None and len(warm_start.starts) == n_blocks
        return _First(
            warm_start.price, list(warm_start.starts or []) if known else [None] * n_blocks
        )
    sample = sample_prices(subsets, safety_stock, shared, options, deadline.left() / 4)
    return _First(sample.price, [sample.template] * n_blocks, sample.highs_seconds)


@dataclass(frozen=True, eq=False)
class _Done:
    """What some rounds have come to."""

    best: ProgramSolution
    bound: float
    price: Floats
    """[R] the best ones to begin with next time."""
    starts: list[Start]
    rounds: int
    highs_seconds: float
    block_seconds: float
    late: bool
    """Whether time ran out for some blocks, or did not suffice for another round."""


def _rounds(
    blocks: Blocks, limits: SharedLimits, first: _First, n_routes: int, enough: float,
    deadline: Deadline,
) -> _Done:  # fmt: skip
    """Rounds until the gap is small ``enough``, time does not suffice for another, or the most."""
    master = Master(limits, [use.rows for use in blocks.uses])
    price = best_price = first.price
    starts, bound = first.starts, -np.inf
    in_highs, in_blocks = first.highs_seconds, 0.0
    best: ProgramSolution | None = None
    for number in range(1, MOST_ROUNDS + 1):
        began = deadline.left()
        price = np.minimum(price, limits.top_price)
        asked = all_at_prices(blocks, limits, price, starts, deadline)
        for _ in range(MOST_STEPS):
            if not asked.unbounded:
                break
            # So high that some block would ship or wait without end: back towards what was not.
            price = 0.5 * (price + (best_price if best else 0.0))
            asked = all_at_prices(blocks, limits, price, starts, deadline)
        if asked.bound > bound:
            bound, best_price = asked.bound, price
        uses = asked.uses
        if best and asked.proposals:
            master.take(asked.proposals)
            mix = master.solve()
            uses = mix.instead(uses) if mix else uses
        planned = all_within_quotas(blocks, limits, uses, asked.starts, deadline, n_routes)
        starts, solution = planned.starts, planned.solution
        in_highs += asked.highs_seconds + solution.highs_seconds
        in_blocks += asked.block_seconds + planned.block_seconds
        best = solution if best is None or solution.cost < best.cost else best
        gap = gap_of((best.cost, best.surcharge), bound)
        short = deadline.left() < 1.2 * (began - deadline.left())
        if gap <= enough or short:
            break
        if not (asked.proposals and planned.proposals):
            break
        if _without_lots(solution, bound) <= (1.0 - FOR_BLOCKS) * enough:
            # What is left of the gap is what lots cost, and no prices change that.
            break
        if number == 1:
            master.take(asked.proposals)
        master.take(planned.proposals)
        mix = master.solve()
        if mix is None:
            break
        # Quotas are made for the first prices; their own are better, once.
        price = solution.price if number == 1 else NEW * mix.price + (1.0 - NEW) * best_price
    assert best is not None
    late = short or planned.closed_form > 0 or asked.proposals is None
    return _Done(best, bound, best_price, starts, number, in_highs, in_blocks, late)


def _without_lots(solution: ProgramSolution, bound: float) -> float:
    """The gap of the same plan without lot rules, relative to the cost with them."""
    assert solution.relaxed_cost is not None
    return gap_of(
        (solution.cost, solution.surcharge), bound + solution.cost - solution.relaxed_cost
    )


def in_closed_form(
    scenario: Scenario,
    safety_stock: Floats,
    fixed: FixedOrders,
    options: SolverOptions,
    workers: Workers,
    deadline: Deadline,
) -> OrderPlan:
    """Orders of a chain without shared capacities: by the echelon order-up-to rule, where it does
    not count on goods that are not there.

    Raises
    ------
    NotEnoughMemory
        If blocks cannot be planned in the memory that is allowed.
    """
    deadline.phase("build")
    shared = shared_data(scenario, options)
    blocks = _blocks(ProductSubsets(scenario), safety_stock, fixed, shared, options, workers)
    deadline.phase("closed form")
    n_blocks = len(blocks.held)

    def asked() -> Iterator[tuple[float, float]]:
        for number in range(n_blocks):
            left = deadline.left()
            yield left, blocks.fair(left, number)

    results = with_progress(
        blocks.run(without_capacities, asked()), blocks, "closed form", deadline
    )
    starts: list[Start] = [None] * n_blocks
    limits = shared.limits
    all_ = merge_plans(blocks, limits, blocks.uses, starts, results, scenario.n_routes)
    effort = Effort(
        "closed_form",
        n_blocks,
        workers=workers.count,
        highs_seconds=all_.solution.highs_seconds,
        block_seconds=all_.block_seconds,
    )
    solution = replace(
        all_.solution, status="closed_form", termination="optimal", relaxed_cost=None
    )
    return order_plan(scenario, shared, fixed, solution, effort, options, deadline)
