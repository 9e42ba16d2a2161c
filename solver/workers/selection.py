"""Who works on blocks of a large program and on runs: threads, processes or a Ray cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from scenarios.arguments import Arguments
from solver.workers.processes import Processes
from solver.workers.protocol import Workers
from solver.workers.threads import Threads


@contextmanager
def workers_of(
    count: int | None = None, ray: str | None = None, *, processes: bool = False
) -> Iterator[Workers]:
    """Workers for :func:`planner.plan` and for policies; the plan is the same on all of them.

    >>> with workers_of(ray="local[4]") as workers:  # doctest: +SKIP
    ...     plan(scenario, workers=workers)

    Parameters
    ----------
    count : int, optional
        Threads of this process; default: one for each core.
    ray : str, optional
        A Ray cluster instead: HOST:PORT, ray://HOST:PORT, ``auto`` (the one that runs on this
        machine), ``local`` or ``local[N]`` (started here with N cores, and stopped in the end).
        Its machines need this package, in the same version.
    processes : bool
        Processes instead of threads, if there are to be several: for long tasks that hold Python's
        lock, such as runs of a study. Blocks of a plan are quicker on threads.

    Yields
    ------
    Workers
        For as long as the block runs.

    Raises
    ------
    ImportError
        If Ray is not installed.
    InputError
        If the count or the address is none, or no cluster answers there.
    """
    check = Arguments("workers_of")
    check.whole("count", count, least=1, optional=True)
    if not isinstance(ray, str):  # what a text has to be is for the address to say
        check.text("ray", ray, optional=True)
    check.refuse()
    if ray is None:
        threads = Threads(count)
        yield Processes(threads.count) if processes and threads.count > 1 else threads
        return
    from solver.workers.ray_workers import ray_workers

    with ray_workers(ray) as there:
        yield there
