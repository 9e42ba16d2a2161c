"""Quotas: what each block may use of the limits that all blocks share.

Of a limit with a price, such as storage, a block gets what it uses at the prices, and a share of
what is then left (or too much):

    base[b] = use[b] + share[b] * (base - sum of use)

Its tiers of overflow are as wide as its share. Of a hard limit, such as a lane's, it gets what its
fixed orders take, and a share of the rest. So the quotas add up to the capacities: plans within
them are a plan for all. And overflow is convex, so that together they cost no more than their
blocks were charged. Where the prices are right, every block keeps to its use, and the quotas lose
nothing (resource-directed decomposition; Geoffrion 1970, Operations Research 18(3)).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scenarios.arrays.types import Floats, Ints
from solver.formulation.shared_limits import SharedLimits

BY_SIZE = 0.02
"""Part of each share that goes by the size of a block, not by its use: room for whole lots."""


@dataclass(frozen=True, eq=False)
class Use:
    """What a block uses; arrays over the limits it can use."""

    rows: Ints
    """Numbers of these limits among all R, ascending."""
    size: Floats
    """What one unit of everything that may be there takes."""
    fixed: Floats
    """What its fixed orders take of each hard limit (0 for others)."""
    amount: Floats
    """What it uses at the prices."""


@dataclass(frozen=True, eq=False)
class Totals:
    """Sums over all blocks [R]."""

    limits: SharedLimits
    amount: Floats
    free: Floats
    """Of what each block can decide on, without signs."""
    size: Floats
    fixed: Floats

    @classmethod
    def of(cls, limits: SharedLimits, uses: Sequence[Use]) -> Totals:
        sums = np.zeros((4, len(limits)))
        for use in uses:
            parts = (use.amount, np.abs(use.amount - use.fixed), use.size, use.fixed)
            for total, part in zip(sums, parts, strict=True):
                total[use.rows] += part
        return cls(limits, *sums)

    def quota(self, use: Use) -> SharedLimits:
        """Limits of one block."""
        rows = use.rows
        by_size = use.size / self.size[rows]
        free = self.free[rows]
        by_use = np.where(
            free > 1e-9, np.abs(use.amount - use.fixed) / np.where(free > 1e-9, free, 1.0), by_size
        )
        share = (1.0 - BY_SIZE) * by_use + BY_SIZE * by_size
        own = self.limits.take(rows)
        left = own.base - self.amount[rows]
        room = np.maximum(own.base - self.fixed[rows], 0.0)
        return replace(
            own,
            base=np.where(own.hard, use.fixed + share * room, use.amount + share * left),
            tier_width=own.tier_width * share[:, None],
        )


def complete_uses(uses: Sequence[Use], known: NDArray[np.bool_], n_limits: int) -> list[Use]:
    """The same uses, but where it is not ``known`` [blocks] that of the others by size.

    Without it, a block that time ran out for would get the quota of one that wants nothing.
    """
    amount, size = np.zeros((2, n_limits))
    for use in itertools.compress(uses, known):
        amount[use.rows] += use.amount
        size[use.rows] += use.size
    rate = amount / np.where(size > 0, size, 1.0)
    return [
        use if told else replace(use, amount=np.maximum(rate[use.rows] * use.size, use.fixed))
        for use, told in zip(uses, known, strict=True)
    ]


def charge(limits: SharedLimits, price: Floats) -> float:
    """What the Lagrangian bound at prices [R] adds to the blocks' values.

    A price must not be above that of its last tier, which has no end. Hard limits have no tiers.
    """
    saved = np.minimum(limits.tier_price - price[:, None], 0.0)
    tiers = saved * np.where(saved < 0, limits.tier_width, 0.0)
    return float(tiers.sum() - price @ limits.base)
