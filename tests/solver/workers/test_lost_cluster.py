"""Clusters that do not answer, and machines that are lost meanwhile."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from ray.cluster_utils import Cluster

from scenarios.errors import InputError
from solver.workers import ray_cluster as clusters
from solver.workers import ray_workers as module
from solver.workers.ray_workers import ClusterFailed, ray_workers
from tests.support.waiting import until

# What Ray warns of in its own code is its own.
pytestmark = pytest.mark.filterwarnings("ignore")


# Ray tells that a machine is gone after 15 seconds as a rule. One that is slow to answer is not.
QUICK = {
    "health_check_initial_delay_ms": 0,
    "health_check_period_ms": 500,
    "health_check_failure_threshold": 2,
    "health_check_timeout_ms": 600_000,
}


def wait_at(folder: Path, own: int) -> np.ndarray:
    """The first is done at once, the second when it may, and the others still later."""
    (folder / f"begun-{own}-{os.getpid()}").touch()
    while own > 0 and not (folder / ("second" if own == 1 else "others")).exists():
        time.sleep(0.01)
    # Too large to be sent along: it stays with its machine until it is asked for.
    return np.full(200_000, float(own))


@pytest.fixture(scope="module")
def machines() -> Iterator[Cluster]:
    """A cluster whose head has no cores: tests add machines."""
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "_system_config": QUICK})
    try:
        yield cluster
    finally:
        cluster.shutdown()


@pytest.mark.parametrize("retries", [module.RETRIES, 0])
def test_a_machine_that_is_lost_costs_time_only(
    machines: Cluster, retries: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # With none left to Ray, what it gives up is handed over again.
    monkeypatch.setattr(module, "RETRIES", retries)
    lost = machines.add_node(num_cpus=2)
    with ray_workers(machines.address) as workers:
        running = workers.run(wait_at, ((tmp_path, n) for n in range(6)))
        first = next(running)
        (tmp_path / "second").touch()
        # It works on two tasks, and keeps the result of another that nobody has asked for yet.
        until(lambda: len(list(tmp_path.glob("begun-[123]-*"))) == 3)
        machines.remove_node(lost, allow_graceful=False)
        (tmp_path / "others").touch()
        other = machines.add_node(num_cpus=2)
        found = dict([first, *running])
    machines.remove_node(other, allow_graceful=False)
    assert list(found) == list(range(6))
    assert all((found[n] == n).all() for n in range(6))
    assert [len(list(tmp_path.glob(f"begun-{n}-*"))) for n in range(6)] == [1, 2, 2, 2, 1, 1]


def test_a_cluster_without_cores_is_told_and_not_waited_for_without_end(
    machines: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "NO_CORES", 0.5)
    with (
        ray_workers(machines.address) as workers,
        pytest.raises(ClusterFailed, match=r"has had no core for .*Remedy: start a machine"),
    ):
        dict(workers.run(wait_at, [(tmp_path, 0)]))


@contextmanager
def listening(answer: bytes | None) -> Iterator[str]:
    """The address of something that is no cluster."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        lines = []

        def serve() -> None:
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                if answer is None:
                    lines.append(line)
                    continue
                line.recv(1000)
                line.sendall(answer)
                line.close()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"127.0.0.1:{server.getsockname()[1]}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
            for line in lines:
                line.close()


@pytest.mark.parametrize("answer", [None, b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
@pytest.mark.parametrize("scheme", ["", "ray://"])
def test_what_listens_but_is_no_cluster_is_one_line(
    answer: bytes | None, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "KNOCK", 0.5)
    monkeypatch.setattr("ray.init", mock.Mock(side_effect=AssertionError("tries for minutes")))
    with listening(answer) as place:
        with pytest.raises(InputError, match="no cluster answers there"):
            ray_workers(scheme + place).__enter__()
        monkeypatch.setenv("RAY_ADDRESS", scheme + place)
        with pytest.raises(InputError, match="no cluster answers there"):
            ray_workers("auto").__enter__()
