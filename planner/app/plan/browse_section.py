"""Look through a plan: orders, problems, stock by location, products."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from planner.app.frame import chart, empty
from planner.app.paged_table import PagedTable, column
from planner.app.plan.context import PlanContext
from planner.app.plan.page_state import Page, PlanOverview
from planner.text.numbers import count, short
from planner.text.palette import ROLES

MOST_CHARTS = 4
"""Locations and lanes that are drawn side by side; one of more is chosen."""
MARKS = {"high": ("error", "negative"), "medium": ("warning", "warning"), "low": ("info", "info")}


def orders_section(view: PlanContext, plan: PlanOverview) -> None:
    """Orders to release now by lane, and each order with why."""
    chosen = {"release": "now"}
    if plan.lanes:
        with ui.row().classes("w-full gap-3"):
            for lane in plan.lanes[:8]:
                with ui.card().props("flat bordered").classes("gap-0"):
                    ui.label(f"{lane['origin']} -> {lane['destination']}").classes("font-bold")
                    ui.label(
                        f"{count(lane['orders'], 'order')}, {short(lane['units'])} units"
                    ).classes("caption")
        if len(plan.lanes) > 8:
            ui.label(f"and {len(plan.lanes) - 8} more lanes").classes("caption")

    async def fetch(*asked: Any) -> tuple[list[dict[str, Any]], int]:
        return rows_of(await view.session.look("orders", chosen["release"], *asked))

    async def choose(event: Any) -> None:
        chosen["release"] = event.value
        await table.show()

    with ui.row().classes("items-center gap-4 w-full pt-2"):
        ui.toggle(
            {"now": "Release now", "planned": "Planned for later", "": "All"}, value="now",
            on_change=choose,
        ).props("no-caps unelevated dense padding='4px 12px'")  # fmt: skip
    columns = [
        column("product", "Product", text=True),
        column("origin", "From", text=True),
        column("destination", "To", text=True),
        column("order_date", "Order", text=True),
        column("receipt_date", "Arrives", text=True),
        column("quantity", "Quantity (units)"),
        column("demand_cover", "For demand"),
        column("safety_stock", "For safety stock"),
        column("projected_on_hand", "Stock then"),
        column("binding_capacity", "Bound by", text=True),
    ]
    table = PagedTable(columns, fetch, search="Product or place", empty="There is no such order.")
    ui.timer(0, table.show, once=True)


def problems_section(plan: PlanOverview) -> None:
    """Problems, the most pressing first, each with what to do."""
    if not plan.problems:
        empty("No problems: release the orders as they are.", "task_alt")
        return
    money = f" {plan.currency}" if plan.currency else ""
    for row in plan.problems:
        with ui.card().props("flat bordered").classes("w-full gap-1"):
            with ui.row().classes("items-center gap-2"):
                icon, colour = MARKS.get(row["severity"], MARKS["low"])
                ui.icon(icon, color=colour, size="sm")
                ui.label(f"{row['severity']}: {row['kind'].replace('_', ' ')}").classes("font-bold")
                place = ", ".join(x for x in (row["product"], row["location"], row["date"]) if x)
                ui.label(place)
                if row["cost"] is not None:
                    ui.label(f"cost {short(row['cost'])}{money}").classes("caption")
            ui.label(row["message"])
            ui.label(f"What to do: {row['suggested_action']}").classes("caption")
    if plan.n_problems > len(plan.problems):
        ui.label(f"{plan.n_problems - len(plan.problems):,} more are in the download.")


def stock_section(view: PlanContext, plan: PlanOverview) -> None:
    """Stock of every location against its safety stock and capacity, and limited shipments."""
    session = view.session
    places = [("location", name) for name in plan.locations]
    places += [("flow", title) for title in plan.limited_flows]
    ui.label("All products together, at the end of each period, if demand is as forecast.").classes(
        "caption"
    )
    if len(places) <= MOST_CHARTS:
        with ui.grid().classes("w-full grid-cols-1 lg:grid-cols-2 gap-4"):
            for place in places:
                with ui.column().classes("w-full"):
                    _later(view, place, plan)
        return
    names = {
        f"{kind}:{name}": name if kind == "flow" else f"{kind} {name}" for kind, name in places
    }
    if session.location not in names:
        session.location = next(iter(names))

    @ui.refreshable
    def chosen() -> None:
        kind, _, name = session.location.partition(":")
        _later(view, (kind, name), plan)

    picked = ui.select(names, label="Location or lane", with_input=True).classes("w-80")
    picked.bind_value(session, "location").props("outlined dense")
    picked.on_value_change(chosen.refresh)
    with ui.column().classes("w-full"):
        chosen()


def _later(view: PlanContext, place: tuple[str, str], plan: PlanOverview) -> None:
    """A chart as soon as its numbers are there."""
    holder = ui.column().classes("w-full")

    async def fill() -> None:
        kind, name = place
        numbers = await view.session.look(kind, name)
        if numbers is None:
            return
        with holder:
            made = _location(name, numbers) if kind == "location" else _flow(name, numbers, plan)
            ui.echart(made).classes("w-full h-72 bg-white border border-gray-300")

    ui.timer(0, fill, once=True)


def _location(name: str, numbers: dict[str, Any]) -> dict[str, Any]:
    series = [band("Safety stock", numbers["safety_stock"]), line("Stock", numbers["closing"])]
    if "capacity" in numbers:
        series.append(line("Capacity", numbers["capacity"], dash=True))
    elif any(numbers["missed"]):
        series.append(bars("Missed", numbers["missed"]))
    return chart(numbers["dates"], series, unit=numbers["unit"], along="date", title=name)


def _flow(title: str, numbers: dict[str, Any], plan: PlanOverview) -> dict[str, Any]:
    series = [bars("Shipped", numbers["used"]), line("Capacity", numbers["capacity"], dash=True)]
    unit = f"volume per {'week' if plan.period == 'W' else 'day'}"
    return chart(numbers["dates"], series, unit=unit, along="date", title=title)


def products_section(view: PlanContext, plan: PlanOverview) -> None:
    """Search products, and look at one in full."""
    session = view.session

    async def fetch(*asked: Any) -> tuple[list[dict[str, Any]], int]:
        return rows_of(await session.look("products", *asked))

    def chosen(row: dict[str, Any]) -> None:
        session.product = str(row["product"])
        one.refresh()
        ui.run_javascript(f"getHtmlElement({place.id}).scrollIntoView({{behavior: 'smooth'}})")

    money = f" ({plan.currency})" if plan.currency else ""
    columns = [
        column("product", "Product", text=True),
        *([column("category", "Category", text=True)] if plan.categories else []),
        column("abc", "Value", text=True),
        column("xyz", "Variability", text=True),
        column("value", f"Value of demand{money}"),
        column("demand", "Demand (units)"),
        column("orders_now", "Ordered now (units)"),
        column("missed", "Waiting (units)" if plan.waits else "Missed (units)"),
    ]
    table = PagedTable(
        columns, fetch, search="Product or category", button="Show", icon="show_chart",
        pressed=chosen, empty="There is no such product.",
    )  # fmt: skip
    ui.timer(0, table.show, once=True)

    @ui.refreshable
    def one() -> None:
        if session.product:
            _product(view, session.product)

    # Below the header when it is scrolled to.
    with ui.column().classes("w-full min-h-96").style("scroll-margin-top: 4rem") as place:
        one()


def _product(view: PlanContext, name: str) -> None:
    holder = ui.column().classes("w-full")

    async def fill() -> None:
        found = await view.session.look("product", name)
        with holder:
            if not found:
                empty("There is no such product in the plan.")
                return
            ui.label(name).classes("text-lg font-bold")
            with ui.grid().classes("w-full grid-cols-1 lg:grid-cols-2 gap-4"):
                for place in found:
                    with ui.column().classes("w-full gap-1"):
                        ui.echart(_at(place)).classes("w-full h-80 bg-white border border-gray-300")
                        ui.label(_facts(place)).classes("caption")

    ui.timer(0, fill, once=True)


def _at(place: dict[str, Any]) -> dict[str, Any]:
    series = [
        band("Safety stock", place["safety_stock"]),
        line("On hand", place["on_hand"], role="stock"),
        bars("Arrivals", place["arrivals"]),
        bars("Orders", place["orders"]),
    ]
    if any(place["demand"]):
        spread = [
            None if a is None or b is None else b - a
            for a, b in zip(place["low"], place["high"], strict=True)
        ]
        quiet = {"stack": "demand", "silent": True, "lineStyle": {"opacity": 0}, "z": 0}
        # What is stacked is the width of the band, which would be read as its upper end.
        hidden = {"tooltip": {"show": False}}
        series += [
            line("Demand", place["demand"]),
            {"type": "line", "name": "", "data": place["low"], **quiet, **hidden},
            {"type": "line", "name": "Demand in 9 of 10 cases", "data": spread, **quiet,
             "areaStyle": {"color": ROLES["forecast"], "opacity": 0.2},
             "itemStyle": {"color": ROLES["forecast"]}, **hidden},
        ]  # fmt: skip
    else:
        series.append(line("Shipments", place["shipments"], role="demand"))
    return chart(place["dates"], series, unit="units", along="date", title=place["location"])


def _facts(place: dict[str, Any]) -> str:
    told = [f"{short(place['now'])} units ordered now"]
    if place["cover"] is not None:
        told.append(f"stock after the first period lasts {short(place['cover'])} days")
    if place["missed"] > 5e-5:
        told.append(f"{short(place['missed'])} units missed")
    return ", ".join(told)


def line(name: str, values: list[Any], *, role: str = "", dash: bool = False) -> dict[str, Any]:
    """A line in the colour of its role."""
    colour = ROLES[role or name.lower().replace(" ", "_")]
    style = {"width": 2, "type": "dashed" if dash else "solid"}
    return {
        "type": "line", "name": name, "data": values, "lineStyle": style,
        "itemStyle": {"color": colour},
    } | ({"step": "middle"} if dash else {})  # fmt: skip


def band(name: str, values: list[Any]) -> dict[str, Any]:
    """A band from zero to the values."""
    return line(name, values, role="safety_stock") | {
        "lineStyle": {"width": 1, "type": "dotted"},
        "areaStyle": {"opacity": 0.12},
    }


def bars(name: str, values: list[Any]) -> dict[str, Any]:
    """Bars in the colour of their role."""
    role = {"Shipped": "arrivals"}.get(name, name.lower())
    style = {"color": ROLES[role], "opacity": 0.6}
    return {"type": "bar", "name": name, "data": values, "itemStyle": style, "sampling": None,
            "barMaxWidth": 14}  # fmt: skip


def rows_of(page: Page | None) -> tuple[list[dict[str, Any]], int]:
    """Rows and their number; none of a plan that is gone."""
    return ([], 0) if page is None else (page.rows, page.total)
