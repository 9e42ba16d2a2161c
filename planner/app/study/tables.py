"""What a study found, as rows of tables and as charts. No NiceGUI in here."""

from __future__ import annotations

from math import isnan
from typing import Any

import pandas as pd

from planner.text import palette
from planner.text.measures import difference, figure, in_unit, more_is_better, with_unit
from planner.text.numbers import percent, short
from scenarios.evaluation.kpis import kpi_of

Rows = list[dict[str, str]]


def interval(measure: str, low: float, high: float) -> str:
    """An interval; where there is but one demand path it is not known."""
    if isnan(low) or isnan(high):
        return ""
    return f"{figure(measure, low)} to {figure(measure, high)}"


def gap(measure: str, value: float, low: float, high: float) -> str:
    """A difference with its interval."""
    if isnan(value):
        return ""
    text = difference(measure, value)
    return text if isnan(low) else f"{text} ({interval(measure, low, high)})"


def measures(summary: pd.DataFrame, currency: str) -> dict[str, str]:
    """The key figures that were found, by name, and what they are called, with their units."""
    there = dict.fromkeys(summary["measure"].astype(str))
    return {name: with_unit(name, currency) for name in there if kpi_of(name) is not None}


def leaderboard(
    summary: pd.DataFrame, differences: pd.DataFrame, variant: str, measure: str
) -> Rows:
    """Policies of a variant, the best first."""
    board = summary[(summary["variant"] == variant) & (summary["measure"] == measure)]
    board = board.sort_values("mean", ascending=not more_is_better(measure), kind="stable")
    gaps = _gaps(differences, variant, measure)
    rows = []
    for rank, row in enumerate(board.to_dict("records"), 1):
        policy = str(row["policy"])
        rows.append(
            {
                "rank": str(rank),
                "policy": policy,
                "mean": figure(measure, row["mean"]),
                "interval": interval(measure, row["low"], row["high"]),
                "difference": gaps.get(policy, ""),
                "n": f"{row['n']:,}",
            }
        )
    return rows


def _gaps(differences: pd.DataFrame, variant: str, measure: str) -> dict[str, str]:
    """Policy -> its paired difference to the first, in one variant."""
    if differences.empty:
        return {}
    same = (differences["variant"] == variant) & (differences["against_variant"] == variant)
    some = differences[same & (differences["measure"] == measure)]
    return {
        str(row["policy"]): gap(measure, row["difference"], row["low"], row["high"])
        for row in some.to_dict("records")
    }


def curves(summary: pd.DataFrame, measure: str, currency: str) -> dict[str, Any]:
    """A key figure over the variants: a line for each policy, with its 95% interval."""
    some = summary[summary["measure"] == measure]
    variants = list(dict.fromkeys(some["variant"].astype(str)))
    values = {key: _short(in_unit(measure, 1.0) * some[key]) for key in ("mean", "low", "high")}
    at = {
        (str(v), str(p)): (m, low, high)
        for v, p, m, low, high in zip(
            some["variant"], some["policy"], *values.values(), strict=True
        )
    }
    series: list[dict[str, Any]] = []
    policies = list(dict.fromkeys(some["policy"].astype(str)))
    for number, policy in enumerate(policies):
        colour = palette.COLOURS[number % len(palette.COLOURS)]
        found = [at.get((variant, policy), (None, None, None)) for variant in variants]
        series.append(
            {"name": policy, "type": "line", "data": [mean for mean, _, _ in found],
             "color": colour, "symbolSize": 7, "z": 3}
        )  # fmt: skip
        series += _band(policy, [(low, high) for _, low, high in found], colour)
    axis = {
        "type": "category", "data": variants, "name": "variant", "nameLocation": "middle",
        "nameGap": 30, "axisLabel": {"interval": 0, "width": 110, "overflow": "break"},
    }  # fmt: skip
    return _axes(with_unit(measure, currency), series, policies) | {"xAxis": axis}


