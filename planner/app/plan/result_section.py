"""The plan: headline, what edits change, and the parts to look through."""

from __future__ import annotations

from nicegui import ui

from planner.app.frame import empty, figure
from planner.app.plan.browse_section import (
    orders_section,
    problems_section,
    products_section,
    stock_section,
)
from planner.app.plan.context import PlanContext
from planner.app.plan.edit_section import edit_section
from planner.app.plan.files_section import files_section
from planner.app.plan.page_state import Difference, PlanOverview
from planner.text.names import spoken
from planner.text.numbers import count, difference_text, percent, short

TABS = {
    "orders": ("Orders", "local_shipping"),
    "problems": ("Problems", "report_problem"),
    "stock": ("Stock", "stacked_line_chart"),
    "products": ("Products", "search"),
    "edit": ("Edit", "tune"),
    "report": ("Report", "article"),
}


def result_section(view: PlanContext) -> None:
    """All of it; nothing where there is no plan yet."""
    session = view.session
    plan = session.planned
    if plan is None:
        if session.opened is not None:
            empty("No plan yet: choose who decides the safety stocks, and press Plan.", "calculate")
        return
    _headline(plan)
    _pending(view)
    if session.difference is not None:
        _difference(session.difference, plan)
    files_section(view)
    _tabs(view, plan)


def _headline(plan: PlanOverview) -> None:
    unit = f" {plan.currency}" if plan.currency else ""
    most = max((c for c in plan.costs if c != "total"), key=lambda c: plan.costs[c], default="")
    total = plan.costs["total"]
    with ui.grid().classes("w-full grid-cols-2 md:grid-cols-3 xl:grid-cols-6 gap-3"):
        share = (
            f"{percent(plan.costs[most] / total)} is {spoken(most)}" if total else "nothing is paid"
        )
        figure("Cost, if demand is as forecast", f"{short(total)}{unit}", share)
        left = f"{percent(plan.missed / plan.demand)} of demand" if plan.demand else "no demand"
        figure("Units waiting at the end" if plan.waits else "Missed units", short(plan.missed),
               left)  # fmt: skip
        full = max(plan.capacity, key=lambda use: use[2], default=None)
        if full is None:
            figure("Fullest capacity", "none", "nothing is limited")
        else:
            figure("Fullest capacity", percent(full[2]), f"{full[0]}, {full[3]}")
        gap = percent(plan.gap)
        figure("Gap to a proven bound", gap, "0%: no orders are better")
        brains = sorted(plan.brains.items(), key=lambda pair: -pair[1])
        first = brains[0] if brains else ("-", 0)
        more = f" and {len(brains) - 1} more" if len(brains) > 1 else ""
        figure("Safety stocks by", first[0], f"{count(first[1], 'stock point')}{more}")
        figure("Orders to release now", f"{plan.counts['orders_now']:,}",
               f"{plan.counts['orders_planned']:,} planned for later")  # fmt: skip
    said = f"{plan.first_date} to {plan.last_date}, planned in {plan.seconds:.1f} s. {plan.message}"
    ui.label(said + (f" Forecast by {plan.forecast}." if plan.forecast else "")).classes("caption")
    for note in plan.notes:
        ui.label(note).classes("caption")


def _pending(view: PlanContext) -> None:
    session = view.session
    if not session.pending:
        return
    n = count(len(session.edits), "edit")
    card = ui.card().props("flat bordered").classes("w-full border-l-4 border-amber-500")
    with card, ui.row().classes("items-center gap-4"):
        ui.label(f"The plan below does not follow the edits yet ({n} now).")
        button = ui.button("Re-plan", icon="refresh")
        button.on_click(lambda: view.start(session.replan())).props("no-caps unelevated")
        button.bind_enabled_from(session, "busy", lambda text: not text)


