"""An input and a plan in what a page shows first, and what edits change of a plan."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from planner.app.plan.page_state import Difference, InputOverview, PlanOverview, Row
from planner.planning.plan_result import BEYOND, Plan
from planner.text.chain import scenario_text
from planner.text.numbers import shares
from scenarios.model.scenario import Scenario

MOST_PROBLEMS = 100
MOST_LANES = 50
MOST_CHANGES = 50


def input_overview(scenario: Scenario) -> InputOverview:
    """What is to be known of an input before it is planned."""
    lines = scenario_text(scenario).splitlines()
    split = [re.split(r"\s{2,}", line, maxsplit=1) for line in lines]
    settings = scenario.settings
    ends = scenario.locations.name[scenario.lanes.destination]
    lanes = zip(scenario.lanes.origin_name, ends, strict=True)
    releases = scenario.dates[: settings.commit_periods : settings.review_period]
    return InputOverview(
        warnings=scenario.warnings,
        facts=tuple((pair[0], pair[1]) for pair in split if len(pair) == 2),
        notes=tuple(pair[0] for pair in split if len(pair) == 1),
        lacks_forecast=scenario.lacks_forecast,
        currency=settings.currency,
        first_date=f"{scenario.dates[0]:%Y-%m-%d}",
        last_date=f"{scenario.dates[-1]:%Y-%m-%d}",
        lanes=tuple((str(start), str(end)) for start, end in lanes),
        release_dates=tuple(f"{date:%Y-%m-%d}" for date in releases),
    )


def plan_overview(plan: Plan) -> PlanOverview:
    """Headline, problems and lists of a plan."""
    report, capacity = plan.report, plan.capacity
    flows = capacity[capacity["kind"] != "storage"]
    titles = (flows["kind"] + " " + flows["place"]).unique()
    return PlanOverview(
        costs=report.costs,
        missed=report.missed_units,
        waits=report.unmet_demand == "backlog",
        demand=float(plan.products["demand"].sum()),
        message=report.message,
        gap=report.gap,
        brains=report.brains,
        counts=report.counts,
        capacity=tuple(
            (use.name, use.mean_use, use.peak_use, use.peak_date) for use in report.capacity
        ),
        forecast=shares(report.forecast),
        notes=tuple(note for note in report.notes if note != BEYOND),
        seconds=report.seconds.get("total", 0.0),
        first_date=report.first_date,
        last_date=report.last_date,
        currency=report.currency,
        period=report.period,
        problems=tuple(_plain(plan.problems.head(MOST_PROBLEMS))),
        n_problems=len(plan.problems),
        lanes=tuple(_by_lane(plan)),
        locations=tuple(str(name) for name in plan.projection["location"].unique()),
        limited_flows=tuple(str(title) for title in titles),
        categories=bool((plan.products["category"].astype(str) != "").any()),
    )


def difference(base: Plan, made: Plan) -> Difference:
    """What a plan with edits costs more than the one without, and which orders changed."""
    changed = _changed(base, made)
    costs, total = made.report.costs, base.report.costs["total"]
    gaps = [report.gap or 0.0 for report in (base.report, made.report)]
    return Difference(
        costs={name: (cost, costs.get(name, 0.0)) for name, cost in base.report.costs.items()},
        missed=(base.report.missed_units, made.report.missed_units),
        orders=tuple(_plain(changed.head(MOST_CHANGES))),
        n_orders=len(changed),
        noise=sum(gaps) * total,
    )


def _changed(base: Plan, made: Plan) -> pd.DataFrame:
    """Orders released now whose quantity differs: product, lane, date, before, after, change."""
    keys = ["product", "origin", "destination", "order_date"]
    sides = []
    for name, plan in (("before", base), ("after", made)):
        now = _now(plan)
        text = now.assign(**{key: now[key].astype(str) for key in keys[:3]})
        sides.append(text.groupby(keys)["quantity"].sum().rename(name))
    both = pd.concat(sides, axis=1).fillna(0.0).reset_index()
    both["change"] = both["after"] - both["before"]
    both = both[both["change"].abs() > 1e-4]
    order = np.lexsort((both["product"], -both["change"].abs()))
    return both.iloc[order]


def _by_lane(plan: Plan) -> list[Row]:
    now = _now(plan)
    keys = [now["origin"].astype(str), now["destination"].astype(str)]
    by = now.groupby(keys, sort=False)
    table = by.agg(
        orders=("quantity", "size"), units=("quantity", "sum"), products=("product", "nunique")
    )
    table = table.reset_index().sort_values("units", ascending=False, kind="stable")
    return _plain(table.head(MOST_LANES))


def _now(plan: Plan) -> pd.DataFrame:
    orders = plan.purchase_orders
    return orders[(orders["release"] == "now").to_numpy()]


def _plain(table: pd.DataFrame) -> list[Row]:
    """Rows of Python's own types: dates as text, what is no number None."""
    return [{str(k): plain(v) for k, v in row.items()} for row in table.to_dict("records")]


def plain(value: Any) -> Any:
    """A value as a page can take it."""
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return value
