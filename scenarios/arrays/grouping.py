"""Things sorted by the group that each belongs to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenarios.arrays.types import Ints


@dataclass(frozen=True, eq=False)
class Grouping:
    """Indices of things, group by group, and in their own order within one."""

    index: Ints
    start: Ints
    """[groups + 1] where each group begins in ``index``."""

    @classmethod
    def by(cls, group: Ints, n_groups: int) -> Grouping:
        """Things 0, 1, .. by the group of each."""
        order = np.argsort(group.astype(np.int32), kind="stable")
        return cls(order, np.searchsorted(group[order], np.arange(n_groups + 1)))

    def one(self, group: int) -> Ints:
        """Ascending indices of all that belongs to a group."""
        return self.index[self.start[group] : self.start[group + 1]]

    def of(self, groups: Ints) -> Ints:
        """Ascending indices of all that belongs to some groups."""
        first, count = self.start[groups], np.diff(self.start)[groups]
        offset = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
        return np.sort(self.index[np.repeat(first, count) + offset])
