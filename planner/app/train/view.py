"""One training, as it goes on: figures, charts, and what can be done with it."""

from __future__ import annotations

import shlex
from typing import Any

from nicegui import ui

from planner.app.folder import Folder
from planner.app.live import badge, failure, figure, redraw, said
from planner.app.train.charts import cost_chart, days_chart, reward_chart, stock_chart
from planner.app.train.runs import TOLD, Training
from planner.text.numbers import count, percent, short

CHARTS = (cost_chart, days_chart, reward_chart, stock_chart)
DEFINED = (
    "An episode is one product run over all its days. A day on which demand was missed is"
    " understock; else one that closes with more than the safety stock plus 3 days of mean demand"
    " is overstock; any other is perfect. Reward is minus the cost. The reference product sells 20"
    " units a day with a standard deviation of 5, at the ratio trained for."
)


class TrainView:
    """A training on a page; it reads files only, so any number of pages may show it."""

    def __init__(self, folder: Folder, training: Training):
        self._folder, self._training = folder, training
        self._seen: Any = None
        with ui.row().classes("w-full items-center gap-3"):
            ui.label(training.name).classes("text-xl font-bold break-all")
            self._head = ui.row().classes("items-center gap-3")
        self._message = ui.column().classes("w-full")
        with ui.row().classes("w-full gap-2"):
            self._cost, self._reward = figure("Cost over analytic"), figure("Reward")
            self._steps, self._episodes = figure("Steps"), figure("Episodes")
            self._time = figure("Time")
        with ui.row().classes("w-full"):
            self._brain = ui.select([], label="Brain").props("dense").classes("min-w-48")
            self._brain.on_value_change(lambda: self._draw())
        with ui.element("div").classes("w-full grid gap-3 grid-cols-1 md:grid-cols-2"):
            look = "w-full h-72 bg-white border border-gray-300 rounded"
            self._plots = [ui.echart(made([])).classes(look) for made in CHARTS]
        ui.label(DEFINED).classes("caption")
        with ui.expansion("What it says, and TensorBoard").classes(
            "w-full bg-white border border-gray-300"
        ):
            ui.label("The same curves, by the same names:").classes("caption")
            said([f"tensorboard --logdir {shlex.quote(str(training.path))}"])
            self._log = ui.column().classes("w-full")
        self._refresh()
        ui.timer(1.0, self._refresh)

    def _refresh(self) -> None:
        state = self._training.state()
        names, lines = self._training.brains(), self._training.job.lines(15)
        if names != self._brain.options:
            value = self._brain.value if self._brain.value in names else next(iter(names), None)
            self._brain.set_options(names, value=value)
        self._brain.set_visibility(len(names) > 1)
        begun = bool(names) and bool(self._training.curve(names[0]))
        now = (state, names, lines, begun)
        if now != self._seen:
            self._seen = now
            self._show_state(state, lines, begun)
        self._draw()

    def _show_state(self, state: Any, lines: list[str], begun: bool) -> None:
        self._head.clear()
        with self._head:
            badge(state)
            if state != "trained":
                ui.label(TOLD[state] if state not in ("running", "failed") else "")
            if state == "running":
                ui.button("Stop", icon="stop", on_click=self._stop).props("no-caps outline")
            elif state == "stopping":
                ui.button("End at once", icon="cancel", on_click=self._stop).props("no-caps flat")
            elif self._training.can_resume():
                resume = ui.button("Resume", icon="play_arrow", on_click=self._resume)
                resume.props("no-caps unelevated")
        self._message.clear()
        with self._message:
            if state == "failed":
                failure(lines, "Mend what it names and resume it, or start another training.")
            elif state == "trained":
                files = [f"{self._training.path}/{name}.onnx" for name in self._training.brains()]
                ui.label("Plan with it: planner plan INPUT --out OUT --brain FILE, with").classes(
                    "caption"
                )
                said(files)
            elif state == "running" and not begun:
                with ui.row().classes("items-center gap-2 text-gray-600"):
                    ui.spinner(size="sm")
                    ui.label("Starting; the first figures come in some seconds.")
        self._log.clear()
        with self._log:
            said(lines or ["Nothing yet."])

    def _draw(self) -> None:
        curve = [] if not self._brain.value else self._training.curve(str(self._brain.value))
        if curve:
            last = curve[-1]
            told = last["relative"] - 1
            text = "as analytic" if abs(told) < 5e-4 else f"{percent(abs(told))} {_than(told)}"
            self._cost.show(f"{last['relative']:.3f}", text)
            self._reward.show(f"{last.get('reward', 0.0):.3f}", "per product and day")
            self._steps.show(f"{last['step']:,.0f}", f"of {last.get('steps', 0):,.0f}")
            self._episodes.show(short(last.get("episodes", 0.0)), "products run")
            self._time.show(_duration(last.get("seconds", 0.0)), "of training")
        for plot, made in zip(self._plots, CHARTS, strict=True):
            redraw(plot, made(curve))

    def _stop(self) -> None:
        self._training.job.stop()
        self._refresh()

    def _resume(self) -> None:
        try:
            self._training.resume()
        except (RuntimeError, OSError) as error:
            ui.notify(str(error), type="negative")
        self._refresh()


def _than(change: float) -> str:
    return "more" if change > 0 else "less"


def _duration(seconds: float) -> str:
    if seconds < 100:
        return count(round(seconds), "second")
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"
