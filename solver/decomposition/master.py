"""The master of a price decomposition: it mixes what blocks propose, and prices what they share.

Every block takes a mix (weights that add up to 1) of its proposals; what the mixes use together is
charged as :mod:`solver.formulation.shared_limits` says. The mix is a plan of the relaxation, the
duals of the shared limits are its prices (Dantzig and Wolfe 1960, Operations Research 8(1)).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import highspy
import numpy as np

from scenarios.arrays.types import Floats, Ints
from solver.decomposition.quotas import Use
from solver.formulation.shared_limits import SharedLimits
from solver.highs.instance import run_highs

ABOVE_ALL = 1e3
"""Price of what is above hard limits, beside what proposals cost for each unit used of such."""


@dataclass(frozen=True, eq=False)
class Mix:
    """A solution of the master."""

    amount: list[Floats]
    """[limits of the block] what the mix of each block uses."""
    price: Floats
    """[R] of the limits, per unit of the resource."""

    def instead(self, uses: Sequence[Use]) -> list[Use]:
        """The uses of all blocks with the amounts of their mixes."""
        both = zip(uses, self.amount, strict=True)
        return [replace(use, amount=amount) for use, amount in both]


class Master:
    """The master program, which grows by proposals.

    Parameters
    ----------
    limits : SharedLimits
    rows : list of integer arrays
        Numbers of the limits that each block can use.
    """

    def __init__(self, limits: SharedLimits, rows: list[Ints]):
        self._limits, self._rows = limits, rows
        self._block: list[int] = []
        self._cost: list[float] = []
        self._use: list[Floats] = []

    def take(self, proposals: Sequence[tuple[float, Floats]]) -> None:
        """A proposal of every block: its cost, and what it uses [its limits]."""
        for block, (cost, use) in enumerate(proposals):
            self._block.append(block)
            self._cost.append(cost)
            self._use.append(use)

    def solve(self) -> Mix | None:
        """The best mix of all that has been proposed; every block has to have proposed once.

        None if HiGHS does not find it.
        """
        highs = self._program()
        run_highs(highs)
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        found = highs.getSolution()
        weights = np.maximum(np.array(found.col_value)[: len(self._block)], 0.0)
        amount = [np.zeros(len(rows)) for rows in self._rows]
        for weight, block, use in zip(weights.tolist(), self._block, self._use, strict=True):
            if weight > 0:
                amount[block] += weight * use
        return Mix(amount, np.maximum(-np.array(found.row_dual)[: len(self._limits)], 0.0))

    def _with_rows(self) -> Iterator[tuple[Floats, Ints]]:
        return ((use, self._rows[b]) for b, use in zip(self._block, self._use, strict=True))

    def _program(self) -> highspy.Highs:
        """Rows: the limits, then one per block. Columns: proposals, tiers of overflow, and what is
        above hard limits."""
        limits, soft, hard = self._limits, self._limits.soft, np.flatnonzero(self._limits.hard)
        n_shared, n_blocks = len(limits), len(self._rows)
        lower = np.concatenate([np.full(n_shared, -np.inf), np.ones(n_blocks)])
        highs = highspy.Highs()
        for name, setting in {"output_flag": False, "threads": 1, "solver": "simplex"}.items():
            highs.setOptionValue(name, setting)
        nothing = np.empty(0, dtype=np.int32)
        upper = np.concatenate([limits.base, np.ones(n_blocks)])
        highs.addRows(len(lower), lower, upper, 0, nothing, nothing, np.empty(0))
        index: list[Ints] = []
        value: list[Floats] = []
        start, size = [], 0
        for block, use in zip(self._block, self._use, strict=True):
            some = np.flatnonzero(use)
            index += [self._rows[block][some], np.array([n_shared + block])]
            value += [use[some], np.ones(1)]
            start.append(size)
            size += len(some) + 1
        cost = np.array(self._cost)
        none, free = np.zeros(len(cost)), np.full(len(cost), np.inf)
        highs.addCols(
            len(cost), cost, none, free, size, np.array(start, dtype=np.int32),
            np.concatenate(index).astype(np.int32), np.concatenate(value),
        )  # fmt: skip
        scarce = sum(float(use[limits.hard[rows]].sum()) for use, rows in self._with_rows())
        penalty = ABOVE_ALL * max(1.0, float(np.abs(cost).sum()) / max(scarce, 1e-6))
        over = np.concatenate([np.repeat(soft, limits.tier_width.shape[1]), hard])
        price = np.concatenate([limits.tier_price[soft].ravel(), np.full(len(hard), penalty)])
        width = np.concatenate([limits.tier_width[soft].ravel(), np.full(len(hard), np.inf)])
        n = len(over)
        highs.addCols(
            n, price, np.zeros(n), width, n, np.arange(n, dtype=np.int32), over.astype(np.int32),
            -np.ones(n),
        )  # fmt: skip
        return highs
