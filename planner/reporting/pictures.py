"""Pictures of results, by matplotlib where it is installed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.reporting.variant_grid import variant_grid
from planner.text.measures import HEADLINE, is_share, label
from planner.text.palette import COLOURS, GREY, GRID, OTHERS, OURS
from scenarios.arrays.segments import segment_sum
from scenarios.simulation.costs import COMPONENTS

if TYPE_CHECKING:
    from scenarios.arrays.types import Floats
    from scenarios.simulation.trajectory import Trajectory

REMEDY = "pip install 'echelon-planner[pictures]'"


def can_draw() -> bool:
    """Whether matplotlib is installed."""
    return find_spec("matplotlib") is not None


def figure(width: float, height: float) -> Any:
    """An empty figure that belongs to nobody else; sizes in inches."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    made = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(made)
    return made


def tidy(axis: Any) -> None:
    """No frame but the two axes, and a quiet grid."""
    axis.spines[["top", "right"]].set_visible(False)
    axis.grid(axis="both", color=GRID, linewidth=0.8)
    axis.set_axisbelow(True)


def draw_leaderboard(leaderboard: pd.DataFrame, path: Path) -> None:
    """A panel of bars with 95% intervals for every problem, the best on top."""
    from scenarios.catalogue import ENTRIES

    groups = [(str(name), board) for name, board in leaderboard.groupby("problem", sort=False)]
    rows = [max(len(board), 3) for _, board in groups]
    made = figure(9, sum(0.32 * n + 1.1 for n in rows))
    axes = made.subplots(len(groups), 1, squeeze=False, height_ratios=rows)[:, 0]
    for axis, (name, board) in zip(axes, groups, strict=True):
        entry = ENTRIES[name]
        place = np.arange(len(board))[::-1]
        half = (board["high"] - board["score"]).fillna(0.0)
        colours = [_colour(row) for row in board.to_dict("records")]
        axis.barh(place, board["score"], xerr=half, color=colours, ecolor="black", height=0.7)
        labels = [
            f"{row['policy']} (known)" if row["n"] == 0 else row["policy"]
            for row in board.to_dict("records")
        ]
        axis.set_yticks(place, labels)
        low, high = _reach(board["score"].to_numpy(dtype=float), half.to_numpy(dtype=float))
        axis.set_xlim(low, high)
        for at, score in zip(place, board["score"], strict=True):
            if not low <= score <= high:  # cut off: say how far it goes
                end, side = (high, "right") if score > high else (low, "left")
                axis.text(end, at, f" {score:,.0f} ", ha=side, va="center", color="white")
        if entry.aim is not None:
            axis.axvline(entry.aim, color=COLOURS[5], linestyle="--", linewidth=1.2)
            axis.annotate(
                "aim", (entry.aim, 1.0), xycoords=("data", "axes fraction"), ha="center",
                va="bottom", color=COLOURS[5], fontsize="small",
            )  # fmt: skip
        axis.set_xlabel(f"{entry.unit} ({entry.better})")
        axis.set_title(name, loc="left", fontweight="bold")
        tidy(axis)
    made.savefig(path, dpi=120)


def _colour(row: dict[Any, Any]) -> str:
    if row["n"] == 0:
        return OTHERS
    return GREY if row["policy"] == "oracle" else OURS


def _reach(score: np.ndarray, half: np.ndarray) -> tuple[float, float]:
    """Limits that show the good ones apart, though the worst may be far away."""
    low, high = float(min(0.0, (score - half).min())), float(max(0.0, (score + half).max()))
    typical = np.sort(np.abs(score))[: max(1, int(0.75 * len(score)))].max()
    cap = 2.5 * float(typical) if typical > 0 else high - low
    return max(low, -cap) * 1.05, min(high, cap) * 1.05


