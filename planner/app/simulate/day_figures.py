"""Of a run, what is shown: sums over what was chosen, small enough to be sent every day."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import special

from planner.app.simulate.stepwise_run import Game
from scenarios.arrays.types import Floats
from scenarios.evaluation.kpis import days_of_cover, fill_rate
from scenarios.model.scenario import Scenario
from scenarios.simulation.compiled import compile_scenario
from scenarios.simulation.costs import COMPONENTS
from scenarios.simulation.trajectory import Trajectory

NAMED = 5_000
"""Products that can be chosen by name; where there are more, those that sell most."""
LINES = 6
"""Locations that are drawn one by one; where there are more, their sum is."""
BAND = 0.9
"""Share of days whose demand should lie in the band."""
ALWAYS = ("holding", "missed_sale", "ordering", "overflow")
"""Components of cost that are shown even where they are never paid."""


@dataclass(frozen=True)
class Chosen:
    """Products (none: all) and a location (None: all) that charts are about."""

    products: tuple[int, ...] = ()
    location: int | None = None


@dataclass(frozen=True)
class Head:
    """What stays the same throughout a run."""

    n_products: int
    products: dict[int, str]
    """Those that can be chosen."""
    locations: tuple[str, ...]
    lanes: tuple[str, ...]
    dates: tuple[str, ...]
    unit: str
    """day, or week"""
    currency: str
    components: tuple[str, ...]
    n_periods: int
    review_period: int
    findings: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Day:
    """A row of the log: sums over the whole chain. Units, and money."""

    number: int
    date: str
    predicted: float
    demand: float
    sales: float
    missed: float
    stock: float
    arrivals: float
    order_lines: int
    ordered: float
    expired: float
    costs: dict[str, float]

    @property
    def total(self) -> float:
        """Cost of the day."""
        return sum(self.costs.values())


@dataclass(frozen=True)
class Figures:
    """Key figures of the run so far."""

    total: float
    per_period: float
    fill_rate: float
    missed: float
    cover: float
    """Days; nan where nothing was demanded."""
    lines: int
    ordered: float
    costs: dict[str, float] = field(default_factory=dict)


def head_of(game: Game) -> Head:
    """See :class:`Head`."""
    scenario, lanes = game.scenario, game.scenario.lanes
    names = scenario.products.name
    sold = np.bincount(scenario.points.product, scenario.mean.sum(axis=1), scenario.n_products)
    most = np.sort(np.argsort(-sold, kind="stable")[:NAMED])
    weekly = scenario.settings.period == "W"
    return Head(
        n_products=scenario.n_products,
        products={int(p): str(names[p]) for p in most},
        locations=tuple(str(name) for name in scenario.locations.name),
        lanes=tuple(
            f"{origin} → {scenario.locations.name[end]}"
            for origin, end in zip(lanes.origin_name, lanes.destination, strict=True)
        ),
        dates=tuple(f"{date:%Y-%m-%d}" for date in scenario.dates[: game.n_periods]),
        unit="week" if weekly else "day",
        currency=scenario.settings.currency,
        components=paid_for(scenario),
        n_periods=game.n_periods,
        review_period=scenario.settings.review_period,
        findings=game.findings,
    )


def paid_for(scenario: Scenario) -> tuple[str, ...]:
    """Components of cost that the scenario can come to, and those that people ask about."""
    net = compile_scenario(scenario)
    rates = {
        "unmet_order": net.unmet_order_cost,
        "shipping": net.shipping_cost,
        "in_transit": net.transit_cost,
        "scrap": None if net.shelf is None else net.scrap_cost,
    }
    return tuple(name for name in COMPONENTS if name in ALWAYS or rates.get(name) is not None)


def day_of(game: Game, run: Trajectory, period: int) -> Day:
    """The log's row of a period that is over."""
    orders = run.orders[:, period]
    return Day(
        number=period + 1,
        date=f"{game.scenario.dates[period]:%Y-%m-%d}",
        predicted=float(game.scenario.mean[:, period].sum()),
        demand=float(run.demand[:, period].sum()),
        sales=float(run.sales[:, period].sum()),
        missed=float(run.missed[:, period].sum()),
        stock=float(run.on_hand[:, period].sum()),
        arrivals=float(run.receipts[:, period].sum()),
        order_lines=int((orders > 0).sum()),
        ordered=float(orders.sum()),
        expired=float(run.expired[:, period].sum()),
        costs={name: float(cost[period]) for name, cost in run.costs.as_dict().items()},
    )


