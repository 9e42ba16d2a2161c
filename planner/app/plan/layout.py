"""The page as a whole: its parts, each drawn again when what it shows has changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nicegui import background_tasks, ui

from planner.app.frame import findings
from planner.app.plan.input_section import checks_section, input_section
from planner.app.plan.result_section import result_section
from planner.app.plan.session import Session
from planner.app.site import Site

BEAT = 0.2
"""Seconds between looks at whether something changed."""


class View:
    """One open page of a session."""

    def __init__(self, site: Site, session: Session, key: str):
        self.site, self.session, self.key = site, session, key
        self._parts: list[tuple[Callable[[], tuple[Any, ...]], Any, list[Any]]] = []

    def draw(self) -> None:
        """Draw all parts, and go on looking for changes."""
        s = self.session
        self._part(lambda: (s.source, s.opened is None), lambda: input_section(self))
        self._part(lambda: (s.trouble, s.note), lambda: _told(s))
        self._part(lambda: (s.opened,), lambda: checks_section(self))
        self._part(lambda: (s.busy,), lambda: _busy(s))
        self._part(lambda: (s.opened, s.planned, s.edits), lambda: result_section(self))
        # Outside of the parts, so that a dialog outlives a part that is drawn again.
        self.dialogs = ui.element()
        ui.timer(BEAT, self._look)

    def start(self, work: Any) -> None:
        """Work that goes on when the page is closed; one at a time."""
        if self.session.busy:
            work.close()
            ui.notify(f"Busy: {self.session.busy}. Wait, or stop it.", type="warning")
            return
        background_tasks.create(work)

    def _part(self, state: Callable[[], tuple[Any, ...]], draw: Callable[[], None]) -> None:
        holder = ui.column().classes("w-full gap-4")

        @ui.refreshable
        def made() -> None:
            draw()
            # What is empty must not leave a gap.
            holder.set_visibility(len(list(holder.descendants())) > 1)

        self._parts.append((state, made, [state()]))
        with holder:
            made()

    def _look(self) -> None:
        for state, made, seen in self._parts:
            now = state()
            if not _same(now, seen[0]):
                seen[0] = now
                made.refresh()


def _same(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Plans and the like are compared as the objects they are, which costs nothing."""
    pairs = zip(one, other, strict=True)
    return all(a == b if isinstance(a, str | bool) else a is b for a, b in pairs)


def _told(session: Session) -> None:
    if session.trouble is not None:
        if session.trouble.findings:
            findings(session.trouble.findings, intro=session.trouble.intro)
        else:
            with ui.card().props("flat bordered").classes("w-full border-l-4 border-red-700"):
                ui.label(session.trouble.intro)
    if session.note:
        with ui.row().classes("items-center gap-2"):
            ui.icon("check_circle", color="positive")
            ui.label(session.note)


def _busy(session: Session) -> None:
    if not session.busy:
        return
    with ui.row().classes("items-center gap-3 sticky top-14"):
        ui.spinner(size="1.5rem")
        ui.label(f"{session.busy} ...")
        ui.button("Stop", icon="stop", on_click=session.stop).props("flat dense no-caps")
