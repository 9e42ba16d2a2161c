"""What is wrong with overrides of a scenario: a finding each, with file, row, value and remedy."""

from __future__ import annotations

import datetime
import math
from typing import Any

import numpy as np

from planner.overrides.override import Override, OverrideRecords
from planner.overrides.places import Places
from planner.text.numbers import SMALLEST
from scenarios.errors import did_you_mean
from scenarios.reading.findings import Findings
from scenarios.resources import hard_flows

LATEST = datetime.date.max
NEEDS = {
    "safety_stock": ({"product", "location"},),
    "order": ({"product", "origin", "destination"},),
    "capacity": ({"location"}, {"origin", "destination"}),
    "throughput": ({"location"},),
}
"""Sets of columns that say what each kind means: one of the sets, and no other column."""
PLACES = ("product", "location", "origin", "destination")


class Checks:
    """Checks one override after the other; ``report`` gets what is wrong."""

    def __init__(self, overrides: OverrideRecords, places: Places, report: Findings):
        self.overrides, self.places, self.report = overrides, places, report
        self._seen: dict[tuple[str, ...], list[tuple[int, slice, Override]]] = {}

    def sound(self) -> list[Override]:
        """Those with nothing wrong."""
        return [
            record for i, record in enumerate(self.overrides.records) if self._is_sound(i, record)
        ]

    def _is_sound(self, i: int, record: Override) -> bool:
        row = record.row if record.row is not None else i + 2
        before = self._number
        if record.kind not in NEEDS:
            return self._tell(
                row, "kind", record.kind, "there is no such kind", "use " + ", ".join(NEEDS)
            )
        if self._names(row, record) and self._dates(row, record):
            self._value(row, record)
            if record.kind == "order":
                self._order(row, record)
            self._repeat(row, record)
        return self._number == before

    @property
    def _number(self) -> int:
        return sum(finding.count for finding in self.report.findings)

    def _tell(self, row: int, column: str, value: object, message: str, remedy: str) -> bool:
        text = None if value is None or value == "" else str(value)
        self.report.add(self.overrides.file, message, remedy, row=row, column=column, value=text)
        return False

    def _names(self, row: int, record: Override) -> bool:
        given = {name for name in PLACES if getattr(record, name)}
        if given not in NEEDS[record.kind]:
            least = min(NEEDS[record.kind], key=lambda needed: len(needed ^ given))
            for name in sorted(least - given):
                self._tell(
                    row, name, None, f"the cell is blank, which a {record.kind} needs", "fill it in"
                )
            for name in sorted(given - least):
                what = f"says nothing about a {record.kind}"
                self._tell(row, name, getattr(record, name), what, "leave the cell blank")
            return False
        known: dict[str, dict[str, Any]] = {
            "product": self.places.products,
            "location": self.places.locations,
            "origin": self.places.origins,
            "destination": self.places.locations,
        }
        fine = True
        for name in sorted(given):
            text = getattr(record, name)
            if text not in known[name]:
                noun = "location" if name == "destination" else name
                fine = self._tell(
                    row, name, text, f"there is no such {noun}",
                    f"correct it{did_you_mean(text, known[name])}",
                )  # fmt: skip
        return fine and self._pair(row, record)

    def _pair(self, row: int, record: Override) -> bool:
        """Whether what is named hangs together."""
        if record.origin and self.places.lane(record) < 0:
            pair = f"{record.origin}, {record.destination}"
            what, remedy = "there is no such lane", "name a lane of the input"
            return self._tell(row, "origin, destination", pair, what, remedy)
        if record.kind == "order" and self.places.route(record) < 0:
            what, remedy = "the lane does not carry the product", "name another lane or product"
            return self._tell(row, "product", record.product, what, remedy)
        if record.kind == "safety_stock" and self.places.point(record) < 0:
            what, remedy = "the location does not keep the product", "name another location"
            return self._tell(row, "location", record.location, what, remedy)
        return True

    def _dates(self, row: int, record: Override) -> bool:
        first, last = record.first, record.last
        if record.kind == "order":
            return self._order_date(row, record)
        if first is not None and last is not None and last < first:
            return self._tell(row, "until", last, "is before the first day", "exchange the dates")
        outside = f"lies outside the horizon ({self.places.span})"
        remedy = "correct the date, or remove the record"
        if first is not None and self.places.period(first) >= self.places.scenario.n_periods:
            return self._tell(row, "from", first, outside, remedy)
        if last is not None and self.places.period(last) < 0:
            return self._tell(row, "until", last, outside, remedy)
        return True

    def _order_date(self, row: int, record: Override) -> bool:
        settings = self.places.scenario.settings
        if record.last is not None and record.last != record.first:
            what = "an order has one date"
            return self._tell(row, "until", record.last, what, "leave the cell blank")
        if record.first is None:
            return True
        period = self.places.period(record.first)
        n_now = min(settings.commit_periods, self.places.scenario.n_periods)
        days = [
            str(self.places.start + datetime.timedelta(days=t * settings.days))
            for t in range(0, n_now, settings.review_period)
        ]
        if not 0 <= period < n_now or period % settings.review_period:
            what = "no order is released then, and later ones are planned anew"
            remedy = f"give a date of release ({', '.join(days[:5])}), or leave it blank for today"
            return self._tell(row, "from", record.first, what, remedy)
        return True

    def _value(self, row: int, record: Override) -> None:
        value = record.value
        sells = (
            record.kind == "safety_stock"
            and self.places.scenario.points.sells[self.places.point(record)]
        )
        if math.isnan(value):
            self._tell(row, "value", value, "is no number", "enter a number")
        elif math.isinf(value) and (not record.of_capacity or value < 0):
            self._tell(row, "value", value, "is not a finite number", "enter a number")
        elif value < 0 and not sells:
            where = " where nobody buys" if record.kind == "safety_stock" else ""
            self._tell(row, "value", f"{value:g}", f"is negative{where}", "enter 0 or more")

    def _order(self, row: int, record: Override) -> None:
        """Rules of the route and its lane; whether the goods are there is seen when planning."""
        value, routes = record.value, self.places.scenario.routes
        if not 0 < value < math.inf:
            return
        a, t = self.places.route(record), self.places.periods(record).start
        least, lot = routes.min_order_quantity[a], routes.order_multiple[a]
        most, text = routes.max_order_quantity[a], f"{value:g}"
        if value < 2 * SMALLEST:
            self._tell(row, "value", text, "is too small for an order", "enter 0 or more units")
        elif self._closed(a, t) or most <= 0:
            what = "the lane is closed to the product on that date"
            self._tell(row, "value", text, what, "enter 0, or open the lane (capacity, maximum)")
        elif value > most:
            what = f"is above the largest order of {most:g}"
            self._tell(row, "value", text, what, f"enter {most:g} or less")
        elif value < least:
            what = f"is below the smallest order of {least:g}"
            self._tell(row, "value", text, what, f"enter 0, or {least:g} or more")
        elif lot > 0 and abs(value - lot * np.rint(value / lot)) > 1e-6 * (1.0 + value):
            low = math.floor(value / lot) * lot
            near = ", ".join(f"{x:g}" for x in (low, low + lot))
            what = f"is no whole multiple of {lot:g}"
            self._tell(row, "value", text, what, f"enter one of the nearest: {near}")

    def _closed(self, a: int, t: int) -> bool:
        """Whether nothing can pass a route in a period, whatever it takes."""
        return any(
            flow.place[a] >= 0 and flow.capacity[flow.place[a], t] <= 0
            for flow in hard_flows(self.places.scenario)
        )

    def _repeat(self, row: int, record: Override) -> None:
        key = (record.kind, *(getattr(record, name) for name in PLACES))
        when = self.places.periods(record)
        if record.kind == "order":
            when = slice(when.start, when.start + 1)
        seen = self._seen.setdefault(key, [])
        for other, taken, _ in seen:
            if max(when.start, taken.start) < min(when.stop, taken.stop):
                what = f"row {other} sets the same already"
                remedy = "keep one of the records, or let their dates not overlap"
                value = ", ".join(name for name in key if name)
                self._tell(row, "kind", value, what, remedy)
                return
        seen.append((row, when, record))
