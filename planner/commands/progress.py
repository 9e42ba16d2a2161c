"""How far work is, on stderr: phases, what is left, and a bar for each brain that is trained."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from brain.learning.options import Progress as TrainingProgress

PATIENCE = 1.0
"""Seconds before progress is shown."""
QUIET_SECONDS = 10.0
"""Between lines on training where there is no terminal to draw on."""


class Progress:
    """Names the phase under way on stderr, once the whole takes longer than a second."""

    def __init__(self, *, quiet: bool = False, stream: TextIO | None = None):
        self._stream = stream or sys.stderr
        self._quiet, self._phase = quiet, ""
        self._status: _Spinner | None = None
        self._started = self._last = time.monotonic()
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def __enter__(self) -> Progress:
        if not self._quiet:
            self._timer = threading.Timer(PATIENCE, self._show)
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Show no more, and leave the terminal as it was."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()
        with self._lock:
            if self._status is not None:
                self._status.stop()

    def __call__(self, phase: str) -> None:
        """Go on to the next phase."""
        with self._lock:
            self._phase = phase
            if self._status is not None:
                self._status.update(description=self._line())
            elif self._timer is not None and time.monotonic() - self._last > PATIENCE:
                self._print()

    def _line(self) -> str:
        return f"{self._phase} ..."

    def _print(self) -> None:
        self._last = time.monotonic()
        spent = self._last - self._started
        print(f"[{spent:6.1f} s] {self._line()}", file=self._stream, flush=True)

    def _show(self) -> None:
        with self._lock:
            if not self._stream.isatty():
                self._print()
                return
            self._status = _Spinner(self._stream, self._line())


class _Spinner:
    """A live line with the phase and the time so far."""

    def __init__(self, stream: TextIO, description: str):
        from rich.console import Console
        from rich.progress import Progress as Bar
        from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = SpinnerColumn(), TextColumn("{task.description}", markup=False)
        console = Console(file=stream)
        self._bar = Bar(*columns, TimeElapsedColumn(), console=console, transient=True)
        self._task = self._bar.add_task(description)
        self._bar.start()

    def update(self, description: str) -> None:
        self._bar.update(self._task, description=description)

    def stop(self) -> None:
        self._bar.stop()


class TimeLeft:
    """How long the rest will take, by how long the first part took."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._before: int | None = None

    def __call__(self, done: int, total: int) -> str:
        """Text to append; nothing where nothing is known yet."""
        if self._before is None:
            # What was there already took no time.
            self._before, self._started = done, time.monotonic()
        if done <= self._before or done >= total:
            return ""
        left = (time.monotonic() - self._started) / (done - self._before) * (total - done)
        return f", {left / 60:.0f} min left" if left >= 90 else f", {left:.0f} s left"


class CountedProgress:
    """Progress of work that is counted, with the time left.

    Parameters
    ----------
    progress : callable
        Shows a text.
    what : str
        What is counted.
    """

    def __init__(self, progress: Callable[[str], None], what: str) -> None:
        self._progress, self._what, self._clock = progress, what, TimeLeft()

    def __call__(self, done: int, total: int) -> None:
        """Show how many of how many are done."""
        self._progress(f"{self._what} {done:,} of {total:,}{self._clock(done, total)}")


class TrainingBars:
    """A progress bar for every brain on stderr, with its cost over the analytic policy's."""

    def __init__(self, *, quiet: bool = False, stream: TextIO | None = None):
        self._stream, self._quiet = stream or sys.stderr, quiet
        self._bars: Any = None
        self._tasks: dict[str, Any] = {}
        self._said: dict[str, float] = {}

    def __enter__(self) -> TrainingBars:
        if not self._quiet and self._stream.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            self._bars = Bar(
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                TextColumn("{task.percentage:3.0f}%"),
                TextColumn("{task.fields[cost]}", markup=False),
                TimeRemainingColumn(),
                console=Console(file=self._stream),
            )
            self._bars.start()
        return self

    def starting(self) -> None:
        """Say so: it takes some seconds until there is anything else to say."""
        if not self._quiet:
            self._print("starting Ray ...")

    def __exit__(self, *_: object) -> None:
        if self._bars is not None:
            self._bars.stop()

    def __call__(self, name: str, progress: TrainingProgress) -> None:
        """Show where the training of a brain stands."""
        if self._quiet:
            return
        cost = f"cost {progress.relative:.3f} of analytic"
        if self._bars is None:
            now, last = time.monotonic(), progress.step >= progress.steps
            if last or now - self._said.get(name, -QUIET_SECONDS) >= QUIET_SECONDS:
                self._said[name] = now
                step = f"step {progress.step:,} of {progress.steps:,}"
                self._print(f"[{progress.seconds:6.1f} s] {name}: {step}, {cost}")
            return
        if name not in self._tasks:
            self._tasks[name] = self._bars.add_task(name, total=progress.steps, cost=cost)
        self._bars.update(self._tasks[name], completed=progress.step, cost=cost)

    def _print(self, line: str) -> None:
        if self._bars is not None:
            self._bars.console.print(line, markup=False)
        else:
            print(line, file=self._stream, flush=True)
