"""Time left of a limit, and where the time went."""

from __future__ import annotations

import time
from collections.abc import Callable

Progress = Callable[[str], None]
"""Told the name of each phase as it begins."""


class Deadline:
    """Time left of a limit, and seconds by phase.

    Parameters
    ----------
    limit : float
        Seconds.
    progress : callable, optional
    """

    def __init__(self, limit: float, progress: Progress | None):
        self._started = self._last = time.perf_counter()
        self._limit, self._progress, self._name = limit, progress, ""
        self.seconds: dict[str, float] = {}

    def left(self) -> float:
        return max(0.0, self._limit - (time.perf_counter() - self._started))

    def phase(self, name: str) -> None:
        now = time.perf_counter()
        if self._name:
            self.seconds[self._name] = self.seconds.get(self._name, 0.0) + now - self._last
        self._last, self._name = now, name
        if name == "done":
            self.seconds["total"] = now - self._started
        else:
            self.tell(name)

    def tell(self, what: str) -> None:
        """Tell of progress within a phase."""
        if self._progress is not None:
            self._progress(what)
