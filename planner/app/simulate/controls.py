"""Play, pause, step: the run's buttons and its key figures."""

from __future__ import annotations

import dataclasses
from typing import Any

from nicegui import ui

from planner.app.simulate.day_figures import Head
from planner.app.simulate.session import Session
from planner.text.names import weekday
from planner.text.numbers import count, percent, short

SPEEDS = {0.5: "½ a second", 1.0: "1 a second", 2.0: "2 a second", 5.0: "5 a second",
          10.0: "10 a second", 20.0: "20 a second"}  # fmt: skip


class Controls:
    """The bar above the charts."""

    def __init__(self, session: Session, head: Head):
        self._session, self._head = session, head
        with ui.card().props("flat bordered").classes("w-full gap-2"):
            with ui.row().classes("w-full items-center gap-2"):
                self._play = _button("Play", "play_arrow", self._on_play)
                self._pause = _button("Pause", "pause", session.pause)
                self._step = _button("Step", "skip_next", session.step)
                self._end = _button("To the end", "fast_forward", self._on_end)
                speed = ui.select(
                    SPEEDS, label=f"{head.unit.capitalize()}s", value=session.speed,
                    on_change=self._on_speed,
                )  # fmt: skip
                speed.props("dense options-dense").classes("w-32")
                ui.space()
                self._where = ui.label().classes("font-bold")
            self._bar = ui.linear_progress(0, show_value=False, size="6px").props(
                "instant-feedback"
            )

    def update(self) -> None:
        """Say how far the run is, and which buttons do something."""
        session, head = self._session, self._head
        days, done = len(session.days), session.done
        self._play.set_visibility(not session.playing)
        self._pause.set_visibility(session.playing)
        idle = not (done or session.busy or session.gone)
        self._play.set_enabled(idle)
        self._step.set_enabled(idle and not session.playing)
        self._end.set_enabled(idle or (session.playing and not session.rush))
        self._bar.set_value(days / head.n_periods)
        unit = head.unit.capitalize()
        if done:
            text = f"The end: {count(days, head.unit)}"
        elif days:
            text = f"{unit} {days:,} of {head.n_periods:,}, {weekday(head.dates[days - 1])}"
        else:
            text = f"{unit} 0 of {head.n_periods:,}"
        self._where.set_text(text)

    def _on_play(self) -> None:
        self._session.play()

    def _on_end(self) -> None:
        self._session.play(rush=True)

    def _on_speed(self, event: Any) -> None:
        self._session.speed = event.value


def _button(label: str, icon: str, on_click: Any) -> Any:
    return ui.button(label, icon=icon, on_click=on_click).props(
        "no-caps unelevated dense padding='4px 12px'"
    )


class Numbers:
    """Key figures, of all products and locations."""

    def __init__(self, session: Session, head: Head):
        self._session, self._head, self._shown = session, head, -1
        paid = f", {head.currency}" if head.currency else ""
        names = (f"Total cost{paid}", f"Cost a {head.unit}{paid}", "Fill rate", "Missed units",
                 "Days of cover", "Orders placed")  # fmt: skip
        self._labels = []
        with ui.element("div").classes(
            "w-full grid grid-cols-2 sm:grid-cols-3 lg:grid-cols-6 gap-2"
        ):
            for name in names:
                with ui.card().props("flat bordered").classes("gap-0 p-3"):
                    ui.label(name).classes("caption")
                    self._labels.append(ui.label("–").classes("figure"))
        self.update()

    def update(self) -> None:
        """Show what has come since."""
        found, days = self._session.figures, len(self._session.days)
        if found is None or days == self._shown:
            return
        self._shown = days
        texts = (
            short(found.total), short(found.per_period),
            percent(found.fill_rate), short(found.missed), short(found.cover), f"{found.lines:,}",
        )  # fmt: skip
        for label, text in zip(self._labels, texts, strict=True):
            label.set_text(text)


def choice(session: Session, head: Head) -> None:
    """Which products and location the charts are about."""

    async def products(event: Any) -> None:
        chosen = tuple(sorted(int(p) for p in event.value or ()))
        await session.choose(dataclasses.replace(session.chosen, products=chosen))

    async def location(event: Any) -> None:
        place = event.value if event.value >= 0 else None
        await session.choose(dataclasses.replace(session.chosen, location=place))

    with ui.row().classes("w-full items-center gap-4"):
        some = len(head.products) < head.n_products
        which = f" (of the {len(head.products):,} that sell most)" if some else ""
        select = ui.select(
            head.products, label=f"Products in the charts{which}; none chosen: all",
            value=list(session.chosen.products), multiple=True, with_input=True, clearable=True,
            on_change=products,
        )  # fmt: skip
        select.props("dense options-dense use-chips").classes("grow min-w-64")
        places = {-1: "All locations"} | dict(enumerate(head.locations))
        here = -1 if session.chosen.location is None else session.chosen.location
        ui.select(places, label="Location", value=here, on_change=location).props(
            "dense options-dense"
        ).classes("w-48")
