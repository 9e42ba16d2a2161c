"""The world as frozen arrays: products, locations, lanes, stock points and routes.

A *stock point* (index k) is one product at one location; a *route* (index a) is one product on
one lane. Both are flat lists rather than dense product x location grids, so that a product costs
memory only where it is kept; per-period data are arrays ``[k, t]``.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.arguments import Arguments
from scenarios.arrays.frozen import freeze
from scenarios.arrays.types import Floats, Ints
from scenarios.checked_model import checked_model
from scenarios.errors import did_you_mean
from scenarios.model.by_name import (
    demand_by_name,
    facts_of,
    named_points,
    stock_by_location,
    stock_by_name,
)
from scenarios.model.consistency import sound_parts
from scenarios.model.entities import Lanes, Locations, OpenOrders, Points, Products, Routes
from scenarios.model.history import History
from scenarios.model.horizon import in_window, window_of
from scenarios.model.opening import Ages, aged_products, freeze_all
from scenarios.notebook import as_html, in_short
from scenarios.settings import Settings
from scenarios.table_port import table_port

if TYPE_CHECKING:
    from scenarios.errors import Finding


@dataclass(frozen=True, eq=False, repr=False)
class Scenario:
    """One planning problem, frozen; a what-if is a :meth:`replace`.

    ``settings`` say how it is run, ``dates`` [T] are the first days of its periods. ``products``,
    ``locations``, ``lanes``, stock ``points``, ``routes`` and ``open_orders`` are its entities.
    ``mean`` and ``std`` are [K, T]: the forecast of customer demand per stock point and period
    (0 where nobody buys). ``warnings`` are what the loader found odd. ``history`` is what was sold
    before, if that was told. Read without a forecast, mean and std are nan where customers buy: see
    ``lacks_forecast``.

    Nobody may write to its arrays, those of its products, locations, lanes, points, routes, open
    orders, history and ages included. An array that can be written to is copied when a scenario
    takes it, so that whoever gave it may go on writing to it; a read-only one is shared.

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

        Parameters
        ----------
        path : str or Path

        Returns
        -------
        Scenario
            What was odd is in its ``warnings``.

        Raises
        ------
        InputError
            With every finding at once, if the input cannot be used.
        """
        return table_port().read_scenario(path)

    @classmethod
    def from_tables(
        cls, tables: Mapping[str, pd.DataFrame], settings: Mapping[str, Any] | None = None
    ) -> Scenario:
        """Build a scenario from data frames named as in ``planner schema``.

        Parameters
        ----------
        tables : mapping of str to DataFrame
            By the names of the input's tables; the first record is row 2 in messages, as in a file.
        settings : mapping, optional
            By the names of the settings.

        Returns
        -------
        Scenario

        Raises
        ------
        InputError
            With every finding at once, if the tables cannot be used.
        """
        return table_port().scenario_from_tables(tables, settings)

    def to_tables(self) -> dict[str, pd.DataFrame]:
        """The tables that give this scenario back through :meth:`from_tables`.

        Returns
        -------
        dict of str to DataFrame

        Raises
        ------
        InputError
            If it opens with goods owed, with stock of known age or between two expiry checks, or
            has lead times by period: tables cannot say so.
        """
        return table_port().tables_from_scenario(self)

    def write(self, path: str | Path, *, file_format: str = "csv") -> None:
        """Write the tables and ``settings.yaml`` into a new folder.

        Parameters
        ----------
        path : str or Path
            The folder; it must not exist yet.
        file_format : {"csv", "csv.gz", "parquet"}

        Raises
        ------
        InputError
            If the format is unknown, or tables cannot say something of the scenario.
        FileExistsError
            If there is something at ``path``.
        """
        table_port().write_scenario(self, path, file_format)

    def replace(self, **changes: Any) -> Scenario:
        """A copy with some fields changed; names of settings go into the settings.

        ``horizon`` cuts off the last periods and ``start_date`` the first ones, as if the tables
        had been read with them: what opens the scenario opens it on the new day. Other changes of
        the same call are of the scenario as cut. ``period`` cannot be changed, and nothing makes a
        horizon longer but :func:`scenarios.longer`.

        >>> scenario.replace(horizon=14, review_period=2)  # doctest: +SKIP

        Parameters
        ----------
        **changes
            Fields of the scenario, and settings, by name.

        Returns
        -------
        Scenario
            The original stays as it is.

        Raises
        ------
        InputError
            If there is no field or setting of a name, a value is not possible, or the horizon
            cannot be moved so.
        """
        check = Arguments("Scenario.replace")
        fields = [field.name for field in dataclasses.fields(self)]
        known = [*fields, *Settings.model_fields]
        for name in changes.keys() - set(known):
            hint = did_you_mean(name, known)
            check.add(name, "is neither a field of a scenario nor a setting", f"leave it out{hint}")
        base = changes.pop("settings", self.settings)
        check.kind("settings", base, Settings, "Settings")
        check.refuse()
        given = {name: value for name, value in changes.items() if name not in fields}
        settings = base
        if given:
            whole = base.model_dump() | given
            settings = checked_model(Settings, check.call, whole, Settings.model_validate)
        data = {name: value for name, value in changes.items() if name in fields}
        window = window_of(
            check, self.settings, settings, self.dates, self.lead_times, self.open_orders,
            after_history=data.get("history", self.history) is not None,
            orders_given="open_orders" in data,
        )  # fmt: skip
        check.refuse()
        left = in_window(self.__dict__, window)
        cut = dataclasses.replace(self, **left) if left else self
        return dataclasses.replace(cut, **data | {"settings": settings})

    def scale_demand(
        self,
        factor: float,
        *,
        product: str | Iterable[str] | None = None,
        location: str | Iterable[str] | None = None,
        first: datetime.date | str | None = None,
        last: datetime.date | str | None = None,
    ) -> Scenario:
        """A copy in which customers want more, or less.

        The standard deviation stays in step: it is multiplied by the same factor, and by its square
        root where demand is Poisson, whose variance is its mean.

        >>> scenario.scale_demand(1.2, product="P1", first="2026-12-01")  # doctest: +SKIP

        Parameters
        ----------
        factor : float
            On the forecast mean; 0 or more.
        product, location : str or iterable of str, optional
            Names; default: all of them.
        first, last : date or str, optional
            First and last day; default: all periods.

        Returns
        -------
        Scenario

        Raises
        ------
        InputError
            If there is no such product, location or period, the factor is none, or demand is still
            to be forecast.
        """
        check = Arguments("Scenario.scale_demand")
        check.number("factor", factor, least=0.0)
        points, products = self.points, self.products
        rows = named_points(check, products, self.locations, points, product, location)
        columns = check.days("first", "last", first, last, self.dates)
        check_scenario(check, self, forecast=True)
        check.refuse()
        poisson = (products.distribution == "poisson")[points.product]
        scale = np.where(rows[:, None] & columns, factor, 1.0)
        spread = np.where(poisson[:, None], np.sqrt(scale), scale)
        mean, std = freeze(self.mean * scale), freeze(self.std * spread)
        return dataclasses.replace(self, mean=mean, std=std)

    def __post_init__(self) -> None:
        for name, values in sound_parts(self.__dict__).items():
            if values is not getattr(self, name):
                object.__setattr__(self, name, values)

    def __setstate__(self, state: dict[str, Any]) -> None:
        # Pickles and copies hold arrays that can be written to, and what was worked out of them.
        names = {field.name for field in dataclasses.fields(self)}
        fields = {name: value for name, value in state.items() if name in names}
        freeze_all(fields.values())
        self.__dict__.update(fields)

    def __repr__(self) -> str:
        return in_short("Scenario", *facts_of(self.__dict__).values())

    def _repr_html_(self) -> str:
        return as_html("Scenario", facts_of(self.__dict__), self.summary())

    @property
    def demand(self) -> pd.DataFrame:
        """The forecast by name: mean and std (units per period) of every place that sells.

        Indexed by product, location and date (first day of the period); made anew when asked for.
        """
        return demand_by_name(
            self.products, self.locations, self.points, self.dates, self.mean, self.std
        )

    @property
    def stock(self) -> pd.DataFrame:
        """Stock by name: on_hand, on_order (open orders) and backlog (customers waiting), in units.

        Indexed by product and location; made anew when asked for.
        """
        return stock_by_name(self.products, self.locations, self.points, self._on_order())

    def summary(self) -> pd.DataFrame:
        """What each location is about.

        Returns
        -------
        DataFrame
            Indexed by location: products kept and selling there, demand (mean units per period;
            nan: still to be forecast), on_hand, on_order and backlog (units), stored and
            storage_capacity (volume; that of the first period).
        """
        return stock_by_location(
            self.locations, self.points, self.point_volume, self.mean.mean(axis=1),
            self._on_order(),
        )  # fmt: skip

    def _on_order(self) -> Floats:
        """[K] units of all open orders."""
        where = self.routes.destination[self.open_orders.route]
        return np.bincount(where, self.open_orders.quantity, self.n_points).astype(np.float64)

    @property
    def n_products(self) -> int:
        """P."""
        return len(self.products.name)

    @property
    def n_locations(self) -> int:
        """J."""
        return len(self.locations.name)

    @property
    def n_points(self) -> int:
        """K."""
        return len(self.points.product)

    @property
    def n_routes(self) -> int:
        """A."""
        return len(self.routes.product)

    @property
    def n_periods(self) -> int:
        """T."""
        return len(self.dates)

    @property
    def lacks_forecast(self) -> bool:
        """Whether demand is still to be forecast from the history, so that means are nan."""
        return bool(np.isnan(self.mean).any())

    @cached_property
    def point_volume(self) -> Floats:
        """[K] volume of one unit at each stock point."""
        return cast(Floats, freeze(self.products.volume[self.points.product]))

    @cached_property
    def route_volume(self) -> Floats:
        """[A] volume of one unit on each route."""
        return cast(Floats, freeze(self.products.volume[self.routes.product]))

    @property
    def lead_times(self) -> Ints:
        """[A, T] lead time of what is shipped in each period, or [A, 1] where they never change."""
        by_period = self.lead_time_by_period
        return self.routes.lead_time[:, None] if by_period is None else by_period

    @cached_property
    def scheduled(self) -> Floats:
        """[A, T] open orders by route and period of arrival."""
        return cast(Floats, freeze(self.open_orders.arrivals(self.n_routes, self.n_periods)))

    @cached_property
    def aged_products(self) -> NDArray[np.bool_]:
        """[P] products of which ``opening_ages`` holds any unit; stock of others opens fresh."""
        ages, points, routes = self.opening_ages, self.points, self.routes
        aged = aged_products(ages, points.product, routes.product, self.n_products)
        return cast(NDArray[np.bool_], freeze(aged))

    def arrivals(self, n_periods: int) -> Floats:
        """What open orders bring to each stock point.

        Parameters
        ----------
        n_periods : int

        Returns
        -------
        array [K, T]
            Units, of so many periods.

        Raises
        ------
        InputError
            If it is no number of periods.
        """
        check = Arguments("Scenario.arrivals")
        check.whole("n_periods", n_periods, least=0)
        check.refuse()
        arrivals = np.zeros((self.n_points, n_periods))
        orders = self.open_orders
        inside = orders.period < n_periods
        where = self.routes.destination[orders.route[inside]], orders.period[inside]
        np.add.at(arrivals, where, orders.quantity[inside])
        return arrivals

    @cached_property
    def overflow_cost(self) -> Floats:
        """[J] cost of one unit of volume above the storage capacity for one period."""
        stated, where, n = self.settings.overflow_cost, self.points.location, self.n_locations
        holding = np.bincount(where, self.points.holding_cost, n)
        volume = np.bincount(where, self.point_volume, n)
        usual = 20.0 * holding / np.where(volume > 0, volume, 1.0)
        return cast(Floats, freeze(usual if stated is None else np.full(n, stated)))


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
