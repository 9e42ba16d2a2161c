"""What a planner has to know about a plan: few lines, the dearest first, each with a remedy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.planning.capacity_table import planned_use
from planner.planning.order_tables import echelon_mean
from planner.planning.projection import Projection, buffer
from planner.text.names import date_text
from planner.text.numbers import amount
from scenarios.arrays.types import Floats, Ints
from scenarios.errors import Finding
from scenarios.model.echelons import echelons, primary_routes
from scenarios.model.scenario import Scenario
from scenarios.resources import shared_resources
from solver.result import OrderPlan

PROBLEM_COLUMNS = (
    "severity", "kind", "product", "location", "date", "quantity", "cost", "message",
    "suggested_action",
)  # fmt: skip
SEVERITIES = ("high", "medium", "low")
SHOWN = 5
"""Cases named one by one for each kind, and then locations; the others share a line."""

Row = tuple[str, str, str, str, str, float, float, str, str]


def problems_table(
    scenario: Scenario,
    safety_stock: Floats,
    found: OrderPlan,
    projection: Projection,
    findings: Iterable[Finding] = (),
) -> pd.DataFrame:
    """All problems, by severity and cost.

    Parameters
    ----------
    scenario : Scenario
    safety_stock : array [K, T]
    found : OrderPlan
    projection : Projection
    findings : iterable of Finding
        What the loader and the brain found odd.

    Returns
    -------
    DataFrame
        Columns ``PROBLEM_COLUMNS``. ``date`` is the first date concerned, ``quantity`` is in units
        (capacities: volume), ``cost`` over the horizon, blank where it is not priced.
    """
    rows: list[Row] = [
        *_missed(scenario, safety_stock, projection),
        *_overflowing(scenario, found, projection),
        *_full(scenario, found, projection),
        *_expiring(scenario, projection),
        *_lots(scenario, found, projection),
        *_out_of_reach(scenario, safety_stock, projection),
        *_negative(scenario, safety_stock),
        *_short_horizon(scenario),
        *_noted(findings),
    ]
    table = pd.DataFrame(rows, columns=list(PROBLEM_COLUMNS))
    rank = table["severity"].map({name: i for i, name in enumerate(SEVERITIES)})
    order = np.lexsort((-table["quantity"].fillna(0.0), -table["cost"].fillna(0.0), rank))
    return table.iloc[order].reset_index(drop=True)


def _missed(scenario: Scenario, safety_stock: Floats, projection: Projection) -> Iterator[Row]:
    """Mean demand that the plan does not serve: too early, on purpose, or for lack of supply."""
    waits = scenario.settings.unmet_demand == "backlog"
    what = f"{'unit periods' if waits else 'units'} of demand {'waiting' if waits else 'lost'}"
    on_purpose = np.minimum(projection.missed, np.maximum(-safety_stock, 0.0))
    other = projection.missed - on_purpose
    early = np.arange(scenario.n_periods)[None, :] < _first_supply(scenario)[:, None]
    never = _never_supplied(scenario)[:, None]
    spoilt = np.bincount(scenario.points.product, projection.expired.sum(axis=1)) > 1e-6
    late = ~early & ~never
    spoils = late & spoilt[scenario.points.product][:, None]
    price = scenario.points.missed_sale_cost
    for part, severity, kind, reason, action in (
        (never, "high", "missed_without_supply",
         "because nothing can be ordered: no lane brings new supply here",
         "add a lane from a supplier, or reopen one closed by a max_order_quantity of 0"),
        (early & ~never, "high", "missed_before_new_supply",
         "before goods ordered outside now can arrive",
         "expedite open orders, move stock from another location, or offer a substitute"),
        (spoils, "high", "missed_after_expiry", "because stock of the product expires unsold",
         "order less and more often, shorten lead times, or check shelf_life"),
        (late & ~spoils, "high", "missed_for_lack_of_supply",
         "because supply or capacity is short",
         "raise the capacity or lot limit that binds (see binding_capacity), or add a supplier"),
        (None, "low", "missed_on_purpose", "because the safety stock is below zero",
         "check missed_sale_cost and holding_cost of the product, or the safety_stock set for it"),
    ):  # fmt: skip
        missed = on_purpose if part is None else np.where(part, other, 0.0)
        units = missed.sum(axis=1)
        text = f"{{quantity}} {what} {reason}"
        yield from _worst_first(
            scenario, severity, kind, units, units * price, missed > 1e-6, text, action
        )


def _first_supply(scenario: Scenario) -> Ints:
    """[K] first period in which what is ordered outside now can be sold (T: never)."""
    links = echelons(scenario)
    first = np.zeros(scenario.n_points, dtype=np.int64)
    np.maximum.at(first, links.lower, links.reach)
    return first


def _never_supplied(scenario: Scenario) -> NDArray[np.bool_]:
    """[K] whether nothing that is ordered outside ever gets here."""
    links, never = echelons(scenario), np.zeros(scenario.n_points, dtype=bool)
    np.logical_or.at(never, links.lower, primary_routes(scenario)[links.upper] < 0)
    return never


def _overflowing(scenario: Scenario, found: OrderPlan, projection: Projection) -> Iterator[Row]:
    """Places of which more is used than there is, at a price."""
    for resource in shared_resources(scenario):
        if resource.overflow_cost is None or not resource.limited:
            continue
        all_planned = np.maximum(planned_use(resource, projection) - resource.capacity, 0.0)
        all_expected, titles = found.overflow[resource.kind], resource.titles
        for i, name in enumerate(titles):
            expected, planned = all_expected[i], all_planned[i]
            over, sure = float(expected.sum()), float(planned.sum())
            if over <= 1e-6 and sure <= 1e-6:
                continue
            t = int(np.argmax(np.maximum(expected, planned)))
            unit = "volume-days" if scenario.settings.period == "D" else "volume-weeks"
            message = (
                f"{name}: capacity {amount(resource.capacity[i, t])} is expected"
                f" to be exceeded by {amount(max(expected[t], planned[t]))} on"
                f" {date_text(scenario, t)} and by {amount(over)} {unit} in all"
            )
            if sure > 1e-6:
                message += f", {amount(sure)} of them even if demand is just as forecast"
            saved = float(found.price[resource.kind][i].sum())
            action = resource.remedy + (
                f"; one more unit of capacity on every date saves {amount(saved)}"
                if saved > 0
                else ""
            )
            yield (
                "high" if sure > 1e-6 else "medium", f"{resource.kind}_overflow", "",
                str(scenario.locations.name[resource.location[i]]), date_text(scenario, t), over,
                over * float(resource.overflow_cost[i]), message, action,
            )  # fmt: skip


def _full(scenario: Scenario, found: OrderPlan, projection: Projection) -> Iterator[Row]:
    """Places whose hard capacity holds orders back."""
    # Lost sales weigh more in the order model than they cost, and so would the price of capacity.
    priced = not (projection.missed > 1e-6).any()
    for resource in shared_resources(scenario):
        binds = found.price[resource.kind] > 1e-9
        if not resource.hard or not binds.any():
            continue
        titles = resource.titles
        for i in np.flatnonzero(binds.any(axis=1)):
            t, n_periods = int(np.argmax(binds[i])), int(binds[i].sum())
            location = str(scenario.locations.name[resource.location[i]])
            yield (
                "medium", f"{resource.kind}_full", "", location, date_text(scenario, t), np.nan,
                float(found.price[resource.kind][i].sum()) if priced else np.nan,
                f"{titles[i]} is full in {n_periods} of {scenario.n_periods} periods"
                + ("; the cost is what one more unit of capacity in each would save" * priced),
                resource.remedy,
            )  # fmt: skip


def _expiring(scenario: Scenario, projection: Projection) -> Iterator[Row]:
    units = projection.expired.sum(axis=1)
    cost = units * scenario.products.unit_cost[scenario.points.product]
    yield from _worst_first(
        scenario, "medium", "expiring_stock", units, cost, projection.expired > 1e-6,
        "{quantity} units will expire unsold",
        "sell them off early, or order less and more often",
    )  # fmt: skip


def _lots(scenario: Scenario, found: OrderPlan, projection: Projection) -> Iterator[Row]:
    """Orders that lot rules raise by more than a week's (or four weeks') demand."""
    season = scenario.settings.season
    routes, n = scenario.routes, min(scenario.settings.commit_periods, scenario.n_periods)
    # Compared with all that the relaxation orders up to then: lots bundle what it splits.
    relaxed = np.cumsum(found.relaxed, axis=1)[:, n - 1]
    ordered = projection.orders[:, :n].sum(axis=1)
    excess = np.zeros(scenario.n_points)
    np.add.at(excess, routes.destination, np.maximum(ordered - relaxed, 0.0))
    daily = echelon_mean(scenario, scenario.n_periods).mean(axis=1)
    excess[excess <= np.maximum(season * daily, 1e-6)] = 0.0
    # Stock that lasts D periods too long lies half of that on average.
    cost = 0.5 * scenario.points.holding_cost * excess**2 / np.maximum(daily, 1e-9)
    never = daily <= 1e-9
    cost[never] = (scenario.points.holding_cost * excess * scenario.n_periods)[never]
    weeks = "a week's" if scenario.settings.period == "D" else "four weeks'"
    yield from _worst_first(
        scenario, "low", "lot_too_large", excess, cost, None,
        f"lot rules add {{quantity}} units to orders released now, more than {weeks} demand",
        "negotiate a smaller minimum or multiple, or let products share an order",
    )  # fmt: skip


def _out_of_reach(
    scenario: Scenario, safety_stock: Floats, projection: Projection
) -> Iterator[Row]:
    """Stock planned below its safety stock where an order could still have come in time."""
    links = echelons(scenario)
    own = links.upper == links.lower
    reach = np.zeros(scenario.n_points, dtype=np.int64)
    reach[links.upper[own]] = links.reach[own]
    lag = scenario.settings.shipping_lag
    t = np.arange(scenario.n_periods)
    # What a point will ship after the last period is not in the plan.
    supplies = np.zeros(scenario.n_points, dtype=bool)
    supplies[scenario.routes.origin[scenario.routes.origin >= 0]] = True
    inside = t[None, :] >= reach[:, None]
    inside &= ~supplies[:, None] | (t[None, :] < scenario.n_periods - lag - 1)
    short = np.where(inside, safety_stock - buffer(scenario, projection), 0.0)
    short[short < 0.05 * np.abs(safety_stock) + 1e-6] = 0.0
    at_worst = short.max(axis=1)
    often = (short > 0).mean(axis=1) >= 0.25
    yield from _worst_first(
        scenario, "low", "below_safety_stock", np.where(often, at_worst, 0.0), None, short > 0,
        "stock is planned to fall short of its safety stock by up to {quantity} units",
        "see binding_capacity of its orders and the stock upstream; expedite what is missing most",
    )  # fmt: skip


def _negative(scenario: Scenario, safety_stock: Floats) -> Iterator[Row]:
    below = -safety_stock.min(axis=1)
    here = np.flatnonzero(below > 1e-9)
    location = scenario.points.location[here]
    cases = np.bincount(location, minlength=scenario.n_locations)
    total = np.bincount(location, below[here], scenario.n_locations)
    for j in np.flatnonzero(cases).tolist():
        name, units = scenario.locations.name[j], float(total[j])
        yield (
            "low", "negative_safety_stock", "", str(name), "", units, np.nan,
            f"{amount(units)} units in all are planned to be short on purpose (products:"
            f" {int(cases[j]):,}): their safety stock is below zero",
            "check missed_sale_cost and holding_cost of these products, or the safety_stock set",
        )  # fmt: skip


def _short_horizon(scenario: Scenario) -> Iterator[Row]:
    cover = int(echelons(scenario).cover.max(initial=0))
    if scenario.settings.end_of_life or cover <= scenario.n_periods:
        return
    yield (
        "low", "short_horizon", "", "", "", np.nan, np.nan,
        f"orders released now have to last up to {cover} periods, but the horizon has"
        f" {scenario.n_periods}: they rest on demand assumed beyond the forecast",
        "extend the forecast and the horizon",
    )  # fmt: skip


def _noted(findings: Iterable[Finding]) -> Iterator[Row]:
    for finding in findings:
        severity = "medium" if finding.severity == "error" else "low"
        place = finding.file + ("" if finding.column is None else f", {finding.column}")
        value = "" if finding.value is None else f" ({finding.value})"
        count = float(finding.count) if finding.count > 1 else np.nan
        yield (
            severity, "input", "", "", "", count, np.nan,
            f"{place}: {finding.message}{value}", finding.remedy,
        )  # fmt: skip


def _worst_first(
    scenario: Scenario,
    severity: str,
    kind: str,
    quantity: Floats,
    cost: Floats | None,
    when: NDArray[np.bool_] | None,
    message: str,
    action: str,
) -> Iterator[Row]:
    """The worst cases by name; the others by location; and what is left in one line."""
    points = scenario.points
    weight = quantity if cost is None else cost
    here = np.flatnonzero(quantity > 1e-6)
    here = here[np.argsort(-weight[here], kind="stable")]
    groups, rest = [here[i : i + 1] for i in range(min(SHOWN, here.size))], here[SHOWN:]
    place = points.location[rest]
    by_place = np.bincount(place, weight[rest], scenario.n_locations)
    worst = [j for j in np.argsort(-by_place, kind="stable")[:SHOWN] if (place == j).any()]
    groups += [rest[place == j] for j in worst]
    groups.append(rest[~np.isin(place, worst)])
    for group in groups:
        if not group.size:
            continue
        units = float(quantity[group].sum())
        date = "" if when is None else date_text(scenario, int(np.argmax(when[group].any(axis=0))))
        text = message.format(quantity=amount(units))
        if group.size > 1:
            text += f" ({group.size:,} more cases together)"
        product, location = points.product[group], points.location[group]
        yield (
            severity,
            kind,
            str(scenario.products.name[product[0]]) if (product == product[0]).all() else "",
            str(scenario.locations.name[location[0]]) if (location == location[0]).all() else "",
            date,
            units,
            np.nan if cost is None else float(cost[group].sum()),
            text,
            action,
        )
