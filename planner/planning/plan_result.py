"""What a plan is: tables and a report."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from scenarios.evaluation.ledger import Violation


BEYOND = (
    "Orders late in the plan also cover demand beyond the forecast: it is taken to go on as in its"
    " last week (or four weeks)."
)
"""A note that holds of every plan whose products live on."""


class AuditError(RuntimeError):
    """A finished plan breaks a rule of the world: a fault of the planner, not of the input."""

    def __init__(self, violations: Sequence[Violation]):
        self.violations = tuple(violations)
        lines = "\n".join(f"  {violation}" for violation in self.violations)
        super().__init__(f"the plan did not pass its audit:\n{lines}")


@dataclass(frozen=True)
class CapacityUse:
    """How full a storage or lane is planned to be; volumes, and cost over the horizon."""

    kind: str
    """storage or lane"""
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


@dataclass(frozen=True)
class Report:
    """How the plan came about and what it is projected to cost, see ``plan.json``."""

    status: str
    """optimal, gap_reached, time_limit or closed_form, see ``solver.OrderPlan``."""
    message: str
    objective: float
    """Expected cost in the order model, of which ``bound`` is a proven lower bound."""
    bound: float | None
    gap: float | None
    solver: dict[str, Any]
    """How orders were found: method (monolith, decomposed, closed_form), blocks, rounds, workers,
    highs_seconds and block_seconds (of all workers), relaxed_objective (without lot rules) and
    lot_loss (objective above it, below 0 where lots lose sales)."""
    seconds: dict[str, float]
    """Wall time by phase."""
    versions: dict[str, str]
    brains: dict[str, int]
    """Who decided the safety stocks, and of how many stock points."""
    input_hash: str
    """SHA-256 of the scenario's content."""
    counts: dict[str, int]
    costs: dict[str, float]
    """Cost by component over the horizon if demand is its mean, and their ``total``."""
    missed_units: float
    """Units lost (or waiting at the end) over the horizon if demand is its mean."""
    capacity: tuple[CapacityUse, ...]
    first_date: str
    last_date: str
    currency: str = ""
    period: str = "D"
    """D (day) or W (week)."""
    unmet_demand: str = "lost"
    """lost, or backlog: it waits."""
    forecast: dict[str, float] = field(default_factory=dict)
    """Models that forecast from sales history, and their shares; empty: the forecast was given."""
    notes: tuple[str, ...] = field(default=())
    overrides: tuple[dict[str, Any], ...] = field(default=())
    """What people changed, with who, when and why, see ``planner.overrides.override``."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON: what is no finite number is None."""
        return _plain(dataclasses.asdict(self))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


@dataclass(frozen=True, eq=False)
class Plan:
    """Purchase orders for every echelon, with reasons.

    Attributes
    ----------
    purchase_orders : DataFrame
        order_id, product, origin, destination, order_date, receipt_date, quantity, release (now
        or planned), and why: demand_cover, safety_stock, projected_on_hand, lot_rounding,
        binding_capacity (see ``planner.planning.reasons``). An order that its origin has to owe in
        part has a row for each delivery.
    safety_stock : DataFrame
        product, location, date, safety_stock, source.
    projection : DataFrame
        product, location, date, opening, receipts, demand, std (of demand), shipments, closing,
        safety_stock, missed, days_of_cover, if demand is its mean; and
        echelon_demand, the mean demand of the period at the location and all that it supplies.
    problems : DataFrame
        severity, kind, product, location, date, quantity, cost, message, suggested_action; the
        most pressing first.
    capacity : DataFrame
        kind (storage or lane), place, date, used, safety_stock, capacity, expected_overflow, price
        (volumes, but for the price), see
        :func:`planner.planning.capacity_table.capacity_table`.
    capacity_prices : DataFrame
        kind, place, date, capacity, used, price: what one more unit of volume would save, only
        where it saves something, the dearest first, see
        :func:`planner.planning.capacity_table.capacity_prices`.
    products : DataFrame
        product, category, abc, xyz, value, demand, variability, missed, orders_now, see
        :func:`planner.planning.product_table.products_table`.
    report : Report
    forecast : DataFrame, optional
        product, location, date, mean, std, error_correlation, where it was made from history.
    """

    purchase_orders: pd.DataFrame
    safety_stock: pd.DataFrame
    projection: pd.DataFrame
    problems: pd.DataFrame
    capacity: pd.DataFrame
    capacity_prices: pd.DataFrame
    products: pd.DataFrame
    report: Report
    forecast: pd.DataFrame | None = None

    def write(
        self, path: str | Path, *, force: bool = False, excel: bool = False, report: bool = True
    ) -> None:
        """Write the tables as CSV, ``plan.json`` and ``report.html`` into a folder.

        Parameters
        ----------
        path : str or Path
            One that ends in .xlsx is for the workbook alone.
        force : bool
            Replace an older plan.
        excel : bool
            Whether to write the workbook ``plan.xlsx`` as well.
        report : bool
            Whether to write ``report.html``, the page for people.

        Raises
        ------
        FileExistsError
            If ``path`` exists; with ``force``, only if it is no plan.
        """
        from planner.results.plan_folder import write_plan

        write_plan(self, Path(path), force=force, excel=excel, report=report)
