"""Commands of the planner that run beside the app: training, studies.

Each has a folder, and all that is known of it lies there: ``job.json`` says which process it is,
``job.log`` holds what it has said since it was last started. So a page that is loaded again, a
second tab and an app that was started anew find it, running or not. Nothing here is run that a
file says: who starts a job gives its arguments.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from scenarios.writing.atomic import write_atomic

NOTE, LOG = "job.json", "job.log"
SAME = 60.0
"""Seconds by which the start of one process may seem to differ: clocks are put right."""
TAIL = 65_536
"""Bytes at the end of a log that are read."""
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_OURS: dict[int, subprocess.Popen[bytes]] = {}
"""Processes that this one started; they have to be waited for when they end."""


@dataclass(frozen=True)
class Job:
    """A command of the planner and its folder."""

    folder: Path

    def start(self, arguments: Sequence[str]) -> None:
        """Run ``planner`` with these arguments, in a process group of its own.

        It goes on when the app ends. What it said before is forgotten.

        Raises
        ------
        RuntimeError
            If it is running.
        OSError
            If its folder cannot be written to.
        """
        if self.alive():
            raise RuntimeError("It is running already.")
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "planner", *arguments]
        with (self.folder / LOG).open("wb") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True, env=os.environ | {"PYTHONUNBUFFERED": "1"},
            )  # fmt: skip
        _OURS[process.pid] = process
        self._write({"pid": process.pid, "born": _born(process.pid), "at": time.time()})

    def alive(self) -> bool:
        """Whether its process runs."""
        note = self._read()
        pid = note.get("pid")
        if not isinstance(pid, int) or pid <= 1:
            return False
        if pid in _OURS:
            if _OURS[pid].poll() is None:
                return True
            del _OURS[pid]
            return False
        # A number may have been given to another process since, or a file may say anything.
        born = note.get("born")
        return isinstance(born, int | float) and _is_job(pid, born)

    def stop(self) -> None:
        """End it as Ctrl-C does, so that it keeps what it has; asked again, at once."""
        if not self.alive():
            return
        note = self._read()
        pid = note["pid"]
        assert isinstance(pid, int)
        try:
            if self.stopping():
                os.killpg(pid, signal.SIGKILL)
            else:
                os.kill(pid, signal.SIGINT)
        except ProcessLookupError:
            return
        self._write(note | {"stopping": True})

    def stopping(self) -> bool:
        """Whether it has been asked to end."""
        return bool(self._read().get("stopping"))

    def started(self) -> float:
        """When it was last started, in seconds since 1970; 0 where it never was."""
        at = self._read().get("at")
        return float(at) if isinstance(at, int | float) else 0.0

    def lines(self, most: int = 40) -> list[str]:
        """The last lines that it said."""
        try:
            with (self.folder / LOG).open("rb") as log:
                log.seek(max(0, os.fstat(log.fileno()).st_size - TAIL))
                text = log.read().decode("utf-8", errors="replace")
        except OSError:
            return []
        kept = [_ESCAPES.sub("", line).rstrip() for line in text.splitlines()]
        return [line for line in kept if line][-most:]

    def said_stopped(self) -> bool:
        """Whether it ended because it was asked to, and said so."""
        return any(line.startswith("Stopped;") for line in self.lines(3))

    def _read(self) -> dict[str, object]:
        try:
            found = json.loads((self.folder / NOTE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _write(self, note: dict[str, object]) -> None:
        write_atomic(self.folder / NOTE, json.dumps(note))


def _process(pid: int) -> psutil.Process | None:
    """The process of this number, if it runs."""
    try:
        found = psutil.Process(pid)
        return None if found.status() == psutil.STATUS_ZOMBIE else found
    except psutil.Error:
        return None


def _born(pid: int) -> float | None:
    """When a process started, in seconds since 1970; None where there is none."""
    found = _process(pid)
    return None if found is None else found.create_time()


def _is_job(pid: int, born: float) -> bool:
    """Whether a process is a command of the planner that started then."""
    found = _process(pid)
    try:
        return (
            found is not None
            and abs(found.create_time() - born) < SAME
            and found.cmdline()[1:3] == ["-m", "planner"]
        )
    except psutil.Error:
        return False
