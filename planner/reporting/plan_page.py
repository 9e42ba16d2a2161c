"""The report of a plan."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from planner.reporting import charts
from planner.reporting.frame import Charts, page
from planner.reporting.html import Html, join, pack, table, tag
from planner.reporting.plan_arrays import Grid, Orders, grid_of, orders_of
from planner.reporting.plan_headline import cost_rows, lane_groups, money, plan_headline
from planner.reporting.plan_products import ProductSelection, chunks, index_part, meta_part, which
from planner.results.plan_data import PlanData
from planner.results.read_result import PlanTables, lines_of, tables_of
from planner.text.names import day, spoken
from planner.text.numbers import count_text, percent, short

MOST_CHARTS = 4
"""Locations that are drawn side by side; one of more is chosen."""
MOST_LANES = 50
FIRST_PROBLEMS = 8
TOP_PRODUCTS = 15


def page_of_plan(plan: PlanData) -> str:
    """The same from a plan at hand, as it is once the plan is written."""
    return plan_page(tables_of(plan))


def plan_page(tables: PlanTables) -> str:
    """The whole page, from the tables alone: the same tables give the same page."""
    report = tables.report
    grid = grid_of(tables)
    shown = which(tables)
    orders = orders_of(tables, grid, shown.products)
    drawn = Charts()
    groups = lane_groups(tables.purchase_orders)
    sections = [
        ("orders", "Orders to release now", _orders(groups, report)),
        ("problems", "Problems", _problems(tables)),
        ("stock", "Stock and capacity", _stock(tables, grid, drawn)),
        ("products", "Products that matter", _products(tables)),
        ("search", "Find a product", _search(tables, shown)),
        ("about", "About this plan", _about(tables, drawn)),
    ]
    parts = [
        meta_part(grid, orders, report),
        *drawn.parts,
        index_part(tables, shown),
        *_order_lists(groups, orders),
        *chunks(grid, orders, shown),
    ]
    first, last = report["first_date"], report["last_date"]
    footer = f"Plan for {first} to {last}, input {str(report['input_hash'])[:12]}."
    title = f"Plan from {day(first)} to {day(last)}"
    return page(title, plan_headline(tables), sections, footer=footer,
                scripts=["orders.js", "products.js"], parts=parts)  # fmt: skip


def _orders(groups: pd.DataFrame, report: dict[str, Any]) -> Html:
    """A row for every lane, which opens its orders."""
    if groups.empty:
        later = report["counts"]["orders_planned"]
        text = f"There is nothing to release now ({count_text(later, 'order')} planned for later)."
        return tag("p", text + " Plan again on the next order day.", class_="empty")
    pieces: list[Html] = []
    for place, row in enumerate(lines_of(groups.head(MOST_LANES))):
        new = not place or row.origin != groups["origin"].iloc[place - 1]
        if new:
            whole = groups[groups["origin"] == row.origin]
            units, n = whole["units"].sum(), int(whole["orders"].sum())
            pieces.append(
                tag("h3", "From ", row.origin, " ",
                    tag("span", f"{count_text(n, 'order')}, {short(units)} units", class_="quiet"))
            )  # fmt: skip
        span = day(row.first, year=False)
        if row.last != row.first:
            span += f" to {day(row.last, year=False)}"
        summary = tag(
            "summary", tag("b", "to ", row.destination), tag("span", count_text(row.orders,
            "order")), tag("span", f"{short(row.units)} units"), tag("span",
            count_text(row.products, "product")), tag("span", f"arrive {span}"),
        )  # fmt: skip
        pieces.append(tag("details", summary, tag("div"), class_="lane", data_orders=place))
    if len(groups) > MOST_LANES:
        text = f"{len(groups) - MOST_LANES:,} more lanes are in purchase_orders.csv."
        pieces.append(tag("p", text, class_="quiet"))
    text = "Open a line to see its orders. All are in purchase_orders.csv, release “now”."
    return join([tag("p", text, class_="quiet screen"), *pieces])


def _order_lists(groups: pd.DataFrame, orders: Orders) -> list[Html]:
    """The orders of each lane that is shown, the largest first."""
    places = {lane: i for i, lane in enumerate(orders.lanes)}
    found = []
    for number, row in enumerate(lines_of(groups.head(MOST_LANES))):
        lane = places[(str(row.origin), str(row.destination))]
        here = np.flatnonzero((orders.lane == lane) & (orders.now == 1))
        here = here[np.argsort(-orders.numbers["quantity"][here], kind="stable")]
        found.append(
            pack(
                f"orders-{number}",
                {
                    "product": orders.product[here].tolist(),
                    "day": orders.day[here].tolist(),
                    "arrives": orders.arrives[here].tolist(),
                    "quantity": np.round(orders.numbers["quantity"][here], 2).tolist(),
                    "binding": orders.binding[here].tolist(),
                },
            )
        )
    return found


def _problems(tables: PlanTables) -> Html:
    problems, report = tables.problems, tables.report
    if problems.empty:
        return tag("p", "No problems: release the orders as they are.", class_="empty")
    rows = []
    for row in lines_of(problems):
        product, location = str(row.product), str(row.location)
        where: list[object] = []
        if product:
            where = [tag("a", product, href="#search", data_product=product)]
        where += [part for part in (location, day(str(row.date), year=False)) if part]
        rows.append(
            (
                tag("span", str(row.severity), class_=f"mark {row.severity}"),
                spoken(str(row.kind)),
                join(where, ", "),
                money(row.cost, report) if row.cost == row.cost else "",
                str(row.message),
                str(row.suggested_action),
            )
        )
    head = ["Severity", "Problem", "Where", "Cost", "What happens", "What to do"]
    shown = table(head, rows[:FIRST_PROBLEMS], numbers=[3])
    if len(rows) <= FIRST_PROBLEMS:
        return shown
    more = table(head, rows[FIRST_PROBLEMS:], numbers=[3])
    text = f"{count_text(len(rows) - FIRST_PROBLEMS, 'more problem')}"
    return join([shown, tag("details", tag("summary", text), more)])


def _stock(tables: PlanTables, grid: Grid, drawn: Charts) -> Html:
    period = str(tables.report.get("period") or "D")
    if not len(grid.dates):
        return tag("p", "The plan has no stock points.", class_="empty")
    axis = charts.dates_axis(grid.dates[0], len(grid.dates), period)
    units = {name: grid.by_location(name) for name in ("closing", "safety_stock", "missed")}
    keys = [tables.capacity[name].astype(str) for name in ("kind", "place")]
    limits: dict[tuple[str, str], pd.DataFrame] = {
        (str(kind), str(place)): group
        for (kind, place), group in tables.capacity.groupby(keys, sort=False)
    }
    missed = "waiting" if tables.report.get("unmet_demand") == "backlog" else "missed"
    specs = []
    for j, name in enumerate(grid.locations):
        limited = limits.get(("storage", name))
        specs.append(_location(name, j, axis, units, limited, grid.dates, missed))
    flows = [
        _flow(place if kind == "lane" else f"{kind} {place}", axis, group, grid.dates)
        for (kind, place), group in limits.items()
        if kind != "storage"
    ]
    only_lanes = all(kind in ("storage", "lane") for kind, _ in limits)
    head = "Lanes with a capacity" if only_lanes else "Lanes and throughput with a capacity"
    text = (
        "Stock at the end of each period if demand is as forecast. Below the top of the shaded"
        " band, stock that is kept against surprises is being used."
    )
    return join(
        [
            tag("p", text, class_="quiet"),
            _drawn(drawn, specs, "Location", grid.locations),
            *([tag("h3", head), _drawn(drawn, flows, "Lane" if only_lanes else "Place",
              [spec["title"] for spec in flows])] if flows else []),
            _capacity(tables),
        ]
    )  # fmt: skip


def _drawn(drawn: Charts, specs: list[dict[str, Any]], what: str, names: list[str]) -> Html:
    if len(specs) <= MOST_CHARTS:
        return tag("div", *(drawn.add(spec) for spec in specs), class_="charts")
    return drawn.add_choice(what, names, specs)


def _location(
    name: str, j: int, axis: dict[str, Any], units: dict[str, Any], limited: pd.DataFrame | None,
    dates: pd.DatetimeIndex, missed: str,
) -> dict[str, Any]:  # fmt: skip
    stock, buffer, unit, lines = units["closing"][j], units["safety_stock"][j], "units", []
    if limited is not None:
        place = dates.get_indexer(pd.DatetimeIndex(limited["date"]))
        if len(place) == len(dates):
            stock, buffer = limited["used"].to_numpy(), limited["safety_stock"].to_numpy()
            unit = "volume"
            capacity = limited["capacity"].to_numpy()
            lines.append(charts.series("capacity", "steps", "vermilion", capacity, dash=True))
    lines.insert(0, charts.series("stock", "line", "blue", stock))
    if (buffer > 0).any():
        lines.insert(0, charts.buffer_band(buffer))
    if units["missed"][j].any() and unit == "units":
        lines.append(charts.series(missed, "bars", "pink", units["missed"][j]))
    return charts.over(name, unit, axis, lines)


def _flow(
    title: str, axis: dict[str, Any], limited: pd.DataFrame, dates: pd.DatetimeIndex
) -> dict[str, Any]:
    at = dates.get_indexer(pd.DatetimeIndex(limited["date"]))
    used, capacity = (np.full(len(dates), np.nan) for _ in range(2))
    used[at], capacity[at] = limited["used"], limited["capacity"]
    lines = [
        charts.series("shipped", "bars", "sky", used),
        charts.series("capacity", "steps", "vermilion", capacity, dash=True),
    ]
    unit = f"volume per {'week' if axis['step'] == 7 else 'day'}"
    return charts.over(title, unit, axis, lines)


def _capacity(tables: PlanTables) -> Html:
    report = tables.report
    rows = [
        (
            use["name"], percent(use["mean_use"]),
            f"{percent(use['peak_use'])} on {day(use['peak_date'], year=False)}",
            *(money(use[name], report) if use[name] else "nothing"
              for name in ("expected_overflow_cost", "price")),
        )
        for use in report.get("capacity") or []
    ]  # fmt: skip
    if not rows:
        return tag("p", "No storage and no lane has a limit.", class_="quiet")
    head = ["Capacity", "Mean use", "Peak", "Expected overflow costs",
            "One more unit of volume on every date saves"]  # fmt: skip
    return table(head, rows, numbers=[1, 3, 4])


def _products(tables: PlanTables) -> Html:
    products, report = tables.products, tables.report
    if products.empty:
        return tag("p", "The plan has no products.", class_="empty")
    unit = f" ({report['currency']})" if report.get("currency") else ""
    order = np.argsort(-products["value"].to_numpy(), kind="stable")[:TOP_PRODUCTS]
    rows = [
        (
            tag("a", str(row.product), href="#search", data_product=str(row.product)),
            f"{row.abc}{row.xyz}", short(row.value), short(row.demand), percent(row.variability),
            short(row.orders_now), short(row.missed),
        )
        for row in lines_of(products.iloc[order])
    ]  # fmt: skip
    head = ["Product", "Class", f"Value of demand{unit}", "Demand (units)", "Variability",
            "Ordered now (units)", "Missed (units)"]  # fmt: skip
    said = (
        "A: the dearest products that make up 80% of the value of demand; B: the next 15%; C: the"
        " rest. X: demand of a week (of four weeks, in weekly plans) varies by at most half its"
        " mean; Y: by at most its mean; Z: by more."
    )
    return join(
        [
            tag("p", said, class_="quiet"),
            _classes(products),
            tag("h3", f"The {len(rows)} of highest value" if len(rows) > 1 else "By value"),
            table(head, rows, numbers=[2, 3, 4, 5, 6]),
        ]
    )


def _classes(products: pd.DataFrame) -> Html:
    """How many products, and which share of value, each pair of classes has."""
    total = products["value"].sum()
    abc, xyz = products["abc"].astype(str), products["xyz"].astype(str)
    by = products["value"].groupby([abc, xyz]).agg(["size", "sum"])
    told = {
        "A": "A, most of the value", "B": "B, some", "C": "C, little",
        "X": "X, steady", "Y": "Y, variable", "Z": "Z, erratic",
    }  # fmt: skip

    sizes = {(row[0], row[1]): (int(row[2]), float(row[3])) for row in lines_of(by.reset_index())}

    def cell(a: str, x: str) -> object:
        if (a, x) not in sizes:
            return "–"
        n, value = sizes[a, x]
        share = f" · {percent(value / total)} of value" if total > 0 else ""
        return tag("button", f"{count_text(int(n), 'product')}{share}", type="button",
                   data_class=f"{a}{x}")  # fmt: skip

    rows = [[tag("b", told[a]), *(cell(a, x) for x in "XYZ")] for a in "ABC"]
    return table(["", told["X"], told["Y"], told["Z"]], rows)


def _search(tables: PlanTables, shown: ProductSelection) -> Html:
    def choice(name: str, label: str, options: list[tuple[str, str]]) -> Html:
        made = (tag("option", text, value=value) for value, text in options)
        return tag("label", label, " ", tag("select", *made, id=name))

    form = tag(
        "form",
        tag("label", "Name ", tag("input", type="search", id="query", autocomplete="off",
                                  placeholder="part of a name or category")),
        choice("abc", "Value", [("", "all"), *((c, c) for c in "ABC")]),
        choice("xyz", "Variability", [("", "all"), *((c, c) for c in "XYZ")]),
        choice("only", "Show", [("", "all"), ("problem", "with a problem"),
                                ("now", "ordered now")]),
        choice("sort", "Order by", [("value", "value"), ("name", "name"), ("now", "ordered now"),
                                    ("missed", "missed"), ("variability", "variability")]),
        id="finder", role="search",
    )  # fmt: skip
    note = [tag("p", shown.note, class_="quiet")] if shown.note else []
    return join(
        [
            *note,
            form,
            tag("p", "", id="hits-said", class_="quiet", role="status"),
            tag("div", id="hits", class_="wide", tabindex="0"),
            tag("article", id="part", hidden=True, tabindex="-1"),
        ]
    )


def _about(tables: PlanTables, drawn: Charts) -> Html:
    report = tables.report
    paid = cost_rows(report)
    rows = [charts.row(spoken(name), cost) for name, cost in paid]
    pieces = []
    if rows:
        spec = charts.bars("Cost by component", report.get("currency") or "cost", rows)
        pieces.append(drawn.add(spec))
    forecast = ", ".join(f"{n} {percent(v)}" for n, v in (report.get("forecast") or {}).items())
    facts = [
        ("Orders", report["message"]),
        ("Proven gap", percent(report["gap"]) if report["gap"] is not None else "not known"),
        ("Safety stocks", ", ".join(f"{name} ({n:,})" for name, n in report["brains"].items())),
        ("Forecast", f"made from past sales: {forecast}" if forecast else "as given"),
        ("Size", ", ".join(count_text(report["counts"][f"{noun}s"], noun)
                           for noun in ("product", "location", "period"))),
        ("Time", f"{short(report['seconds'].get('total'))} s of planning"),
    ]  # fmt: skip
    pieces.append(
        tag("dl", *(join([tag("dt", name), tag("dd", text)]) for name, text in facts),
            class_="facts")
    )  # fmt: skip
    pieces += [tag("p", note, class_="quiet") for note in report.get("notes") or []]
    return tag("div", *pieces, class_="charts")
