"""Means over past windows, from running totals: the same look back from any origin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenarios.arrays.types import Floats, Ints


@dataclass(frozen=True, eq=False)
class Windows:
    """Running totals [H + 1, N] of some values and of how many there are."""

    total: Floats
    count: Floats
    group: Ints | None = None
    """[N] the column of each series, where several share one."""

    @staticmethod
    def of(values: Floats) -> Windows:
        """Of values [N, H]; nan are left out."""
        known = ~np.isnan(values)
        return Windows(_running(np.where(known, values, 0.0)), _running(known.astype(float)))

    def by(self, group: Ints) -> Windows:
        """The same of groups of series [N], read by the numbers of their members."""
        size = int(group.max(initial=-1)) + 1

        def summed(values: Floats) -> Floats:
            grouped = np.zeros((size, values.shape[0]))
            np.add.at(grouped, group, values.T)
            return np.ascontiguousarray(grouped.T)

        return Windows(summed(self.total), summed(self.count), group)

    def number(self, stop: int, length: int, rows: Ints) -> Floats:
        """How many values are known in the ``length`` periods before ``stop``."""
        start, stop, rows = max(stop - length, 0), max(stop, 0), self._columns(rows)
        return self.count[stop, rows] - self.count[start, rows]

    def mean(self, stop: int, length: int, rows: Ints) -> Floats:
        """Mean over the ``length`` periods before ``stop``; nan where nothing is known."""
        start, stop, rows = max(stop - length, 0), max(stop, 0), self._columns(rows)
        count = self.count[stop, rows] - self.count[start, rows]
        total = self.total[stop, rows] - self.total[start, rows]
        return np.where(count > 0, total / np.maximum(count, 1.0), np.nan)

    def _columns(self, rows: Ints) -> Ints:
        return rows if self.group is None else self.group[rows]


def trailing_mean(values: Floats, length: int) -> Floats:
    """[N, H] mean of what is known in each period and the ``length`` before it; nan: nothing is."""
    windows = Windows.of(values)
    stop = np.arange(1, values.shape[1] + 1)
    start = np.maximum(stop - 1 - length, 0)
    count = (windows.count[stop] - windows.count[start]).T
    total = (windows.total[stop] - windows.total[start]).T
    return np.where(count > 0, total / np.maximum(count, 1.0), np.nan)


def _running(values: Floats) -> Floats:
    total = np.zeros((values.shape[1] + 1, values.shape[0]))
    np.cumsum(values.T, axis=0, out=total[1:])
    return total
