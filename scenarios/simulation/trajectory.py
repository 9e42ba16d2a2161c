"""A run as arrays over time: noted period by period, finished, and as tidy tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from scenarios.arrays.types import Floats
from scenarios.model.scenario import Scenario
from scenarios.notebook import as_html, in_short, plural
from scenarios.simulation.compiled import CompiledScenario
from scenarios.simulation.costs import COMPONENTS, Costs, period_costs
from scenarios.simulation.state import Outcome, State


@dataclass(frozen=True, eq=False, repr=False)
class Trajectory:
    """What happened in every period. Units; leading axes are paths."""

    POINT_FIELDS: ClassVar[tuple[str, ...]] = (
        "receipts",
        "sales",
        "missed",
        "on_hand",
        "backlog",
        "expired",
    )
    ROUTE_FIELDS: ClassVar[tuple[str, ...]] = ("orders", "shipped", "unmet_orders", "on_way")

    scenario: Scenario
    """What was run."""
    demand: Floats
    """[..., K, T]"""
    opening: Floats
    """[..., K] stock at the start of the first period"""
    receipts: Floats
    """[..., K, T] arrived"""
    sales: Floats
    """[..., K, T] handed to customers, those who had waited included"""
    missed: Floats
    """[..., K, T] demand not met in its period: lost, or waiting from then on"""
    on_hand: Floats
    """[..., K, T] at the end of the period"""
    backlog: Floats
    """[..., K, T] customers waiting at the end of the period"""
    expired: Floats
    """[..., K, T] scrapped at the end of the period, on hand or on its way to the point"""
    orders: Floats
    """[..., A, T] placed"""
    shipped: Floats
    """[..., A, T]"""
    unmet_orders: Floats
    """[..., A, T] what the origin could not ship: cancelled, or owed"""
    on_way: Floats
    """[..., A, T] under way at the end of the period"""
    costs: Costs
    """Every component [..., T]."""
    final: State
    """After the last period: where the next run can start."""

    def __repr__(self) -> str:
        return in_short("Trajectory", *self._facts().values())

    def _repr_html_(self) -> str:
        costs = self.costs.as_dict()
        table = pd.DataFrame(
            {name: [float(np.mean(cost.sum(axis=-1)))] for name, cost in costs.items()},
            index=["cost"],
        )
        return as_html("Trajectory", self._facts(), table)

    def _facts(self) -> dict[str, str]:
        paths = self.demand.shape[0] if self.demand.ndim > 2 else 1
        return {
            "paths": plural(paths, "path"),
            "periods": plural(self.n_periods, "period"),
            "stock points": plural(self.demand.shape[-2], "stock point"),
        }

    @property
    def n_periods(self) -> int:
        """Of the run."""
        return int(self.demand.shape[-1])

    @property
    def dates(self) -> pd.DatetimeIndex:
        """[T] first day of each period, continued past the scenario's where the run is longer."""
        dates, extra = self.scenario.dates, self.n_periods - self.scenario.n_periods
        if extra <= 0:
            return pd.DatetimeIndex(dates[: self.n_periods])
        days = self.scenario.settings.days
        later = dates[-1] + pd.to_timedelta(days * np.arange(1, extra + 1), unit="D")
        return pd.DatetimeIndex(dates.append(pd.DatetimeIndex(later)))

    @property
    def shipped_out(self) -> Floats:
        """[..., K, T] shipped by each point to others."""
        out = np.zeros_like(self.on_hand)
        origin = self.scenario.routes.origin
        inside = np.flatnonzero(origin >= 0)
        by_point = np.moveaxis(out, -2, 0)
        np.add.at(by_point, origin[inside], np.moveaxis(self.shipped, -2, 0)[inside])
        return out

    def stock_table(self) -> pd.DataFrame:
        """One row per path, product, location and date.

        Columns: [path,] product, location, date, opening, receipts, demand, sales, missed,
        shipped, expired, closing, backlog.
        """
        points, scenario = self.scenario.points, self.scenario
        before = np.concatenate([self.opening[..., None], self.on_hand[..., :-1]], axis=-1)
        return self._tidy(
            {
                "product": (scenario.products.name, points.product),
                "location": (scenario.locations.name, points.location),
            },
            {
                "opening": before,
                "receipts": self.receipts,
                "demand": self.demand,
                "sales": self.sales,
                "missed": self.missed,
                "shipped": self.shipped_out,
                "expired": self.expired,
                "closing": self.on_hand,
                "backlog": self.backlog,
            },
        )

    def order_table(self) -> pd.DataFrame:
        """One row per path, product, lane and date on which anything was ordered or shipped.

        Columns: [path,] product, origin, destination, date, lead_time (periods), ordered,
        shipped, unmet.
        """
        routes, lanes, scenario = self.scenario.routes, self.scenario.lanes, self.scenario
        end = scenario.locations.name[lanes.destination]
        table = self._tidy(
            {
                "product": (scenario.products.name, routes.product),
                "origin": (lanes.origin_name, routes.lane),
                "destination": (end, routes.lane),
            },
            {"ordered": self.orders, "shipped": self.shipped, "unmet": self.unmet_orders},
            (self.orders > 0) | (self.shipped > 0),
        )
        row, leads = table.pop("_row").to_numpy(), scenario.lead_times
        period = self.dates.get_indexer(pd.DatetimeIndex(table["date"]))
        lead_time = leads[row, np.minimum(period, leads.shape[1] - 1)]
        table.insert(list(table.columns).index("ordered"), "lead_time", lead_time)
        return table

    def cost_table(self) -> pd.DataFrame:
        """One row per path, date and component. Columns: [path,] date, component, cost."""
        values = self.costs.as_dict()
        cost = np.stack([values[name] for name in COMPONENTS], axis=-1)
        paths = cost.reshape((-1, *cost.shape[-2:]))
        path, period, component = np.indices(paths.shape, dtype=np.int32).reshape(3, -1)
        table = pd.DataFrame(
            {
                "path": path,
                "date": self.dates[period],
                "component": pd.Categorical.from_codes(component, pd.Index(COMPONENTS)),
                "cost": paths.ravel(),
            }
        )
        return table if self.demand.ndim > 2 else table.drop(columns="path")

    def _tidy(
        self,
        keys: dict[str, tuple[np.ndarray, np.ndarray]],
        values: dict[str, Floats],
        keep: np.ndarray | None = None,
    ) -> pd.DataFrame:
        """Long table of [..., n, T] arrays; with ``keep``, of these entries only."""
        first = next(iter(values.values()))
        shape = (-1, *first.shape[-2:])
        if keep is None:
            keep = np.ones(first.shape, dtype=bool)
        path, row, period = np.nonzero(keep.reshape(shape))
        columns: dict[str, object] = {}
        if self.demand.ndim > 2:
            columns["path"] = path
        for name, (names, index) in keys.items():
            labels, codes = np.unique(names.astype(str), return_inverse=True)
            columns[name] = pd.Categorical.from_codes(codes[index][row], pd.Index(labels))
        columns["date"] = self.dates[period]
        for name, array in values.items():
            columns[name] = array.reshape(shape)[path, row, period]
        if "opening" not in values:
            columns["_row"] = row
        return pd.DataFrame(columns)


