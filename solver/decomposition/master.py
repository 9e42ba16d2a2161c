"""The master of a price decomposition: it mixes what blocks propose, and prices what they share.

Every block takes a mix (weights that add up to 1) of its proposals; what the mixes use together is
charged as :mod:`solver.formulation.shared_capacity` says. The mix is a plan of the relaxation, the
duals of the shared limits are its prices (Dantzig and Wolfe 1960, Operations Research 8(1)).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import highspy
import numpy as np

from scenarios.arrays.types import Floats, Ints
from solver.decomposition.quotas import Use
from solver.formulation.shared_capacity import SharedCapacities
from solver.highs.instance import run_highs

ABOVE_ALL = 1e3
"""Price of volume that no lane carries, beside what proposals cost for each unit they send."""


@dataclass(frozen=True, eq=False)
class Mix:
    """A solution of the master."""

    volume: list[Floats]
    """[limits of the block] volume that the mix of each block takes."""
    price: Floats
    """[M + L] of storage, then lanes; per unit of volume."""

    def instead(self, uses: Sequence[Use]) -> list[Use]:
        """The uses of all blocks with the volumes of their mixes."""
        both = zip(uses, self.volume, strict=True)
        return [replace(use, volume=volume) for use, volume in both]


class Master:
    """The master program, which grows by proposals.

    Parameters
    ----------
    limits : SharedCapacities
        M storage limits, L lanes.
    rows : list of integer arrays
        Numbers of the limits (storage first) that each block can use.
    """

    def __init__(self, limits: SharedCapacities, rows: list[Ints]):
        self._limits, self._rows = limits, rows
        self._block: list[int] = []
        self._cost: list[float] = []
        self._use: list[Floats] = []

    def take(self, proposals: Sequence[tuple[float, Floats]]) -> None:
        """A proposal of every block: its cost, and the volume [its limits] that it takes."""
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
        volume = [np.zeros(len(rows)) for rows in self._rows]
        for weight, block, use in zip(weights.tolist(), self._block, self._use, strict=True):
            if weight > 0:
                volume[block] += weight * use
        n_shared = len(self._limits.location) + len(self._limits.lane)
        return Mix(volume, np.maximum(-np.array(found.row_dual)[:n_shared], 0.0))

    def _with_rows(self) -> Iterator[tuple[Floats, Ints]]:
        return ((use, self._rows[b]) for b, use in zip(self._block, self._use, strict=True))

    def _program(self) -> highspy.Highs:
        """Rows: the limits, then one per block. Columns: proposals, tiers of overflow, and what no
        lane carries."""
        limits, n_lanes = self._limits, len(self._limits.lane)
        n_storage, n_tiers = limits.tier_width.shape
        n_shared, n_blocks = n_storage + n_lanes, len(self._rows)
        limit = np.concatenate([limits.storage_base, limits.lane_limit])
        lower = np.concatenate([np.full(n_shared, -np.inf), np.ones(n_blocks)])
        highs = highspy.Highs()
        for name, setting in {"output_flag": False, "threads": 1, "solver": "simplex"}.items():
            highs.setOptionValue(name, setting)
        nothing = np.empty(0, dtype=np.int32)
        upper = np.concatenate([limit, np.ones(n_blocks)])
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
        sent = sum(float(use[rows >= n_storage].sum()) for use, rows in self._with_rows())
        penalty = ABOVE_ALL * max(1.0, float(np.abs(cost).sum()) / max(sent, 1e-6))
        over = np.concatenate([np.repeat(np.arange(n_storage), n_tiers),
                               n_storage + np.arange(n_lanes)])  # fmt: skip
        price = np.concatenate([limits.tier_price.ravel(), np.full(n_lanes, penalty)])
        width = np.concatenate([limits.tier_width.ravel(), np.full(n_lanes, np.inf)])
        n = len(over)
        highs.addCols(
            n, price, np.zeros(n), width, n, np.arange(n, dtype=np.int32), over.astype(np.int32),
            -np.ones(n),
        )  # fmt: skip
        return highs
