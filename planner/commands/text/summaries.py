"""What the command line shows: progress, findings and summaries. Text for people, no logic."""

from __future__ import annotations

import math
import sys
import threading
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TextIO

from planner.text.method import how_found
from planner.text.numbers import amount, count, shares

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from planner.experiments.backtest import BacktestResult
    from planner.experiments.statistics import Simulation
    from planner.experiments.study import StudyResult
    from planner.forecasting import Forecast
    from planner.planning.plan_result import Plan
    from scenarios.errors import Finding
    from scenarios.model.scenario import Scenario

PATIENCE = 1.0
"""Seconds before progress is shown."""


class Progress:
    """Names the phase under way on stderr, once the whole takes longer than a second."""

    def __init__(self, *, quiet: bool = False, stream: TextIO | None = None):
        self._stream = stream or sys.stderr
        self._quiet, self._phase = quiet, ""
        self._status: _Spinner | None = None
        self._started = self._last = time.monotonic()
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def __enter__(self) -> Progress:
        if not self._quiet:
            self._timer = threading.Timer(PATIENCE, self._show)
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Show no more, and leave the terminal as it was."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()
        with self._lock:
            if self._status is not None:
                self._status.stop()

    def __call__(self, phase: str) -> None:
        """Go on to the next phase."""
        with self._lock:
            self._phase = phase
            if self._status is not None:
                self._status.update(description=self._line())
            elif self._timer is not None and time.monotonic() - self._last > PATIENCE:
                self._print()

    def _line(self) -> str:
        return f"{self._phase} ..."

    def _print(self) -> None:
        self._last = time.monotonic()
        spent = self._last - self._started
        print(f"[{spent:6.1f} s] {self._line()}", file=self._stream, flush=True)

    def _show(self) -> None:
        with self._lock:
            if not self._stream.isatty():
                self._print()
                return
            self._status = _Spinner(self._stream, self._line())


class _Spinner:
    """A live line with the phase and the time so far."""

    def __init__(self, stream: TextIO, description: str):
        from rich.console import Console
        from rich.progress import Progress as Bar
        from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = SpinnerColumn(), TextColumn("{task.description}", markup=False)
        console = Console(file=stream)
        self._bar = Bar(*columns, TimeElapsedColumn(), console=console, transient=True)
        self._task = self._bar.add_task(description)
        self._bar.start()

    def update(self, description: str) -> None:
        self._bar.update(self._task, description=description)

    def stop(self) -> None:
        self._bar.stop()


def harmless(text: str) -> str:
    """Text without characters that steer a terminal; names come from files."""
    return "".join(
        c if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf") else "?" for c in text
    )


def findings_text(findings: Iterable[Finding]) -> str:
    """All findings, errors first."""
    found = sorted(findings, key=lambda finding: finding.severity != "error")
    return "\n".join(f"{finding.severity}: {finding}" for finding in found)


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
        *(f"  {word:9} {text}" for word, text in how_found(report.solver, report.objective)),
        f"  cost      {amount(report.costs['total'])}{money} if demand is its mean"
        + (f" ({parts})" if parts else ""),
        f"  missed    {amount(report.missed_units)} units",
        *([f"  forecast  {shares(report.forecast)}"] if report.forecast else []),
        f"  brains    {', '.join(f'{name} ({n:,})' for name, n in report.brains.items())}",
        *([f"  by hand   {count(len(report.overrides), 'override')}"] if report.overrides else []),
        "",
        f"Release now: {count(report.counts['orders_now'], 'order')}"
        f" (planned for later: {report.counts['orders_planned']:,})",
        *_table(_by_lane(plan)),
    ]
    if report.capacity:
        lines += ["", "Capacity", *_table(_capacity(plan))]
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
        lines += _table(pd.concat([header, shown]))
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


MOST_ROWS = 20


def _table(frame: pd.DataFrame) -> Iterator[str]:
    """Left-aligned columns, two spaces apart; long tables are cut with a word."""
    shown = frame.head(MOST_ROWS)
    widths = [int(shown[name].str.len().max()) if len(shown) else 0 for name in shown]
    for row in shown.itertuples(index=False):
        yield "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
    if len(frame) > MOST_ROWS:
        yield f"  ... and {len(frame) - MOST_ROWS:,} more"


