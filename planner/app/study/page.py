"""The page Study: compare policies on variants of an input, or on a problem of the catalogue."""

from __future__ import annotations

from urllib.parse import quote

from nicegui import ui

from planner.app.frame import empty, frame
from planner.app.live import name_list
from planner.app.site import Site
from planner.app.study import runs
from planner.app.study.form import form
from planner.app.study.view import StudyView


def add(site: Site) -> None:
    """Add the page to the app."""

    @ui.page("/study")
    def page(study: str = "") -> None:
        with (
            frame("Study"),
            ui.element("div").classes("w-full grid gap-4 grid-cols-1 lg:grid-cols-[21rem_1fr]"),
        ):
            there = runs.runs(site.folder)
            shown = next((one for one in there if one.name == study), None)
            if not study and there:
                shown = there[0]
            with ui.column().classes("gap-4 min-w-0"):
                form(site, lambda run: _open(run.name))
                name_list(
                    "Studies",
                    lambda: [(one.name, one.state()) for one in runs.runs(site.folder)],
                    None if shown is None else shown.name,
                    _open,
                )
            with ui.column().classes("gap-4 min-w-0"):
                if shown is not None:
                    StudyView(shown)
                elif study:
                    empty("There is no such study any more; choose another on this page.")
                else:
                    empty("No study yet. Choose what to compare and press Run.", "insights")


def _open(name: str) -> None:
    ui.navigate.to(f"/study?study={quote(name)}")
