"""Sums over everything at and below each stock point, level by level from the customers up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from scenarios.arrays.segments import SegmentSum, segment_sum
from scenarios.arrays.types import Array, Ints


@dataclass(frozen=True, eq=False)
class EchelonSum:
    """``out[..., k]`` is the sum of ``x[..., i]`` over all i at or downstream of k."""

    xp: Any
    blocks: tuple[tuple[int, int, tuple[int, ...]], ...] | None
    """(start, stop, blocks right below) of every location, where all of them keep the same
    products: then sums are a few slices."""
    downstream_first: tuple[int, ...]
    """Order in which blocks are summed."""
    levels: tuple[SegmentSum, ...]
    """Otherwise: from each depth to the points above, deepest first."""

    def __call__(self, x: Array) -> Array:
        if self.blocks is None:
            for level in self.levels:
                x = x + level(x)
            return x
        sums: list[Array] = [None] * len(self.blocks)
        for block in self.downstream_first:
            start, stop, below = self.blocks[block]
            total = x[..., start:stop]
            for child in below:
                total = total + sums[child]
            sums[block] = total
        return sums[0] if len(sums) == 1 else self.xp.concat(sums, axis=-1)


def echelon_sum(xp: Any, parent: Ints, location: Ints, device: Any = None) -> EchelonSum:
    """Prepare sums over echelons.

    Parameters
    ----------
    xp : module
        Array library.
    parent : array [K]
        The point that supplies each point, -1: none.
    location : array [K]
        Points are sorted by it.
    """
    depth = tree_depths(parent)
    found = _blocks(parent, location)
    if found is not None:
        blocks, starts = found
        order = np.argsort(-depth[starts], kind="stable")
        return EchelonSum(xp, blocks, tuple(order.tolist()), ())
    levels = tuple(
        segment_sum(xp, np.where(depth == level, parent, -1), parent.size, device)
        for level in range(int(depth.max(initial=0)), 0, -1)
    )
    return EchelonSum(xp, None, (), levels)


def tree_depths(parent: Ints) -> Ints:
    """[K] number of points above each point."""
    depth = np.zeros(parent.size, dtype=np.int64)
    above = parent
    while (alive := above >= 0).any():
        depth += alive
        above = np.where(alive, parent[above], -1)
    return depth


def _blocks(
    parent: Ints, location: Ints
) -> tuple[tuple[tuple[int, int, tuple[int, ...]], ...], Ints] | None:
    """Locations as blocks of points, None unless each maps as a whole onto the one above it."""
    if parent.size == 0:
        return None
    starts = np.flatnonzero(np.concatenate([[True], np.diff(location) != 0]))
    stops = np.append(starts[1:], parent.size)
    if starts.size > 256:
        return None
    at = {int(start): block for block, start in enumerate(starts)}
    below: list[list[int]] = [[] for _ in starts]
    for block, (start, stop) in enumerate(zip(starts.tolist(), stops.tolist(), strict=True)):
        above = parent[start:stop]
        if (above < 0).all():
            continue
        first = int(above[0])
        whole = at.get(first)
        if whole is None or stops[whole] - first != stop - start:
            return None
        if (above != np.arange(first, first + above.size)).any():
            return None
        below[whole].append(block)
    blocks = tuple(
        (int(start), int(stop), tuple(children))
        for start, stop, children in zip(starts, stops, below, strict=True)
    )
    return blocks, starts
