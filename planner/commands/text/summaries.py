"""What the command line says of a result. Text for people, no logic."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from planner.commands.text.terminal import columns_text
from planner.text.method import method_rows
from planner.text.numbers import amount, count, exact_percent, half, shares

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from planner.experiments.backtest import BacktestResult
    from planner.experiments.simulation import Simulation
    from planner.experiments.study import StudyResult
    from planner.forecasting import Forecast
    from planner.planning.plan_result import Plan


def plan_text(plan: Plan, out: Path, currency: str) -> str:
    """What a planner wants to know first."""
    from planner.planning.plan_result import BEYOND

    report, money = plan.report, f" {currency}" if currency else ""
    least = 1e-9 * report.costs["total"]
    costs = {name: cost for name, cost in report.costs.items() if name != "total" and cost > least}
    parts = ", ".join(f"{name.replace('_', ' ')} {amount(cost)}" for name, cost in costs.items())
    known = report.gap is not None and report.gap < 1
    gap = f", gap {report.gap:.2%}" if known else ", gap unknown"
    lines = [
        f"Plan for {report.first_date} to {report.last_date}:"
        f" {count(report.counts['products'], 'product')},"
        f" {count(report.counts['locations'], 'location')}.",
        f"  status    {report.status}{gap} - {report.message}",
        *(f"  {word:9} {text}" for word, text in method_rows(report.solver, report.objective)),
        f"  cost      {amount(report.costs['total'])}{money} if demand is its mean"
        + (f" ({parts})" if parts else ""),
        f"  missed    {amount(report.missed_units)} units",
        *([f"  forecast  {shares(report.forecast)}"] if report.forecast else []),
        f"  brains    {', '.join(f'{name} ({n:,})' for name, n in report.brains.items())}",
        *([f"  by hand   {count(len(report.overrides), 'override')}"] if report.overrides else []),
        "",
        f"Release now: {count(report.counts['orders_now'], 'order')}"
        f" (planned for later: {report.counts['orders_planned']:,})",
        *columns_text(_by_lane(plan)),
    ]
    if report.capacity:
        lines += ["", "Capacity", *columns_text(_capacity(plan))]
    if len(plan.problems):
        where = "sheet problems" if out.suffix.lower() == ".xlsx" else "problems.csv"
        lines += ["", f"Problems ({count(len(plan.problems), 'line')} in {where})"]
        lines += _worst_kinds(plan.problems)
    else:
        lines += ["", "No problems."]
    notes = [note for note in report.notes if note != BEYOND]
    lines += ["", *(f"Note: {note}" for note in notes)] if notes else []
    lines += ["", f"Written to {out} in {report.seconds.get('total', 0.0):.1f} s of planning."]
    return "\n".join(lines)


def forecast_text(made: Forecast, out: Path | None) -> str:
    """What was forecast, by what, and how good it was before."""
    import pandas as pd

    table = made.table
    n = len(table.drop_duplicates(["product", "location"]))
    first, last = table["date"].min(), table["date"].max()
    lines = [
        f"Forecast for {first:%Y-%m-%d} to {last:%Y-%m-%d}: {n:,} series,"
        f" {amount(table['mean'].sum())} units.",
        f"  models    {shares(made.weights)}",
    ]
    if len(made.scores):
        scores = made.scores.rename(columns={"mae": "MAE", "rmse": "RMSE"})
        for name in ("cost", "MAE", "RMSE", "bias"):
            scores[name] = scores[name].map(lambda value: f"{value:.4g}")
        scores["model"] = "  " + scores["model"]
        lines += ["", "At past origins, over the protection interval (cost: of stocking the"]
        lines += ["newsvendor quantile, per series; errors in units):"]
        shown = scores.drop(columns="intervals")
        header = pd.DataFrame([{name: name for name in shown} | {"model": "  model"}])
        lines += columns_text(pd.concat([header, shown]))
    else:
        lines += ["  The history is too short to look back: its spread is a guess."]
    if out is not None:
        lines += ["", f"Written to {out}."]
    return "\n".join(lines)


def _by_lane(plan: Plan) -> pd.DataFrame:
    orders = plan.purchase_orders
    now = orders[orders["release"] == "now"]
    by = now.groupby(["origin", "destination"], observed=True, sort=False)["quantity"]
    table = by.agg(["size", "sum"]).reset_index().sort_values("sum", ascending=False, kind="stable")
    return table.assign(
        lane="  " + table["origin"].astype(str) + " -> " + table["destination"].astype(str),
        orders=table["size"].map(lambda n: count(n, "order")),
        units=table["sum"].map(lambda n: f"{amount(n)} units"),
    )[["lane", "orders", "units"]]


def _capacity(plan: Plan) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "name": f"  {use.name}",
                "mean": f"{_share_of(use.mean_use)} full",
                "peak": f"peak {_share_of(use.peak_use)} on {use.peak_date}",
                "over": f"expected overflow costs {amount(use.expected_overflow_cost)}"
                if use.expected_overflow_cost > 1e-9 * plan.report.costs["total"]
                else "",
            }
            for use in plan.report.capacity
        ]
    )


def _share_of(share: float) -> str:
    """A share of a capacity, which may be 0."""
    return ">100%" if share == math.inf else f"{share:.0%}"


MOST_KINDS = 5


def _worst_kinds(problems: pd.DataFrame) -> Iterator[str]:
    """The first kinds of problem: what they cost together, and the worst case of each by name."""
    kinds = list(problems.groupby("kind", sort=False))
    for kind, rows in kinds[:MOST_KINDS]:
        total = rows["cost"].sum(min_count=1)
        cost = "" if total != total else f", cost {amount(total)}"
        yield f"  {rows['severity'].iloc[0]}: {str(kind).replace('_', ' ')}{cost}"
        named = rows[rows["product"] != ""]
        worst = (named if len(named) else rows).iloc[0]
        place = ", ".join(x for x in (worst["product"], worst["location"], worst["date"]) if x)
        yield f"      {f'{place}: ' if place else ''}{worst['message']}"
        yield f"      -> {worst['suggested_action']}"
    if len(kinds) > MOST_KINDS:
        yield f"  ... and {len(kinds) - MOST_KINDS} more kinds"


def simulation_text(simulation: Simulation, currency: str) -> str:
    """Costs by component and fill rate, with 95% confidence intervals."""
    n = len(simulation.paths)
    head = f"Closed-form orders on {n:,} {'path' if n == 1 else 'paths'} of sampled demand"
    return _summary_text(simulation.summary, head, n, currency)


def backtest_text(result: BacktestResult, currency: str) -> str:
    """Every key figure, with its 95% confidence interval where there is more than one path."""
    n, periods = len(result.paths), result.runs[0].n_periods
    head = (
        f"{result.policy}: {periods:,} periods on {n:,} {'path' if n == 1 else 'paths'} of demand"
    )
    return _summary_text(result.summary, head, n, currency)


def study_text(result: StudyResult, currency: str) -> str:
    """For every variant the policies by cost, each with its paired difference to the first."""
    import pandas as pd

    lines = []
    table, gaps = result.summary, result.differences
    for variant in table["variant"].drop_duplicates():
        here = table[table["variant"] == variant].pivot(index="policy", columns="measure")
        rows = []
        order = here["mean"]["total_cost"].sort_values().index
        for policy in order:
            mean, low = here["mean"].loc[policy], here["low"].loc[policy, "total_cost"]
            cost = mean["total_cost"]
            gap = gaps[
                (gaps["variant"] == variant) & (gaps["against_variant"] == variant)
                & (gaps["policy"] == policy) & (gaps["measure"] == "total_cost")
            ]  # fmt: skip
            against = ""
            if len(gap) and gap.iloc[0]["n"] > 0:
                one = gap.iloc[0]
                wide = half(one["high"] - one["difference"], "{:,.0f}".format)
                against = f"{one['difference']:+,.0f}{wide} to {one['against_policy']}"
            fill = exact_percent(mean["fill_rate"])
            rows.append((f"  {policy}", f"{amount(cost)}{half(cost - low, amount)}", fill, against))
        head = f"{variant}" + (f" (costs in {currency})" if currency else "")
        frame = pd.DataFrame(rows, columns=["policy", "total cost", "fill rate", "difference"])
        lines += [head, *columns_text(frame), ""]
    if result.cells["seed"].nunique() == 1:
        lines.append("With one seed, intervals are unknown.")
    failed = result.cells[result.cells["error"] != ""]
    for row in failed.head(5).itertuples():
        lines.append(f"failed: {row.variant}, {row.policy}, seed {row.seed}: {row.error}")
    if len(failed) > 5:
        lines.append(f"... and {len(failed) - 5} more failed")
    return "\n".join(lines).rstrip()


def _summary_text(summary: pd.DataFrame, head: str, n_paths: int, currency: str) -> str:
    import pandas as pd

    from planner.text.measures import is_share, label

    rows = []
    for row in summary.to_dict("records"):
        shown = exact_percent if is_share(row["measure"]) else amount
        interval = ""
        if n_paths > 1:
            interval = f"95% interval {shown(row['low'])} to {shown(row['high'])}"
        rows.append((f"  {label(row['measure'])}", shown(row["mean"]), interval))
    head += f" (costs in {currency})" if currency else ""
    head += "" if n_paths > 1 else "; with one path, intervals are unknown"
    return "\n".join(
        [head, *columns_text(pd.DataFrame(rows, columns=["measure", "mean", "interval"]))]
    )
