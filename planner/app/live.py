"""Parts of pages that change while one looks: figures, states, what a command says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nicegui import ui

COLOURS = {
    "running": "primary",
    "stopping": "warning",
    "trained": "positive",
    "done": "positive",
    "stopped": "secondary",
    "failed": "negative",
}
"""Colour of a state's badge; the word stands in it, too."""


@dataclass(frozen=True)
class Figure:
    """A headline figure that can be changed."""

    value: ui.label
    note: ui.label

    def show(self, value: str, note: str = "") -> None:
        """Change it."""
        self.value.text, self.note.text = value, note


def figure(label: str) -> Figure:
    """A headline figure, to be filled in."""
    with ui.card().props("flat bordered").classes("min-w-36 gap-0 grow"):
        ui.label(label).classes("caption")
        value = ui.label("–").classes("figure")
        note = ui.label("").classes("caption")
    return Figure(value, note)


def badge(state: str) -> None:
    """A state as a word in its colour."""
    ui.badge(state, color=COLOURS.get(state, "secondary")).props("rounded").classes("px-2 py-1")


def name_list(
    title: str,
    read: Callable[[], list[tuple[str, str]]],
    shown: str | None,
    opened: Callable[[str], None],
) -> None:
    """Names with their states, one of them marked, drawn anew as they change.

    Parameters
    ----------
    title : str
    read : callable
        Gives (name, state).
    shown : str, optional
        The name that is marked; None: there is nothing to list.
    opened : callable
        Called with the name that is clicked.
    """
    if shown is None:
        return
    place = ui.column().classes("w-full gap-0")
    drawn: list[tuple[str, str]] = []

    def draw() -> None:
        now = read()
        if now == drawn:
            return
        drawn[:] = now
        place.clear()
        with place:
            ui.label(title).classes("font-bold")
            with ui.list().props("bordered separator dense").classes("w-full bg-white"):
                for name, state in now:
                    with ui.item(on_click=lambda name=name: opened(name)) as item:
                        if name == shown:
                            item.classes("bg-blue-50")
                        with ui.item_section():
                            ui.item_label(name).classes("break-all")
                        with ui.item_section().props("side"):
                            badge(state)

    draw()
    ui.timer(2.0, draw)


def redraw(plot: ui.echart, options: dict[str, Any]) -> None:
    """Change what a chart shows, only where it differs."""
    if plot.options == options:
        return
    plot.options.clear()
    plot.options.update(options)
    plot.update()


def said(lines: list[str]) -> None:
    """What a command said, as it stands; names in it stay text."""
    ui.label("\n".join(lines)).classes(
        "whitespace-pre-wrap font-mono text-xs w-full overflow-x-auto"
    )


def failure(lines: list[str], remedy: str) -> None:
    """A command ended with an error: its words, and what to do."""
    with ui.card().classes("w-full border-l-4 border-red-700").props("flat bordered"):
        ui.label("It ended with an error:").classes("font-bold")
        said(lines or ["It said nothing; it may have been ended from outside."])
        ui.label(remedy).classes("caption")
