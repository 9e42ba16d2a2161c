"""What a plan is: tables and a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.results.plan_data import Report
from planner.results.plan_folder import REPORT
from planner.results.read_result import read_plan_folder
from scenarios.arguments import Arguments
from scenarios.notebook import as_html, in_short, plural

if TYPE_CHECKING:
    from matplotlib.figure import Figure

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


@dataclass(frozen=True, eq=False, repr=False)
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
        InputError
            If an argument is of another kind.
        FileExistsError
            If ``path`` exists; with ``force``, only if it is no plan.
        """
        from planner.reporting.plan_page import page_of_plan
        from planner.results.plan_folder import write_plan

        check = Arguments("Plan.write")
        check.path("path", path)
        for name, value in (("force", force), ("excel", excel), ("report", report)):
            check.flag(name, value)
        check.refuse()
        write_plan(
            self, Path(path), force=force, excel=excel, page=page_of_plan if report else None
        )

    def for_product(self, product: str) -> PlanExcerpt:
        """What is planned for a product, at all locations.

        Parameters
        ----------
        product : str

        Returns
        -------
        PlanExcerpt

        Raises
        ------
        InputError
            If there is no such product.
        """
        check = Arguments("Plan.for_product")
        check.names("product", product, self.products["product"].unique(), "a product")
        check.refuse()
        return self._excerpt(product, ("product",))

    def for_location(self, location: str) -> PlanExcerpt:
        """What is planned for a location, all products: orders to and from it included.

        Parameters
        ----------
        location : str

        Returns
        -------
        PlanExcerpt

        Raises
        ------
        InputError
            If there is no such location.
        """
        check = Arguments("Plan.for_location")
        check.names("location", location, self.projection["location"].unique(), "a location")
        check.refuse()
        return self._excerpt(location, ("location", "origin", "destination", "place"))

    def _excerpt(self, name: str, columns: tuple[str, ...]) -> PlanExcerpt:
        def of(table: pd.DataFrame) -> pd.DataFrame:
            mine = np.zeros(len(table), dtype=bool)
            for column in table.columns.intersection(list(columns)):
                mine |= (table[column] == name).to_numpy()
            return table[mine].reset_index(drop=True)

        tables = {field.name: of(getattr(self, field.name)) for field in fields(PlanExcerpt)[1:]}
        return PlanExcerpt(name, **tables)

    def plot(
        self,
        product: str | None = None,
        location: str | None = None,
        *,
        path: str | Path | None = None,
    ) -> Figure:
        """Draw the plan; needs matplotlib (the extra ``pictures``).

        Parameters
        ----------
        product, location : str, optional
            Stock, safety stock, demand and receipts of a product at a location, of one of them at
            all of the others (the most that fit), or, without either, how full the places are
            that have a capacity.
        path : str or Path, optional
            File to write the picture to (.png, .svg, .pdf).

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        InputError
            If there is no such product or location, or the product is not kept there.
        ImportError
            If matplotlib is not installed.
        """
        from planner.reporting.plan_picture import draw_plan

        return draw_plan(self.projection, self.capacity, product, location, path)

    def __repr__(self) -> str:
        return in_short("Plan", *self._facts().values())

    def _repr_html_(self) -> str:
        return as_html("Plan", self._facts(), self.problems)

    def _facts(self) -> dict[str, str]:
        counts = self.report.counts
        return {
            "chain": f"{plural(counts['products'], 'product')}, "
            f"{plural(counts['locations'], 'location')}",
            "dates": f"{self.report.first_date} to {self.report.last_date}",
            "orders": f"{plural(counts['orders_now'], 'order')} now, "
            f"{counts['orders_planned']:,} planned",
            "status": self.report.status,
            "problems": plural(len(self.problems), "problem"),
        }


@dataclass(frozen=True, eq=False, repr=False)
class PlanExcerpt:
    """What a plan says of one product or location: its rows of the tables of a :class:`Plan`."""

    name: str
    """Of the product or location."""
    purchase_orders: pd.DataFrame
    """Of a location, those to it and from it."""
    safety_stock: pd.DataFrame
    """By date."""
    projection: pd.DataFrame
    """By date."""
    problems: pd.DataFrame
    """Those that are about it."""
    capacity: pd.DataFrame
    """By date; none of a product, since capacities are shared."""

    def __repr__(self) -> str:
        return in_short("PlanExcerpt", *self._facts().values())

    def _repr_html_(self) -> str:
        return as_html(f"Plan for {self.name}", self._facts(), self.purchase_orders)

    def _facts(self) -> dict[str, str]:
        orders = self.purchase_orders
        now = int((orders["release"] == "now").sum())
        return {
            "name": self.name,
            "orders": f"{plural(now, 'order')} now, {len(orders) - now:,} planned",
            "problems": plural(len(self.problems), "problem"),
        }


def read_plan(folder: str | Path) -> Plan:
    """Read a plan back from the folder that :meth:`Plan.write` wrote.

    Parameters
    ----------
    folder : str or Path

    Returns
    -------
    Plan
        Numbers are as they were written, to four decimals.

    Raises
    ------
    InputError
        If it is no such folder, a table is missing or not as it was written, or a newer version
        wrote it.
    """
    check = Arguments("read_plan")
    if check.path("folder", folder) and not (Path(folder) / REPORT).is_file():
        problem = "is no folder of a plan"
        remedy = "name the folder that Plan.write, or planner plan --out, wrote"
        check.add("folder", problem, remedy, str(folder))
    check.refuse()
    tables, report = read_plan_folder(Path(folder))
    return Plan(report=report, **tables)
