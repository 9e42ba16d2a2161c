"""Orders by hand: a table to type into, the suggestion a click away, and the result at the end."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from nicegui import ui

from planner.app.simulate import tasks
from planner.app.simulate.charts import plain
from planner.app.simulate.day_figures import Head
from planner.app.simulate.manual_orders import PAGE, Comparison
from planner.app.simulate.session import Session
from planner.text import palette
from planner.text.measures import component
from planner.text.names import weekday
from planner.text.numbers import count, difference_text, percent, short

COLUMNS = {
    "product": "Product", "lane": "Lane", "lead_time": "Lead time", "on_hand": "On hand",
    "on_way": "Under way", "expected": "Expected demand", "order": "Order", "rule": "Allowed",
}  # fmt: skip
CELL = r"""
<q-td :props="props">
  <q-input dense outlined type="number" min="0" step="any" style="width: 7rem"
    v-model="props.row.order" :disable="!props.row.open" placeholder="0"
    :aria-label="'Order of ' + props.row.product + ', ' + props.row.lane"
    @update:model-value="value => $parent.$emit('order', [props.row.route, value])" />
</q-td>
"""


class Orders:
    """What the user orders on the day that comes next."""

    def __init__(self, session: Session, head: Head):
        self._session, self._head = session, head
        self._shown, self._text, self._lane = -1, "", -1
        left = {"product", "lane", "order", "rule"}
        columns = [
            {"name": name, "field": name, "label": label,
             "align": "left" if name in left else "right"}
            for name, label in COLUMNS.items()
        ]  # fmt: skip
        with ui.card().props("flat bordered").classes("w-full gap-2") as self._card:
            with ui.row().classes("w-full items-center gap-2"):
                self._title = ui.label().classes("font-bold")
                ui.space()
                self._sum = ui.label().classes("caption")
            with ui.row().classes("w-full items-center gap-2"):
                self._suggest = _button("Take the planner's suggestion", "lightbulb", self._take)
                self._clear = _button("Clear", "backspace", self._on_clear)
                ui.switch(
                    "Follow the planner from here on", value=session.follow,
                    on_change=lambda event: setattr(session, "follow", event.value),
                )  # fmt: skip
            with ui.row().classes("w-full items-center gap-4"):
                text = ui.input("Find a product", on_change=self._found)
                text.props("dense clearable debounce=300").classes("w-40")
                lanes = {-1: "All lanes"} | dict(enumerate(head.lanes))
                lane = ui.select(lanes, label="Lane", value=-1, on_change=self._on_lane)
                lane.props("dense options-dense").classes("w-48")
            self._table = ui.table(columns=columns, rows=[], row_key="route")
            self._table.props('flat dense hide-pagination :rows-per-page-options="[0]"')
            self._table.classes("w-full").add_slot("body-cell-order", CELL)
            self._table.on("order", self._order)
            self._pages = ui.pagination(1, 1, direction_links=True, on_change=self._draw)
            self._pages.props("max-pages=7")
            ui.label(
                "In units. On hand and under way: where the lane leads. Expected demand: there and"
                " where it supplies, until an order of the next review could arrive. An origin"
                " ships no more than it has. On days that pass without an"
                " order of yours there is none, unless you follow the planner."
            ).classes("caption")

    async def update(self) -> None:
        """Show the day that comes next."""
        session = self._session
        if session.drafted != self._shown and not (session.busy or session.playing):
            self._shown = session.drafted
            await self._draw()

    async def _draw(self) -> None:
        lane = None if self._lane < 0 else self._lane
        found = await self._session.lines(self._text, lane, max(self._pages.value - 1, 0))
        if found is None:
            return
        self._card.set_visibility(not self._session.done)
        self._pages.max = max(1, -(-found.count // PAGE))
        self._pages.set_visibility(found.count > PAGE)
        self._say(found.order_lines, found.ordered)
        may = found.may_order
        self._suggest.set_enabled(may)
        self._clear.set_enabled(may)
        day, unit = len(self._session.days), self._head.unit
        if self._session.done:
            return
        if may:
            title = f"Your orders on {unit} {day + 1}, {weekday(self._head.dates[day])}"
        else:
            title = f"No orders on {unit} {day + 1}: they are placed every " + count(
                self._head.review_period, unit
            )
        self._title.set_text(title)
        self._table.rows = [
            {
                "route": line.route, "product": line.product, "lane": line.lane,
                "lead_time": count(line.lead_time, self._head.unit),
                "on_hand": short(line.on_hand), "on_way": short(line.on_way),
                "expected": short(line.expected), "rule": line.rule, "open": may,
                "order": float(f"{line.order:.6g}") if line.order else None,
            }
            for line in found.rows
        ]  # fmt: skip

    def _say(self, lines: int, ordered: float) -> None:
        text = (
            f"{count(lines, 'order')}, {short(ordered)} units" if lines else "Nothing ordered yet"
        )
        self._sum.set_text(text)

    async def _order(self, event: Any) -> None:
        route, value = event.args
        try:
            quantity = float(value) if value not in (None, "") else 0.0
        except (TypeError, ValueError):
            quantity = math.nan
        found = await self._session.draft(tasks.place, int(route), quantity)
        self._shown = self._session.drafted  # the field shows it already
        if found is not None:
            self._say(*found)

    async def _take(self) -> None:
        await self._session.draft(tasks.suggest)

    async def _on_clear(self) -> None:
        await self._session.draft(tasks.clear)

    async def _found(self, event: Any) -> None:
        self._text = event.value or ""
        await self._first_page()

    async def _on_lane(self, event: Any) -> None:
        self._lane = event.value
        await self._first_page()

    async def _first_page(self) -> None:
        if self._pages.value == 1:
            await self._draw()
        else:
            self._pages.set_value(1)


def _button(label: str, icon: str, on_click: Any) -> Any:
    return ui.button(label, icon=icon, on_click=on_click).props(
        "no-caps outline dense padding='4px 12px'"
    )


def comparison(found: Comparison, head: Head, policy: str) -> None:
    """By hand against the planner: in a sentence, figure by figure, and over time."""
    you, planner = found.hand, found.planner
    with ui.card().props("flat bordered").classes("w-full gap-2"):
        ui.label("You and the planner").classes("font-bold")
        ui.label(verdict(you.total, planner.total, head.currency)).classes("text-lg")
        ui.label(f"The planner ({policy}) met the same demand, day by day.").classes("caption")
        with ui.element("div").classes("w-full grid grid-cols-1 xl:grid-cols-2 gap-4"):
            _figures(found, head)
            series = [
                _sum("You", found.hand_costs, palette.BLUE),
                _sum("Planner", found.planner_costs, palette.ORANGE),
            ]
            title = f"Cost up to the end of each {head.unit}"
            options = plain(head, title, head.currency or "cost", series)
            ui.echart(options).classes("w-full h-72")


def verdict(you: float, planner: float, currency: str) -> str:
    """Who paid less, in a sentence."""
    mine, theirs = (f"{short(cost)} {currency}".rstrip() for cost in (you, planner))
    if abs(you - planner) <= 1e-9 * max(abs(you), abs(planner)):
        return f"You and the planner both paid {mine}."
    gap = ""
    if planner > 0 and you >= 2 * planner:
        gap = f" ({short(you / planner)} times as much)"
    elif planner > 0:
        gap = f" ({percent(abs(you / planner - 1))} {'more' if you > planner else 'less'})"
    return f"You paid {mine}{gap}, the planner {theirs}."


def _figures(found: Comparison, head: Head) -> None:
    you, planner = found.hand, found.planner

    def row(
        name: str, mine: float, theirs: float, write: Callable[[float], str] = short
    ) -> dict[str, str]:
        gap = difference_text(mine - theirs, write)
        return {"name": name, "you": write(mine), "planner": write(theirs), "gap": gap}

    rows = [row("Total cost", you.total, planner.total)]
    rows += [row(component(name), you.costs[name], planner.costs[name]) for name in head.components]
    rows += [
        row("Fill rate", you.fill_rate, planner.fill_rate, percent),
        row("Missed units", you.missed, planner.missed),
        row("Days of cover", you.cover, planner.cover),
        row("Orders placed", you.lines, planner.lines),
    ]
    labels = {"name": "", "you": "You", "planner": "Planner", "gap": "Difference"}
    columns = [
        {"name": name, "field": name, "label": label, "align": "right" if label else "left"}
        for name, label in labels.items()
    ]
    table = ui.table(columns=columns, rows=rows, row_key="name")
    table.props('flat dense hide-pagination :rows-per-page-options="[0]"').classes("w-full")


def _sum(name: str, costs: tuple[float, ...], colour: str) -> dict[str, Any]:
    data, total = [], 0.0
    for cost in costs:
        total += cost
        data.append(round(total, 2))
    return {
        "type": "line", "name": name, "data": data, "lineStyle": {"width": 2, "color": colour},
        "itemStyle": {"color": colour},
    }  # fmt: skip
