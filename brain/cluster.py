"""Ray: connecting to a cluster or starting one here, and spreading work over it."""

from __future__ import annotations

import importlib.util
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from scenarios.errors import Finding, InputError

KNOCK = 10.0
"""Seconds to wait for a cluster to answer."""
RETRIES = 3
"""Times that a task is run again after its worker or its machine was lost."""
IN_FLIGHT = 2
"""Tasks handed over for each core: one at work and one waiting."""


def missing(*packages: str) -> list[str]:
    """Those of the packages that are not installed."""
    return [name for name in packages if not importlib.util.find_spec(name)]


def require(what: str, *packages: str) -> None:
    """Raise ImportError with the remedy if packages of the extra ``train`` are missing."""
    if absent := missing(*packages):
        raise ImportError(
            f"{what} needs {', '.join(absent)}, which the base install leaves out."
            " Remedy: pip install 'echelon-planner[train]'"
        )


@contextmanager
def cluster(address: str | None) -> Iterator[Any]:
    """Ray, connected; what is started here is stopped in the end.

    Parameters
    ----------
    address : str or None
        Of a running cluster; None starts one on this machine.

    Raises
    ------
    InputError
        If no cluster answers there.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    # By default Ray's workers give way to everything else; beside other work they would starve.
    os.environ.setdefault("RAY_worker_niceness", "0")
    import ray

    ours = not ray.is_initialized()
    if ours:
        _require_answer(address)
        local = {"include_dashboard": False} if address is None else {}
        try:
            ray.init(
                address="local" if address is None else address,
                log_to_driver=False,
                logging_level="ERROR",
                **local,
            )
        except (ConnectionError, ValueError) as error:
            if address is None:
                raise
            raise _no_answer(address) from error
        except RuntimeError as error:
            if address is None:
                raise
            # Of another version of Ray or Python, as a rule; the first line says so.
            first = str(error).strip().splitlines()[0].rstrip(".:")
            remedy = "use the versions of Ray and Python that run there"
            problem = f"the cluster cannot be used: {first}"
            raise InputError([Finding("ray", problem, remedy, value=address)]) from error
    try:
        yield ray
    finally:
        if ours:
            ray.shutdown()


def spread(
    address: str | None, call: Callable[[Any, Any], Any], items: Sequence[tuple[Any, Any]]
) -> Iterator[tuple[int, Any]]:
    """Run ``call(shared, own)`` for every item as Ray tasks, some at a time.

    Parameters
    ----------
    address : str or None
        See :func:`cluster`.
    call : callable
        Of a module that the cluster's machines have, too.
    items : sequence of (shared, own)
        What neighbours share is sent once for all of them.

    Yields
    ------
    index, result
        As they come; the exception itself where a call raised one, or its worker was lost again
        and again.

    Raises
    ------
    ImportError
        If Ray is not installed.
    InputError
        If no cluster answers.
    """
    require("Ray's cluster", "ray")
    with cluster(address) as ray:
        task = ray.remote(num_cpus=1, max_retries=RETRIES)(call)
        running: dict[Any, int] = {}
        last: Any = None
        held: Any = None
        index = 0
        try:
            while index < len(items) or running:
                most = IN_FLIGHT * max(1, int(ray.cluster_resources().get("CPU", 1)))
                while index < len(items) and len(running) < most:
                    shared, own = items[index]
                    if held is None or shared is not last:
                        last, held = shared, ray.put(shared)
                    running[task.remote(held, own)] = index
                    index += 1
                for done in ray.wait(list(running), num_returns=1)[0]:
                    yield running.pop(done), _result(ray, done)
        finally:
            for left in running:
                ray.cancel(left, force=True)


def _result(ray: Any, task: Any) -> Any:
    try:
        return ray.get(task)
    except ray.exceptions.RayTaskError as error:
        return error.cause if isinstance(error.cause, Exception) else error
    except ray.exceptions.RayError as error:
        return error


def _require_answer(address: str | None) -> None:
    """Knock at HOST:PORT first: Ray itself would try for minutes."""
    host, _, port = (address or "").removeprefix("ray://").rpartition(":")
    if not host or not port.isdigit():
        return
    try:
        socket.create_connection((host, int(port)), KNOCK).close()
    except (OSError, OverflowError) as error:
        raise _no_answer(address) from error


def _no_answer(address: str | None) -> InputError:
    remedy = "give the address of a running cluster, or none for this machine"
    return InputError([Finding("ray", "no cluster answers there", remedy, value=address)])