class Recorder:
    """A run under way; periods that have not passed are zero.

    Parameters
    ----------
    scenario : Scenario
    net : CompiledScenario
        Of NumPy.
    initial : State
        At the start of period 0, with the leading axes of ``demand``.
    demand : array [..., K, T]
        Units.
    """

    def __init__(self, scenario: Scenario, net: CompiledScenario, initial: State, demand: Floats):
        batch, n_periods = demand.shape[:-2], demand.shape[-1]

        def room(n: int) -> Floats:
            # Time-major in memory, so that a period is written in one piece.
            return np.moveaxis(np.zeros((*batch, n_periods, n), dtype=net.dtype), -1, -2)

        self.scenario, self.net, self.state, self.demand = scenario, net, initial, demand
        self.opening = np.broadcast_to(initial.on_hand, (*batch, net.n_points))
        self.at_points = {name: room(net.n_points) for name in Trajectory.POINT_FIELDS}
        self.on_routes = {name: room(net.n_routes) for name in Trajectory.ROUTE_FIELDS}
        self.costs = {name: np.zeros((*batch, n_periods), dtype=net.dtype) for name in COMPONENTS}

    def add(self, period: int, state: State, outcome: Outcome) -> None:
        """Note what happened in a period; ``state`` is that at its end."""
        for name, array in self.at_points.items():
            value = getattr(outcome, name)
            array[..., period] = 0.0 if value is None else value
        for name, array in self.on_routes.items():
            array[..., period] = state.on_way if name == "on_way" else getattr(outcome, name)
        for name, value in period_costs(self.net, outcome, period).as_dict().items():
            self.costs[name][..., period] = value
        self.state = state

    def trajectory(self) -> Trajectory:
        """The run so far, not copied."""
        return Trajectory(
            scenario=self.scenario,
            demand=self.demand,
            opening=self.opening,
            final=self.state,
            costs=Costs(**self.costs),
            **self.at_points,
            **self.on_routes,
        )