def _band(policy: str, bounds: list[tuple[Any, Any]], colour: str) -> list[dict[str, Any]]:
    """From the lower bound to the upper: a line that is not seen, and an area on top of it."""
    quiet = {
        "type": "line", "stack": f"interval of {policy}", "stackStrategy": "all", "symbol": "none",
        "lineStyle": {"opacity": 0}, "silent": True, "tooltip": {"show": False}, "color": colour,
    }  # fmt: skip
    wide = [None if low is None else _rounded(high - low) for low, high in bounds]
    return [
        quiet | {"name": f"{policy}, lower", "data": [low for low, _ in bounds]},
        quiet | {"name": f"{policy}, width", "data": wide, "areaStyle": {"opacity": 0.15}},
    ]


def bars(
    unit: str, names: list[str], means: list[float], low: list[float], high: list[float]
) -> dict[str, Any]:
    """A point and its 95% interval for each name, the first on top."""
    ends = list(zip(_short(pd.Series(low)), _short(pd.Series(high)), strict=True))
    wide = [None if a is None or b is None else _rounded(b - a) for a, b in ends]
    stacked = {"type": "bar", "stack": "interval", "stackStrategy": "all", "barWidth": 10,
               "silent": True, "tooltip": {"show": False}}  # fmt: skip
    series: list[dict[str, Any]] = [
        stacked | {"data": [a for a, _ in ends], "itemStyle": {"opacity": 0}, "name": "lower"},
        stacked | {"data": wide, "color": palette.SKY, "name": "95% interval"},
        {"name": "mean", "type": "scatter", "data": _short(pd.Series(means)), "symbolSize": 10,
         "color": palette.BLUE, "z": 3},
    ]  # fmt: skip
    options = _axes(unit, series, ["mean", "95% interval"])
    options["xAxis"] = {
        "type": "value", "name": unit, "nameLocation": "middle", "nameGap": 26, "scale": True,
        "splitLine": {"lineStyle": {"color": palette.GRID}},
    }  # fmt: skip
    options["yAxis"] = {"type": "category", "data": names, "inverse": True,
                        "axisLabel": {"width": 150, "overflow": "truncate"}}  # fmt: skip
    options["grid"] = {"left": 165, "right": 24, "top": 16, "bottom": 72}
    return options


def _axes(unit: str, series: list[dict[str, Any]], legend: list[str]) -> dict[str, Any]:
    return {
        "animation": False,
        "grid": {"left": 72, "right": 24, "top": 44, "bottom": 78},
        "legend": {"bottom": 0, "type": "scroll", "data": legend},
        "tooltip": {"trigger": "axis", "confine": True},
        "yAxis": {"type": "value", "name": unit, "scale": True,
                  "nameTextStyle": {"align": "left", "padding": [0, 0, 0, -56]},
                  "splitLine": {"lineStyle": {"color": palette.GRID}}},
        "series": series,
    }  # fmt: skip


def _short(values: pd.Series) -> list[Any]:
    """Numbers with the digits that are read; nothing where they are not known."""
    return [None if isnan(value) else _rounded(value) for value in values.astype(float)]


def _rounded(value: float) -> float:
    return float(f"{value:.5g}")


def bench_rows(board: pd.DataFrame) -> Rows:
    """The leaderboard of a problem of the catalogue, as ranked."""
    rows = []
    for row in board.to_dict("records"):
        note = row["note"] if isinstance(row["note"], str) else ""
        ends = (row["difference_low"], row["difference_high"])
        rows.append(
            {
                "rank": f"{row['rank']:g}" if row["rank"] else "–",
                "policy": f"{row['policy']} ({note})" if note else str(row["policy"]),
                "mean": short(row["score"]),
                "interval": interval("", row["low"], row["high"]),
                "difference": gap("", row["difference"], *ends),
                "of_oracle": "" if isnan(row["of_oracle"]) else f"{row['of_oracle']:.3f}",
                "fill_rate": "" if isnan(row["fill_rate"]) else percent(row["fill_rate"]),
                "n": f"{row['n']:,.0f}" if row["n"] else "",
            }
        )
    return rows
