"""The day log: every day is kept, the newest first, and can be downloaded."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from planner.app.simulate.day_figures import Day, Head
from planner.app.simulate.session import Session
from planner.text.measures import component
from planner.text.names import weekday
from planner.text.numbers import short

ROWS = 10
"""Of a page."""
FILES = {
    "days": "Days (CSV)",
    "stock": "Stock by product (CSV)",
    "orders": "Orders by product (CSV)",
}


NOTHING = '<div class="caption">No day has passed yet: press Play or Step.</div>'


class Log:
    """A table of which only one page is ever sent."""

    def __init__(self, session: Session, head: Head):
        self._session, self._head, self._shown = session, head, -1
        names = {
            "number": head.unit.capitalize(), "date": "Date", "predicted": "Predicted",
            "demand": "Actual", "missed": "Missed", "stock": "Stock", "arrivals": "Arrived",
            "lines": "Orders", "ordered": "Ordered",
        }  # fmt: skip
        names |= {"total": "Cost"} | {name: component(name) for name in head.components}
        columns = [
            {"name": name, "field": name, "label": label,
             "align": "left" if name == "date" else "right"}
            for name, label in names.items()
        ]  # fmt: skip
        with ui.card().props("flat bordered").classes("w-full gap-2"):
            with ui.row().classes("w-full items-center justify-between"):
                with ui.column().classes("gap-0"):
                    ui.label(f"{head.unit.capitalize()} log").classes("font-bold")
                    cost = f", costs in {head.currency}" if head.currency else ""
                    ui.label(f"All products and locations, in units{cost}; newest first.").classes(
                        "caption"
                    )
                with ui.row().classes("gap-2"):
                    for kind, label in FILES.items():
                        ui.button(label, icon="download", on_click=self._download(kind)).props(
                            "flat dense no-caps"
                        )
            self._table = ui.table(columns=columns, rows=[], row_key="number")
            self._table.props('flat dense hide-pagination :rows-per-page-options="[0]"')
            self._table.classes("w-full").add_slot("no-data", NOTHING)
            self._pages = ui.pagination(1, 1, direction_links=True, on_change=self._draw)
            self._pages.props("max-pages=7")
        self.update()

    def update(self) -> None:
        """Show what has come since."""
        days = len(self._session.days)
        if days == self._shown:
            return
        self._shown = days
        self._pages.max = max(1, -(-days // ROWS))
        self._pages.set_visibility(days > ROWS)
        self._draw()

    def _draw(self) -> None:
        days = self._session.days
        page = min(self._pages.value, self._pages.max) - 1
        chosen = days[::-1][page * ROWS : (page + 1) * ROWS]
        self._table.rows = [self._row(day) for day in chosen]

    def _row(self, day: Day) -> dict[str, Any]:
        numbers = ("predicted", "demand", "missed", "stock", "arrivals", "ordered")
        return (
            {"number": day.number, "date": weekday(day.date), "lines": f"{day.order_lines:,}"}
            | {name: short(getattr(day, name)) for name in numbers}
            | {name: short(day.costs[name]) for name in self._head.components}
            | {"total": short(day.total)}
        )

    def _download(self, kind: str) -> Any:
        async def write() -> None:
            if not self._session.days:
                ui.notify("The log is empty. Let a day pass first.")
                return
            path = await self._session.table(kind)
            if path is not None:
                ui.download.file(path, f"{kind}.csv", "text/csv")

        return write
