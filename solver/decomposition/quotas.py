"""Quotas: what each block may use of the capacities that all blocks share.

Of storage a block gets what it uses at the prices, and a share of what is then left (or too much):

    base[b] = use[b] + share[b] * (base - sum of use)

Its tiers of overflow are as wide as its share. Of a lane it gets what its fixed orders take, and a
share of the rest. So the quotas add up to the capacities: plans within them are a plan for all. And
overflow is convex, so that together they cost no more than their blocks were charged. Where the
prices are right, every block keeps to its use, and the quotas lose nothing (resource-directed
decomposition; Geoffrion 1970, Operations Research 18(3)).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scenarios.arrays.types import Floats, Ints
from solver.formulation.shared_capacity import SharedCapacities

BY_SIZE = 0.02
"""Part of each share that goes by the size of a block, not by its use: room for whole lots."""


@dataclass(frozen=True, eq=False)
class Use:
    """What a block uses; arrays over the limits it can use, storage first."""

    rows: Ints
    """Numbers of these limits among all M + L."""
    size: Floats
    """Volume of one unit of everything that may be there."""
    fixed: Floats
    """Volume that its fixed orders take of each lane (0 for storage)."""
    volume: Floats
    """At the prices."""


@dataclass(frozen=True, eq=False)
class Totals:
    """Sums over all blocks [M + L]."""

    limits: SharedCapacities
    volume: Floats
    free: Floats
    """Of what each block can decide on, without signs."""
    size: Floats
    fixed: Floats

    @classmethod
    def of(cls, limits: SharedCapacities, uses: Sequence[Use]) -> Totals:
        sums = np.zeros((4, len(limits.location) + len(limits.lane)))
        for use in uses:
            parts = (use.volume, np.abs(use.volume - use.fixed), use.size, use.fixed)
            for total, part in zip(sums, parts, strict=True):
                total[use.rows] += part
        return cls(limits, *sums)

    def quota(self, use: Use) -> SharedCapacities:
        """Capacities of one block."""
        rows, limits = use.rows, self.limits
        n_storage = int(np.searchsorted(rows, len(limits.location)))
        by_size = use.size / self.size[rows]
        free = self.free[rows]
        by_use = np.where(
            free > 1e-9, np.abs(use.volume - use.fixed) / np.where(free > 1e-9, free, 1.0), by_size
        )
        share = (1.0 - BY_SIZE) * by_use + BY_SIZE * by_size
        own = own_limits(limits, rows)
        left = own.storage_base - self.volume[rows[:n_storage]]
        room = np.maximum(own.lane_limit - self.fixed[rows[n_storage:]], 0.0)
        return replace(
            own,
            storage_base=use.volume[:n_storage] + share[:n_storage] * left,
            tier_width=own.tier_width * share[:n_storage, None],
            lane_limit=use.fixed[n_storage:] + share[n_storage:] * room,
        )


def guessed(uses: Sequence[Use], known: NDArray[np.bool_], n_limits: int) -> list[Use]:
    """The same uses, but where it is not ``known`` [blocks] that of the others by size.

    Without it, a block that time ran out for would get the quota of one that wants nothing.
    """
    volume, size = np.zeros((2, n_limits))
    for use in itertools.compress(uses, known):
        volume[use.rows] += use.volume
        size[use.rows] += use.size
    rate = volume / np.where(size > 0, size, 1.0)
    return [
        use if told else replace(use, volume=np.maximum(rate[use.rows] * use.size, use.fixed))
        for use, told in zip(uses, known, strict=True)
    ]


def own_limits(limits: SharedCapacities, rows: Ints) -> SharedCapacities:
    """Some limits (ascending numbers, storage first) of all."""
    n = len(limits.location)
    storage, lane = rows[rows < n], rows[rows >= n] - n
    return SharedCapacities(
        limits.location[storage],
        limits.storage_period[storage],
        limits.storage_base[storage],
        limits.tier_width[storage],
        limits.tier_price[storage],
        limits.lane[lane],
        limits.lane_period[lane],
        limits.lane_limit[lane],
    )


def charge(limits: SharedCapacities, price: Floats) -> float:
    """What the Lagrangian bound at prices [M + L] adds to the blocks' values.

    Prices of storage must not be above that of its last tier, which has no end.
    """
    n_storage = len(limits.location)
    storage, lane = price[:n_storage], price[n_storage:]
    saved = np.minimum(limits.tier_price - storage[:, None], 0.0)
    tiers = saved * np.where(saved < 0, limits.tier_width, 0.0)
    carried = np.where(lane > 0, lane * np.where(lane > 0, limits.lane_limit, 0.0), 0.0)
    return float(tiers.sum() - storage @ limits.storage_base - carried.sum())
