"""What one session of the page Plan remembers, and the work that changes it.

Pages draw from it and look whether it changed, so that work goes on while a page is reloaded.
"""

from __future__ import annotations

import datetime
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from planner.app.folder import Folder
from planner.app.plan import tasks, uploads
from planner.app.plan.page_state import Difference, InputOverview, PlanOverview
from planner.app.worker import Worker, WorkFailed, WorkStopped
from planner.overrides.override import Override
from planner.overrides.words import findings_of_edits
from scenarios.errors import Finding, InputError

Ask = Callable[..., Awaitable[Any]]
SAME = ("kind", "product", "location", "origin", "destination", "first", "last")


@dataclass(frozen=True)
class Trouble:
    """What went wrong last."""

    intro: str
    findings: tuple[Finding, ...] = ()


@dataclass
class Session:
    """The state of one tab."""

    folder: Folder
    worker: Worker = field(default_factory=Worker)
    busy: str = ""
    trouble: Trouble | None = None
    source: str = ""
    opened: InputOverview | None = None
    brains: dict[str, str] = field(default_factory=lambda: {"auto": "auto"})
    """Names that can be chosen, and what they are called."""
    brain: str = "auto"
    model: str = "auto"
    time_limit: float | None = None
    planned: PlanOverview | None = None
    difference: Difference | None = None
    edits: tuple[Override, ...] = ()
    planned_edits: tuple[Override, ...] = ()
    """Those that the plan follows."""
    undone: list[tuple[Override, ...]] = field(default_factory=list)
    """Edits as they were before each change, the last one last."""
    who: str = ""
    tab: str = "orders"
    kind: str = "safety_stock"
    """What is being edited."""
    location: str = ""
    product: str = ""
    note: str = ""
    """What was done last, such as where something was saved."""
    _scratch: Path | None = None
    _reported: tuple[PlanOverview | None, Path] | None = None

    async def warm(self) -> None:
        """Let the process learn to plan while people look for their input."""
        with suppress(WorkFailed, WorkStopped):
            self.brains = await self.worker.ask(tasks.warm)

    async def open(self, source: str, *, upload: bool = False) -> None:
        """Read an input of the folder; edits of another one are dropped."""
        still = f" ({self.source} is still open)" if self.source else ""
        async with _work(self, "reading", f"This input cannot be used{still}:") as work:
            path = self.folder.source(source)
            try:
                self.opened = await work(tasks.read, str(path))
            except InputError:
                if upload:
                    uploads.drop(self.folder, path)
                raise
            self.source, self.planned, self.difference = source, None, None
            self.edits, self.planned_edits, self.undone = (), (), []
            self.location = self.product = ""

    async def upload(self, files: Sequence[Any]) -> None:
        """Keep uploaded files and open them."""
        try:
            path = await uploads.keep(self.folder, files)
        except InputError as error:
            self.trouble = Trouble("The upload was not kept:", error.findings)
            return
        except OSError as error:
            self.trouble = Trouble(f"The upload was not kept: {error.strerror or error}.")
            return
        await self.open(self.folder.relative(path), upload=True)

    async def example(self, name: str) -> None:
        """Write a bundled example and open it."""
        place = self.folder.free("examples", name.replace("_", "-"))
        path = self.folder.named("examples", place)
        async with _work(self, "writing the example", "The example was not written:") as work:
            await work(tasks.example, name, str(path))
        if self.trouble is None:
            await self.open(self.folder.relative(path))

    async def plan(self) -> None:
        """Plan with what was chosen; edits are followed."""
        async with _work(self, "planning", "There is no plan:") as work:
            edits = self.edits
            with _about(edits):
                made = await work(tasks.plan, self.brain, self.model, self.time_limit, edits)
            self._take(made, edits)

    async def replan(self) -> None:
        """Plan again under the edits."""
        async with _work(self, "planning again", "The plan was not changed:") as work:
            edits = self.edits
            with _about(edits):
                self._take(await work(tasks.replan, edits), edits)

    def _take(
        self, made: tuple[PlanOverview, Difference | None], edits: tuple[Override, ...]
    ) -> None:
        self.planned, self.difference = made
        self.planned_edits = edits

    async def edit(self, change: Override) -> None:
        """Add an edit, in place of an earlier one of the same.

        Raises
        ------
        InputError
            If it does not fit the input.
        """
        stamped = replace(change, when=f"{datetime.datetime.now():%Y-%m-%d %H:%M}")
        key = _key(stamped)
        edits = (*(old for old in self.edits if _key(old) != key), stamped)
        with _about(edits):
            await self.worker.ask(tasks.check, edits)
        self._set(edits)

    def remove(self, edit: Override) -> None:
        """Take an edit back."""
        self._set(tuple(old for old in self.edits if old is not edit))

    def undo(self) -> None:
        """Edits as they were before the last change."""
        if self.undone:
            self.edits = self.undone.pop()

    async def load_edits(self, source: str) -> None:
        """Edits from a table in the folder, in place of those there are."""
        async with _work(self, "reading edits", "These edits cannot be used:") as work:
            path = self.folder.inside(source)
            self._set(await work(tasks.load_overrides, str(path)))
            self.note = f"{len(self.edits):,} edits are from {source}. Plan again to follow them."

    async def save_edits(self, name: str, *, instead: bool) -> None:
        """Write the edits to ``overrides/NAME.csv``.

        Raises
        ------
        InputError
            If the name is none, or is taken and is not to be replaced.
        """
        path = self.folder.named("overrides", f"{name}.csv", instead=instead)
        await self.worker.ask(tasks.save_overrides, self.edits, str(path))
        self.note = f"Edits are saved: {self.folder.relative(path)}"

    async def save_plan(self, name: str) -> None:
        """Write the plan to ``plans/NAME``.

        Raises
        ------
        InputError
            If the name is none, or is taken.
        """
        path = self.folder.named("plans", name)
        await self.worker.ask(tasks.save_plan, str(path))
        self.note = f"The plan is saved: {self.folder.relative(path)}"

    async def file(self, kind: str) -> Path | None:
        """A file of the plan to download or show; None if it failed."""
        made = None
        async with _work(self, "writing", "The file was not made:") as work:
            made = await work(tasks.pack, kind, str(self._folder() / kind))
        return None if made is None else Path(made)

    async def report(self) -> Path | None:
        """The report, made once for each plan; None if it failed."""
        if self._reported is None or self._reported[0] is not self.planned:
            plan, made = self.planned, None
            with suppress(InputError, WorkFailed, WorkStopped):
                made = await self.worker.ask(tasks.pack, "report", str(self._folder() / "shown"))
            self._reported = None if made is None else (plan, Path(made))
        return None if self._reported is None else self._reported[1]

    def _folder(self) -> Path:
        """Where files for downloads are made."""
        if self._scratch is None:
            self._scratch = Path(tempfile.mkdtemp(prefix="planner-plan-"))
        return self._scratch

    async def look(self, name: str, *arguments: Any) -> Any:
        """A view of the plan; None if it is gone."""
        with suppress(InputError, WorkFailed, WorkStopped):
            return await self.worker.ask(tasks.look, name, *arguments)
        return None

    def stop(self) -> None:
        """End what is under way."""
        self.worker.stop()

    def close(self) -> None:
        """Give back the process and the files made for downloads."""
        self.worker.stop()
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)

    @property
    def pending(self) -> bool:
        """Whether the plan does not follow the edits yet."""
        return self.planned is not None and self.edits != self.planned_edits

    def _set(self, edits: tuple[Override, ...]) -> None:
        self.undone.append(self.edits)
        self.edits = edits


