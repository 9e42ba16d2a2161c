"""One study: its progress while it runs, and then what it found."""

from __future__ import annotations

from typing import Any

import pandas as pd
from nicegui import ui

from planner.app.frame import empty
from planner.app.live import badge, failure, said
from planner.app.study import tables
from planner.app.study.runs import BENCH, STUDY, StudyRun
from planner.text.measures import in_unit
from planner.text.numbers import count

CHART = "w-full h-96 bg-white border border-gray-300 rounded"


class StudyView:
    """A study on a page; it reads files only, so any number of pages may show it."""

    def __init__(self, run: StudyRun):
        self._run = run
        self._seen: Any = None
        with ui.row().classes("w-full items-center gap-3"):
            ui.label(run.name).classes("text-xl font-bold break-all")
            self._head = ui.row().classes("items-center gap-3")
        self._body = ui.column().classes("w-full gap-3")
        with ui.expansion("What was asked, and what the command says").classes(
            "w-full bg-white border border-gray-300"
        ):
            self._log = ui.column().classes("w-full")
        self._refresh()
        self._timer = ui.timer(1.0, self._refresh)

    def _refresh(self) -> None:
        run = self._run
        now = (run.state(), run.done(), run.job.lines(30))
        if now == self._seen:
            return
        self._seen = now
        state, done, lines = now
        self._head.clear()
        with self._head:
            badge(state)
            if state == "running":
                ui.button("Stop", icon="stop", on_click=self._stop).props("no-caps outline")
            elif state == "stopping":
                ui.button("End at once", icon="cancel", on_click=self._stop).props("no-caps flat")
            elif state in ("stopped", "failed"):
                ui.button("Go on", icon="play_arrow", on_click=self._go).props("no-caps unelevated")
        self._body.clear()
        with self._body:
            if state in ("running", "stopping"):
                _progress(done)
            elif state == "done":
                (_bench if run.is_bench else _study)(run)
                _downloads(run)
            elif state == "failed":
                failure(lines, "Mend what it names and go on, or run another study.")
            else:
                empty("Stopped. What has run is kept; Go on takes it from there.", "pause_circle")
        self._log.clear()
        with self._log:
            said(_asked(run))
            said(lines or ["Nothing yet."])

    def _stop(self) -> None:
        self._run.job.stop()
        self._refresh()

    def _go(self) -> None:
        try:
            self._run.go()
        except (RuntimeError, OSError, ValueError, KeyError) as error:
            ui.notify(f"It cannot go on: {error}", type="negative")
        self._refresh()


def _asked(run: StudyRun) -> list[str]:
    path = run.path / (BENCH if run.is_bench else STUDY)
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return []


def _progress(done: tuple[int, int] | None) -> None:
    with ui.card().props("flat bordered").classes("w-full"):
        if done is None:
            ui.label("Starting ...")
            ui.linear_progress(show_value=False).props("indeterminate")
        else:
            ui.label(f"{done[0]:,} of {done[1]:,} runs are done.")
            ui.linear_progress(done[0] / max(done[1], 1), show_value=False)


def _columns(**heads: str) -> list[dict[str, Any]]:
    left = ("policy",)
    return [
        {
            "name": key,
            "label": label,
            "field": key,
            "align": "left" if key in left else "right",
            "style": "" if key in left else "white-space: nowrap",
        }
        for key, label in heads.items()
    ]


def _study(run: StudyRun) -> None:
    """Leaderboard of a variant, and curves over all of them."""
    summary, differences = run.table("summary"), run.table("differences")
    _failed(run)
    if summary.empty:
        empty("Every run failed; what they said stands above.", "error")
        return
    variants = list(dict.fromkeys(summary["variant"].astype(str)))
    currency = run.currency()
    known = tables.measures(summary, currency)
    with ui.row().classes("w-full gap-3"):
        measure = ui.select(known, value=next(iter(known)), label="Key figure").props("dense")
        variant = ui.select(variants, value=variants[0], label="Variant").props("dense")
        measure.classes("min-w-64")
        variant.classes("min-w-48")
    paths = count(int(summary["n"].max()), "demand path")
    base = str(summary["policy"].iloc[0])

    @ui.refreshable
    def board() -> None:
        key = str(measure.value)
        rows = tables.leaderboard(summary, differences, str(variant.value), key)
        heads = _columns(
            rank="Rank", policy="Policy", mean=known[key], interval="95% interval",
            difference=f"Paired difference to {base} (95% interval)",
        )  # fmt: skip
        ui.table(columns=heads, rows=rows, row_key="policy").classes("w-full").props(
            "flat bordered dense wrap-cells"
        )
        ui.label(f"Means over {paths}, the same for every policy.").classes("caption")
        if len(variants) > 1:
            ui.label("By variant; the bands are 95% intervals.").classes("font-bold")
            ui.echart(tables.curves(summary, key, currency)).classes(CHART)
        else:
            _one_variant(summary, key, known[key])

    measure.on_value_change(board.refresh)
    variant.on_value_change(board.refresh)
    board()


def _one_variant(summary: pd.DataFrame, measure: str, unit: str) -> None:
    some = summary[summary["measure"] == measure].copy()
    values = [list(in_unit(measure, 1.0) * some[key]) for key in ("mean", "low", "high")]
    names = list(some["policy"].astype(str))
    ui.echart(tables.bars(unit, names, *values)).classes(CHART)


def _failed(run: StudyRun) -> None:
    cells = run.table("cells")
    if "error" not in cells:
        return
    wrong = cells[cells["error"].notna()]
    if len(wrong):
        texts = [f"{row.variant}, {row.policy}: {row.error}" for row in wrong.itertuples()]
        told = list(dict.fromkeys(texts))
        failure(told[:10], f"{len(wrong):,} of {len(cells):,} runs failed; the others count.")


def _bench(run: StudyRun) -> None:
    """The leaderboard of a problem."""
    from scenarios.catalogue import ENTRIES

    failed = run.table("failed")
    if len(failed):
        texts = [f"{row.policy}: {row.error}" for row in failed.itertuples()]
        failure(texts, "The others count.")
    board = run.table("leaderboard")
    if board.empty:
        empty("Every policy failed; what they said stands above.", "error")
        return
    entry = ENTRIES.get(str(board["problem"].iloc[0]))
    unit = "score" if entry is None else f"{entry.unit}, {entry.better}"
    if entry is not None:
        ui.label(f"{entry.about} Source: {entry.source}").classes("caption")
    heads = _columns(
        rank="Rank", policy="Policy", mean=unit, interval="95% interval",
        difference="Paired difference to the first asked (95% interval)", of_oracle="Of the oracle",
        fill_rate="Fill rate", n="Episodes",
    )  # fmt: skip
    ui.table(columns=heads, rows=tables.bench_rows(board), row_key="policy").classes(
        "w-full"
    ).props("flat bordered dense wrap-cells")
    ours = board[board["n"] > 0]
    values = [list(ours[key]) for key in ("score", "low", "high")]
    names = list(ours["policy"].astype(str))
    ui.echart(tables.bars(unit, names, *values)).classes(CHART)


def _downloads(run: StudyRun) -> None:
    ui.label("Download").classes("font-bold")
    with ui.row().classes("gap-2"):
        for path in run.files():
            ui.button(
                path.name, icon="download", on_click=lambda path=path: ui.download.file(path)
            ).props("no-caps outline dense").classes("px-2")
