"""What the page knows of an input and a plan: small, plain, and the same after a reload."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scenarios.errors import Finding

Row = dict[str, Any]


@dataclass(frozen=True)
class InputOverview:
    """An input that can be planned."""

    warnings: tuple[Finding, ...]
    facts: tuple[tuple[str, str], ...]
    """What the chain looks like: name and value."""
    notes: tuple[str, ...]
    lacks_forecast: bool
    """Whether demand is to be forecast from its history."""
    currency: str
    first_date: str
    last_date: str
    lanes: tuple[tuple[str, str], ...]
    """Origin and destination of each."""
    release_dates: tuple[str, ...]
    """Days on which orders are released now."""


@dataclass(frozen=True)
class PlanOverview:
    """Headline, problems and lists of a plan."""

    costs: dict[str, float]
    """By component, and their total."""
    missed: float
    waits: bool
    """Whether unmet demand waits, instead of being lost."""
    demand: float
    message: str
    gap: float | None
    brains: dict[str, int]
    counts: dict[str, int]
    capacity: tuple[tuple[str, float, float, str], ...]
    """Name, mean use, peak use and its date."""
    forecast: str
    notes: tuple[str, ...]
    seconds: float
    first_date: str
    last_date: str
    currency: str
    period: str
    problems: tuple[Row, ...]
    n_problems: int
    lanes: tuple[Row, ...]
    """Orders released now by lane: origin, destination, orders, units, products."""
    locations: tuple[str, ...]
    limited_flows: tuple[str, ...]
    categories: bool
    """Whether any product has one."""


@dataclass(frozen=True)
class Difference:
    """What edits change: the plan with them minus the plan without."""

    costs: dict[str, tuple[float, float]]
    """Without and with, by component, and total."""
    missed: tuple[float, float]
    orders: tuple[Row, ...]
    """Orders released now that changed, the largest change first: at most some."""
    n_orders: int
    noise: float
    """What the search for orders leaves open of the total."""


@dataclass(frozen=True)
class Page:
    """Some rows of a table, and how many there are in all."""

    rows: list[Row]
    total: int
