"""A chain in words: its size, its horizon, its demand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from planner.text.numbers import amount

if TYPE_CHECKING:
    from scenarios.model.scenario import Scenario


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
    storages, limited_lanes = limits.pop("storage"), limits.pop("lane")
    lead = f"{int(lanes.lead_time.min(initial=99999))} to {int(lanes.lead_time.max(initial=0))}"
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