def _difference(told: Difference, plan: PlanOverview) -> None:
    before, after = told.costs["total"]
    gap = after - before
    unit = f" {plan.currency}" if plan.currency else ""
    with ui.card().props("flat bordered").classes("w-full gap-2"):
        relative = f" ({difference_text(gap / before, percent)})" if before else ""
        text = f"The edits change the cost by {difference_text(gap)}{unit}{relative}"
        ui.label(text).classes("text-lg font-bold")
        ui.label(
            f"From {short(before)} to {short(after)}{unit}, if demand is as"
            " forecast: what safety stock saves when demand surprises is not in it."
        )
        if 0 < abs(gap) < told.noise:
            ui.label(
                f"That is less than the {short(told.noise)}{unit} that the search for"
                " orders leaves open: take it for no difference."
            ).classes("caption")
        with ui.grid().classes("w-full grid-cols-1 lg:grid-cols-2 gap-6"):
            _components(told, plan)
            _changed_orders(told)


def _components(told: Difference, plan: PlanOverview) -> None:
    rows = [
        {"name": spoken(name), "before": short(a), "after": short(b),
         "change": difference_text(b - a)}
        for name, (a, b) in told.costs.items()
        if a or b
    ]  # fmt: skip
    a, b = told.missed
    missed = "units waiting" if plan.waits else "missed units"
    rows.append(
        {"name": missed, "before": short(a), "after": short(b), "change": difference_text(b - a)}
    )
    what = f"Cost ({plan.currency})" if plan.currency else "Cost"
    _plain_table(
        rows,
        {"name": what, "before": "Without edits", "after": "With edits", "change": "Change"},
        texts=("name",),
    )


def _changed_orders(told: Difference) -> None:
    if not told.orders:
        empty("No order that is released now changed.")
        return
    with ui.column().classes("gap-1"):
        shown = f", the {len(told.orders)} largest" if told.n_orders > len(told.orders) else ""
        ui.label(f"Orders released now that changed: {told.n_orders:,}{shown}").classes("font-bold")
        rows = [
            {"product": row["product"], "lane": f"{row['origin']} -> {row['destination']}",
             "before": short(row["before"]), "after": short(row["after"])}
            for row in told.orders
        ]  # fmt: skip
        _plain_table(
            rows,
            {"product": "Product", "lane": "Lane", "before": "Before (units)",
             "after": "After (units)"},
            texts=("product", "lane"),
            n=5,
        )  # fmt: skip


def _plain_table(
    rows: list[dict[str, str]], heads: dict[str, str], *, texts: tuple[str, ...], n: int = 0
) -> None:
    columns = [
        {"name": name, "field": name, "label": label, "align": "left" if name in texts else "right"}
        for name, label in heads.items()
    ]
    made = ui.table(rows=rows, columns=columns, row_key=next(iter(heads)), pagination=n or None)
    made.props("flat bordered dense").classes("w-full self-start")


def _tabs(view: PlanContext, plan: PlanOverview) -> None:
    session = view.session
    with (
        ui.tabs()
        .classes("w-full")
        .props("no-caps align=left inline-label active-color=primary") as tabs
    ):
        for name, (label, icon) in TABS.items():
            number = {"problems": plan.n_problems, "edit": len(session.edits)}.get(name, 0)
            ui.tab(name, f"{label} ({number:,})" if number else label, icon)
    with ui.tab_panels(tabs, animated=False).classes("w-full bg-transparent") as panels:
        with ui.tab_panel("orders").classes("p-0 pt-2"):
            orders_section(view, plan)
        with ui.tab_panel("problems").classes("p-0 pt-2"):
            problems_section(plan)
        with ui.tab_panel("stock").classes("p-0 pt-2"):
            stock_section(view, plan)
        with ui.tab_panel("products").classes("p-0 pt-2"):
            products_section(view, plan)
        with ui.tab_panel("edit").classes("p-0 pt-2"):
            edit_section(view)
        with ui.tab_panel("report").classes("p-0 pt-2"):
            _report(view)
    tabs.bind_value(session, "tab")
    panels.bind_value(session, "tab")


def _report(view: PlanContext) -> None:
    """The report in a frame of its own, which cannot reach this page."""
    frame = ui.element("iframe").classes("w-full border border-gray-300 bg-white")
    frame.style("height: 75vh")
    frame.props(
        f'src="/plan/report/{view.key}" title="Report of the plan"'
        ' sandbox="allow-scripts allow-downloads" loading=lazy'
    )