def draw_study(summary: pd.DataFrame, path: Path) -> None:
    """The headline figures of every policy over the variants, with intervals.

    Where the variants are a grid of numbers, the one with most values runs along the axis and
    every combination of the others has a column of panels.
    """
    grid = variant_grid(summary)
    along = max(grid.columns, key=lambda name: grid[name].nunique()) if len(grid.columns) else ""
    others = [name for name in grid.columns if name != along]
    panels: list[tuple[str, pd.Index]]
    if others:
        titles = grid[others].apply(
            lambda row: ", ".join(f"{name.replace('_', ' ')} {row[name]:g}" for name in others),
            axis=1,
        )
        panels = [(title, grid.index[titles == title]) for title in titles.drop_duplicates()]
    else:
        panels = [("", grid.index)]
    made = figure(max(4.2 * len(panels), 6), 2.6 * len(HEADLINE) + 0.6)
    axes = made.subplots(len(HEADLINE), len(panels), squeeze=False, sharex="col", sharey="row")
    policies = list(summary["policy"].drop_duplicates())
    for column, (title, variants) in enumerate(panels):
        for row, measure in enumerate(HEADLINE):
            axis = axes[row][column]
            table = summary[summary["measure"] == measure]
            for number, policy in enumerate(policies):
                mine = table[table["policy"] == policy].set_index("variant").reindex(variants)
                aside = 0.1 * (number - (len(policies) - 1) / 2)
                at: Any = grid.loc[variants, along] if along else np.arange(len(variants)) + aside
                half = (mine["high"] - mine["mean"]).fillna(0.0)
                axis.errorbar(
                    at, mine["mean"], yerr=half, marker="o", markersize=4, capsize=3,
                    color=COLOURS[number % len(COLOURS)], label=policy,
                    linestyle="-" if along else "none",
                )  # fmt: skip
            if not column:
                axis.set_ylabel(label(measure))
            if not is_share(measure):
                axis.set_ylim(bottom=0)
                axis.yaxis.set_major_formatter("{x:,.0f}")
            tidy(axis)
        axes[0][column].set_title(title, loc="left")
        if along:
            axes[-1][column].set_xlabel(along.replace("_", " "))
        else:
            axes[-1][column].set_xticks(np.arange(len(variants)), variants, rotation=20, ha="right")
    # "best", unless it is said, warns where looking for it takes a second, as on a busy machine.
    axes[0][0].legend(fontsize="small", frameon=False, loc="best")
    made.savefig(path, dpi=120)


def draw_backtest(policy: str, run: Trajectory, safety_stock: Floats | None, path: Path) -> None:
    """A run over time: stock against safety stock [K, T] by location, availability, cost."""
    scenario = run.scenario
    days = np.arange(run.n_periods)
    sums = segment_sum(np, scenario.points.location, scenario.n_locations)
    stock = sums(np.moveaxis(run.on_hand, -1, -2))
    buffer = None
    if safety_stock is not None:
        buffer = sums(np.moveaxis(safety_stock, -1, -2))
    shown = np.argsort(-stock.sum(axis=0))[:4]
    shown = np.sort(shown)
    made = figure(10, 2.0 * (len(shown) + 2))
    axes = made.subplots(len(shown) + 2, 1, sharex=True)
    for axis, location in zip(axes, shown, strict=False):
        axis.fill_between(days, stock[:, location], color=COLOURS[4], alpha=0.5, label="on hand")
        if buffer is not None:
            axis.plot(days, buffer[:, location], color=COLOURS[5], label="safety stock")
        axis.set_ylabel("units")
        axis.set_title(str(scenario.locations.name[location]), loc="left")
        tidy(axis)
    axes[0].legend(fontsize="small", frameon=False, loc="upper right")
    demand, missed = run.demand.sum(axis=-2), run.missed.sum(axis=-2)
    availability = 1.0 - missed / np.where(demand > 0, demand, 1.0)
    axes[-2].plot(days, 100 * availability, color=COLOURS[2])
    axes[-2].set_ylabel("%")
    axes[-2].set_title("demand met from stock", loc="left")
    tidy(axes[-2])
    costs = {name: value for name, value in run.costs.as_dict().items() if value.any()}
    names = [name for name in COMPONENTS if name in costs]
    if names:
        axes[-1].stackplot(
            days, *(costs[name] for name in names), colors=COLOURS,
            labels=[name.replace("_", " ") for name in names],
        )  # fmt: skip
        axes[-1].legend(fontsize="small", frameon=False, loc="upper right", ncols=len(names))
    axes[-1].set_ylabel(scenario.settings.currency or "cost")
    axes[-1].set_title("cost", loc="left")
    axes[-1].set_xlabel("period" if scenario.settings.period == "W" else "day")
    tidy(axes[-1])
    more = "" if len(stock[0]) <= len(shown) else f" (the {len(shown)} locations with most stock)"
    made.suptitle(f"{policy}, first path of demand{more}")
    made.savefig(path, dpi=120)


def draw_learning(curves: Sequence[tuple[str, pd.DataFrame]], path: Path) -> None:
    """Cost relative to analytic over training time, by brain; columns ``seconds, relative``."""
    made = figure(8, 4.5)
    axis = made.subplots()
    for number, (name, curve) in enumerate(curves):
        axis.plot(
            curve["seconds"] / 60, curve["relative"], label=name,
            color=COLOURS[number % len(COLOURS)],
        )  # fmt: skip
    axis.axhline(1.0, color=GREY, linestyle="--", linewidth=1)
    axis.annotate("analytic safety stocks", (0.99, 1.0), xycoords=("axes fraction", "data"),
                  ha="right", va="bottom", color=GREY, fontsize="small")  # fmt: skip
    axis.set_xlabel("minutes of training")
    axis.set_ylabel("cost relative to analytic")
    axis.legend(fontsize="small", frameon=False, loc="best")
    tidy(axis)
    made.savefig(path, dpi=120)


def draw_into(folder: Path, name: str, draw: Callable[..., None], *data: Any) -> None:
    """Draw a picture of some data beside the tables, where that can be done."""
    if can_draw():
        draw(*data, folder / name)
