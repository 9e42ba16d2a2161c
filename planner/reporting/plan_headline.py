"""A plan in a few sentences and figures: what a manager reads in a minute."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from planner.reporting.frame import tiles
from planner.reporting.html import Html, join, tag
from planner.results.read_result import PlanTables, written
from planner.text.method import lots_share
from planner.text.names import day, spoken, upper_first
from planner.text.numbers import count_text, percent, short

PLANNED = {
    "optimal": "proven best",
    "gap_reached": "as close to the best as asked for",
    "best_found": "best found",
    "time_limit": "best found in the time given",
    "closed_form": "closed-form orders",
}


def plan_headline(tables: PlanTables) -> Html:
    """Answers in words, then the figures behind them."""
    return join([tag("p", *_sentences(tables), class_="lead"), _tiles(tables)])


def money(value: float, report: dict[str, Any]) -> str:
    """A cost with its currency."""
    return f"{short(value)} {report.get('currency') or ''}".rstrip()


def _sentences(tables: PlanTables) -> list[object]:
    report, problems = tables.report, tables.problems
    first, last = report["first_date"], report["last_date"]
    costs = report["costs"]
    waits = report.get("unmet_demand") == "backlog"
    missed = report["missed_units"]
    served = (
        ("no customer waits at its end" if waits else "every customer is served") if missed < 5e-5
        else f"{short(missed)} units {'still wait at the end' if waits else 'of sales are lost'}"
    )  # fmt: skip
    told: list[object] = [
        "From ", day(first, year=first[:4] != last[:4]), " to ", day(last),
        " this plan costs ", tag("b", money(costs["total"], report)), " and ", tag("b", served),
        " if demand is as forecast. ",
    ]  # fmt: skip
    now = int(report["counts"]["orders_now"])
    orders = tables.purchase_orders
    released = orders.loc[(orders["release"] == "now").to_numpy(), ["quantity"]]
    units = float(written(released)["quantity"].sum())
    if now:
        told += [
            "Release ", tag("b", count_text(now, "order"), " now"), f" ({short(units)} units);",
            f" {report['counts']['orders_planned']:,} more are planned for later. ",
        ]  # fmt: skip
    else:
        told += ["Nothing has to be ordered now. "]
    full = _fullest(report)
    if full is not None and full["peak_use"] is not None and full["peak_use"] > 1.0:
        peak = f" ({percent(full['peak_use'])} on {day(full['peak_date'], year=False)}). "
        told += [tag("b", upper_first(full["name"]), " is over its capacity"), peak]
    high = int((problems["severity"] == "high").sum())
    if high:
        told += [tag("b", count_text(high, "problem"), " cannot wait"), ": see the list below."]
    elif len(problems):
        told += [f"There are {count_text(len(problems), 'point')} to look at; none is urgent."]
    else:
        told += ["There are no problems."]
    return told


def _fullest(report: dict[str, Any]) -> dict[str, Any] | None:
    uses = report.get("capacity") or []
    return max(uses, key=lambda use: _peak(use["peak_use"]), default=None)


def _peak(share: float | None) -> float:
    return math.inf if share is None else share  # of a capacity of 0


def _tiles(tables: PlanTables) -> Html:
    report = tables.report
    costs = {k: v for k, v in report["costs"].items() if k != "total" and v > 0}
    most = max(costs, key=lambda name: costs[name], default="")
    total = report["costs"]["total"]
    demand = float(tables.products["demand"].sum())
    missed = report["missed_units"]
    full = _fullest(report)
    points = sum(report["brains"].values())
    brain = max(report["brains"], key=lambda name: report["brains"][name], default="–")
    share = report["brains"].get(brain, 0) / points if points else 0.0
    rest = (
        f" and {count_text(len(report['brains']) - 1, 'other')}"
        if len(report["brains"]) > 1
        else ""
    )
    gap = report["gap"]
    facts = [
        ("Cost", money(total, report),
         f"{percent(costs[most] / total)} is {spoken(most)}" if most else "nothing is paid"),
        ("Missed units", short(missed),
         f"{percent(missed / demand)} of a demand of {short(demand)}" if demand else "no demand"),
        ("Fullest capacity", "–" if full is None else percent(_peak(full["peak_use"])),
         "no capacity is limited" if full is None
         else f"{full['name']}, {day(full['peak_date'], year=False)}"),
        ("Gap to a proven bound", percent(gap), _found(report)),
        ("Safety stocks by", brain,
        f"{percent(share)} of {count_text(points, 'stock point')}{rest}"),
    ]  # fmt: skip
    return tiles(*facts)


def _found(report: dict[str, Any]) -> str:
    """How good the orders are, and what lot rules cost."""
    status = PLANNED.get(report["status"], report["status"])
    share = lots_share(report.get("solver"), report["objective"])
    return f"{status}; {percent(share)} is what whole lots cost" if share else status


def cost_rows(report: dict[str, Any]) -> list[tuple[str, float]]:
    """Components of the cost that are paid, the dearest first."""
    least = 1e-9 * report["costs"]["total"]
    paid = [(k, v) for k, v in report["costs"].items() if k != "total" and v > least]
    return sorted(paid, key=lambda pair: -pair[1])


def lane_groups(orders: pd.DataFrame) -> pd.DataFrame:
    """Orders released now by origin and destination: orders, units, products; the most first."""
    now = written(orders[(orders["release"] == "now").to_numpy()])
    keys = [now["origin"].astype(str), now["destination"].astype(str)]
    by = now.groupby(keys, sort=True)
    table = by.agg(orders=("quantity", "size"), units=("quantity", "sum"),
                   products=("product", "nunique"), first=("receipt_date", "min"),
                   last=("receipt_date", "max"))  # fmt: skip
    table = table.reset_index()
    of_origin = table.groupby("origin")["units"].transform("sum")
    order = pd.DataFrame({"all": -of_origin, "origin": table["origin"], "units": -table["units"]})
    return table.loc[order.sort_values(["all", "origin", "units"], kind="stable").index]
