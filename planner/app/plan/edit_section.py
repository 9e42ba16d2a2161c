"""Change safety stocks, orders and capacities by hand, with who, when and why."""

from __future__ import annotations

import datetime
import math
from dataclasses import replace
from typing import Any

from nicegui import ui

from planner.app.paged_table import PagedTable, column
from planner.app.plan import tasks
from planner.app.plan.browse_section import rows_of
from planner.app.plan.context import PlanContext
from planner.app.plan.files_section import ask_name
from planner.app.worker import WorkFailed, WorkStopped
from planner.overrides.override import Override
from planner.overrides.words import edit_text
from scenarios.errors import InputError

KINDS = {"safety_stock": "Safety stocks", "order": "Orders released now", "capacity": "Capacities"}


def edit_section(view: PlanContext) -> None:
    """The edits so far, and tables of what can be edited."""
    _edits(view)
    session = view.session
    with ui.row().classes("items-center gap-3 pt-2"):
        kinds = ui.toggle(KINDS).props("no-caps unelevated dense padding='4px 12px'")
        kinds.bind_value(session, "kind")
        new = ui.button("New order", icon="add", on_click=lambda: _new_order(view))
        new.props("flat no-caps dense")
        new.bind_visibility_from(session, "kind", lambda kind: kind == "order")

    @ui.refreshable
    def table() -> None:
        {"safety_stock": _safety_stocks, "order": _orders, "capacity": _capacities}[session.kind](
            view
        )

    kinds.on_value_change(table.refresh)
    with ui.column().classes("w-full gap-2"):
        table()


def _edits(view: PlanContext) -> None:
    session = view.session
    with ui.row().classes("items-center gap-2"):
        ui.label(f"Edits ({len(session.edits)})").classes("font-bold")
        undo = ui.button("Undo", icon="undo", on_click=session.undo).props("flat dense no-caps")
        undo.set_enabled(bool(session.undone))
        save = ui.button("Save edits", icon="save", on_click=lambda: _save(view))
        save.props("flat dense no-caps").set_enabled(bool(session.edits))
        down = ui.button("Download edits", icon="download", on_click=lambda: _download(view))
        down.props("flat dense no-caps").set_enabled(bool(session.edits))
        _load(view)
    if not session.edits:
        ui.label(
            "None yet: choose a row below and press Edit. The plan follows after Re-plan."
        ).classes("caption")
        return
    with ui.column().classes("w-full gap-0 bg-white border border-gray-300"):
        for edit in session.edits[-50:]:
            with ui.row().classes(
                "w-full items-center gap-3 px-3 py-1 border-b border-gray-300 no-wrap"
            ):
                ui.label(edit_text(edit)).classes("grow")
                ui.label(f"{edit.who}, {edit.when}: {edit.why}").classes("caption grow")
                remove = ui.button(icon="delete", on_click=lambda edit=edit: session.remove(edit))
                remove.props('flat dense round aria-label="Remove this edit"')
        if len(session.edits) > 50:
            ui.label(f"and {len(session.edits) - 50:,} earlier ones").classes("caption px-3")


def _safety_stocks(view: PlanContext) -> None:
    async def fetch(*asked: Any) -> tuple[list[dict[str, Any]], int]:
        return rows_of(await view.session.look("safety_stocks", *asked))

    def pressed(row: dict[str, Any]) -> None:
        change = Override(
            "safety_stock", float(row["safety_stock"]), product=str(row["product"]),
            location=str(row["location"]),
        )  # fmt: skip
        _ask(view, change, f"Safety stock of {row['product']} in {row['location']}", "units")

    columns = [
        column("product", "Product", text=True),
        column("location", "Location", text=True),
        column("safety_stock", "Safety stock on the first day (units)"),
        column("least", "Least"),
        column("most", "Most"),
        column("demand", "Demand a period (units)"),
        column("source", "Decided by", text=True),
    ]
    _table(columns, fetch, pressed, "Product or location")


def _orders(view: PlanContext) -> None:
    async def fetch(*asked: Any) -> tuple[list[dict[str, Any]], int]:
        return rows_of(await view.session.look("orders", "now", *asked))

    def pressed(row: dict[str, Any]) -> None:
        place = f"{row['origin']} -> {row['destination']}"
        change = Override(
            "order", float(row["quantity"]), product=str(row["product"]),
            origin=str(row["origin"]), destination=str(row["destination"]),
            first=_day(str(row["order_date"])),
        )  # fmt: skip
        _ask(view, change, f"Order of {row['product']}, {place}, {row['order_date']}", "units")

    columns = [
        column("product", "Product", text=True),
        column("origin", "From", text=True),
        column("destination", "To", text=True),
        column("order_date", "Order", text=True),
        column("quantity", "Quantity (units)"),
    ]
    _table(columns, fetch, pressed, "Product or place")


def _capacities(view: PlanContext) -> None:
    async def fetch(*asked: Any) -> tuple[list[dict[str, Any]], int]:
        try:
            return rows_of(await view.session.worker.ask(tasks.capacities, *asked))
        except (InputError, WorkFailed, WorkStopped):
            return [], 0

    def pressed(row: dict[str, Any]) -> None:
        now = math.inf if row["least"] is None else float(row["least"])
        change = Override(
            row["kind"], now, location=str(row["location"]), origin=str(row["origin"]),
            destination=str(row["destination"]),
        )  # fmt: skip
        _ask(view, change, f"Capacity of {row['place']}", "volume per period")

    columns = [
        column("place", "Storage, lane or throughput", text=True),
        column("least", "Least (volume per period; blank: unlimited)"),
        column("most", "Most"),
    ]
    _table(columns, fetch, pressed, "Location")


