"""The page Simulate: choose a run at the side, and watch it, or order by hand."""

from __future__ import annotations

from typing import Any

from nicegui import app, ui

from planner.app.frame import empty, findings, frame, keep
from planner.app.sessions import Registry
from planner.app.simulate.charts import Charts
from planner.app.simulate.controls import Controls, Numbers, choice
from planner.app.simulate.day_log import Log
from planner.app.simulate.manual_orders import Comparison
from planner.app.simulate.order_table import Orders, comparison
from planner.app.simulate.session import Session
from planner.app.simulate.setup import PLAYABLE
from planner.app.simulate.setup_panel import panel
from planner.app.site import Site

BEAT = 0.2
"""Seconds between two looks at the run."""


def add(site: Site) -> None:
    """Add the page to the app."""
    runs: Registry[Session] = Registry(
        Session, Session.close, lambda run: run.playing or bool(run.busy)
    )
    app.on_shutdown(runs.close)

    @ui.page("/simulate")
    def page(s: str | None = None) -> None:
        key, session = runs.open(s)
        count(session)
        with (
            frame("Simulate"),
            ui.row().classes("w-full items-start gap-4 flex-wrap lg:flex-nowrap"),
        ):
            keep("/simulate", key)
            with ui.column().classes("w-full lg:w-72 shrink-0"):
                panel_update = panel(session, site)
            with ui.column().classes("grow min-w-0 w-full gap-4"):
                view = View(session)

        async def beat() -> None:
            panel_update()
            await view.update()

        ui.timer(BEAT, beat)


def count(session: Session) -> None:
    """Count the page that is being made among those of a run until it is closed."""

    def closed() -> None:
        session.pages -= 1

    session.pages += 1
    ui.context.client.on_delete(closed)


class View:
    """What one page shows of a run; drawn anew only where it is another one."""

    def __init__(self, session: Session):
        self._session = session
        self._number = -1
        self._said: object = None
        self._compared: Comparison | None = None
        self._parts: list[Any] = []
        self._orders: Orders | None = None
        with ui.row().classes("w-full items-center gap-2") as self._busy:
            ui.spinner(size="sm")
            self._doing = ui.label()
            ui.button("Stop", icon="stop", on_click=session.stop).props("flat dense no-caps")
        self._busy.set_visibility(False)
        self._trouble = ui.column().classes("w-full")
        self._trouble.set_visibility(False)
        self._body = ui.column().classes("w-full gap-4")
        self._since = 0

    async def update(self) -> None:
        """Show what has come since the last look."""
        session = self._session
        # What takes a moment only would flicker.
        self._since = self._since + 1 if session.busy else 0
        self._busy.set_visibility(self._since > 2)
        self._doing.set_text(f"{session.busy} …")
        self._say()
        if session.number != self._number:
            self._number = session.number
            self._body.clear()
            with self._body:
                self._build()
        for part in self._parts:
            part.update()
        if self._orders is not None:
            await self._orders.update()
        self._compare()

    def _say(self) -> None:
        """What went wrong, and what is odd."""
        said = (self._session.trouble, self._session.findings)
        if said == self._said:
            return
        self._said = said
        self._trouble.clear()
        self._trouble.set_visibility(any(said))
        with self._trouble:
            trouble, odd = said
            if isinstance(trouble, str):
                with ui.card().props("flat bordered").classes("w-full border-l-4 border-red-700"):
                    ui.label(trouble).classes("whitespace-pre-wrap")
            elif trouble:
                findings(trouble, intro="This could not be done:")
            if odd:
                findings(odd, intro="Worth knowing about this scenario:")

    def _build(self) -> None:
        session, head = self._session, self._session.head
        self._parts, self._orders, self._compared = [], None, None
        if head is None:
            if not session.busy:
                empty("Choose a scenario and a policy, and press Start.", "play_circle")
            return
        self._parts = [Controls(session, head), Numbers(session, head)]
        self._result = ui.column().classes("w-full")
        self._result.set_visibility(False)
        if session.running.by_hand:
            self._orders = Orders(session, head)
        choice(session, head)
        self._parts += [Charts(session, head), Log(session, head)]

    def _compare(self) -> None:
        session, found = self._session, self._session.comparison
        if found is self._compared or session.head is None:
            return
        self._compared = found
        self._result.clear()
        self._result.set_visibility(found is not None)
        if found is not None:
            with self._result:
                comparison(found, session.head, PLAYABLE[session.running.policy].label)
