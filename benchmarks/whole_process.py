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
        # Its own largest memory comes from wait4; that of workers beside it only from looking.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        watch.stop()
        output.seek(max(0, output.tell() - 2000))
        said = output.read().decode("utf-8", "replace")
    own = usage.ru_maxrss * (1 if os.uname().sysname == "Darwin" else 1024)
    return Run(seconds, max(own, watch.peak), process.returncode, watch.timed_out, said.strip())


class _Watch(threading.Thread):
    """Looks at the memory of a process until told to stop, and ends the process in time."""

    def __init__(self, pid: int, until: float):
        super().__init__(daemon=True)
        self.peak, self.timed_out = 0, False
        self._pid, self._until, self._over = pid, until, threading.Event()
        self.start()

    def run(self) -> None:
        while not self._over.wait(EVERY):
            self.peak = max(self.peak, memory_of_tree(self._pid))
            if time.perf_counter() > self._until and not self.timed_out:
                self.timed_out = True
                os.killpg(self._pid, signal.SIGKILL)

    def stop(self) -> None:
        self._over.set()
        self.join()


def memory_of_tree(pid: int) -> int:
    """Bytes that a process and its descendants hold; what they share counts once. Linux only."""
    parents, held = {}, {}
    page = os.sysconf("SC_PAGE_SIZE")
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            # The name in brackets may hold blanks; the parent is the second word after it.
            parents[int(entry.name)] = int(
                (entry / "stat").read_text().rpartition(")")[2].split()[1]
            )
            words = (entry / "statm").read_text().split()
            held[int(entry.name)] = (page * int(words[1]), page * int(words[2]))
        except (OSError, IndexError, ValueError):
            continue  # it has ended
    family, fresh = set(), {pid} & set(held)
    while fresh:
        family |= fresh
        fresh = {child for child, parent in parents.items() if parent in fresh} & set(held)
        fresh -= family
    if not family:
        return 0
    return sum(held[p][0] - held[p][1] for p in family) + max(held[p][1] for p in family)
