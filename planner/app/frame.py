"""What all pages share: header, palette, messages, and charts' common settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from nicegui import ui

from planner.text import palette
from scenarios.errors import Finding

PAGES = (
    ("Plan", "/plan", "event_note"),
    ("Simulate", "/simulate", "play_circle"),
    ("Train", "/train", "model_training"),
    ("Study", "/study", "insights"),
)
GO_TO = "() => {{ location.href = '{path}' + (sessionStorage.getItem('{path}') || '') }}"
"""The way to a page, to the session that this tab left there, if any: see :func:`keep`."""
STYLE = """
body { background: #fafafa; color: #222; }
.nicegui-content { padding: 0; }
.figure { font-size: 1.5rem; font-weight: 600; line-height: 1.2; }
.caption { color: #606060; font-size: 0.85rem; }
"""


@contextmanager
def frame(title: str) -> Iterator[None]:
    """A page: the header with the way to the others, and a column for what is in it."""
    ui.colors(
        primary=palette.BLUE, secondary=palette.GREY, accent=palette.ORANGE, positive=palette.GREEN,
        negative=palette.RED, warning=palette.ORANGE, info=palette.SKY,
    )  # fmt: skip
    ui.add_css(STYLE)
    ui.page_title(f"{title} - planner")
    with ui.header(elevated=False).classes("items-center gap-2 py-1 bg-primary"):
        ui.label("planner").classes("text-lg font-bold mr-4")
        for name, path, icon in PAGES:
            button = ui.button(name, icon=icon)
            button.on("click", js_handler=GO_TO.format(path=path))
            button.props(f"flat color=white no-caps {'' if name != title else 'outline'}")
    with ui.column().classes("w-full max-w-screen-2xl mx-auto p-4 gap-4"):
        yield


def keep(path: str, key: str) -> None:
    """Put a session's id into the address, for reloads, and into the tab, for the way back."""
    ui.navigate.history.replace(f"{path}?s={key}")
    ui.run_javascript(f"sessionStorage.setItem('{path}', '?s={key}')")


def findings(found: Iterable[Finding], *, intro: str = "") -> None:
    """Everything that is wrong with an input, errors first: place, value, remedy."""
    ordered = sorted(found, key=lambda finding: finding.severity != "error")
    if not ordered:
        return
    errors = [finding for finding in ordered if finding.severity == "error"]
    colour = "border-red-700" if errors else "border-amber-500"
    with ui.card().classes(f"w-full border-l-4 {colour}").props("flat bordered"):
        if intro:
            ui.label(intro).classes("font-bold")
        for finding in ordered[:50]:
            with ui.row().classes("items-start gap-2 no-wrap"):
                error = finding.severity == "error"
                ui.icon("error" if error else "warning", color="negative" if error else "warning")
                ui.label(str(finding)).classes("whitespace-pre-wrap")
        if len(ordered) > 50:
            ui.label(f"and {len(ordered) - 50:,} more").classes("caption")


def empty(text: str, icon: str = "info") -> None:
    """A place with nothing in it yet: what to do."""
    with ui.row().classes("items-center gap-2 p-6 text-gray-600"):
        ui.icon(icon, size="md")
        ui.label(text)


def figure(label: str, value: str, note: str = "") -> None:
    """A headline figure."""
    with ui.card().props("flat bordered").classes("min-w-40 gap-0"):
        ui.label(label).classes("caption")
        ui.label(value).classes("figure")
        if note:
            ui.label(note).classes("caption")


def chart(
    x: list[Any],
    series: list[dict[str, Any]],
    *,
    unit: str,
    along: str,
    title: str = "",
) -> dict[str, Any]:
    """Options of a chart: axes with units, quiet grid, legend below, one tooltip for all lines."""
    return {
        "animation": False,
        "color": list(palette.COLOURS),
        "title": {"text": title, "textStyle": {"fontSize": 14, "fontWeight": 600}},
        "grid": {"left": 64, "right": 24, "top": 40, "bottom": 64},
        "legend": {"bottom": 0, "type": "scroll"},
        "tooltip": {"trigger": "axis", "confine": True},
        "xAxis": {
            "type": "category",
            "data": x,
            "name": along,
            "nameLocation": "middle",
            "nameGap": 26,
        },
        "yAxis": {"type": "value", "name": unit, "nameTextStyle": {"align": "left"}},
        "series": [{"showSymbol": False, "sampling": "lttb"} | one for one in series],
    }