@asynccontextmanager
async def _work(session: Session, text: str, intro: str) -> AsyncIterator[Ask]:
    """Work of a session: says what is done, and keeps what goes wrong for the page to show."""
    session.trouble, session.note, session.busy = None, "", text

    def told(text: str) -> None:
        session.busy = text

    async def work(task: Any, *arguments: Any) -> Any:
        return await session.worker.ask(task, *arguments, progress=told)

    try:
        yield work
    except InputError as error:
        session.trouble = Trouble(intro, error.findings)
    except WorkStopped:
        await _afresh(session)
        session.note = "Stopped. What was planned is gone; the edits are kept. Plan again."
    except WorkFailed as error:
        session.trouble = Trouble(f"{intro} {error}")
        await _afresh(session)
    finally:
        session.busy = ""


async def _afresh(session: Session) -> None:
    """If the process was ended, read the input again in a new one."""
    try:
        if session.opened is None or await session.worker.ask(tasks.remembers):
            return
        session.busy = "reading the input again"
        session.planned, session.difference, session.planned_edits = None, None, ()
        path = session.folder.source(session.source)
        session.opened = await session.worker.ask(tasks.read, str(path))
    except (InputError, WorkFailed, WorkStopped):
        session.opened, session.source = None, ""


@contextmanager
def _about(edits: tuple[Override, ...]) -> Iterator[None]:
    """What is wrong with edits is told of the edits, not of rows that nobody sees."""
    try:
        yield
    except InputError as error:
        raise InputError(findings_of_edits(error.findings, edits)) from None


def _key(edit: Override) -> tuple[Any, ...]:
    return tuple(getattr(edit, name) for name in SAME)
