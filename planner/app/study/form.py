"""What a new study needs."""

from __future__ import annotations

from collections.abc import Callable

from nicegui import run, ui

from planner.app.frame import findings
from planner.app.site import Site
from planner.app.study import runs
from planner.app.study.runs import CHANGES, StudyForm, StudyRun
from scenarios.errors import InputError

INPUT, CATALOGUE = "An input", "The catalogue"
FIRST_POLICIES = ["closed-form", "base-stock"]
FIRST_OF_ENTRY = 4
"""Policies of a problem that are chosen to begin with; all of them may take long."""


def form(site: Site, opened: Callable[[StudyRun], None]) -> None:
    """Choose, and run."""
    from brain.trained.registry import brain_files
    from planner.experiments.contenders import contenders
    from planner.policies.registry import POLICIES
    from scenarios.catalogue import ENTRIES

    changes: list[tuple[ui.select, ui.input]] = []
    with ui.card().props("flat bordered").classes("w-full gap-2"):
        ui.label("New study").classes("font-bold")
        kind = ui.toggle([INPUT, CATALOGUE], value=INPUT).props("no-caps unelevated spread")
        kind.classes("w-full")
        inputs = site.folder.inputs()
        source = ui.select(inputs, value=next(iter(inputs), None), label="Input")
        if not inputs:
            lacking = ui.label(
                "There is no input in this folder yet. Make one on the page Plan, or with"
                " planner init."
            )
            lacking.bind_visibility_from(kind, "value", value=INPUT)
        problem = ui.select(list(ENTRIES), value=next(iter(ENTRIES)), label="Problem")
        about = ui.label().classes("caption")
        policies = ui.select(
            list(POLICIES),
            multiple=True,
            value=FIRST_POLICIES,
            label="Policies; the first is the base",
        ).props("use-chips")
        with ui.column().classes("w-full gap-1") as grid:
            ui.label("Changes: every combination of their values is a variant.").classes("caption")
            rows = ui.column().classes("w-full gap-1")
            ui.button("Add a change", icon="add", on_click=lambda: _row(rows, changes)).props(
                "no-caps flat dense"
            )
        with ui.row().classes("w-full no-wrap gap-2"):
            seeds = ui.input("Demand paths", value="5").props("dense").classes("grow basis-0")
            days = ui.input("Periods to run", placeholder="all").props("dense")
            days.classes("grow basis-0")
        brain = ui.select(["auto", "analytic", *brain_files()], value="auto", label="Brain")
        name = ui.input("Name", placeholder="by the input or problem")
        for element in (source, problem, policies, brain, name):
            element.props("dense").classes("w-full")
        for element in (source, grid, days):
            element.bind_visibility_from(kind, "value", value=INPUT)
        for element in (problem, about):
            element.bind_visibility_from(kind, "value", value=CATALOGUE)
        wrong = ui.column().classes("w-full")

        def explain() -> None:
            entry = ENTRIES[problem.value]
            about.text = entry.about
            if kind.value == CATALOGUE:
                policies.value = list(contenders(entry.name))[:FIRST_OF_ENTRY]
                seeds.value = str(min(entry.n_paths, 20))

        problem.on_value_change(explain)
        kind.on_value_change(explain)

        async def begin() -> None:
            wrong.clear()
            button.disable()
            try:
                if kind.value == INPUT:
                    chosen = [(select.value, text.value or "") for select, text in changes]
                    wanted = StudyForm(
                        source.value or "", policies.value, chosen, seeds.value or "",
                        days.value or "", brain.value, name.value or "",
                    )  # fmt: skip
                    made = await run.io_bound(runs.begin_study, site.folder, wanted)
                else:
                    made = await run.io_bound(
                        runs.begin_bench, site.folder, problem.value, policies.value,
                        seeds.value or "", brain.value, name.value or "",
                    )  # fmt: skip
            except InputError as error:
                with wrong:
                    findings(error.findings)
                return
            except OSError as error:
                with wrong:
                    ui.label(f"The folder cannot be written to: {error.strerror}")
                return
            finally:
                button.enable()
            opened(made)

        button = ui.button("Run", icon="play_arrow", on_click=begin).props("no-caps unelevated")
        ui.label("A study goes on when this page is closed and when the app is stopped.").classes(
            "caption"
        )


def _row(rows: ui.column, changes: list[tuple[ui.select, ui.input]]) -> None:
    """One more change."""
    taken = {select.value for select, _ in changes}
    first = next((name for name in CHANGES if name not in taken), "demand")
    with rows, ui.row().classes("w-full no-wrap items-end gap-1") as row:
        labels = {change: label for change, (label, _) in CHANGES.items()}
        select = ui.select(labels, value=first, label="Change").props("dense")
        select.classes("grow basis-0 min-w-0")
        text = ui.input("Values", value=CHANGES[first][1]).props("dense").classes("w-24")
        pair = (select, text)

        def remove() -> None:
            changes.remove(pair)
            row.delete()

        select.on_value_change(lambda: text.set_value(CHANGES[select.value][1]))
        ui.button(icon="close", on_click=remove).props("flat dense round size=sm").tooltip("Remove")
    changes.append(pair)
