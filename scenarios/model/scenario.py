"""The world as frozen arrays: products, locations, lanes, stock points and routes.

A *stock point* (index k) is one product at one location; a *route* (index a) is one product on
one lane. Both are flat lists rather than dense product x location grids, so that a product costs
memory only where it is kept; per-period data are arrays ``[k, t]``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.arguments import Arguments
from scenarios.arrays.types import Floats, Ints
from scenarios.model.entities import Lanes, Locations, OpenOrders, Points, Products, Routes
from scenarios.model.history import History, check_history
from scenarios.model.opening import Ages, aged_products, check_opening
from scenarios.model.table_port import table_port
from scenarios.settings import Settings

if TYPE_CHECKING:
    from scenarios.errors import Finding


@dataclass(frozen=True, eq=False)
class Scenario:
    """One planning problem, frozen; a what-if is a :meth:`replace`.

    ``mean`` and ``std`` are [K, T]: the forecast of customer demand per stock point and period
    (0 where nobody buys). ``warnings`` are what the loader found odd. ``history`` is what was sold
    before, if that was told. Read without a forecast, mean and std are nan where customers buy: see
    ``lacks_forecast``.

    The fields between ``error_correlation`` and ``history`` are for Python alone; no table can say
    them, and :meth:`to_tables` refuses a scenario that it would change by leaving them out.
    """

    settings: Settings
    dates: pd.DatetimeIndex
    products: Products
    locations: Locations
    lanes: Lanes
    points: Points
    routes: Routes
    open_orders: OpenOrders
    mean: Floats
    std: Floats
    warnings: tuple[Finding, ...] = ()
    error_correlation: Floats | None = None
    """[K, T] correlation of the forecast's errors in different periods, from 0 to below 1, as
    :mod:`scenarios.demand.forecast_error` states it; None: errors of different periods are
    independent."""
    owed: Floats | None = None
    """[A] units that origins owe from earlier orders; None: nothing. They ship, before or along
    with new orders, when the origin has them; only where ``unmet_orders`` is backlog."""
    opening_ages: Ages | None = None
    """Remaining life of what the scenario opens with; None: all of it is fresh.

    ``on_hand`` is [M, K]: entry b holds the units that can be sold in the first period and b more.
    Each column adds up to ``points.on_hand``; stock of a product without any units here is fresh.
    ``in_transit`` is () if open orders are fresh, or [M, A] for each period of arrival from 0 on.
    """
    elapsed: int = 0
    """Periods that went by before the first one, so that ``expiry_check`` keeps its phase."""
    lead_time_by_period: Ints | None = None
    """[A, T] lead time of what is shipped in each period, the last one's from then on; None:
    ``routes.lead_time``. Planners see ``routes.lead_time`` alone."""
    history: History | None = None
    """Past sales at the stock points, from the table of that name."""

    @classmethod
    def read(cls, path: str | Path) -> Scenario:
        """Read a folder of tables or an .xlsx workbook.

        Raises
        ------
        InputError
            With every finding at once, if the input cannot be used.
        """
        return table_port().read_scenario(Path(path))

    @classmethod
    def from_tables(
        cls, tables: Mapping[str, pd.DataFrame], settings: Mapping[str, Any] | None = None
    ) -> Scenario:
        """Build a scenario from data frames named as in ``planner schema``.

        Raises
        ------
        InputError
            With every finding at once, if the tables cannot be used.
        """
        return table_port().scenario_from_tables(tables, settings or {})

    def to_tables(self) -> dict[str, pd.DataFrame]:
        """The tables that give this scenario back through :meth:`from_tables`.

        Raises
        ------
        ValueError
            If it opens with goods owed, with stock of known age or between two expiry checks, or
            has lead times by period: tables cannot say so.
        """
        return table_port().tables_from_scenario(self)

    def write(self, path: str | Path, *, file_format: str = "csv") -> None:
        """Write the tables and ``settings.yaml`` into a new folder (csv, csv.gz, parquet)."""
        table_port().write_scenario(self, Path(path), file_format)

    def replace(self, **changes: Any) -> Scenario:
        """A copy with some fields changed; names of settings go into the settings.

        >>> scenario.replace(mean=1.2 * scenario.mean, review_period=2)  # doctest: +SKIP
        """
        settings = {k: changes.pop(k) for k in list(changes) if k in Settings.model_fields}
        if settings:
            base = changes.get("settings", self.settings)
            changes["settings"] = Settings.model_validate(base.model_dump() | settings)
        return dataclasses.replace(self, **changes)

    def __post_init__(self) -> None:
        shape = (self.n_points, self.n_periods)
        if self.mean.shape != shape or self.std.shape != shape:
            raise ValueError(
                f"mean {self.mean.shape} and std {self.std.shape} must be points x periods {shape}"
            )
        rho = self.error_correlation
        if rho is not None and (rho.shape != shape or not ((rho >= 0) & (rho < 1)).all()):
            raise ValueError(
                f"error_correlation {rho.shape} must be points x periods {shape}, in [0, 1)"
            )
        check_opening(
            self.products.shelf_life, self.points.product, self.points.on_hand,
            self.routes.product, self.open_orders, self.n_periods,
            self.owed, self.lead_time_by_period, self.opening_ages,
        )  # fmt: skip
        if self.history is not None:
            begin = np.datetime64(self.dates[0].date(), "D")
            check_history(self.history, shape, self.settings.days, begin)

    @property
    def n_products(self) -> int:
        return len(self.products.name)

    @property
    def n_locations(self) -> int:
        return len(self.locations.name)

    @property
    def n_points(self) -> int:
        return len(self.points.product)

    @property
    def n_routes(self) -> int:
        return len(self.routes.product)

    @property
    def n_periods(self) -> int:
        return len(self.dates)

    @property
    def lacks_forecast(self) -> bool:
        """Whether demand is still to be forecast from the history, so that means are nan."""
        return bool(np.isnan(self.mean).any())

    @cached_property
    def point_volume(self) -> Floats:
        """[K] volume of one unit at each stock point."""
        return self.products.volume[self.points.product]

    @cached_property
    def route_volume(self) -> Floats:
        """[A] volume of one unit on each route."""
        return self.products.volume[self.routes.product]

    @property
    def lead_times(self) -> Ints:
        """[A, T] lead time of what is shipped in each period, or [A, 1] where they never change."""
        by_period = self.lead_time_by_period
        return self.routes.lead_time[:, None] if by_period is None else by_period

    @cached_property
    def scheduled(self) -> Floats:
        """[A, T] open orders by route and period of arrival."""
        return self.open_orders.arrivals(self.n_routes, self.n_periods)

    @cached_property
    def aged_products(self) -> NDArray[np.bool_]:
        """[P] products of which ``opening_ages`` holds any unit; stock of others opens fresh."""
        return aged_products(
            self.opening_ages, self.points.product, self.routes.product, self.n_products
        )

    def arrivals(self, n_periods: int) -> Floats:
        """[K, n_periods] units of open orders that arrive at each stock point."""
        arrivals = np.zeros((self.n_points, n_periods))
        orders = self.open_orders
        inside = orders.period < n_periods
        where = self.routes.destination[orders.route[inside]], orders.period[inside]
        np.add.at(arrivals, where, orders.quantity[inside])
        return arrivals

    @cached_property
    def overflow_cost(self) -> Floats:
        """[J] cost of one unit of volume above the storage capacity for one period."""
        if self.settings.overflow_cost is not None:
            return np.full(self.n_locations, self.settings.overflow_cost)
        where = self.points.location
        holding = np.bincount(where, self.points.holding_cost, self.n_locations)
        volume = np.bincount(where, self.point_volume, self.n_locations)
        return 20.0 * holding / np.where(volume > 0, volume, 1.0)


def check_scenario(check: Arguments, value: object, *, forecast: bool = False) -> bool:
    """Whether an argument ``scenario`` is one; with ``forecast``, one whose demand is known."""
    wanted = "a Scenario, such as Scenario.read(folder)"
    if not check.kind("scenario", value, Scenario, wanted):
        return False
    if forecast and isinstance(value, Scenario) and value.lacks_forecast:
        problem = "has past sales, and its demand is still to be forecast"
        remedy = "take planner.forecast(scenario).scenario"
        return check.add("scenario", problem, remedy, value)
    return True
