"""Clusters that do not answer, and machines that are lost meanwhile."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from ray.cluster_utils import Cluster

from brain import cluster as clusters
from brain.ray_workers import ray_workers
from scenarios.errors import InputError

# What Ray warns of in its own code is its own.
pytestmark = pytest.mark.filterwarnings("ignore")


def wait_at(folder: Path, own: int) -> tuple[int, np.ndarray]:
    """Tell which machine it runs on, and go on once it may."""
    import ray

    (folder / f"{ray.get_runtime_context().get_node_id()}-{own}-{os.getpid()}").touch()
    while own > 1 and not (folder / "go").exists():
        time.sleep(0.01)
    # Too large to be sent along: it stays with its machine until it is asked for.
    return own, np.full(200_000, float(own))


def test_a_machine_that_is_lost_costs_time_only(tmp_path: Path) -> None:
    machines = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    try:
        other = machines.add_node(num_cpus=1)
        machines.wait_for_nodes()
        with ray_workers(machines.address) as workers:
            assert workers.count == 2
            running = workers.run(wait_at, ((tmp_path, n) for n in range(8)))
            first = next(running)
            while not _at_work(tmp_path, other.node_id):
                time.sleep(0.01)
            # With what it works on, and with what it has done and nobody has asked for yet.
            machines.remove_node(other, allow_graceful=False)
            (tmp_path / "go").touch()
            found = dict([first, *running])
    finally:
        machines.shutdown()
    assert sorted(found) == list(range(8))
    assert all(own == n and (values == n).all() for n, (own, values) in found.items())
    assert any(len(list(tmp_path.glob(f"*-{n}-*"))) > 1 for n in range(8))


def _at_work(folder: Path, node: str) -> bool:
    return any(int(path.name.split("-")[1]) > 1 for path in folder.glob(f"{node}-*"))


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
    with listening(answer) as place:
        began = time.monotonic()
        with pytest.raises(InputError, match="no cluster answers there"):
            ray_workers(scheme + place).__enter__()
        assert time.monotonic() - began < 5.0
        monkeypatch.setenv("RAY_ADDRESS", scheme + place)
        with pytest.raises(InputError, match="no cluster answers there"):
            ray_workers("auto").__enter__()
