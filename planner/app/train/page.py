"""The page Train: start, watch, stop and resume trainings."""

from __future__ import annotations

from urllib.parse import quote

from nicegui import ui

from planner.app.frame import empty, findings, frame
from planner.app.live import name_list
from planner.app.site import Site
from planner.app.train import runs
from planner.app.train.runs import ANALYTIC, TrainingForm
from planner.app.train.view import TrainView
from scenarios.errors import InputError

ABOUT = (
    "A training goes on when this page is closed and when the app is stopped;"
    " the page finds it again."
)


def add(site: Site) -> None:
    """Add the page to the app."""

    @ui.page("/train")
    def page(training: str = "") -> None:
        with (
            frame("Train"),
            ui.element("div").classes("w-full grid gap-4 grid-cols-1 lg:grid-cols-[19rem_1fr]"),
        ):
            there = runs.trainings(site.folder)
            shown = next((one for one in there if one.name == training), None)
            if not training and there:
                shown = there[0]
            with ui.column().classes("gap-4 min-w-0"):
                _form(site)
                name_list(
                    "Trainings",
                    lambda: [(one.name, one.state()) for one in runs.trainings(site.folder)],
                    None if shown is None else shown.name,
                    _open,
                )
            with ui.column().classes("gap-4 min-w-0"):
                if shown is not None:
                    TrainView(site.folder, shown)
                elif training:
                    empty("There is no such training any more; choose another on this page.")
                else:
                    empty(
                        "No training yet. Enter a ratio of missed-sale cost to holding cost"
                        " and press Start.",
                        "model_training",
                    )


def _open(name: str) -> None:
    ui.navigate.to(f"/train?training={quote(name)}")


def _form(site: Site) -> None:
    """What a new training needs."""
    from brain.trained.registry import brain_files

    with ui.card().props("flat bordered").classes("w-full gap-2"):
        ui.label("New training").classes("font-bold")
        lacking = runs.missing_extra()
        if lacking:
            ui.label(lacking).classes("text-red-800")
        ratio = ui.input("Ratio: missed-sale over holding cost", value="100").classes("w-full")
        ratio.props('dense hint="0.001 to 1,000,000; around it is trained, too"')
        name = ui.input("Name", placeholder="by the ratio").props("dense").classes("w-full mt-2")
        with ui.expansion("More").classes("w-full").props("dense header-class=px-0"):
            steps = ui.input("Steps (updates)", placeholder="by the way to train").props("dense")
            seed = ui.input("Seed of the random numbers", placeholder="0").props("dense")
            ways = {"hdpo": "hdpo (best)", "ppo": "ppo"}
            algorithm = ui.select(ways, value="hdpo", label="Way to train").props("dense")
            start = ui.select([ANALYTIC, *brain_files()], value=ANALYTIC, label="Start from")
            start.props("dense")
            for field in (steps, seed, algorithm, start):
                field.classes("w-full")
        wrong = ui.column().classes("w-full")

        def begin() -> None:
            wrong.clear()
            asked = TrainingForm(
                ratio.value or "", name.value or "", steps.value or "", seed.value or "",
                algorithm.value, start.value,
            )  # fmt: skip
            try:
                made = runs.start(site.folder, asked)
            except InputError as error:
                with wrong:
                    findings(error.findings)
                return
            except OSError as error:
                with wrong:
                    ui.label(f"The folder cannot be written to: {error.strerror}")
                return
            _open(made.name)

        button = ui.button("Start", icon="play_arrow", on_click=begin).props("no-caps unelevated")
        button.set_enabled(not lacking)
        ui.label(ABOUT).classes("caption")
