"""Choose an input: from the folder, from files, or an example; its checks; and how to plan."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from planner.app.frame import empty, findings
from planner.app.plan import tasks
from planner.app.plan.context import PlanContext

FORECASTS = {
    "auto": "auto (blends several)",
    "boosted": "boosted trees",
    "seasonal-average": "seasonal average",
    "moving-average": "moving average",
    "seasonal-naive": "seasonal naive",
}


def input_section(view: PlanContext) -> None:
    """What is open, or how to open something."""
    session = view.session
    if session.opened is None:
        with ui.card().props("flat bordered").classes("w-full"):
            ui.label("Open an input").classes("text-lg font-bold")
            _ways(view)
        return
    with ui.expansion(f"Input: {session.source}", icon="folder_open").classes(
        "w-full bg-white border border-gray-300"
    ):
        _ways(view)


def _ways(view: PlanContext) -> None:
    folder = view.site.folder
    inputs = folder.inputs()
    with ui.grid().classes("w-full grid-cols-1 md:grid-cols-2 gap-8"):
        with ui.column().classes("gap-2"):
            ui.label("From the folder").classes("font-bold")
            ui.label(str(folder.root)).classes("caption break-all")
            if inputs:
                with ui.row().classes("w-full items-center no-wrap"):
                    known = view.session.source if view.session.source in inputs else inputs[0]
                    chosen = ui.select(inputs, value=known, label="Input", with_input=True)
                    chosen.classes("grow").props("outlined dense")
                    ui.button(
                        "Open", on_click=lambda: view.start(view.session.open(str(chosen.value)))
                    ).props("no-caps unelevated")
            else:
                empty("There is no input in it yet: upload your tables, or take an example.")
            with ui.row().classes("items-center gap-1"):
                ui.label("Or take an example:").classes("caption")
                for name, text in tasks.EXAMPLES.items():
                    label, _, more = text.partition(": " if ":" in text else ", ")
                    ui.button(
                        label, on_click=lambda name=name: view.start(view.session.example(name))
                    ).props("flat dense no-caps").tooltip(more)
        with ui.column().classes("gap-2"):
            ui.label("From your computer").classes("font-bold")
            ui.label(
                "Tables named as in planner schema (products.csv, forecast.csv ...) and"
                " settings.yaml, or one workbook. At most"
                f" {view.site.most_bytes / 2**20:,.0f} MiB."
            ).classes("caption")
            _upload(view)


def _upload(view: PlanContext) -> None:
    async def came(event: Any) -> None:
        made.reset()
        view.start(view.session.upload(event.files))

    def refused(_: Any) -> None:
        most = f"{view.site.most_bytes / 2**20:,.0f} MiB"
        ui.notify(f"Too large: at most {most} together.", type="negative")

    made = ui.upload(
        multiple=True, auto_upload=True, max_total_size=view.site.most_bytes,
        label="Drop the files here, or press +", on_multi_upload=came, on_rejected=refused,
    )  # fmt: skip
    made.on("failed", lambda: ui.notify("The upload failed: try again.", type="negative"))
    made.props("flat bordered accept=.csv,.gz,.parquet,.xlsx,.yaml,.yml").classes("w-full")


def checks_section(view: PlanContext) -> None:
    """The checks, what the chain looks like, and how to plan it."""
    opened = view.session.opened
    if opened is None:
        return
    with ui.card().props("flat bordered").classes("w-full"):
        with ui.row().classes("items-center gap-2"):
            ui.icon("task_alt", color="positive", size="sm")
            n = len(opened.warnings)
            word = "no warnings" if not n else f"{n:,} warning{'' if n == 1 else 's'}"
            ui.label(f"The input can be planned ({word}).").classes("font-bold")
        findings(opened.warnings)
        with ui.expansion("What the chain looks like").classes("w-full").props("dense"):
            with ui.grid(columns="auto 1fr").classes("gap-x-6 gap-y-1"):
                for name, text in opened.facts:
                    ui.label(name).classes("caption")
                    ui.label(text)
            for note in opened.notes:
                ui.label(note)
        _choices(view)


def _choices(view: PlanContext) -> None:
    session = view.session
    with ui.row().classes("items-end gap-4"):
        brains = ui.select(session.brains, label="Safety stocks by").classes("w-80")
        brains.bind_value(session, "brain").props("outlined dense")
        if session.opened is not None and session.opened.lacks_forecast:
            models = ui.select(FORECASTS, label="Forecast by").classes("w-56")
            models.bind_value(session, "model").props("outlined dense")
        limit = ui.number("Time limit (s)", min=1, max=3600, placeholder="60").classes("w-36")
        limit.bind_value(session, "time_limit").props("outlined dense clearable stack-label")
        made = ui.button("Plan", icon="calculate", on_click=lambda: _plan(view, limit))
        made.props("no-caps unelevated").bind_enabled_from(session, "busy", lambda text: not text)


def _plan(view: PlanContext, limit: Any) -> None:
    if limit.value is not None and not 1 <= limit.value <= 3600:
        ui.notify("The time limit is from 1 to 3,600 seconds.", type="warning")
        return
    view.start(view.session.plan())
