"""OverrideRecords as arrays of a scenario: what the safety stocks, orders and capacities become."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from planner.overrides.check import Checks
from planner.overrides.override import Override, OverrideRecords, OverridesLike
from planner.overrides.places import Places
from planner.overrides.read import sound_overrides
from planner.text.names import date_text
from planner.text.numbers import SMALLEST, amount
from scenarios.arrays.types import Floats
from scenarios.errors import Finding, InputError
from scenarios.model.capacities import capacity_of, with_capacity
from scenarios.model.scenario import Scenario
from scenarios.reading.findings import Findings
from scenarios.resources.lane import lane
from solver.formulation.review_periods import orders_of, review_before
from solver.program.fixed_orders import CannotShip


@dataclass(frozen=True, eq=False)
class OverriddenScenario:
    """A scenario under overrides."""

    overrides: OverrideRecords
    scenario: Scenario
    """With the capacities that were set."""
    safety_stock: Floats
    """[K, T] units, nan where nobody set it."""
    fixed_orders: Floats | None
    """[A, T] units ordered, nan where nobody said so; None: nowhere."""

    @property
    def sets(self) -> NDArray[np.bool_]:
        """[K, T] where a person set the safety stock."""
        return ~np.isnan(self.safety_stock)

    def on(self, scenario: Scenario) -> Scenario:
        """The same chain, say with a forecast, with the capacities that were set."""
        if not any(record.of_capacity for record in self.overrides.records):
            return scenario
        return replace(scenario, locations=self.scenario.locations, lanes=self.scenario.lanes)

    def over(self, safety_stock: Floats) -> Floats:
        """Safety stocks [K, T] with those that were set."""
        return np.where(self.sets, self.safety_stock, safety_stock)

    def check_shipped(self, shipped: Floats) -> None:
        """Refuse fixed orders of which the projection [A, T] ships less, such as expired goods.

        What origins owe may follow until the next review, as the order model plans it.

        Raises
        ------
        InputError
        """
        if self.fixed_orders is None:
            return
        route, period = np.nonzero(self.fixed_orders > 0)
        asked = self.fixed_orders[route, period]
        review = review_before(self.scenario, self.scenario.n_periods)
        possible = orders_of(review, shipped)[route, period]
        short = possible < asked - SMALLEST - 1e-6 * asked
        if short.any():
            raise self.cannot_ship(
                CannotShip(route[short], period[short], asked[short], possible[short])
            )

    def cannot_ship(self, error: CannotShip) -> InputError:
        """The same as findings about rows of the overrides."""
        places = Places(self.scenario)
        rows = {
            (places.route(record), places.periods(record).start): _row(i, record)
            for i, record in enumerate(self.overrides.records)
            if record.kind == "order"
        }
        return InputError(list(self._short(rows, error)))

    def _short(self, rows: dict[tuple[int, int], int], error: CannotShip) -> Iterable[Finding]:
        lanes = lane(self.scenario).titles
        routes = self.scenario.routes
        for a, t, asked, possible in zip(
            error.route.tolist(), error.period.tolist(), error.asked, error.possible, strict=True
        ):
            product = self.scenario.products.name[routes.product[a]]
            way, most = lanes[routes.lane[a]], amount(float(possible))
            yield Finding(
                self.overrides.file,
                f"only {most} units of {product} can ship on {way} on"
                f" {date_text(self.scenario, t)}: its origin has no more, or can send"
                " no more, or the lane has no room",
                f"enter {most} or less in keeping with the lot rules, or raise"
                " the capacity that is used up",
                rows.get((a, t)),
                "value",
                f"{asked:g}",
            )


def override_scenario(scenario: Scenario, source: OverridesLike) -> OverriddenScenario:
    """What overrides change in a scenario.

    Raises
    ------
    InputError
        With everything that cannot be read or does not fit the scenario.
    """
    report = Findings()
    overrides = sound_overrides(source, report)
    nothing = np.full((scenario.n_points, scenario.n_periods), np.nan)
    if not overrides.records:
        report.raise_errors()
        return OverriddenScenario(overrides, scenario, nothing, None)
    places = Places(scenario)
    scenario = with_capacities(scenario, Checks(_only(overrides, True), places, report).sound())
    # Orders are held against the capacities that were set.
    places = Places(scenario)
    sound = Checks(_only(overrides, False), places, report).sound()
    report.raise_errors()
    stock, orders = nothing, np.full((scenario.n_routes, scenario.n_periods), np.nan)
    for record in sound:
        if record.kind == "safety_stock":
            stock[places.point(record), places.periods(record)] = record.value
        else:
            orders[places.route(record), places.periods(record).start] = record.value
    fixed = None if np.isnan(orders).all() else orders
    return OverriddenScenario(overrides, scenario, stock, fixed)


def with_capacities(scenario: Scenario, records: Iterable[Override]) -> Scenario:
    """The scenario with other capacities of what products share."""
    places, capacities = Places(scenario), dict[str, Floats]()
    for record in records:
        kind, place = places.capacity(record)
        if kind not in capacities:
            capacities[kind] = capacity_of(scenario, kind).copy()
        capacities[kind][place, places.periods(record)] = record.value
    for kind, capacity in capacities.items():
        scenario = with_capacity(scenario, kind, capacity)
    return scenario


def _only(overrides: OverrideRecords, capacities: bool) -> OverrideRecords:
    """Those of capacities, or the others, each with its row."""
    return replace(
        overrides,
        records=tuple(
            replace(record, row=_row(i, record))
            for i, record in enumerate(overrides.records)
            if record.of_capacity == capacities
        ),
    )


def _row(i: int, record: Override) -> int:
    return i + 2 if record.row is None else record.row
