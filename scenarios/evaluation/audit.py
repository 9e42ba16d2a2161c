"""Check a finished simulation or plan against the raw data of its scenario.

Written without the code of the dynamics: whatever wrote the books, the rules of the world are
stated here a second time, as inequalities over arrays.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.arguments import Arguments
from scenarios.arrays.types import Floats, Ints
from scenarios.evaluation.ledger import (
    Ledger,
    Violation,
    ledger_of_trajectory,
    sum_by_origin,
    sum_rows,
    waiting,
)
from scenarios.evaluation.ledger_tables import ledger_of_tables
from scenarios.model.scenario import Scenario, check_scenario

TOLERANCE = 1e-6
"""Slack of every comparison: this share of the quantities compared, and as many units."""


def audit(
    scenario: Scenario, subject: Any, *, lot_rules: bool | None = None
) -> tuple[Violation, ...]:
    """Every rule that a trajectory or plan breaks; empty if it is sound.

    Parameters
    ----------
    scenario : Scenario
    subject : Trajectory or Plan
        One path of a simulation, or anything with the tables ``purchase_orders`` and
        ``projection``.
    lot_rules : bool, optional
        Whether orders in the commit window must obey minimum, multiple and maximum; default:
        those of a plan must, those of a simulated policy need not.

    Returns
    -------
    tuple of Violation
        One per rule broken, with the worst case and the number of cases.

    Raises
    ------
    InputError
        If the scenario is none, or the subject neither a trajectory nor a plan.
    """
    check = Arguments("audit")
    check_scenario(check, scenario)
    sound = _is_plan(subject) or (hasattr(subject, "shipped") and hasattr(subject, "on_hand"))
    if not sound:
        remedy = "give a Plan, or a Trajectory of one path"
        check.add("subject", "is neither a trajectory nor a plan", remedy, subject)
    if lot_rules is not None:
        check.flag("lot_rules", lot_rules)
    check.refuse()
    books = _ledger_of(scenario, subject)
    found = [*books.notes, *_signs(scenario, books), *_stock(scenario, books)]
    found += [*_arrivals(scenario, books), *_shipping(scenario, books)]
    found += [*_demand(scenario, books), *_shelf_life(scenario, books)]
    found += _orders(scenario, books, books.lot_rules if lot_rules is None else lot_rules)
    if hasattr(subject, "costs"):
        found += _overflow(scenario, books, subject.costs)
    return tuple(found)


def _ledger_of(scenario: Scenario, subject: Any) -> Ledger:
    """Books of a trajectory (one path) or of a plan with ``purchase_orders`` and ``projection``."""
    if _is_plan(subject):
        return ledger_of_tables(scenario, subject.purchase_orders, subject.projection)
    return ledger_of_trajectory(scenario, subject)


def _is_plan(subject: Any) -> bool:
    return hasattr(subject, "purchase_orders") and hasattr(subject, "projection")


def storage_overflow(scenario: Scenario, closing: Floats) -> Floats:
    """[J, T] volume above the storage capacity at the end of each period."""
    volume = closing * scenario.point_volume[:, None]
    used = sum_rows(scenario.points.location, volume, scenario.n_locations)
    return np.maximum(used - scenario.locations.storage_capacity, 0.0)


def _signs(scenario: Scenario, books: Ledger) -> Iterator[Violation]:
    for name in ("opening", "receipts", "shipments", "demand", "sales", "missed", "closing"):
        yield from _point(scenario, "negative", f"negative {name}", -getattr(books, name), 0.0)
    for name in ("ordered", "shipped"):
        yield from _route(scenario, "negative", f"less than 0 {name}", -getattr(books, name), 0.0)


def _stock(scenario: Scenario, books: Ledger) -> Iterator[Violation]:
    start = np.concatenate([scenario.points.on_hand[:, None], books.closing[:, :-1]], axis=1)
    gap = np.abs(books.opening - start)
    message = "opening stock is not the last closing stock"
    yield from _point(scenario, "opening", message, gap, 0.0, start)
    # Only a product that perishes may lose stock, and not more than the books say.
    scrap = _scrap(books)
    size = books.opening + books.receipts
    yield from _point(scenario, "conservation", "stock out of nowhere", -scrap, 0.0, size)
    perishes = np.isfinite(scenario.products.shelf_life[scenario.points.product])[:, None]
    known = np.inf if books.expired is None else books.expired
    most = np.where(perishes, known, 0.0)
    yield from _point(scenario, "conservation", "stock is gone", scrap, most, size)


def _scrap(books: Ledger) -> Floats:
    """[K, T] stock on hand that neither left nor stayed."""
    return books.opening + books.receipts - books.shipments - books.sales - books.closing


def _arrivals(scenario: Scenario, books: Ledger) -> Iterator[Violation]:
    """What arrives is what was sent a lead time ago, and open orders once on their date."""
    routes, expected = scenario.routes, scenario.arrivals(scenario.n_periods)
    _add_arrivals(scenario, books, expected, routes.destination)
    early, lost = books.receipts - expected, expected - books.receipts
    yield from _point(scenario, "lead_time", "more arrives than was due", early, 0.0, expected)

    # Perishables may expire under way from another location.
    perishes = np.isfinite(scenario.products.shelf_life[scenario.points.product])
    inner = np.zeros(scenario.n_points, dtype=bool)
    inner[routes.destination[routes.origin >= 0]] = True
    most = np.zeros_like(expected)
    some = perishes & inner
    if books.expired is None:
        most[some] = np.inf
    elif some.any():
        under_way = np.cumsum(books.expired[some] - _scrap(books)[some], axis=1)
        most[some] = under_way - np.cumsum(lost[some], axis=1) + lost[some]
    yield from _point(scenario, "lead_time", "less arrives than was due", lost, most, expected)


def _add_arrivals(scenario: Scenario, books: Ledger, total: Floats, row: Ints) -> None:
    """Add what arrives to ``total`` [.., T], shipments of route a in row ``row[a]`` (-1: none)."""
    leads = scenario.lead_times
    for lead in np.unique(leads):
        some = np.flatnonzero((leads == lead).any(axis=1) & (row >= 0))
        if lead < scenario.n_periods:
            now = books.shipped[some] * (leads[some] == lead)
            np.add.at(total[:, lead:], row[some], now[:, : scenario.n_periods - lead])


def _shipping(scenario: Scenario, books: Ledger) -> Iterator[Violation]:
    sent = sum_by_origin(scenario, books.shipped)
    gap = np.abs(books.shipments - sent)
    yield from _point(scenario, "shipments", "shipments are not what routes carry", gap, 0.0, sent)
    there = books.opening.copy()
    if scenario.settings.timeline == "receive_first":
        there += books.receipts
    yield from _point(scenario, "not_there", "more is shipped than is there", sent, there, there)

    if scenario.settings.unmet_orders == "backlog":
        asked, given = np.cumsum(books.ordered, axis=1), np.cumsum(books.shipped, axis=1)
        if scenario.owed is not None:
            asked = asked + scenario.owed[:, None]
    else:
        asked, given = books.ordered, books.shipped
    yield from _route(scenario, "not_ordered", "more is shipped than was ordered", given, asked)

    volume = books.shipped * scenario.route_volume[:, None]
    lanes, routes = scenario.lanes, scenario.routes
    carried = sum_rows(routes.lane, volume, len(lanes.origin))
    for n, t, found, limit, count in _exceeded(carried, lanes.capacity):
        yield Violation(
            "lane_capacity", "a lane carries more than it can", "", _lane(scenario, n),
            _date(scenario, t), found, limit, count,
        )  # fmt: skip
    inside = routes.origin >= 0
    source = scenario.points.location[routes.origin[inside]]
    left = sum_rows(source, volume[inside], scenario.n_locations)
    for j, t, found, limit, count in _exceeded(left, scenario.locations.throughput_capacity):
        yield Violation(
            "throughput_capacity", "more leaves a location than it can send", "",
            str(scenario.locations.name[j]), _date(scenario, t), found, limit, count,
        )  # fmt: skip


def _exceeded(used: Floats, capacity: Floats) -> Iterator[tuple[int, int, float, float, int]]:
    """Place, period, what is used and the capacity at the worst, and the number of cases."""
    finite = np.where(np.isinf(capacity), np.finfo(float).max, capacity)
    over = used > finite + TOLERANCE * (1.0 + used)
    if over.any():
        i, t = _worst(np.where(over, used - finite, -np.inf))
        yield i, t, float(used[i, t]), float(capacity[i, t]), int(over.sum())


def _demand(scenario: Scenario, books: Ledger) -> Iterator[Violation]:
    asked = books.demand + waiting(scenario, books.missed)
    gap = np.abs(books.sales + books.missed - asked)
    yield from _point(scenario, "demand", "sold and missed are not the demand", gap, 0.0, asked)
    # Whoever still has stock at the end of a period has refused nobody in it.
    left = books.closing > TOLERANCE * (1.0 + asked)
    refused = np.where(left, books.missed, 0.0)
    yield from _point(scenario, "refused", "a sale is missed beside stock", refused, 0.0, asked)
    if books.lot_rules:
        gap = np.abs(books.demand - scenario.mean)
        yield from _point(
            scenario, "demand", "demand is not the forecast's mean", gap, 0.0, scenario.mean
        )


def _shelf_life(scenario: Scenario, books: Ledger) -> Iterator[Violation]:
    """No stock is older than its product keeps: necessary conditions that need no ages.

    What is on hand after s came within the last ``shelf_life - 1`` receipts and s's own; so did
    the stock of all locations together, from outside. The opening stock and open orders count as
    fresh. Where expired goods are looked for every few periods, the last check stands for s.
    """
    life = scenario.products.shelf_life[scenario.points.product]
    perishable = np.flatnonzero(np.isfinite(life))
    if not perishable.size:
        return
    fresh = books.receipts.copy()
    fresh[:, 0] += scenario.points.on_hand
    most = np.full_like(fresh, np.inf)
    checked = _last_check(scenario)
    most[perishable] = _recent(fresh[perishable], life[perishable], checked)
    message = "stock older than the product keeps"
    yield from _point(scenario, "shelf_life", message, books.closing, most, books.closing)

    routes, product = scenario.routes, scenario.points.product
    outside = np.zeros((scenario.n_products, scenario.n_periods))
    held = np.zeros_like(outside)
    np.add.at(outside[:, 0], product, scenario.points.on_hand)
    late = scenario.open_orders
    inside = late.period < scenario.n_periods
    where = routes.product[late.route[inside]], late.period[inside]
    np.add.at(outside, where, late.quantity[inside])
    _add_arrivals(scenario, books, outside, np.where(routes.origin < 0, routes.product, -1))
    np.add.at(held, product, books.closing)
    kept = np.isfinite(scenario.products.shelf_life)
    limit = np.full_like(held, np.inf)
    limit[kept] = _recent(outside[kept], scenario.products.shelf_life[kept], checked)
    over = held > limit + TOLERANCE * (1.0 + held)
    if over.any():
        p, t = _worst(np.where(over, held - np.where(over, limit, 0.0), -np.inf))
        yield Violation(
            "shelf_life", "stock of all locations older than the product keeps",
            str(scenario.products.name[p]), "", _date(scenario, t), float(held[p, t]),
            float(limit[p, t]), int(over.sum()),
        )  # fmt: skip


def _last_check(scenario: Scenario) -> Ints:
    """[T] the period at whose end expired goods were last scrapped; negative: before the first."""
    check, before = scenario.settings.expiry_check, scenario.elapsed
    ends = np.arange(1, scenario.n_periods + 1) + before
    return ends // check * check - 1 - before


def _recent(received: Floats, life: Floats, checked: Ints) -> Floats:
    """[n, T] what came in the periods q - life + 2 .. s, which may be on hand after s.

    ``checked`` [T] is q, the last period up to s at whose end expired goods were scrapped.
    """
    n_periods = received.shape[1]
    total = np.concatenate([np.zeros((len(received), 1)), np.cumsum(received, axis=1)], axis=1)
    stop = np.arange(1, n_periods + 1)
    start = np.clip(checked[None, :] + 2 - life[:, None], 0, stop[None, :]).astype(np.int64)
    return total[:, 1:] - np.take_along_axis(total, start, axis=1)


def _orders(scenario: Scenario, books: Ledger, lot_rules: bool) -> Iterator[Violation]:
    settings, routes = scenario.settings, scenario.routes
    ordered = books.ordered
    off = np.arange(scenario.n_periods) % settings.review_period != 0
    message = "an order outside the review periods"
    yield from _route(scenario, "review", message, np.where(off, ordered, 0.0), 0.0)
    if not lot_rules:
        return
    now = ordered[:, : settings.commit_periods]
    most = routes.max_order_quantity[:, None]
    yield from _route(scenario, "max_order_quantity", "an order above the maximum", now, most)
    closed = np.where(most == 0.0, ordered, 0.0)
    yield from _route(scenario, "max_order_quantity", "an order on a closed route", closed, 0.0)
    least = np.where(now > TOLERANCE, routes.min_order_quantity[:, None], 0.0)
    yield from _route(scenario, "min_order_quantity", "an order below the minimum", -now, -least)
    multiple = routes.order_multiple[:, None]
    step = np.where(multiple > 0, multiple, 1.0)
    rest = np.where(multiple > 0, np.abs(now - step * np.rint(now / step)), 0.0)
    message = "an order that is no whole multiple"
    yield from _route(scenario, "order_multiple", message, rest, 0.0, now)


def _overflow(scenario: Scenario, books: Ledger, costs: Any) -> Iterator[Violation]:
    """Overflow is priced, not forbidden; but the price must be right."""
    charged = np.asarray(costs.overflow)
    due = scenario.overflow_cost @ storage_overflow(scenario, books.closing)
    wrong = np.abs(charged - due) > 1e-5 * (1.0 + due)
    if wrong.any():
        t = int(np.argmax(np.where(wrong, np.abs(charged - due), -1.0)))
        yield Violation(
            "overflow_cost", "storage overflow is not charged right", "", "", _date(scenario, t),
            float(charged[t]), float(due[t]), int(wrong.sum()),
        )  # fmt: skip


def _point(
    scenario: Scenario,
    kind: str,
    message: str,
    found: Floats,
    limit: Floats | float,
    scale: Floats | float = 0.0,
) -> Iterator[Violation]:
    for index, worst in _above(found, limit, scale):
        k, t = worst[:2]
        points = scenario.points
        yield Violation(
            kind, message, str(scenario.products.name[points.product[k]]),
            str(scenario.locations.name[points.location[k]]), _date(scenario, t), *worst[2:], index,
        )  # fmt: skip


def _route(
    scenario: Scenario, kind: str, message: str, found: Floats, limit: Floats | float,
    scale: Floats | float = 0.0,
) -> Iterator[Violation]:  # fmt: skip
    for count, worst in _above(found, limit, scale):
        a, t = worst[:2]
        routes = scenario.routes
        yield Violation(
            kind, message, str(scenario.products.name[routes.product[a]]),
            _lane(scenario, int(routes.lane[a])), _date(scenario, t), *worst[2:], count,
        )  # fmt: skip


def _above(
    found: Floats, limit: Floats | float, scale: Floats | float
) -> Iterator[tuple[int, tuple[int, int, float, float]]]:
    """Number of cells above the limit and the worst of them; nothing if there is none."""
    # Few rows come near their limit; only those are looked at closely.
    fine = (found <= limit) & (scale == scale)  # nan is wrong, too
    rows = np.flatnonzero(~fine.all(axis=1))
    if not rows.size:
        return
    near = found[rows]
    full, size = (np.broadcast_to(x, found.shape)[rows] for x in (limit, scale))
    slack = TOLERANCE * (1.0 + np.abs(size) + np.where(np.isfinite(near), np.abs(near), 0.0))
    wrong: NDArray[np.bool_] = ~(near <= full + slack)
    if wrong.any():
        excess = np.where(wrong, np.nan_to_num(near, nan=np.inf) - np.where(wrong, full, 0), -1.0)
        i, t = _worst(excess)
        yield int(wrong.sum()), (int(rows[i]), t, float(near[i, t]), float(full[i, t]))


def _worst(excess: Floats) -> tuple[int, int]:
    i, t = np.unravel_index(int(np.argmax(excess)), excess.shape)
    return int(i), int(t)


def _lane(scenario: Scenario, n: int) -> str:
    lanes = scenario.lanes
    return f"{lanes.origin_name[n]} -> {scenario.locations.name[lanes.destination[n]]}"


def _date(scenario: Scenario, t: int) -> str:
    return f"{scenario.dates[t]:%Y-%m-%d}"
