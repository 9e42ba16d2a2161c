"""Commands that run beside the app: they are found again, stopped, and told from strangers."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from planner.app import jobs
from planner.app.jobs import Job
from tests.support.waiting import HANG, until

STUDY = """
input: chain
policies: [closed-form]
seeds: 5000
"""


@pytest.fixture(autouse=True)
def _heeds_interrupts() -> Iterator[None]:
    """As the app, which listens to them; what a shell starts in the background ignores them."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """As an app that was started anew, which is no parent of what runs."""
    monkeypatch.setattr(jobs, "_OURS", {})


def long_one(tmp_path: Path) -> Job:
    from scenarios.examples import bundled

    bundled.single().write(tmp_path / "chain")
    (tmp_path / "study.yaml").write_text(STUDY)
    job = Job(tmp_path / "job")
    out = str(tmp_path / "result")
    job.start(["study", str(tmp_path / "study.yaml"), "--out", out, "--workers", "1"])
    return job


def test_a_command_runs_to_its_end_and_what_it_says_is_kept(tmp_path: Path) -> None:
    job = Job(tmp_path / "job")
    assert not job.alive()
    assert job.lines() == []
    before = time.time()
    job.start(["--version"])
    assert before <= job.started() <= time.time()
    until(lambda: not job.alive())
    assert job.lines()[-1].startswith("planner ")
    assert not job.said_stopped()


def test_an_error_is_the_last_that_is_said(tmp_path: Path) -> None:
    job = Job(tmp_path)
    job.start(["study", "nowhere.yaml", "--out", str(tmp_path / "out")])
    until(lambda: not job.alive())
    assert "nowhere.yaml" in " ".join(job.lines())


def test_a_new_app_finds_what_runs_and_stops_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = long_one(tmp_path)
    until(lambda: any("run " in line for line in job.lines()))
    process = dict(jobs._OURS)
    forget(monkeypatch)
    again = Job(tmp_path / "job")
    assert again.alive()
    with pytest.raises(RuntimeError, match="running"):
        again.start(["--version"])
    assert not again.stopping()
    again.stop()
    assert again.stopping()
    until(lambda: not again.alive())
    assert again.said_stopped()
    for one in process.values():
        one.wait(HANG)


def test_asked_twice_it_ends_at_once(tmp_path: Path) -> None:
    job = long_one(tmp_path)
    process = jobs._OURS[job._read()["pid"]]  # type: ignore[index]
    job._write(job._read() | {"stopping": True})
    job.stop()
    assert process.wait(HANG) == -signal.SIGKILL
    assert not job.alive()
    assert not job.said_stopped()


@pytest.mark.parametrize(
    "note",
    [
        "no json",
        "[]",
        json.dumps({"pid": "1"}),
        json.dumps({"pid": 1, "born": psutil.Process(1).create_time()}),
        json.dumps({"pid": -1, "born": 0.0}),
        json.dumps({"pid": os.getpid(), "born": "0"}),
        json.dumps({"pid": os.getpid(), "born": 0.0}),
        json.dumps({"pid": os.getpid(), "born": jobs._born(os.getpid())}),
    ],
    ids=[
        "text",
        "list",
        "word",
        "first process",
        "all processes",
        "no time",
        "not born then",
        "this test",
    ],
)
def test_a_file_cannot_point_at_another_process(tmp_path: Path, note: str) -> None:
    """Were it believed, this very test would be ended."""
    (tmp_path / "job.json").write_text(note)
    job = Job(tmp_path)
    assert not job.alive()
    job.stop()
    job.stop()


def test_colours_of_a_terminal_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "job.log").write_bytes(b"\x1b[1;31merror:\x1b[0m no\n\n\xff\n")
    assert Job(tmp_path).lines() == ["error: no", "\ufffd"]
