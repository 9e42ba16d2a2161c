"""Processes of this machine, for tasks that hold Python's lock, such as runs of a study."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import contextmanager
from itertools import islice
from typing import Any

from solver.workers.outcome import RemoteError, in_order_of_tasks, received, sent
from solver.workers.protocol import Outcomes, Task


class Processes:
    """Processes of this machine, see :class:`solver.workers.protocol.Workers`.

    Each call of :meth:`run` or :meth:`outcomes` starts its own, and they end with it, so they are
    for few, long tasks. Calls, held values and what is a task's own are pickled for each task.

    Parameters
    ----------
    count : int
    """

    def __init__(self, count: int):
        self.count = count

    def hold(self, value: Any) -> Any:
        """The value itself."""
        return value

    def run(
        self, call: Callable[[Any, Any], Any], tasks: Iterable[Task]
    ) -> Iterator[tuple[int, Any]]:
        """See :class:`solver.workers.protocol.Workers`."""
        return in_order_of_tasks(self.outcomes(call, tasks))

    def outcomes(self, call: Callable[[Any, Any], Any], tasks: Iterable[Task]) -> Outcomes:
        """See :class:`solver.workers.protocol.Workers`.

        Raises
        ------
        concurrent.futures.BrokenExecutor
            If a process is ended from outside. The others are ended, too.
        """
        spawn = multiprocessing.get_context("spawn")
        waiting = enumerate(tasks)
        with ProcessPoolExecutor(self.count, spawn, _made_ready) as pool:
            running: dict[Future[Any], int] = {}
            try:
                while True:
                    # Not all at once: every waiting task would hold a copy of what it is sent.
                    with _no_interrupt():
                        for number, task in islice(waiting, max(0, 2 * self.count - len(running))):
                            running[pool.submit(sent, call, *task)] = number
                    if not running:
                        return
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        yield running.pop(future), _outcome(future)
            except BaseException:
                for process in list((pool._processes or {}).values()):
                    process.terminate()
                raise


def _outcome(future: Future[Any]) -> Any:
    try:
        return received(future.result())
    except BrokenExecutor:
        raise
    except Exception as error:  # what cannot be pickled
        return RemoteError(error)


def _made_ready() -> None:
    """In a new process: leave Ctrl-C to the one that made it, and nothing behind when ended."""
    # Ctrl-C reaches every process of a terminal.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Named locks (Pyomo makes one) outlive a process that is ended; those for forking have no name.
    if "fork" in multiprocessing.get_all_start_methods():
        multiprocessing.set_start_method("fork", force=True)


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Keep Ctrl-C waiting: processes started meanwhile do not hear it even while they start."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
