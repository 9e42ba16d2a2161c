"""Threads of this process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from typing import Any

from scenarios.arguments import Arguments
from scenarios.arrays.threads import in_order
from solver.workers.outcome import RemoteError
from solver.workers.protocol import Outcomes, Task


class Threads:
    """Threads of this process: HiGHS and NumPy let go of Python's lock while they work.

    One thread is the caller's own. See :class:`solver.workers.protocol.Workers`.

    Parameters
    ----------
    count : int, optional
        Threads; default: one for each core.

    Raises
    ------
    InputError
        If there is to be none.
    """

    def __init__(self, count: int | None = None):
        check = Arguments("workers_of")
        check.whole("count", count, least=1, optional=True)
        check.refuse()
        self.count = count or os.cpu_count() or 1

    def hold(self, value: Any) -> Any:
        """The value itself."""
        return value

    def run(
        self, call: Callable[[Any, Any], Any], tasks: Iterable[Task]
    ) -> Iterator[tuple[int, Any]]:
        """See :class:`solver.workers.protocol.Workers`."""
        with closing(in_order(lambda task: call(*task), tasks, self.count)) as results:
            yield from enumerate(results)

    def outcomes(self, call: Callable[[Any, Any], Any], tasks: Iterable[Task]) -> Outcomes:
        """See :class:`solver.workers.protocol.Workers`; they come in the order of the tasks."""

        def outcome(task: Task) -> Any:
            try:
                return call(*task)
            except Exception as error:
                return RemoteError(error)

        with closing(in_order(outcome, tasks, self.count)) as results:
            yield from enumerate(results)
