"""Reading and summing along index arrays: from stock points to routes, lanes, locations and back.

An index array ``index[i] -> target`` (-1: nowhere) is looked at once, when a network is made, and
the cheapest way to follow it is kept: nothing to do, a few slices, or a general gather or sum.
Regular networks (every product at every location) end up as slices, which cost no more than a
copy. All work on the last axis, whatever the leading axes are.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from scenarios.arrays.types import Array, Ints


def max_pieces(size: int) -> int:
    """How many slices of an array of this size are still cheaper than one general operation."""
    return min(256, max(16, size // 64))


@dataclass(frozen=True, eq=False)
class Pick:
    """``out[..., i] = x[..., index[i]]``, and ``fill`` where the index is -1."""

    xp: Any
    identity: bool
    runs: tuple[tuple[int, int], ...] | None
    """(first source or -1, length) of each stretch of the output."""
    index: Array
    """Index into ``x`` with one fill column appended."""

    def __call__(self, x: Array, fill: float = 0.0) -> Array:
        if self.identity:
            return x
        if self.runs is not None:
            pieces = [
                self._fill(x, length, fill) if first < 0 else x[..., first : first + length]
                for first, length in self.runs
            ]
            if len(pieces) == 1:
                return pieces[0]
            return self.xp.concat(pieces, axis=-1) if pieces else x[..., :0]
        padded = self.xp.concat([x, self._fill(x, 1, fill)], axis=-1)
        return self.xp.take(padded, self.index, axis=-1)

    def _fill(self, x: Array, length: int, value: float) -> Array:
        return self.xp.full((*x.shape[:-1], length), value, dtype=x.dtype, device=_device(x))


@dataclass(frozen=True, eq=False)
class SegmentSum:
    """``out[..., s]`` is the sum of ``x[..., i]`` over all i with ``index[i] == s``."""

    xp: Any
    n_segments: int
    identity: bool
    slices: tuple[tuple[int, tuple[int, ...]], ...] | None
    """(length, starts of the slices of ``x`` that are added up) of each stretch of the output."""
    blocks: tuple[tuple[int, int], ...] | None
    """[start, stop) of ``x`` for each segment, where every segment is one block."""
    order: Array
    """Entries of ``x`` that go anywhere, sorted by segment (None: already so)."""
    starts: Array
    """Where each non-empty segment starts in that order (NumPy) ..."""
    filled: Array
    """... and which segments these are; for other libraries: the segment of each entry."""

    def __call__(self, x: Array) -> Array:
        if self.identity:
            return x
        xp = self.xp
        if self.slices is not None:
            return self._from_slices(x, self.slices)
        if self.blocks is not None:
            sums = [xp.sum(x[..., start:stop], axis=-1) for start, stop in self.blocks]
            return xp.stack(sums, axis=-1)
        if self.order is not None:
            x = xp.take(x, self.order, axis=-1)
        out = xp.zeros((*x.shape[:-1], self.n_segments), dtype=x.dtype, device=_device(x))
        if self.filled.shape[0] == 0:
            return out
        if isinstance(x, np.ndarray):
            out[..., self.filled] = np.add.reduceat(x, self.starts, axis=-1)
            return out
        # The standard has no scatter-add; Torch's is differentiable.
        return out.index_add(-1, self.filled, x)

    def _from_slices(self, x: Array, slices: tuple[tuple[int, tuple[int, ...]], ...]) -> Array:
        pieces = []
        for length, starts in slices:
            if starts:
                piece = x[..., starts[0] : starts[0] + length]
                for start in starts[1:]:
                    piece = piece + x[..., start : start + length]
            else:
                shape = (*x.shape[:-1], length)
                piece = self.xp.zeros(shape, dtype=x.dtype, device=_device(x))
            pieces.append(piece)
        return pieces[0] if len(pieces) == 1 else self.xp.concat(pieces, axis=-1)


def pick(xp: Any, index: Ints, n_source: int, device: Any = None) -> Pick:
    """Prepare reading ``x[..., index]`` from arrays of ``n_source`` entries."""
    if index.size == n_source and np.array_equal(index, np.arange(n_source)):
        return Pick(xp, True, None, None)
    runs = _runs(index)
    if len(runs) <= max_pieces(index.size):
        return Pick(xp, False, tuple((source, length) for _, source, length in runs), None)
    return Pick(xp, False, None, xp.asarray(np.where(index < 0, n_source, index), device=device))


def segment_sum(xp: Any, index: Ints, n_segments: int, device: Any = None) -> SegmentSum:
    """Prepare summing entries into ``n_segments`` segments."""
    if index.size == n_segments and np.array_equal(index, np.arange(n_segments)):
        return SegmentSum(xp, n_segments, True, None, None, None, None, None)
    runs = _runs(index)
    if len(runs) <= max_pieces(index.size):
        slices = _overlay(runs, n_segments, max_pieces(index.size))
        if slices is not None:
            return SegmentSum(xp, n_segments, False, slices, None, None, None, None)
    going = np.flatnonzero(index >= 0)
    blocks = _blocks(index[going], n_segments) if going.size == index.size else None
    if blocks is not None:
        return SegmentSum(xp, n_segments, False, None, blocks, None, None, None)
    order = going[np.argsort(index[going], kind="stable")]
    segment = index[order]
    in_order = order.size == index.size and bool((order == np.arange(order.size)).all())
    order_ = None if in_order else xp.asarray(order, device=device)
    starts = np.flatnonzero(np.r_[True, segment[1:] != segment[:-1]]) if segment.size else segment
    if isinstance(xp.asarray(0.0), (np.ndarray, np.generic)):
        filled = segment[starts]
    else:
        filled = xp.asarray(segment, device=device)
    return SegmentSum(xp, n_segments, False, None, None, order_, starts, filled)


def _runs(index: Ints) -> list[tuple[int, int, int]]:
    """Stretches (start, first value or -1, length) in which the index rises by one or stays -1."""
    if index.size == 0:
        return []
    nowhere = index < 0
    follows = (index[1:] == index[:-1] + 1) & ~nowhere[:-1]
    cuts = np.flatnonzero(~(follows | (nowhere[1:] & nowhere[:-1]))) + 1
    if cuts.size >= max_pieces(index.size):
        return [(0, -1, 0)] * (cuts.size + 1)
    starts = np.concatenate([[0], cuts])
    lengths = np.diff(np.append(starts, index.size))
    first = np.where(nowhere[starts], -1, index[starts])
    return list(zip(starts.tolist(), first.tolist(), lengths.tolist(), strict=True))


def _overlay(
    runs: list[tuple[int, int, int]], n_segments: int, most: int
) -> tuple[tuple[int, tuple[int, ...]], ...] | None:
    """Cut the segments where any run starts or ends; None if that takes too many slices."""
    real = [run for run in runs if run[1] >= 0]
    edges = {0, n_segments}
    for _, first, length in real:
        edges.update((first, first + length))
    cuts = sorted(edges)
    pieces = []
    used = 0
    for low, high in pairwise(cuts):
        starts = tuple(
            start + low - first for start, first, length in real if first <= low < first + length
        )
        used += max(1, len(starts))
        pieces.append((high - low, starts))
    return tuple(pieces) if pieces and used <= most else None


def _blocks(index: Ints, n_segments: int) -> tuple[tuple[int, int], ...] | None:
    """[start, stop) of each segment where entries are sorted by segment and segments are few."""
    if not 0 < n_segments <= max_pieces(index.size) or (np.diff(index) < 0).any():
        return None
    edges = np.searchsorted(index, np.arange(n_segments + 1)).tolist()
    return tuple(pairwise(edges))


def _device(x: Array) -> Any:
    return getattr(x, "device", None)
