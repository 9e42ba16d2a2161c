"""The page Study."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nicegui import ui

from planner.app.frame import empty, frame

if TYPE_CHECKING:
    from planner.app.serve import Site


def add(site: Site) -> None:
    """Add the page to the app."""

    @ui.page("/study")
    def page() -> None:
        with frame("Study"):
            empty("Nothing here yet.")
