"""Where overrides point to in a scenario: points, routes, lanes and periods by name and date."""

from __future__ import annotations

import datetime
from functools import cached_property

import numpy as np

from planner.overrides.override import Override
from scenarios.arrays.types import Ints
from scenarios.model.scenario import Scenario


class Places:
    """Looks up names and dates of a scenario; -1 stands for what is not there."""

    def __init__(self, scenario: Scenario):
        self.scenario = scenario
        self.products = {str(name): p for p, name in enumerate(scenario.products.name)}
        self.locations = {str(name): j for j, name in enumerate(scenario.locations.name)}
        lanes = scenario.lanes
        ends = scenario.locations.name[lanes.destination]
        self.lanes = {
            (str(a), str(b)): n
            for n, (a, b) in enumerate(zip(lanes.origin_name, ends, strict=True))
        }
        self.origins = dict.fromkeys(str(name) for name in lanes.origin_name)

    def point(self, record: Override) -> int:
        """Index of the stock point."""
        product, location = self.products[record.product], self.locations[record.location]
        return _find(self._point_keys, location * self.scenario.n_products + product)

    def lane(self, record: Override) -> int:
        """Index of the lane."""
        return self.lanes.get((record.origin, record.destination), -1)

    def capacity(self, record: Override) -> tuple[str, int]:
        """Kind of shared resource, and the place of it, whose capacity a record sets."""
        if record.kind == "throughput":
            return "throughput", self.locations[record.location]
        if record.location:
            return "storage", self.locations[record.location]
        return "lane", self.lane(record)

    def route(self, record: Override) -> int:
        """Index of the product's route on its lane."""
        key = self.lane(record) * self.scenario.n_products + self.products[record.product]
        found = _find(self._route_keys[self._route_order], key)
        return -1 if found < 0 else int(self._route_order[found])

    def period(self, day: datetime.date) -> int:
        """Period of a day; below 0 before the horizon, T or more after it."""
        return (day - self.start).days // self.scenario.settings.days

    def periods(self, record: Override) -> slice:
        """Periods from the first to the last day, as far as they are in the horizon."""
        n_periods = self.scenario.n_periods
        first = 0 if record.first is None else max(self.period(record.first), 0)
        stop = n_periods if record.last is None else self.period(record.last) + 1
        return slice(first, max(min(stop, n_periods), first))

    @cached_property
    def start(self) -> datetime.date:
        """First day of the horizon."""
        return self.scenario.dates[0].date()

    @property
    def span(self) -> str:
        """The horizon in words."""
        days = self.scenario.settings.days * self.scenario.n_periods
        return f"{self.start} to {self.start + datetime.timedelta(days=days - 1)}"

    @cached_property
    def _point_keys(self) -> Ints:
        points = self.scenario.points
        return np.asarray(points.location * self.scenario.n_products + points.product)

    @cached_property
    def _route_keys(self) -> Ints:
        routes = self.scenario.routes
        return np.asarray(routes.lane * self.scenario.n_products + routes.product)

    @cached_property
    def _route_order(self) -> Ints:
        return np.argsort(self._route_keys)


def _find(keys: Ints, key: int) -> int:
    """Where a key stands in sorted keys, -1 if nowhere."""
    at = int(np.searchsorted(keys, key))
    return at if at < len(keys) and keys[at] == key else -1
