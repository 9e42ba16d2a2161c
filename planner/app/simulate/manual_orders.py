"""Orders by hand: what there is to order, and how the hand did against the planner."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from planner.app.simulate.day_figures import Figures
from planner.app.simulate.stepwise_run import Game
from scenarios.errors import Finding, InputError

PAGE = 10
"""Rows of a page."""


@dataclass(frozen=True)
class Line:
    """One product on one lane, as it stands. Units."""

    route: int
    product: str
    lane: str
    lead_time: int
    on_hand: float
    """Where the lane leads."""
    on_way: float
    """To there, what is owed included."""
    expected: float
    """Mean demand, there and wherever it supplies, until the order after next could arrive."""
    order: float
    rule: str
    """Lot rules, for people."""


@dataclass(frozen=True)
class Lines:
    """A page of them."""

    rows: tuple[Line, ...]
    count: int
    """Of all pages."""
    order_lines: int
    ordered: float
    may_order: bool


def lines(game: Game, text: str, lane: int | None, page: int) -> Lines:
    """The page (0: first) of all lanes' products whose name contains a text."""
    scenario, routes = game.scenario, game.scenario.routes
    keep = np.ones(scenario.n_routes, dtype=bool) if lane is None else routes.lane == lane
    if text:
        low = text.lower()
        fits = np.array([low in str(name).lower() for name in scenario.products.name], dtype=bool)
        keep = keep & fits[routes.product]
    found = np.flatnonzero(keep)
    order = np.lexsort((-routes.lane[found], routes.product[found]))
    found = found[order]
    rows = tuple(_line(game, int(route)) for route in found[page * PAGE : (page + 1) * PAGE])
    placed = game.draft > 0
    return Lines(rows, len(found), int(placed.sum()), float(game.draft.sum()), game.may_order)


def _line(game: Game, route: int) -> Line:
    scenario, routes, state = game.scenario, game.scenario.routes, game.state
    end, lane = int(routes.destination[route]), int(routes.lane[route])
    lead = int(routes.lead_time[route])
    inbound = routes.destination == end
    names = scenario.locations.name
    return Line(
        route=route,
        product=str(scenario.products.name[routes.product[route]]),
        lane=f"{scenario.lanes.origin_name[lane]} → {names[scenario.lanes.destination[lane]]}",
        lead_time=lead,
        on_hand=float(state.on_hand[end]),
        on_way=float((state.on_way + state.owed)[inbound].sum()),
        expected=_expected(game, end, lead),
        order=float(game.draft[route]),
        rule=_rule(game, route),
    )


def _expected(game: Game, end: int, lead: int) -> float:
    """Mean demand at a point and at all that it supplies, over the days that an order covers."""
    scenario = game.scenario
    span = slice(game.period, game.period + lead + scenario.settings.review_period)
    below, found = [end], {end}
    for point in below:
        for k in scenario.routes.destination[scenario.routes.origin == point].tolist():
            if k not in found:
                found.add(k)
                below.append(k)
    return float(scenario.mean[below, span].sum())


def _rule(game: Game, route: int) -> str:
    routes = game.scenario.routes
    parts = []
    if routes.order_multiple[route] == 1:
        parts.append("whole units")
    elif routes.order_multiple[route] > 0:
        parts.append(f"multiples of {routes.order_multiple[route]:g}")
    if routes.min_order_quantity[route] > 0:
        parts.append(f"at least {routes.min_order_quantity[route]:g}")
    if math.isfinite(routes.max_order_quantity[route]):
        parts.append(f"at most {routes.max_order_quantity[route]:g}")
    return ", ".join(parts)


def place(game: Game, route: int, quantity: float) -> None:
    """Note an order of the next period.

    Raises
    ------
    InputError
        If it is less than nothing, or no number.
    """
    if not (math.isfinite(quantity) and quantity >= 0):
        found = Finding("order", "is not 0 or more", "type how many units", value=f"{quantity:g}")
        raise InputError([found])
    if not 0 <= route < game.scenario.n_routes:
        raise InputError([Finding("order", "there is no such lane", "load the page again")])
    game.draft[route] = quantity


@dataclass(frozen=True)
class Comparison:
    """By hand and by the planner, on the same demand."""

    hand: Figures
    planner: Figures
    hand_costs: tuple[float, ...]
    """By period."""
    planner_costs: tuple[float, ...]
