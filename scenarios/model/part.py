"""Some products of a scenario, with all their points and routes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from scenarios.arrays.segments import Pick, pick
from scenarios.arrays.types import Ints


@dataclass(frozen=True, eq=False)
class Part:
    """Which points and routes of a scenario make up a part of it."""

    points: Ints
    """Indices of the points to keep, in order."""
    routes: Ints
    """Indices of the routes to keep, in order."""
    point_rank: Ints
    """[K] the index in its part of every point of the scenario."""
    n_routes: int
    """Routes of the whole scenario."""

    @cached_property
    def at_points(self) -> Pick:
        """From NumPy arrays [..., K] of the whole to the part."""
        return pick(np, self.points, self.point_rank.size)

    @cached_property
    def at_routes(self) -> Pick:
        """From NumPy arrays [..., A] of the whole to the part."""
        return pick(np, self.routes, self.n_routes)

    def relabel(self, points: Ints) -> Ints:
        """Indices of points in the part instead of the whole; -1 stays -1."""
        return np.where(points >= 0, self.point_rank[points], -1)
