"""Memory: what planning in blocks takes, and how many blocks may keep their programs."""

from __future__ import annotations

import numpy as np
import psutil

from scenarios.model.scenario import Scenario
from scenarios.resources import shared_resources
from solver.decomposition.partition import BLOCK_ROWS
from solver.options import SolverOptions
from solver.workers.protocol import Workers

GIGABYTE = 1e9
USUAL = 6.0
"""Gigabytes that are used where nothing is said, if they are free."""
PER_BALANCE = 470.0
"""Bytes of a block's program for each balance of a stock point in a period."""
PER_LIMIT = 2000.0
"""The same for each limit with a price that it can use: its tiers of overflow."""
AT_WORK = 4.0
"""Copies of its program that a block takes while it is solved, HiGHS' own included."""
AFTERWARDS = 300.0
"""Bytes for each balance that orders, tables and audit take once the blocks are done."""


class NotEnoughMemory(MemoryError):
    """Less memory is allowed than planning takes."""


def blocks_to_keep(
    scenario: Scenario, n_periods: int, workers: Workers, options: SolverOptions
) -> int:
    """How many blocks may keep their programs within the memory allowed.

    Raises
    ------
    NotEnoughMemory
        If not even one block at a time can be planned in it.
    """
    balances = scenario.n_points * n_periods
    now = float(psutil.Process().memory_info().rss)
    free = now + float(psutil.virtual_memory().available)
    asked = options.memory
    most = free if asked is None else asked * GIGABYTE
    # A product is never cut, so that a block may be larger than is usual.
    points = int(np.bincount(scenario.points.product).max(initial=0))
    largest = max(min(BLOCK_ROWS, balances), points * n_periods)
    limited = n_periods * sum(
        np.isfinite(resource.capacity).any(axis=1).sum()
        for resource in shared_resources(scenario)
        if not resource.hard
    )
    program = PER_BALANCE * largest + PER_LIMIT * min(limited, largest)
    at_once = min(workers.count, -(-balances // largest))
    needed = now + AFTERWARDS * balances + AT_WORK * program * at_once
    if needed > most:
        raise NotEnoughMemory(
            f"planning {scenario.n_points:,} stock points takes about {needed / GIGABYTE:.3g} GB,"
            f" and {most / GIGABYTE:.3g} GB are "
            + ("free" if asked is None else "allowed by --memory")
        )
    # Programs that are kept save some time only, so that they take no more than is usual unasked.
    budget = min(free, USUAL * GIGABYTE) if asked is None else most
    return max(0, int((budget - needed) / 2 / (PER_BALANCE * BLOCK_ROWS)))