def figures_of(run: Trajectory) -> Figures:
    """Key figures of a run, or of its part that is over."""
    total = float(run.costs.total.sum())
    return Figures(
        total=total,
        per_period=total / run.n_periods,
        fill_rate=float(fill_rate(run)),
        missed=float(run.missed.sum()),
        cover=float(days_of_cover(run)),
        lines=int((run.orders > 0).sum()),
        ordered=float(run.orders.sum()),
        costs={name: float(cost.sum()) for name, cost in run.costs.as_dict().items()},
    )


def lines_of(scenario: Scenario, chosen: Chosen) -> dict[str, list[int]]:
    """Lines of the chart of stock: how they are called, and the locations that each sums."""
    names = [str(name) for name in scenario.locations.name]
    if chosen.location is not None:
        return {names[chosen.location]: [chosen.location]}
    if len(names) <= LINES:
        return {name: [place] for place, name in enumerate(names)}
    return {"All locations": list(range(len(names)))}


def points_of(scenario: Scenario, chosen: Chosen) -> np.ndarray:
    """[k] stock points that were chosen."""
    points = scenario.points
    keep = np.ones(scenario.n_points, dtype=bool)
    if chosen.products:
        keep &= np.isin(points.product, chosen.products)
    if chosen.location is not None:
        keep &= points.location == chosen.location
    return np.flatnonzero(keep)


def prediction(game: Game, chosen: Chosen) -> dict[str, list[float]]:
    """Mean demand of all periods, and a band about it, from the forecast.

    The band is that of a normal law of the summed variances; points' errors are independent.
    """
    scenario = game.scenario
    at = points_of(scenario, chosen)
    mean = scenario.mean[at, : game.n_periods].sum(axis=0)
    half = special.ndtri((1 + BAND) / 2) * np.sqrt(
        _variance(scenario, at)[:, : game.n_periods].sum(axis=0)
    )
    low = np.maximum(mean - half, 0.0)
    return {"predicted": _brief(mean), "low": _brief(low), "width": _brief(mean + half - low)}


def _variance(scenario: Scenario, at: np.ndarray) -> Floats:
    """[k, T] variance of demand; that of a Poisson law is its mean."""
    poisson = scenario.products.distribution[scenario.points.product[at]] == "poisson"
    return np.where(poisson[:, None], scenario.mean[at], scenario.std[at] ** 2)


def figures_between(game: Game, chosen: Chosen, first: int, last: int) -> dict[str, list[float]]:
    """What happened from a period up to and without another, by the name of the line."""
    scenario = game.scenario
    at, window = points_of(scenario, chosen), slice(first, last)
    routes = np.flatnonzero(np.isin(scenario.routes.destination, at))
    names = lines_of(scenario, chosen)
    if last <= first:
        empty: dict[str, list[float]] = {"actual": [], "missed": [], "orders": [], "arrivals": []}
        return empty | {f"{kind} {name}": [] for name in names for kind in ("stock", "safety")}
    run = game.so_far()
    out = {
        "actual": run.demand[at, window].sum(axis=0),
        "missed": run.missed[at, window].sum(axis=0),
        "orders": run.orders[routes, window].sum(axis=0),
        "arrivals": run.receipts[at, window].sum(axis=0),
    }
    place = scenario.points.location[at]
    for name, places in names.items():
        there = at[np.isin(place, places)]
        out[f"stock {name}"] = run.on_hand[there, window].sum(axis=0)
        out[f"safety {name}"] = game.safety_stock[there, window].sum(axis=0)
    return {name: _brief(values) for name, values in out.items()}


def _brief(values: Floats) -> list[float]:
    """Four digits are all that a chart can show."""
    return [float(f"{value:.4g}") if abs(value) < 1000 else round(float(value)) for value in values]
