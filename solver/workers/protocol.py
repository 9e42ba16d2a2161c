"""Who solves the blocks of a large program: threads of this process, or machines of a cluster."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

from scenarios.arguments import Arguments
from scenarios.arrays.threads import in_order

Task = tuple[Any, Any]
"""What :meth:`Workers.hold` gave for the value that tasks share, and what is a task's own."""


class Workers(Protocol):
    """Runs pure functions somewhere. What a call returns depends on its arguments alone, so that a
    task lost with its machine can be run again elsewhere, with the same result."""

    count: int
    """How many tasks run at once, about."""

    def hold(self, value: Any) -> Any:
        """Keep a value that many tasks read, and return what stands for it in :meth:`run`."""
        ...

    def run(
        self, call: Callable[[Any, Any], Any], tasks: Iterable[Task]
    ) -> Iterator[tuple[int, Any]]:
        """``call(held value, own)`` for every task: its number and result, in the order of tasks.

        What is summed over them is then the same to the last digit, whoever worked. Raises what a
        call raises. Closing the iterator ends what is still running.
        """
        ...


def check_workers(check: Arguments, workers: object) -> bool:
    """Whether an argument ``workers`` can solve blocks, or is None."""
    if workers is None or all(callable(getattr(workers, name, None)) for name in ("hold", "run")):
        return True
    remedy = "give what workers_of(...) opens, or None for the threads of this process"
    return check.add("workers", "are no workers", remedy, workers)


class Here:
    """Threads of this process: HiGHS and NumPy let go of Python's lock while they work.

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
        """See :class:`Workers`."""
        return enumerate(in_order(lambda task: call(*task), tasks, self.count))
