"""What of a plan is written: its tables, and the report that becomes ``plan.json``."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field
from typing import Any, Protocol

import pandas as pd

from scenarios.errors import Finding, InputError
from scenarios.notebook import as_html, in_short, plural

TABLES = (
    "purchase_orders", "safety_stock", "projection", "problems", "capacity", "capacity_prices",
    "products", "forecast",
)  # fmt: skip
"""Of a plan, as files and as attributes."""


@dataclass(frozen=True)
class CapacityUse:
    """How full a place of what products share is planned to be; volumes, cost over the horizon."""

    kind: str
    """storage, lane or throughput"""
    name: str
    mean_use: float
    """Share of the capacity, on average over the periods that have one."""
    peak_use: float
    peak_date: str
    overflow: float
    """Projected volume above the capacity, summed over periods (lanes: always 0)."""
    expected_overflow: float
    """The same with the risk of demand included."""
    expected_overflow_cost: float
    price: float
    """What one more unit of capacity in every period would save."""


@dataclass(frozen=True, repr=False)
class Report:
    """How the plan came about and what it is projected to cost, see ``plan.json``."""

    status: str
    """optimal, gap_reached, time_limit or closed_form, see ``solver.OrderPlan``."""
    message: str
    """One sentence for people on how the result came about."""
    objective: float
    """Expected cost in the order model, of which ``bound`` is a proven lower bound."""
    bound: float | None
    """None: unknown."""
    gap: float | None
    """The objective over its bound, as a share of it; None: unknown."""
    solver: dict[str, Any]
    """How orders were found: method (monolith, decomposed, closed_form), blocks, rounds, workers,
    highs_seconds and block_seconds (of all workers), relaxed_objective (without lot rules) and
    lot_loss (objective above it, below 0 where lots lose sales)."""
    seconds: dict[str, float]
    """Wall time by phase."""
    versions: dict[str, str]
    """Of this package, of Python and of what decides the numbers."""
    brains: dict[str, int]
    """Who decided the safety stocks, and of how many stock points."""
    input_hash: str
    """SHA-256 of the scenario's content."""
    counts: dict[str, int]
    """products, locations, lanes, stock_points, periods, orders_now, orders_planned"""
    costs: dict[str, float]
    """Cost by component over the horizon if demand is its mean, and their ``total``."""
    missed_units: float
    """Units lost (or waiting at the end) over the horizon if demand is its mean."""
    capacity: tuple[CapacityUse, ...]
    """Every place that has a capacity."""
    first_date: str
    """YYYY-MM-DD, of the first period."""
    last_date: str
    """Of the last one."""
    currency: str = ""
    """Of all costs, for display only."""
    period: str = "D"
    """D (day) or W (week)."""
    unmet_demand: str = "lost"
    """lost, or backlog: it waits."""
    forecast: dict[str, float] = field(default_factory=dict)
    """Models that forecast from sales history, and their shares; empty: the forecast was given."""
    notes: tuple[str, ...] = field(default=())
    """What else there is to know."""
    overrides: tuple[dict[str, Any], ...] = field(default=())
    """What people changed, with who, when and why, see ``planner.overrides.override``."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON: what is no finite number is None.

        Returns
        -------
        dict
        """
        return _plain(dataclasses.asdict(self))

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any]) -> Report:
        """The report that :meth:`to_dict` made plain; other entries of ``plan.json`` do not count.

        Parameters
        ----------
        facts : mapping

        Returns
        -------
        Report

        Raises
        ------
        InputError
            If something is missing, or of another kind.
        """
        fields = {field.name: field for field in dataclasses.fields(cls)}
        needed = [
            name
            for name, field in fields.items()
            if field.default is MISSING and field.default_factory is MISSING
        ]
        lost = [name for name in needed if name not in facts]
        try:
            given = {name: facts[name] for name in fields if name in facts}
            uses = given.get("capacity", ())
            given["capacity"] = tuple(CapacityUse(**_with_nan(use)) for use in uses)
            for name in ("notes", "overrides"):
                given[name] = tuple(given.get(name, ()))
        except (TypeError, AttributeError):
            lost.append("capacity")
        if lost:
            problem = f"it does not say {', '.join(lost)}"
            remedy = "write the plan anew; a folder of an older version may lack it"
            raise InputError([Finding("plan.json", problem, remedy)])
        return cls(**given)

    def __repr__(self) -> str:
        return in_short("Report", *self._facts().values())

    def _repr_html_(self) -> str:
        return as_html("Report of a plan", self._facts(), pd.DataFrame([self.costs]))

    def _facts(self) -> dict[str, str]:
        money = f"{self.costs['total']:,.4g} {self.currency}".strip()
        return {
            "status": self.status,
            "gap": "gap unknown" if self.gap is None else f"gap {self.gap:.2%}",
            "dates": f"{self.first_date} to {self.last_date}",
            "orders now": plural(self.counts["orders_now"], "order") + " now",
            "cost": f"cost {money} if demand is its mean",
        }


def _with_nan(use: Mapping[str, Any]) -> dict[str, Any]:
    """How full a place is, with nan for what no finite number was."""
    return {name: math.nan if value is None else value for name, value in use.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


class PlanData(Protocol):
    """Tables and report of a plan, as :class:`planner.planning.plan_result.Plan` describes them."""

    @property
    def purchase_orders(self) -> pd.DataFrame: ...

    @property
    def safety_stock(self) -> pd.DataFrame: ...

    @property
    def projection(self) -> pd.DataFrame: ...

    @property
    def problems(self) -> pd.DataFrame: ...

    @property
    def capacity(self) -> pd.DataFrame: ...

    @property
    def capacity_prices(self) -> pd.DataFrame: ...

    @property
    def products(self) -> pd.DataFrame: ...

    @property
    def report(self) -> Report: ...

    @property
    def forecast(self) -> pd.DataFrame | None: ...
