"""Who works on blocks of a large program and on runs: threads, processes or a cluster."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any, Protocol

from scenarios.arguments import Arguments

Task = tuple[Any, Any]
"""What :meth:`Workers.hold` gave for the value that tasks share, and what is a task's own."""
Outcomes = Generator[tuple[int, Any]]
"""Number of a task and what came of it."""


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

    def outcomes(self, call: Callable[[Any, Any], Any], tasks: Iterable[Task]) -> Outcomes:
        """As :meth:`run`, but as they are done.

        :class:`solver.workers.outcome.RemoteError` stands for what a call, or losing its worker,
        raised.
        """
        ...


def check_workers(check: Arguments, workers: object) -> bool:
    """Whether an argument ``workers`` can solve blocks, or is None."""
    if workers is None or all(callable(getattr(workers, name, None)) for name in ("hold", "run")):
        return True
    remedy = "give what workers_of(...) opens, or None for the threads of this process"
    return check.add("workers", "are no workers", remedy, workers)
