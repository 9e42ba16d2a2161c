"""Pictures of a plan: stock of a product or location over time, or how full places are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from planner.reporting.pictures import REMEDY, can_draw, figure, tidy
from planner.text.palette import OTHERS, ROLES
from scenarios.arguments import Arguments

MOST_PANELS = 8
ENDINGS = (".png", ".svg", ".pdf")


def draw_plan(
    projection: pd.DataFrame,
    capacity: pd.DataFrame,
    product: str | None = None,
    location: str | None = None,
    path: str | Path | None = None,
) -> Any:
    """The picture behind :meth:`planner.planning.plan_result.Plan.plot`.

    Parameters
    ----------
    projection, capacity : DataFrame
        Tables of a plan.
    product, location : str, optional
    path : str or Path, optional
        File to write it to.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        If there is no such product, location or kind of file.
    ImportError
        If matplotlib is not installed.
    """
    check = Arguments("Plan.plot")
    for column, name in (("product", product), ("location", location)):
        if name is not None:
            check.names(column, name, projection[column].unique(), f"a {column}")
    if check.path("path", path, optional=True) and path is not None:
        check.choice("path", Path(path).suffix.lower(), ENDINGS)
    check.refuse()
    if not can_draw():
        raise ImportError(f"pictures need matplotlib. Remedy: {REMEDY}")
    if product is None and location is None and len(capacity):
        drawn = _places(capacity)
    else:
        drawn = _stocks(_chosen(check, projection, product, location))
    if path is not None:
        drawn.savefig(path, dpi=120)
    return drawn


def _chosen(
    check: Arguments, projection: pd.DataFrame, product: str | None, location: str | None
) -> list[tuple[str, pd.DataFrame]]:
    """Titles and rows of the panels, those with most demand below them first."""
    rows = projection
    for column, name in (("product", product), ("location", location)):
        if name is not None:
            rows = rows[rows[column] == name]
    if not len(rows):
        check.add("location", f"does not keep {product}", "name a location that does", location)
        check.refuse()
    if product is None and location is None:  # nothing is limited: all products of each location
        rows = rows.groupby(["location", "date"], observed=True, sort=False).sum(numeric_only=True)
        rows = rows.reset_index().assign(product="all products")
    groups = [
        (f"{title[0]} at {title[1]}", group)
        for title, group in rows.groupby(["product", "location"], observed=True, sort=False)
    ]
    groups.sort(key=lambda group: -float(group[1]["echelon_demand"].sum()))
    return groups[:MOST_PANELS]


def _stocks(groups: list[tuple[str, pd.DataFrame]]) -> Any:
    made = figure(9, 2.3 * len(groups) + 0.4)
    axes = made.subplots(len(groups), 1, squeeze=False, sharex=True)[:, 0]
    for axis, (title, rows) in zip(axes, groups, strict=True):
        day = rows["date"].to_numpy()
        axis.fill_between(
            day, rows["closing"], color=ROLES["stock"], alpha=0.3, label="closing stock"
        )
        axis.plot(day, rows["safety_stock"], color=ROLES["safety_stock"], label="safety stock")
        axis.step(day, rows["demand"], color=ROLES["demand"], where="mid", label="mean demand")
        arrives = rows["receipts"].to_numpy() > 0
        axis.plot(
            day[arrives], rows["receipts"][arrives], "o", color=ROLES["arrivals"], markersize=4,
            label="receipts",
        )  # fmt: skip
        missed = rows["missed"].to_numpy() > 0
        if missed.any():
            axis.plot(
                day[missed], rows["missed"][missed], "x", color=ROLES["missed"], label="missed"
            )
        axis.set_title(title, loc="left")
        axis.set_ylabel("units")
        tidy(axis)
    axes[0].legend(fontsize="small", frameon=False, loc="upper right", ncols=5)
    made.autofmt_xdate()
    return made


def _places(capacity: pd.DataFrame) -> Any:
    """Use over capacity of each place, the fullest first."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = capacity["used"] / capacity["capacity"]
    peak = share.groupby([capacity["kind"], capacity["place"]], observed=True, sort=False).max()
    shown = peak.sort_values(ascending=False, kind="stable").index[:MOST_PANELS]
    made = figure(9, 2.0 * len(shown) + 0.4)
    axes = made.subplots(len(shown), 1, squeeze=False, sharex=True)[:, 0]
    for axis, (kind, place) in zip(axes, shown, strict=True):
        rows = capacity[(capacity["kind"] == kind) & (capacity["place"] == place)]
        day = rows["date"].to_numpy()
        axis.fill_between(
            day, rows["used"], step="mid", color=ROLES["stock"], alpha=0.3, label="used"
        )
        axis.step(day, rows["capacity"], where="mid", color=ROLES["capacity"], label="capacity")
        if rows["safety_stock"].any():
            axis.plot(day, rows["safety_stock"], color=OTHERS, label="of safety stocks")
        axis.set_title(f"{kind} {place}", loc="left")
        axis.set_ylabel("volume")
        tidy(axis)
    axes[0].legend(fontsize="small", frameon=False, loc="upper right", ncols=3)
    made.autofmt_xdate()
    return made