def _table(columns: list[dict[str, Any]], fetch: Any, pressed: Any, search: str) -> None:
    made = PagedTable(columns, fetch, search=search, button="Edit", icon="edit", pressed=pressed)
    ui.timer(0, made.show, once=True)


def _ask(view: PlanContext, change: Override, title: str, unit: str) -> None:
    """Ask for the value, the dates it holds for, who and why."""
    session = view.session
    with ui.dialog(value=True) as dialog, ui.card().classes("min-w-96 gap-3"):
        dialog.on("hide", dialog.delete)
        ui.label(title).classes("text-lg font-bold")
        limited = math.isfinite(change.value)
        value = ui.number(f"New value ({unit})", value=round(change.value, 4) if limited else None)
        value.classes("w-full")
        free = ui.checkbox("Unlimited", value=not limited)
        free.set_visibility(change.of_capacity)
        first = last = None
        if change.kind != "order":
            with ui.row().classes("w-full no-wrap"):
                first, last = _date(view, "From (blank: start)"), _date(view, "Until (blank: end)")
        who = ui.input("Your name", value=session.who).classes("w-full")
        why = ui.input("Why").classes("w-full")
        wrong = ui.label("").classes("text-red-700 whitespace-pre-wrap")

        async def go() -> None:
            if value.value is None and not free.value:
                wrong.text = "Enter a number."
                return
            if not str(who.value or "").strip() or not str(why.value or "").strip():
                wrong.text = "Say who you are and why: others will ask."
                return
            session.who = str(who.value).strip()
            try:
                asked = replace(
                    change,
                    value=math.inf if free.value else float(value.value),
                    who=session.who,
                    why=str(why.value).strip(),
                )
                if first is not None and last is not None:
                    asked = replace(asked, first=_day(first.value), last=_day(last.value))
                await session.edit(asked)
            except InputError as error:
                wrong.text = "\n".join(
                    f"The value {finding.message}. Remedy: {finding.remedy}."
                    if finding.column == "value"
                    else str(finding)
                    for finding in error.findings
                )
            except (WorkFailed, WorkStopped) as error:
                wrong.text = str(error) or "Stopped."
            except ValueError:
                wrong.text = "Enter dates as YYYY-MM-DD."
            else:
                dialog.close()

        with ui.row().classes("w-full justify-end"):
            ui.button("Cancel", on_click=dialog.close).props("flat no-caps")
            ui.button("Keep", on_click=go).props("unelevated no-caps")


def _new_order(view: PlanContext) -> None:
    """Ask which product on which lane, for an order that the plan does not have."""
    opened = view.session.opened
    if opened is None or not opened.lanes:
        ui.notify("There is no lane to order on.", type="warning")
        return
    names = {i: f"{start} -> {end}" for i, (start, end) in enumerate(opened.lanes)}
    with ui.dialog(value=True) as dialog, ui.card().classes("min-w-96 gap-3"):
        dialog.on("hide", dialog.delete)
        ui.label("New order").classes("text-lg font-bold")
        product = ui.input("Product").classes("w-full")
        lane = ui.select(names, value=0, label="Lane", with_input=True).classes("w-full")
        day = ui.select(list(opened.release_dates), value=opened.release_dates[0], label="Order")
        day.classes("w-full")

        def go() -> None:
            start, end = opened.lanes[lane.value or 0]
            name = str(product.value or "").strip()
            dialog.close()
            change = Override("order", 0.0, product=name, origin=start, destination=end,
                              first=_day(str(day.value)))  # fmt: skip
            with view.dialogs:
                _ask(view, change, f"Order of {name}, {start} -> {end}, {day.value}", "units")

        with ui.row().classes("w-full justify-end"):
            ui.button("Cancel", on_click=dialog.close).props("flat no-caps")
            ui.button("Next", on_click=go).props("unelevated no-caps")


def _date(view: PlanContext, label: str) -> Any:
    opened = view.session.opened
    span = "" if opened is None else f"min={opened.first_date} max={opened.last_date}"
    return ui.input(label).props(f"type=date stack-label {span}").classes("grow")


def _day(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


def _save(view: PlanContext) -> None:
    folder = view.site.folder
    free = folder.free("overrides", f"{datetime.date.today():%Y-%m-%d}").removesuffix(".csv")
    ask_name(
        "Save the edits", "overrides", free,
        lambda text, instead: view.session.save_edits(text, instead=instead), replaceable=True,
    )  # fmt: skip


def _download(view: PlanContext) -> None:
    from planner.overrides.override import OverrideRecords

    text = OverrideRecords(view.session.edits).table().to_csv(index=False, lineterminator="\n")
    ui.download.content(text.encode(), "overrides.csv", "text/csv")


def _load(view: PlanContext) -> None:
    folder = view.site.folder
    found = [path for path in folder.below("overrides") if path.suffix == ".csv"][:50]
    with ui.button("Load edits", icon="upload_file").props("flat dense no-caps") as button:
        button.set_enabled(bool(found))
        with ui.menu():
            for path in found:
                name = folder.relative(path)
                ui.menu_item(path.stem, lambda name=name: view.start(view.session.load_edits(name)))