def scenario_text(scenario: Scenario) -> str:
    """What the chain looks like, and whether its horizon is long enough."""
    import numpy as np

    from scenarios.model.echelons import echelons
    from scenarios.resources import shared_resources

    settings, lanes = scenario.settings, scenario.lanes
    unit = "days" if settings.period == "D" else "weeks"
    external = sorted({str(name) for name in lanes.origin_name[lanes.origin < 0]})
    cover = int(echelons(scenario).cover.max(initial=0))
    limits = {
        resource.kind: int(np.isfinite(resource.capacity).any(axis=1).sum())
        for resource in shared_resources(scenario)
    }
    lead = f"{int(lanes.lead_time.min(initial=99999))} to {int(lanes.lead_time.max(initial=0))}"
    storages, limited_lanes = limits.pop("storage"), limits.pop("lane")
    lines = [
        f"products            {scenario.n_products:,}",
        f"locations           {scenario.n_locations:,} ({storages:,} with a storage capacity)",
        f"lanes               {len(lanes.origin):,} ({limited_lanes:,} with a capacity),"
        f" lead times {lead} {unit}",
        *(f"{kind:<19} {n:,} with a capacity" for kind, n in limits.items() if n),
        f"external suppliers  {', '.join(external[:10]) or 'none'}"
        + (f" and {len(external) - 10} more" if len(external) > 10 else ""),
        f"stock points        {scenario.n_points:,}, {int(scenario.points.sells.sum()):,} sell",
        f"periods             {scenario.n_periods:,} {unit}, {scenario.dates[0]:%Y-%m-%d} to"
        f" {scenario.dates[-1]:%Y-%m-%d}",
        f"longest cover       {cover} {unit} from an order to the last demand it serves",
        *_demand_lines(scenario, unit),
        f"opening stock       {amount(float(scenario.points.on_hand.sum()))} units,"
        f" {amount(float(scenario.open_orders.quantity.sum()))} under way",
    ]
    if cover > scenario.n_periods:
        lines.append(
            f"The longest cover exceeds the horizon by {cover - scenario.n_periods} {unit}: orders"
            " released now will rest on demand assumed after the forecast."
        )
    return "\n".join(lines)


def _demand_lines(scenario: Scenario, unit: str) -> Iterator[str]:
    import numpy as np

    if (history := scenario.history) is not None:
        n_series = int((~np.isnan(history.quantity)).any(axis=1).sum())
        yield (
            f"past sales          {amount(float(np.nansum(history.quantity)))} units of"
            f" {n_series:,} series in {history.n_periods:,} {unit} from"
            f" {history.dates[0]:%Y-%m-%d}"
        )
    if scenario.lacks_forecast:
        yield "mean demand         to be forecast from past sales"
    else:
        yield f"mean demand         {amount(float(scenario.mean.sum()))} units over the horizon"


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


class TimeLeft:
    """How long the rest will take, by how long the first part took."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._before: int | None = None

    def __call__(self, done: int, total: int) -> str:
        """Text to append; nothing where nothing is known yet."""
        if self._before is None:
            # What was there already took no time.
            self._before, self._started = done, time.monotonic()
        if done <= self._before or done >= total:
            return ""
        left = (time.monotonic() - self._started) / (done - self._before) * (total - done)
        return f", {left / 60:.0f} min left" if left >= 90 else f", {left:.0f} s left"


class Counted:
    """Progress of work that is counted, with the time left.

    Parameters
    ----------
    progress : callable
        Shows a text.
    what : str
        What is counted.
    """

    def __init__(self, progress: Callable[[str], None], what: str) -> None:
        self._progress, self._what, self._clock = progress, what, TimeLeft()

    def __call__(self, done: int, total: int) -> None:
        """Show how many of how many are done."""
        self._progress(f"{self._what} {done:,} of {total:,}{self._clock(done, total)}")


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
                half = _give_or_take(one["high"] - one["difference"], "{:,.0f}".format)
                against = f"{one['difference']:+,.0f}{half} to {one['against_policy']}"
            fill = _share(mean["fill_rate"])
            rows.append(
                (f"  {policy}", f"{_cost(cost)}{_give_or_take(cost - low, _cost)}", fill, against)
            )
        head = f"{variant}" + (f" (costs in {currency})" if currency else "")
        frame = pd.DataFrame(rows, columns=["policy", "total cost", "fill rate", "difference"])
        lines += [head, *_table(frame), ""]
    if result.cells["seed"].nunique() == 1:
        lines.append("With one seed, intervals are unknown.")
    failed = result.cells[result.cells["error"] != ""]
    for row in failed.head(5).itertuples():
        lines.append(f"failed: {row.variant}, {row.policy}, seed {row.seed}: {row.error}")
    if len(failed) > 5:
        lines.append(f"... and {len(failed) - 5} more failed")
    return "\n".join(lines).rstrip()


def _give_or_take(half: float, shown: Callable[[float], str]) -> str:
    """Half an interval; nothing where it is not known, as with one demand path."""
    return "" if half != half else f" ± {shown(half)}"


def _summary_text(summary: pd.DataFrame, head: str, n_paths: int, currency: str) -> str:
    import pandas as pd

    from planner.experiments.statistics import SHARES

    rows = []
    for row in summary.itertuples(index=False):
        shown = _share if row.measure in SHARES else _cost
        interval = f"95% interval {shown(row.low)} to {shown(row.high)}" if n_paths > 1 else ""
        rows.append((f"  {str(row.measure).replace('_', ' ')}", shown(row.mean), interval))
    head += f" (costs in {currency})" if currency else ""
    head += "" if n_paths > 1 else "; with one path, intervals are unknown"
    return "\n".join([head, *_table(pd.DataFrame(rows, columns=["measure", "mean", "interval"]))])


def _share(value: Any) -> str:
    return "unknown" if value != value else f"{value:.2%}"


def _cost(value: Any) -> str:
    return "unknown" if value != value else amount(value)
