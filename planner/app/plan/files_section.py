"""Keep a plan: downloads, and folders of plans and edits."""

from __future__ import annotations

import datetime
from collections.abc import Awaitable, Callable

from nicegui import ui

from planner.app.plan.context import PlanContext
from planner.app.worker import WorkFailed, WorkStopped
from scenarios.errors import InputError

FILES = {
    "zip": ("Plan as tables (zip)", "plan.zip"),
    "xlsx": ("Plan as a workbook (xlsx)", "plan.xlsx"),
    "report": ("Report (html)", "report.html"),
}


def files_section(view: PlanContext) -> None:
    """Buttons to download and to save."""
    with ui.row().classes("items-center gap-2"):
        with ui.button("Download", icon="download").props("outline no-caps"), ui.menu():
            for kind, (label, name) in FILES.items():
                ui.menu_item(label, lambda kind=kind, name=name: _download(view, kind, name))
        stem = view.session.source.rsplit("/", 1)[-1].removesuffix(".xlsx") or "plan"
        name = f"{stem}-{datetime.date.today():%Y-%m-%d}"
        ui.button(
            "Save plan", icon="save",
            on_click=lambda: ask_name(
                "Save the plan", "plans",
                view.site.folder.free("plans", name),
                lambda text, _: view.session.save_plan(text),
            ),
        ).props("outline no-caps")  # fmt: skip


async def _download(view: PlanContext, kind: str, name: str) -> None:
    if view.session.busy:
        ui.notify(f"Busy: {view.session.busy}. Wait, or stop it.", type="warning")
        return
    path = await view.session.file(kind)
    if path is not None:
        ui.download.file(path, name)


def ask_name(
    title: str,
    where: str,
    name: str,
    save: Callable[[str, bool], Awaitable[None]],
    *,
    replaceable: bool = False,
) -> None:
    """Ask for a name to save under, until it is saved or given up."""
    with ui.dialog(value=True) as dialog, ui.card().classes("min-w-80 gap-3"):
        dialog.on("hide", dialog.delete)
        ui.label(title).classes("text-lg font-bold")
        box = ui.input("Name", value=name, validation=lambda _: None).classes("w-full")
        ui.label(f"It goes to the folder {where}/.").classes("caption")
        instead = ui.checkbox("Replace what is there under this name")
        instead.set_visibility(replaceable)
        wrong = ui.label("").classes("text-red-700 whitespace-pre-wrap")

        async def go() -> None:
            button.props("loading")
            try:
                await save(str(box.value).strip(), bool(instead.value))
            except InputError as error:
                wrong.text = "\n".join(str(finding) for finding in error.findings)
            except (WorkFailed, WorkStopped) as error:
                wrong.text = str(error) or "Stopped."
            else:
                dialog.close()
                return
            button.props(remove="loading")

        with ui.row().classes("w-full justify-end"):
            ui.button("Cancel", on_click=dialog.close).props("flat no-caps")
            button = ui.button("Save", on_click=go).props("unelevated no-caps")
