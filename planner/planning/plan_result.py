"""What a plan is: tables and a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from planner.results.plan_data import Report

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
        kind (storage, lane, throughput), place, date, used, safety_stock, capacity,
        expected_overflow, price (volumes, but for the price), see
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
        from planner.reporting.plan_page import page_of_plan
        from planner.results.plan_folder import write_plan

        write_plan(
            self, Path(path), force=force, excel=excel, page=page_of_plan if report else None
        )
