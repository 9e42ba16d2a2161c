"""A run as the app keeps it: it plays on while somebody looks, and outlives a reload."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from planner.app.simulate import tasks
from planner.app.simulate.day_figures import Chosen, Day, Figures, Head
from planner.app.simulate.manual_orders import Comparison, Lines
from planner.app.simulate.setup import Setup
from planner.app.worker import Worker, WorkFailed, WorkStopped
from scenarios.errors import Finding, InputError


class Session:
    """One run and all that pages show of it; pages compare what they drew with it.

    Attributes
    ----------
    setup : Setup
        What the side panel says; ``running`` is what the run was started with.
    busy : str
        What is under way, for people; "" nothing.
    trouble : list of Finding, or str
        Why the last thing asked for could not be.
    chosen, drawn_for : Chosen
        What charts shall be about, and what ``series`` is about until that has come.
    gone : bool
        Whether the run was ended before its time: what it was stays, but it cannot go on.
    pages : int
        That are open on it, each of which counts itself; where there is none, it pauses.
    number : int
        Of the run: another one draws all anew.
    drawn : int
        Moves on where the lines of charts are others, not only longer.
    drafted : int
        Moves on where the orders by hand are others.
    """

    def __init__(self) -> None:
        self.setup, self.running = Setup(), Setup()
        self.head: Head | None = None
        self.chosen = self.drawn_for = Chosen()
        self.series: dict[str, list[float]] = {}
        self.days: list[Day] = []
        self.figures: Figures | None = None
        self.findings: tuple[Finding, ...] = ()
        self.comparison: Comparison | None = None
        self.follow = False
        self.speed = 2.0
        self.busy = ""
        self.trouble: list[Finding] | str = []
        self.number = self.drawn = self.drafted = self.pages = 0
        self.playing = self.rush = self.gone = False
        self._worker = Worker()
        self._player: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._folder: Path | None = None

    @property
    def done(self) -> bool:
        """Whether the run has come to its end."""
        return self.head is not None and len(self.days) >= self.head.n_periods

    async def start(self, root: Path) -> None:
        """Begin anew with what the side panel says."""
        self.pause()
        self.follow = False

        async def begin() -> None:
            setup = self.setup
            self.head, self.comparison = None, None
            self.number += 1
            head, series = await self._ask(tasks.start, setup, str(root))
            self.days, self.figures, self.gone = [], None, False
            self.chosen = self.drawn_for = Chosen()
            self.head, self.series, self.running = head, series, setup
            self.findings = head.findings
            self.number += 1

        await self._do("Starting", begin)

    async def step(self) -> None:
        """Let a day pass."""

        async def pass_day() -> None:
            if self.head is None or self.done or self.gone:
                return
            by_policy = self.follow or not self.running.by_hand
            passed = await self._ask(tasks.advance, self.drawn_for, by_policy)
            self.days.append(passed.day)
            self.figures, self.findings = passed.figures, passed.findings
            self.drafted += 1
            for name, values in passed.series.items():
                self.series[name].extend(values)
            if self.done and self.running.by_hand:
                self.busy = "The planner plays the same days"
                self.comparison = await self._ask(tasks.compare)

        await self._do(f"Day {len(self.days) + 1}", pass_day)

    def play(self, *, rush: bool = False) -> None:
        """Let day after day pass until paused, the end, or nobody looks.

        Parameters
        ----------
        rush : bool
            As fast as they come, instead of ``speed`` a second.
        """
        self.rush = rush
        if not (self.playing or self.done or self.gone) and self.head is not None:
            self.playing = True
            self._player = asyncio.get_running_loop().create_task(self._play())

    def pause(self) -> None:
        """Stop after the day that is under way."""
        self.playing = False

    def stop(self) -> None:
        """End what is under way, and with it the run."""
        self.pause()
        self._worker.stop()

    async def _play(self) -> None:
        while self.playing and not self.done:
            began = time.monotonic()
            await self.step()
            if self.trouble or not self.pages:
                break
            if not self.rush:
                await asyncio.sleep(max(0.0, began + 1 / self.speed - time.monotonic()))
        self.playing = False

    async def choose(self, chosen: Chosen) -> None:
        """Draw other products or another location."""
        self.chosen = chosen

        async def look() -> None:
            series = await self._ask(tasks.look, chosen)
            if chosen == self.chosen:
                self.series, self.drawn_for = series, chosen
                self.drawn += 1

        await self._do("Looking", look)

    async def draft(self, task: Callable[..., Any], *arguments: Any) -> Any:
        """Change the orders by hand; what the task returns, None where it could not."""

        async def change() -> Any:
            return await self._ask(task, *arguments)

        answer = await self._do("The planner is thinking", change)
        self.drafted += 1
        return answer

    async def lines(self, text: str, lane: int | None, page: int) -> Lines | None:
        """A page of what can be ordered; None where there is no run."""

        async def read() -> Lines:
            found: Lines = await self._ask(tasks.lines, text, lane, page)
            return found

        return await self._do("Looking", read, quiet=True)

    async def table(self, kind: str) -> Path | None:
        """A file with the log."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="planner-run-"))
        path = self._folder / f"{kind}.csv"

        async def write() -> None:
            if kind == "days":  # there even where the run's process is not
                await asyncio.to_thread(tasks.write_log, list(self.days), path)
            else:
                await self._ask(tasks.table, kind, str(path))

        await self._do("Writing", write)
        return None if self.trouble else path

    def close(self) -> None:
        """Give back the process and the files."""
        self.stop()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    async def _ask(self, task: Callable[..., Any], *arguments: Any) -> Any:
        return await self._worker.ask(task, *arguments, progress=self._say)

    def _say(self, text: str) -> None:
        self.busy = text

    async def _do(
        self, what: str, work: Callable[[], Awaitable[Any]], *, quiet: bool = False
    ) -> Any:
        """One thing after the other, so that a day's orders are those it shows.

        What is quiet leaves standing what the last thing said.
        """
        async with self._turn:
            if not quiet:
                self.busy, self.trouble = what, []
            try:
                return await work()
            except InputError as error:
                self.trouble = list(error.findings)
            except WorkFailed as error:
                self.trouble = str(error)
            except WorkStopped:
                self.gone = True
                self.number += 1
                if self.head is not None:
                    self.trouble = "The run was stopped. Its log stays; start anew to run again."
            finally:
                self.busy = ""
        return None
