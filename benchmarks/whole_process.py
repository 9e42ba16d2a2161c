"""A command as a process of its own: wall time, and the memory of it and all that it starts."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

EVERY = 0.1
"""Seconds between two looks at the memory."""


@dataclass(frozen=True)
class Run:
    """What a process took."""

    seconds: float
    peak_bytes: int
    """Most memory held at once by the process and its descendants."""
    code: int
    """Exit status; negative: the signal that ended it."""
    timed_out: bool
    said: str
    """The end of its output and errors."""


def whole_process(
    command: Sequence[str], limit: float = 3600.0, environment: Mapping[str, str] | None = None
) -> Run:
    """Run a command to its end, or for ``limit`` seconds."""
    with tempfile.TemporaryFile() as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=output, stderr=output, env=environment, start_new_session=True
        )
        watch = _Watch(process.pid, started + limit)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        watch.stop()
        output.seek(max(0, output.tell() - 2000))
        said = output.read().decode("utf-8", "replace")
    # What wait4 tells knows no workers, and counts this very process, whose copy the other one was
    # before it became the command: for where there is nothing better.
    own = usage.ru_maxrss * (1 if os.uname().sysname == "Darwin" else 1024)
    return Run(seconds, watch.peak or own, process.returncode, watch.timed_out, said.strip())


class _Watch(threading.Thread):
    """Looks at the memory of a process until told to stop, and ends the process in time."""

    def __init__(self, pid: int, until: float):
        super().__init__(daemon=True)
        self.peak, self.timed_out = 0, False
        self._pid, self._until, self._over = pid, until, threading.Event()
        self.start()

    def run(self) -> None:
        while not self._over.wait(EVERY):
            if _command(self._pid) != _command(os.getpid()):
                self.peak = max(self.peak, most_of(self._pid), memory_of_tree(self._pid))
            if time.perf_counter() > self._until and not self.timed_out:
                self.timed_out = True
                os.killpg(self._pid, signal.SIGKILL)

    def stop(self) -> None:
        self._over.set()
        self.join()


def _command(pid: int) -> bytes:
    """Its command line; empty where that cannot be seen."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def most_of(pid: int) -> int:
    """Most bytes that a process has held so far, between two looks as well. Linux only."""
    try:
        words = Path(f"/proc/{pid}/status").read_text().partition("VmHWM:")[2].split()
        return 1024 * int(words[0])
    except (OSError, IndexError):
        return 0  # it has ended


def memory_of_tree(pid: int) -> int:
    """Bytes that a process and its descendants hold; what they share counts once. Linux only."""
    parents, memory = {}, {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            # The name in brackets may hold blanks; what follows is told by proc(5).
            words = (entry / "stat").read_text().rpartition(")")[2].split()
            sizes = (entry / "statm").read_text().split()
        except OSError:
            continue  # it has ended
        if len(words) > 25:
            parents[int(entry.name)] = int(words[1])
            memory[int(entry.name)] = (int(sizes[1]), int(sizes[2]), words[20], words[25])
    family, fresh = set(), {pid} & set(memory)
    while fresh:
        family |= fresh
        fresh = {child for child, parent in parents.items() if parent in fresh} - family
    # One that is about to become another command still is its parent, memory and all.
    real = [p for p in family if p == pid or memory[p] != memory.get(parents[p])]
    if not real:
        return 0
    shared = [memory[p][1] for p in real]
    return os.sysconf("SC_PAGE_SIZE") * (
        sum(memory[p][0] for p in real) - sum(shared) + max(shared)
    )
