"""Routes that leave a point in a queue: the first takes what it asks, the next what is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from scenarios.arrays.segments import Pick, pick
from scenarios.arrays.types import Array, Ints


@dataclass(frozen=True, eq=False)
class Queues:
    """One queue for each point that supplies others, as a table of points x places."""

    xp: Any
    shape: tuple[int, int]
    """Points that supply others, and the longest queue."""
    into: Pick
    """From routes to the places of the table, row by row."""
    back: Pick
    """From these places to routes."""
    stock: Pick
    """From points to the rows of the table."""

    def serve(self, asked: Array, stock: Array) -> Array:
        """[..., A] what each route gets of ``stock`` [..., K]; nothing where it comes from outside.

        The running sum is over one queue alone, so that no other point's rounding enters.
        """
        xp = self.xp
        line = self.into(asked)
        line = line.reshape((*line.shape[:-1], *self.shape))
        before = xp.cumulative_sum(line, axis=-1) - line
        left = self.stock(stock)[..., None] - before
        given = xp.minimum(line, xp.where(left > 0, left, xp.zeros_like(left)))
        return self.back(given.reshape((*given.shape[:-2], -1)))


def queues(xp: Any, origin: Ints, n_points: int, device: Any = None) -> Queues:
    """Line up routes in their order at their ``origin`` [A] (-1: outside, in no queue)."""
    inside = np.flatnonzero(origin >= 0)
    order = inside[np.argsort(origin[inside], kind="stable")]
    points, start, length = np.unique(origin[order], return_index=True, return_counts=True)
    shape = (len(points), int(length.max(initial=0)))
    row = np.repeat(np.arange(len(points)), length)
    place = row * shape[1] + np.arange(len(order)) - np.repeat(start, length)
    into = np.full(shape[0] * shape[1], -1)
    into[place] = order
    back = np.full(len(origin), -1)
    back[order] = place
    return Queues(
        xp=xp,
        shape=shape,
        into=pick(xp, into, len(origin), device),
        back=pick(xp, back, len(into), device),
        stock=pick(xp, points, n_points, device),
    )
