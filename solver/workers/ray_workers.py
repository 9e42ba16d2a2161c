"""Tasks on a Ray cluster: blocks of a large program, runs of a study, trainings.

What is lost with a worker or a machine is done again; a call that fails is not. Only the caller
writes anything, so its end leaves nothing half-written on the machines.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib import metadata
from itertools import islice
from typing import Any

from solver.workers.outcome import RemoteError, in_order_of_tasks, received, sent
from solver.workers.protocol import Outcomes, Task
from solver.workers.ray_cluster import cluster, read_address, require

RETRIES = 3
"""Times that Ray runs a task again after its worker or its machine was lost."""
AGAIN = 3
"""Times that a task is handed over once more after machines were lost beyond that."""
IN_FLIGHT = 2
"""Tasks handed over for each core: one at work and one waiting."""
LOOK = 0.5
"""Seconds between looks at how many cores there are."""
NO_CORES = 60.0
"""Seconds to wait for a machine once the cluster has none left."""
DECIDING = ("echelon-planner", "numpy", "scipy", "highspy")
"""What must be the same on all machines for the results to be the same."""


class ClusterFailed(RuntimeError):
    """A cluster could not do what it was asked for; the message ends with the remedy."""


class TaskLost(ClusterFailed):
    """A task's worker was lost again and again."""


class RayWorkers:
    """Cores of a Ray cluster, see :class:`solver.workers.protocol.Workers`. Made by
    :func:`ray_workers`.

    What a call gets of a held value is read-only where it is an array: the machine has one copy
    for all of its cores. NumPy works on one thread there.

    Parameters
    ----------
    ray : module
        Connected.
    gpus : float
        Of each task.
    retry : bool
        Whether what is lost is done again.
    look : callable, optional
        Called every ``LOOK`` seconds while tasks run, and before every outcome.

    Attributes
    ----------
    count : int
        Cores when it was made; machines that come later are used, too.
    """

    def __init__(
        self,
        ray: Any,
        *,
        gpus: float = 0.0,
        retry: bool = True,
        look: Callable[[], None] | None = None,
    ):
        self._ray = ray
        self._look = look
        self._again = AGAIN if retry else 0
        retries = RETRIES if retry else 0
        self._task = ray.remote(num_cpus=1, num_gpus=gpus, max_retries=retries)(_there)
        self._looked, self._cores = -LOOK, 0
        self.count = max(1, self._cores_now())

    def hold(self, value: Any) -> Any:
        """Send a value to the cluster once. It stays as long as what is returned is kept."""
        return self._ray.put(value)

    def run(
        self, call: Callable[[Any, Any], Any], tasks: Iterable[Task]
    ) -> Iterator[tuple[int, Any]]:
        """See :class:`solver.workers.protocol.Workers`; results come in the order of the tasks.

        So sums of them are the same to the last digit, whoever was done first.

        Raises
        ------
        ClusterFailed
            If a task's worker was lost again and again, or no machine is left.
        """
        return in_order_of_tasks(self.outcomes(call, tasks))

    def outcomes(self, call: Callable[[Any, Any], Any], tasks: Iterable[Task]) -> Outcomes:
        """See :class:`solver.workers.protocol.Workers`."""
        ray = self._ray
        waiting = enumerate(tasks)
        running: dict[Any, tuple[int, Task, int]] = {}

        def hand_over(number: int, task: Task, lost: int = 0) -> None:
            running[self._task.remote(call, _versions(), *task)] = number, task, lost

        try:
            while True:
                # No more than are soon to run: each may be large.
                room = IN_FLIGHT * max(1, self._cores_now()) - len(running)
                for number, task in islice(waiting, max(0, room)):
                    hand_over(number, task)
                if not running:
                    return
                done = self._first_done(list(running))
                number, task, lost = running.pop(done)
                try:
                    found = ray.get(done)
                except ray.exceptions.RayTaskError as error:
                    cause = getattr(error, "cause", None)
                    if isinstance(cause, ray.exceptions.RayError) and lost < self._again:
                        # What it was to read was lost on the way.
                        hand_over(number, task, lost + 1)
                        continue
                    found = RemoteError(cause if isinstance(cause, Exception) else error, error)
                except ray.exceptions.RayError as error:
                    # A call that takes its worker down does so every time.
                    if not isinstance(error, _falls(ray)) and lost < self._again:
                        hand_over(number, task, lost + 1)
                        continue
                    found = RemoteError(_lost(number, error), error)
                yield number, received(found)
        finally:
            for left in running:
                ray.cancel(left, force=True)

    def _first_done(self, running: list[Any]) -> Any:
        since = time.monotonic()
        while True:
            done, _ = self._ray.wait(running, num_returns=1, timeout=LOOK)
            if self._look is not None:
                self._look()
            if done:
                return done[0]
            now = time.monotonic()
            if self._cores_now() > 0:
                since = now
            elif now - since > NO_CORES:
                raise ClusterFailed(
                    f"the cluster has had no core for {NO_CORES:.0f} seconds."
                    " Remedy: start a machine of it, or leave --ray out"
                )

    def _cores_now(self) -> int:
        now = time.monotonic()
        if now - self._looked >= LOOK:
            self._cores = int(self._ray.cluster_resources().get("CPU", 0))
            self._looked = now
        return self._cores


@contextmanager
def ray_workers(address: str | None) -> Iterator[RayWorkers]:
    """Workers on a Ray cluster; one that is started here is stopped in the end.

    Parameters
    ----------
    address : str or None
        See :func:`solver.workers.ray_cluster.read_address`.

    Raises
    ------
    ImportError
        If Ray is not installed.
    InputError
        If the address is none, or no cluster answers there.
    """
    read_address(address)
    require("Ray's cluster", "ray")
    with cluster(address) as ray:
        yield RayWorkers(ray)


def _there(call: Callable[[Any, Any], Any], versions: dict[str, str], held: Any, own: Any) -> Any:
    """A task, on a machine of the cluster."""
    if versions != _versions():
        told = ", ".join(
            f"{name} {there}, not {versions.get(name)}"
            for name, there in _versions().items()
            if there != versions.get(name)
        )
        raise ClusterFailed(
            f"a machine of the cluster has {told}. Remedy: install the same on all machines"
        )
    return sent(call, held, own)


@lru_cache
def _versions() -> dict[str, str]:
    return {name: metadata.version(name) for name in DECIDING}


def _falls(ray: Any) -> tuple[type[Exception], ...]:
    return ray.exceptions.WorkerCrashedError, ray.exceptions.OutOfMemoryError


def _lost(number: int, error: Exception) -> TaskLost:
    first = str(error).strip().splitlines()[0].rstrip(".:") if str(error).strip() else ""
    return TaskLost(
        f"task {number} of the cluster was lost again and again: {type(error).__name__}: {first}."
        " Remedy: see that its machines have memory enough"
    )
