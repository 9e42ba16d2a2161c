"""The report of a backtest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from planner.reporting import charts
from planner.reporting.frame import Charts, page, tiles
from planner.reporting.html import Html, join, table, tag
from planner.results.importance import codes
from planner.results.read_result import lines_of, read_json, read_table, read_tables
from planner.text.measures import figures_rows
from planner.text.names import day, spoken
from planner.text.numbers import count_text, percent, short
from planner.text.palette import ORDER
from scenarios.arrays.types import Floats
from scenarios.simulation.costs import COMPONENTS

NEEDED: dict[str, tuple[str, ...]] = {
    "summary": ("measure", "mean", "low", "high"),
    "stock_of_path_0": ("location", "date", "demand", "missed", "closing"),
    "costs_of_path_0": ("date", "component", "cost"),
}
MOST_CHARTS = 4
BUFFER = "safety_stock_of_path_0"


def backtest_page(folder: Path) -> str:
    """The whole page, from the tables in the folder.

    Raises
    ------
    InputError
        If a table is missing or not as it was written.
    """
    said = read_json(folder / "backtest.json")
    found = read_tables(folder, NEEDED, "planner backtest")
    paths = read_table(folder / "paths.csv", ["path"])
    buffers = folder / f"{BUFFER}.csv"
    buffer = read_table(buffers) if buffers.is_file() else None
    currency, policy = str(said.get("currency") or ""), str(said.get("policy", ""))
    drawn = Charts()
    by = _by_date(found["stock_of_path_0"], buffer, str(said.get("period") or "D"))
    sections = [
        ("cost", "Cost over time", _cost(found["costs_of_path_0"], by, currency, drawn)),
        ("stock", "Stock by location", _stock(by, drawn)),
        ("service", "Demand met", _service(by, drawn)),
        ("figures", "Key figures", _figures(found["summary"], currency, len(paths))),
    ]
    title = f"Backtest of {policy}"
    footer = "Charts show the first path of demand; the tables beside this page have all numbers."
    headline = _headline(said, found["summary"], by, len(paths), currency)
    return page(title, headline, sections, footer=footer, parts=drawn.parts)


class _Days:
    """Sums over products of the first path; arrays [J, T]."""

    def __init__(self, locations: list[str], dates: pd.DatetimeIndex, period: str):
        self.locations, self.dates = locations, dates
        self.axis = charts.dates_axis(dates[0], len(dates), period)
        self.values: dict[str, Floats] = {}

    def add(self, table: pd.DataFrame, name: str, column: str) -> None:
        place = codes(table["location"], pd.Index(self.locations)) * len(self.dates)
        place += self.dates.get_indexer(pd.DatetimeIndex(table["date"]))
        size = len(self.locations) * len(self.dates)
        weights = table[column].to_numpy(dtype=float)
        sums = np.bincount(place, weights, size).astype(np.float64)
        self.values[name] = sums.reshape(len(self.locations), len(self.dates))


def _by_date(stock: pd.DataFrame, buffer: pd.DataFrame | None, period: str) -> _Days:
    locations = [str(name) for name in pd.unique(stock["location"])]
    days = _Days(locations, pd.DatetimeIndex(np.unique(stock["date"].to_numpy())), period)
    for name in ("demand", "missed", "closing"):
        days.add(stock, name, name)
    if buffer is not None:
        days.add(buffer, "safety stock", "safety_stock")
    return days


def _headline(
    said: dict[str, Any], summary: pd.DataFrame, days: _Days, n_paths: int, currency: str
) -> Html:
    known = {str(row.measure): row for row in lines_of(summary)}
    cost, fill = known["total_cost"], known["fill_rate"]
    paths = count_text(n_paths, "path")
    lead = tag(
        "p", "From ", day(days.dates[0]), " to ", day(days.dates[-1]), ", on ", paths,
        " of demand, ", tag("b", str(said.get("policy", ""))), " cost ",
        tag("b", f"{short(cost.mean)} {currency}".rstrip()), " and met ",
        tag("b", percent(fill.mean)), " of demand from stock.", class_="lead",
    )  # fmt: skip

    def range_of(row: Any, shown: Any) -> str:
        if row.low != row.low:
            return "one path: how sure this is, is not known"
        return f"95% interval {shown(row.low)} to {shown(row.high)}"

    facts = [
        ("Cost", f"{short(cost.mean)} {currency}".rstrip(), range_of(cost, short)),
        ("Demand met", percent(fill.mean), range_of(fill, percent)),
    ]
    if "days_of_cover" in known:
        cover = known["days_of_cover"]
        facts.append(("Days of cover", short(cover.mean), range_of(cover, short)))
    facts.append(("Length", f"{said.get('periods', len(days.dates)):,} periods", paths))
    pieces = [lead, tiles(*facts)]
    if said.get("unknown_demand"):
        text = (
            f"In {count_text(said['unknown_demand'], 'period')} of single stock points nothing was"
            " sold from an empty shelf; demand there is not known and counts as 0."
        )
        pieces.append(tag("p", text, class_="fault"))
    return join(pieces)


def _cost(costs: pd.DataFrame, days: _Days, currency: str, drawn: Charts) -> Html:
    place = days.dates.get_indexer(pd.DatetimeIndex(costs["date"]))
    names = costs["component"].astype(str).to_numpy()
    lines: list[dict[str, Any]] = []
    for name in COMPONENTS:
        here = names == name
        spent = costs["cost"].to_numpy(dtype=float)[here]
        paid = np.bincount(place[here], spent, len(days.dates)).astype(np.float64)
        if paid.any():
            colour = ORDER[len(lines) % len(ORDER)]
            lines.append(charts.series(spoken(name), "stack", colour, paid))
    if not lines:
        return tag("p", "Nothing was paid on the first path.", class_="empty")
    unit = f"{currency or 'cost'} per {'week' if days.axis['step'] == 7 else 'day'}"
    return drawn.add(charts.over("Cost by component", unit, days.axis, lines, height=260))


def _stock(days: _Days, drawn: Charts) -> Html:
    specs = []
    for j, name in enumerate(days.locations):
        lines = []
        if "safety stock" in days.values:
            buffer = days.values["safety stock"][j]
            lines.append(charts.buffer_band(buffer))
        lines.append(charts.series("stock", "line", "blue", days.values["closing"][j]))
        specs.append(charts.over(name, "units", days.axis, lines))
    text = "Stock at the end of each period, all products together."
    if "safety stock" in days.values:
        text += " The band is the safety stock that was wanted."
    if len(specs) > MOST_CHARTS:
        shown = drawn.add_choice("Location", days.locations, specs)
    else:
        shown = tag("div", *(drawn.add(spec) for spec in specs), class_="charts")
    return join([tag("p", text, class_="quiet"), shown])


def _service(days: _Days, drawn: Charts) -> Html:
    demand, missed = (days.values[name].sum(axis=0) for name in ("demand", "missed"))
    met = np.where(demand > 0, 100 * (1 - missed / np.where(demand > 0, demand, 1.0)), np.nan)
    if np.isnan(met).all():
        return tag("p", "There was no demand.", class_="empty")
    low = float(np.floor(np.nanmin(met) / 5) * 5)
    lines = [charts.series("", "line", "green", met)]
    share = charts.over("Demand met from stock", "%", days.axis, lines,
                        low=min(low, 95.0), high=100.0)  # fmt: skip
    wanted = [
        charts.series("demand", "line", "black", demand),
        charts.series("missed", "bars", "vermilion", missed),
    ]
    unit = f"units per {'week' if days.axis['step'] == 7 else 'day'}"
    both = (share, charts.over("Demand", unit, days.axis, wanted))
    return tag("div", *(drawn.add(spec) for spec in both), class_="charts")


def _figures(summary: pd.DataFrame, currency: str, n_paths: int) -> Html:
    rows = figures_rows(summary, currency)
    said = "Means over paths of demand; see docs/kpis.md for the formulas."
    if n_paths == 1:
        said += " With one path, intervals are unknown; run more with --paths."
    head = ["Figure", "Mean", "95% interval", "Unit"]
    shown = table(head, rows, numbers=[1, 2])
    return join([tag("p", said, class_="quiet"), shown])
