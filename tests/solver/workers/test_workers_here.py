"""Threads and processes of this machine: the same results, in order or with errors as data."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor
from pathlib import Path

import pytest

from scenarios.errors import Finding, InputError
from solver.workers.outcome import RemoteError, hold_once
from solver.workers.processes import Processes
from solver.workers.protocol import Workers
from solver.workers.selection import workers_of
from solver.workers.threads import Threads
from tests.support.waiting import HANG

KINDS = [
    pytest.param(workers, id=f"{type(workers).__name__} {workers.count}")
    for workers in (Threads(1), Threads(3), Processes(2))
]


def divide(shared: list[int], own: int) -> float:
    return shared[0] / own


def refuse(shared: object, own: int) -> None:
    raise InputError([Finding("points.csv", "is wrong", "mend it", row=own)])


def fall(shared: object, own: int) -> None:
    os._exit(1)


def wait_at(folder: Path, own: int) -> None:
    (folder / str(os.getpid())).touch()
    if own:
        time.sleep(HANG)
        (folder / "waited for").touch()


def unsendable(shared: object, own: int) -> object:
    return lambda: own


def hears_ctrl_c(shared: object, own: int) -> bool:
    return signal.getsignal(signal.SIGINT) is not signal.SIG_IGN


def test_one_worker_is_this_process_and_several_are_threads_or_processes() -> None:
    found = []
    for count, processes in ((1, True), (1, False), (2, True), (2, False)):
        with workers_of(count, processes=processes) as workers:
            found.append((type(workers), workers.count))
    assert found == [(Threads, 1), (Threads, 1), (Processes, 2), (Threads, 2)]


@pytest.mark.parametrize("workers", KINDS)
def test_results_come_in_the_order_of_their_tasks(workers: Workers) -> None:
    held = workers.hold([6])
    found = list(workers.run(divide, [(held, n) for n in range(1, 7)]))
    assert found == [(n - 1, 6 / n) for n in range(1, 7)]


@pytest.mark.parametrize("workers", KINDS)
def test_what_a_call_raises_is_raised_as_it_is_or_is_data(workers: Workers) -> None:
    with pytest.raises(InputError, match=r"points\.csv, row 3: is wrong\. Remedy") as refused:
        dict(workers.run(refuse, [(None, 3)]))
    assert refused.value.findings == (Finding("points.csv", "is wrong", "mend it", row=3),)
    six = [6]
    found = dict(workers.outcomes(divide, hold_once(workers, [(six, 1), (six, 0), (six, 3)])))
    raised = found.pop(1)
    assert isinstance(raised, RemoteError)
    assert isinstance(raised.error, ZeroDivisionError)
    assert found == {0: 6.0, 2: 2.0}


def test_neighbours_share_what_is_held() -> None:
    held: list[object] = []

    class Counting(Threads):
        def hold(self, value: object) -> object:
            held.append(value)
            return value

    six, ten = [6], [10]
    list(hold_once(Counting(1), [(six, 1), (six, 2), (ten, 1), (six, 1), (None, 1), (None, 2)]))
    assert held[:3] == [six, ten, six]
    assert set(map(id, held[3:])) == {id(None)}


@pytest.mark.parametrize("workers", [Threads(2), Processes(2)], ids=["threads", "processes"])
def test_tasks_are_asked_for_when_they_are_soon_to_run(workers: Workers) -> None:
    asked: list[int] = []

    def tasks() -> Iterator[tuple[object, int]]:
        for n in range(100):
            asked.append(n)
            yield [6], n + 1

    # As they are done: the first of all may be done after many others, and `run` waits for it.
    running = workers.outcomes(divide, tasks())
    next(running)
    assert len(asked) <= 2 * workers.count + 1
    running.close()
    assert len(asked) < 100


def test_a_process_that_is_ended_from_outside_ends_all() -> None:
    with pytest.raises(BrokenExecutor):
        dict(Processes(2).run(fall, [(None, n) for n in range(4)]))
    assert multiprocessing.active_children() == []


def test_what_is_left_half_way_ends_its_processes(tmp_path: Path) -> None:
    def tasks() -> Iterator[tuple[Path, int]]:
        yield tmp_path, 0
        yield tmp_path, 1

    running = Processes(2).outcomes(wait_at, tasks())
    assert next(running) == (0, None)
    assert list(tmp_path.iterdir())
    running.close()
    assert multiprocessing.active_children() == []
    assert not (tmp_path / "waited for").exists()


def test_what_cannot_be_sent_back_is_the_outcome_of_its_task_alone() -> None:
    found = dict(Processes(2).outcomes(unsendable, [(None, n) for n in range(3)]))
    assert sorted(found) == [0, 1, 2]
    assert all(isinstance(one, RemoteError) for one in found.values())


def test_ctrl_c_is_left_to_the_process_that_made_the_others() -> None:
    assert dict(Processes(2).run(hears_ctrl_c, [(None, 0), (None, 1)])) == {0: False, 1: False}
    assert dict(Threads(2).run(hears_ctrl_c, [(None, 0)])) == {0: True}
