"""The report of a study: leaderboards of policies, and differences in pairs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from planner.reporting import charts
from planner.reporting.frame import Charts, page, tiles
from planner.reporting.html import Html, join, table, tag
from planner.reporting.variant_grid import variant_grid
from planner.results.read_result import lines_of, read_json, read_tables
from planner.text.measures import (
    HEADLINE,
    figure,
    in_unit,
    is_share,
    label,
    more_is_better,
    unit_of,
)
from planner.text.names import upper_first
from planner.text.numbers import count_text, difference_text, half, short
from planner.text.palette import ORDER

NEEDED: dict[str, tuple[str, ...]] = {
    "cells": ("variant", "policy", "seed", "error"),
    "summary": ("variant", "policy", "measure", "n", "mean", "low", "high"),
    "differences": (
        "variant", "policy", "against_variant", "against_policy", "measure", "n", "difference",
        "low", "high",
    ),
}  # fmt: skip
MOST_FAILED = 20


def study_page(folder: Path) -> str:
    """The whole page, from the tables in the folder.

    Raises
    ------
    InputError
        If a table is missing or not as it was written.
    """
    found = read_tables(folder, NEEDED, "planner study")
    said = read_json(folder / "study.json") if (folder / "study.json").is_file() else {}
    currency = str(said.get("currency") or "")
    cells, gaps = found["cells"], found["differences"]
    summary = found["summary"]
    for one in (summary, gaps, cells):
        for name in ("variant", "policy", "measure", "against_variant", "against_policy", "error"):
            if name in one:
                one[name] = one[name].astype(str)
    drawn = Charts()
    failed = cells[cells["error"] != ""]
    if summary.empty:
        sections = [("failed", "Runs that failed", _failed(failed))]
        lead = tag("p", "Every run failed: there is nothing to compare.", class_="lead")
        return page("Study", lead, sections)
    sections = [
        ("board", "Leaderboard", _board(summary, gaps, currency)),
        ("charts", "Cost, service and stock", _charts(summary, currency, drawn)),
        ("policies", "Policies in pairs", _policies(gaps, currency, drawn)),
        ("variants", "Variants in pairs", _variants(gaps, currency, drawn)),
    ]
    if len(failed):
        sections.append(("failed", "Runs that failed", _failed(failed)))
    headline = _headline(summary, gaps, cells, currency)
    footer = "All numbers are in cells.csv, summary.csv and differences.csv beside this page."
    return page("Study", headline, sections, footer=footer, parts=drawn.parts)


def _costs(summary: pd.DataFrame, measure: str = "total_cost") -> pd.DataFrame:
    return summary[summary["measure"] == measure]


def _headline(
    summary: pd.DataFrame, gaps: pd.DataFrame, cells: pd.DataFrame, currency: str
) -> Html:
    costs = _costs(summary)
    first = costs["variant"].iloc[0]
    here = costs[costs["variant"] == first].sort_values("mean", kind="stable")
    best = here.iloc[0]
    told: list[object] = [
        "In “", first, "”, ", tag("b", best["policy"]), " costs least: ",
        tag("b", f"{short(best['mean'])} {currency}".rstrip()), ". ",
    ]  # fmt: skip
    if len(here) > 1:
        against = gaps[
            (gaps["variant"] == first) & (gaps["against_variant"] == first)
            & (gaps["measure"] == "total_cost")
        ]  # fmt: skip
        sure = against[(against["high"] < 0) | (against["low"] > 0)]
        base = against["against_policy"].iloc[0] if len(against) else ""
        told.append(
            f"{len(sure)} of {count_text(len(against), 'other')}"
            f" {'differs' if len(sure) == 1 else 'differ'} from {base} beyond chance (95%)."
        )
    wins = costs.loc[costs.groupby("variant", sort=False)["mean"].idxmin(), "policy"]
    most = wins.value_counts()
    n_variants, n_seeds = costs["variant"].nunique(), cells["seed"].nunique()
    failed = int((cells["error"] != "").sum())
    facts = [
        ("Cheapest most often", str(most.index[0]), f"in {most.iloc[0]} of"
         f" {count_text(n_variants, 'variant')}"),
        ("Policies", str(costs["policy"].nunique()), "on the same demand"),
        ("Demand paths", str(n_seeds), "of each; more make intervals narrower"
         if n_seeds > 1 else "of each: with one, intervals are unknown"),
        ("Runs", f"{len(cells):,}", f"{failed:,} failed" if failed else "none failed"),
    ]  # fmt: skip
    return join([tag("p", *told, class_="lead"), tiles(*facts)])


def _board(summary: pd.DataFrame, gaps: pd.DataFrame, currency: str) -> Html:
    means = {(row.variant, row.policy, row.measure): row.mean for row in lines_of(summary)}
    to_first = gaps[(gaps["measure"] == "total_cost") & _within(gaps)]
    against = {(row.variant, row.policy): row for row in lines_of(to_first)}
    costs = _costs(summary)
    money = f"Total cost ({currency or 'cost'})"
    others = [name for name in HEADLINE if name != "total_cost"]
    head = ["", "Policy", money, *(upper_first(label(name)) for name in others)]
    head.append("Cost against the first policy")
    pieces = []
    for variant in costs["variant"].drop_duplicates():
        here = costs[costs["variant"] == variant].sort_values("mean", kind="stable")
        rows = []
        for place, row in enumerate(lines_of(here)):
            key = (variant, row.policy)
            figures = [figure(name, means.get((*key, name), np.nan)) for name in others]
            gap = "others are compared to it"
            if key in against:
                one = against[key]
                gap = f"{difference_text(one.difference)}{half(one.difference - one.low)}"
            cost = f"{short(row.mean)}{half(row.mean - row.low)}"
            rows.append((place + 1, row.policy, cost, *figures, gap))
        pieces += [tag("h3", variant), table(head, rows, numbers=list(range(2, len(head))))]
    said = "± is half of a 95% interval; differences are paired by demand path."
    return join([tag("p", said, class_="quiet"), *pieces])


def _within(gaps: pd.DataFrame) -> pd.Series:
    """Differences of two policies in the same variant."""
    return gaps["variant"] == gaps["against_variant"]


def _charts(summary: pd.DataFrame, currency: str, drawn: Charts) -> Html:
    """Curves along the numbers of a grid, where the variants are one; else rows."""
    grid = variant_grid(summary)
    policies = list(summary["policy"].drop_duplicates())
    specs = []
    for measure in HEADLINE:
        part = _costs(summary, measure)
        if part.empty:
            continue
        unit = unit_of(measure, currency)
        if len(grid.columns):
            specs += _curves(part, grid, policies, measure, unit)
        else:
            rows = _rows(part, policies, measure)
            # Shares differ by little: dots need not start at 0.
            more = {"dots": True, "zoom": True} if unit == "%" else {}
            specs.append(charts.bars(upper_first(label(measure)), unit, rows, **more))
    return tag("div", *(drawn.add(spec) for spec in specs), class_="charts")


def _colour(policy: str, policies: list[str]) -> str:
    return ORDER[policies.index(policy) % len(ORDER)]


def _rows(part: pd.DataFrame, policies: list[str], measure: str) -> list[dict[str, Any]]:
    return [
        charts.row(
            row.policy, in_unit(measure, row.mean), in_unit(measure, row.low),
            in_unit(measure, row.high), colour=_colour(row.policy, policies), group=row.variant,
        )
        for row in lines_of(part)
    ]  # fmt: skip


def _curves(
    part: pd.DataFrame, grid: pd.DataFrame, policies: list[str], measure: str, unit: str
) -> list[dict[str, Any]]:
    """A chart for every combination of the numbers that do not run along the axis."""
    along = max(grid.columns, key=lambda name: grid[name].nunique())
    others = [name for name in grid.columns if name != along]
    groups = [("", grid)]
    if others:
        groups = [
            (", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value
                       in zip(others, key, strict=True)), rows)
            for key, rows in grid.groupby(others, sort=False)
        ]  # fmt: skip
    specs = []
    for name, rows in groups:
        rows = rows.sort_values(along, kind="stable")
        axis = {"kind": "number", "at": [float(x) for x in rows[along]],
                "label": along.replace("_", " ")}  # fmt: skip
        lines = []
        for policy in policies:
            mine = part[part["policy"] == policy].set_index("variant").reindex(rows.index)
            mean, low, high = (
                in_unit(measure, 1.0) * mine[column].to_numpy()
                for column in ("mean", "low", "high")
            )
            colour = _colour(policy, policies)
            lines.append(charts.series(policy, "points", colour, mean, low=low, high=high))
        title = upper_first(label(measure)) + (f", {name}" if name else "")
        more: dict[str, Any] = {}
        if unit == "%":
            lowest = np.nanmin(part["low"].fillna(part["mean"])) * 100
            more = {"low": float(np.floor(lowest / 5) * 5), "high": 100.0}
        specs.append(charts.over(title, unit, axis, lines, **more))
    return specs


def _pairs(gaps: pd.DataFrame, name: str, group: str, currency: str, drawn: Charts) -> Html:
    """Differences of key figures of which the better side is known, with intervals."""
    specs = []
    for measure in HEADLINE:
        part = gaps[(gaps["measure"] == measure) & (gaps["n"] > 0)]
        better = "more is better" if more_is_better(measure) else "less is better"
        unit = "percentage points" if is_share(measure) else unit_of(measure, currency)
        rows = [
            charts.row(
                str(row[name]), in_unit(measure, row["difference"]), in_unit(measure, row["low"]),
                in_unit(measure, row["high"]), colour=_verdict(row, measure), group=row[group],
            )
            for row in part.to_dict("records")
        ]  # fmt: skip
        if rows:
            title = f"Difference in {label(measure)} ({better})"
            specs.append(charts.bars(title, unit, rows, dots=True))
    return tag("div", *(drawn.add(spec) for spec in specs), class_="charts")


def _verdict(row: dict[Any, Any], measure: str) -> str:
    """Blue: surely better; vermilion: surely worse; grey: not told apart."""
    if not (row["low"] > 0 or row["high"] < 0):
        return "others"
    return "blue" if (row["difference"] > 0) == more_is_better(measure) else "vermilion"


KEY = " Blue is better and orange is worse beyond chance (95%); grey cannot be told apart."


def _policies(gaps: pd.DataFrame, currency: str, drawn: Charts) -> Html:
    part = gaps[_within(gaps)]
    if part.empty:
        return tag("p", "There is one policy: name more in the study to compare.", class_="empty")
    said = f"Each policy less {part['against_policy'].iloc[0]}, on the same demand."
    pairs = _pairs(part, "policy", "variant", currency, drawn)
    return join([tag("p", said + KEY, class_="quiet"), pairs])


def _variants(gaps: pd.DataFrame, currency: str, drawn: Charts) -> Html:
    part = gaps[~_within(gaps)]
    if part.empty:
        return tag("p", "There is one variant: add changes or a grid to compare.", class_="empty")
    said = f"Each variant less “{part['against_variant'].iloc[0]}”, with the same policy."
    pairs = _pairs(part, "variant", "policy", currency, drawn)
    return join([tag("p", said + KEY, class_="quiet"), pairs])


def _failed(failed: pd.DataFrame) -> Html:
    rows = [
        (row.variant, row.policy, f"{row.seed:.0f}", row.error)
        for row in lines_of(failed.head(MOST_FAILED))
    ]
    more = len(failed) - MOST_FAILED
    said = [tag("p", f"{more:,} more are in cells.csv.", class_="quiet")] if more > 0 else []
    remedy = "The others went on. Mend what the error names, and run the study again."
    head = ["Variant", "Policy", "Seed", "Error"]
    return join([tag("p", remedy, class_="fault"), table(head, rows), *said])
