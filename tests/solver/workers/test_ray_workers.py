"""Work on a Ray cluster: as on this machine, in any order; what is lost is done again."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from scenarios.errors import Finding, InputError
from solver.workers import ray_workers as module
from solver.workers.outcome import RemoteError, hold_once
from solver.workers.protocol import Workers
from solver.workers.ray_cluster import Address, cluster, read_address, require
from solver.workers.ray_workers import ClusterFailed, RayWorkers, ray_workers
from solver.workers.threads import Threads
from tests.support.waiting import HANG, until

# What Ray warns of in its own code is its own.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def here() -> Iterator[RayWorkers]:
    """One cluster of two cores for all tests that break nothing."""
    with ray_workers("local[2]") as workers:
        yield workers


def divide(shared: list[int], own: int) -> float:
    return shared[0] / own


def refuse(shared: object, own: int) -> None:
    raise InputError([Finding("points.csv", "is wrong", "mend it", row=own)])


def solve(held: np.ndarray, own: int) -> np.ndarray:
    return np.linalg.solve(held + own * np.eye(len(held)), held.sum(axis=0))


def fall_once(mark: Path, own: int) -> int:
    """As if the system took the worker away, the first time."""
    if own == 1 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return own


def fall(shared: object, own: int) -> None:
    os._exit(1)


def wait_at(folder: Path, own: int) -> None:
    (folder / str(os.getpid())).touch()
    time.sleep(2 * HANG)


def threads(held: object, own: int) -> str | None:
    return os.environ.get("OMP_NUM_THREADS")


def test_results_are_those_of_this_process(here: RayWorkers) -> None:
    matrices = [np.random.default_rng(seed).normal(size=(60, 60)) for seed in range(3)]

    def found(workers: Workers) -> dict[int, np.ndarray]:
        held = [workers.hold(matrix) for matrix in matrices]
        return dict(workers.run(solve, ((held[n % 3], 50 + n) for n in range(20))))

    there, alone = found(here), found(Threads(2))
    assert here.count == 2
    assert list(there) == list(alone) == list(range(20))
    assert all(there[n].tobytes() == alone[n].tobytes() for n in range(20))
    assert set(dict(here.run(threads, [(None, n) for n in range(3)])).values()) == {"1"}


def test_tasks_are_asked_for_when_they_are_soon_to_run(here: RayWorkers) -> None:
    asked: list[int] = []

    def tasks() -> Iterator[tuple[object, int]]:
        for n in range(100):
            asked.append(n)
            yield held, n + 1

    held = here.hold([6])
    # As they are done: the first of all may be done after many others, and `run` waits for it.
    running = here.outcomes(divide, tasks())
    next(running)
    assert len(asked) <= module.IN_FLIGHT * here.count + 1
    running.close()
    assert next(here.run(divide, [(held, 3)])) == (0, 2.0)


def test_an_exception_is_raised_as_it_is_and_ends_the_rest(
    here: RayWorkers, tmp_path: Path
) -> None:
    def tasks() -> Iterator[tuple[object, object]]:
        yield [6], 3
        yield [6], 0

    running = here.run(divide, tasks())
    with pytest.raises(ZeroDivisionError):
        dict(running)

    with pytest.raises(InputError, match=r"points\.csv, row 3: is wrong\. Remedy") as refused:
        dict(here.run(refuse, [(None, 3)]))
    assert refused.value.findings == (Finding("points.csv", "is wrong", "mend it", row=3),)
    assert "in refuse" in str(refused.value.__cause__)

    def long() -> Iterator[tuple[object, int]]:
        yield tmp_path, 0
        until(lambda: list(tmp_path.iterdir()))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        dict(here.run(wait_at, long()))
    (worker,) = (int(path.name) for path in tmp_path.iterdir())
    until(lambda: not Path(f"/proc/{worker}").exists())


def test_a_worker_that_is_lost_is_replaced_but_not_for_ever(
    here: RayWorkers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert dict(here.run(fall_once, [(tmp_path / "mark", n) for n in range(3)])) == {
        0: 0, 1: 1, 2: 2,
    }  # fmt: skip
    assert (tmp_path / "mark").exists()
    monkeypatch.setattr(module, "RETRIES", 0)
    with cluster(None) as ray, pytest.raises(ClusterFailed, match=r"task 0 .* lost again.*Remedy"):
        dict(RayWorkers(ray).run(fall, [(None, 0)]))


def test_results_come_with_their_index_and_errors_as_data(here: RayWorkers) -> None:
    six, ten = [6], [10]
    items = [(six, 1), (six, 0), (six, 3), (ten, 1), (ten, 5), (six, 2), (six, 6)]
    found = dict(here.outcomes(divide, hold_once(here, items)))
    raised = found.pop(1)
    assert isinstance(raised, RemoteError)
    assert isinstance(raised.error, ZeroDivisionError)
    assert found == {0: 6, 2: 2, 3: 10, 4: 2, 5: 3, 6: 1}


def test_a_machine_of_another_version_is_told(
    here: RayWorkers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_versions", lambda: {"numpy": "1.0"})
    with pytest.raises(ClusterFailed, match=r"has .*numpy .*, not 1\.0.*install the same"):
        dict(here.run(divide, [([6], 1)]))


def test_a_missing_package_is_told_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"a cluster needs ray, torch.*pip install 'echelon-plan"):
        require("a cluster", "ray", "torch")


def test_addresses() -> None:
    assert read_address(None) == read_address("local") == Address("local")
    assert read_address("local[2]") == Address("local", 2)
    for text in ("auto", "head:6379", "10.0.0.1:6379", "[::1]:6379", "ray://head.my-net:10001"):
        assert read_address(text) == Address(text)


@pytest.mark.parametrize(
    "text",
    ["", "local[0]", "local[x]", "local[]", "local[-1]", "local[2", "here", "head:", "head:0",
     "head:99999", ":6379", "http://head:8265", "ray://head", " local", "local[2]\n"],
)  # fmt: skip
def test_what_is_no_address_is_told_with_the_remedy(text: str) -> None:
    with pytest.raises(InputError, match=r"is no address.*Remedy: give HOST:PORT") as refused:
        read_address(text)
    assert refused.value.findings[0].value == text


def test_more_cores_than_the_machine_could_have_are_refused() -> None:
    with pytest.raises(InputError, match=r"times the cores of this machine.*choose local\["):
        read_address("local[100000]")
