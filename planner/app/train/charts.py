"""Charts of a training: cost, reward, days and safety stocks over steps. No NiceGUI in here."""

from __future__ import annotations

import math
import re
from typing import Any

from planner.text import palette

Curve = list[dict[str, float]]
FEW = 40
"""Up to so many evaluations each is drawn as a point, too."""
DAYS = (
    ("perfect", "perfect_days", palette.GREEN),
    ("overstock", "overstock_days", palette.ORANGE),
    ("understock", "understock_days", palette.RED),
)
REWARDS = (
    ("holding", "reward_holding", palette.COSTS["holding"]),
    ("missed sales", "reward_missed", palette.COSTS["missed_sale"]),
    ("others", "reward_others", palette.OTHERS),
)
STAGE = re.compile(r"safety_stock_stage_(\d+)")


def _line(name: str, colour: str, curve: Curve, key: str, factor: float = 1.0) -> dict[str, Any]:
    data = [[line["step"], round(factor * line[key], 4)] for line in curve if key in line]
    return {
        "name": name, "type": "line", "data": data, "color": colour,
        "showSymbol": len(data) <= FEW, "symbolSize": 5,
    }  # fmt: skip


def _options(title: str, unit: str, series: list[dict[str, Any]], **axis: Any) -> dict[str, Any]:
    quiet = {"lineStyle": {"color": palette.GRID}}
    return {
        "animation": False,
        "title": {"text": title, "textStyle": {"fontSize": 14, "fontWeight": 600}},
        "grid": {"left": 60, "right": 24, "top": 64, "bottom": 66},
        "legend": {"bottom": 0, "type": "scroll"},
        "tooltip": {"trigger": "axis", "confine": True},
        "xAxis": {
            "type": "value", "name": "steps (updates of the brain)", "nameLocation": "middle",
            "nameGap": 26, "min": 0, "minInterval": 1, "splitLine": quiet,
        },
        "yAxis": {
            "type": "value", "name": unit, "splitLine": quiet,
            "nameTextStyle": {"align": "left", "padding": [0, 0, 0, -46]},
        } | axis,
        "series": series,
    }  # fmt: skip


def cost_chart(curve: Curve) -> dict[str, Any]:
    """Cost over analytic, with the line at 1."""
    line = _line("this brain", palette.BLUE, curve, "relative")
    line["markLine"] = {
        "silent": True, "symbol": "none", "data": [{"yAxis": 1.0}],
        "lineStyle": {"color": palette.GREY, "type": "dashed"},
        "label": {"formatter": "analytic", "position": "insideEndTop", "color": palette.GREY},
    }  # fmt: skip
    values = [entry["relative"] for entry in curve] + [1.0]
    # In steps of a twentieth, so that the axis does not move with every evaluation.
    bounds = {
        "min": (math.ceil(20 * min(values)) - 1) / 20,
        "max": (math.floor(20 * max(values)) + 1) / 20,
    }
    if bounds["max"] - bounds["min"] < 0.4:
        bounds["interval"] = 0.05
    return _options("Cost against analytic", "cost over analytic's", [line], **bounds)


def reward_chart(curve: Curve) -> dict[str, Any]:
    """Parts of the reward, stacked: together they are the reward."""
    series = [
        _line(name, colour, curve, key) | {"stack": "reward", "areaStyle": {"opacity": 0.5}}
        for name, key, colour in REWARDS
        if any(line.get(key) for line in curve)
    ]
    return _options("Reward by part", "per product and day, of its typical cost", series)


def days_chart(curve: Curve) -> dict[str, Any]:
    """Shares of days, stacked to 100%."""
    series = [
        _line(name, colour, curve, key, 100.0) | {"stack": "days", "areaStyle": {"opacity": 0.5}}
        for name, key, colour in DAYS
    ]
    return _options("Days, over the last 100 episodes", "% of days", series, max=100)


def stock_chart(curve: Curve) -> dict[str, Any]:
    """Safety stocks of the reference product by stage."""
    keys = sorted({key for line in curve for key in line if STAGE.fullmatch(key)}, key=_stage)
    series = [
        _line(f"{'store' if _stage(key) == 0 else f'stage {_stage(key)} above it'}",
              palette.COLOURS[_stage(key) % len(palette.COLOURS)], curve, key)
        for key in keys
    ]  # fmt: skip
    return _options("Safety stocks of the reference product", "units", series)


def _stage(key: str) -> int:
    found = STAGE.fullmatch(key)
    assert found is not None
    return int(found[1])
