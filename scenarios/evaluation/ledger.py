"""The books of a simulation or of a plan: who ordered, shipped, received, sold and kept what.

Names and dates of tidy tables are looked up again in the scenario; what cannot be looked up is
noted in ``notes`` and left out of the arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from scenarios.arrays.types import Floats, Ints
from scenarios.model.scenario import Scenario


@dataclass(frozen=True)
class Violation:
    """A rule of the world that a simulation or plan breaks.

    ``kind`` names the rule and ``message`` says it. ``count`` is how many entries break it; the
    rest describes the worst of them: ``product``, ``place`` and ``date`` where it is, ``found``
    what the books say, ``limit`` what the rule allows.
    """

    kind: str
    message: str
    product: str = ""
    place: str = ""
    date: str = ""
    found: float = float("nan")
    limit: float = float("nan")
    count: int = 1

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.product, self.place, self.date) if part)
        numbers = "" if np.isnan(self.found) else f": {self.found:g} against {self.limit:g}"
        more = "" if self.count == 1 else f" (and {self.count - 1:,} more)"
        return f"{self.kind}: {self.message}{numbers}{f' [{where}]' if where else ''}{more}"


@dataclass(frozen=True, eq=False)
class Ledger:
    """Quantities by route [A, T] and by stock point [K, T], in units."""

    ordered: Floats
    shipped: Floats
    opening: Floats
    receipts: Floats
    shipments: Floats
    """Sent on to other locations."""
    demand: Floats
    sales: Floats
    missed: Floats
    """Lost in the period, or waiting at its end where demand is backlogged."""
    closing: Floats
    expired: Floats | None
    """Scrapped on hand or on the way to the point; None where the books do not tell."""
    lot_rules: bool
    """Whether the orders are meant to obey lot rules."""
    notes: tuple[Violation, ...] = ()


def ledger_of_trajectory(scenario: Scenario, path: Any) -> Ledger:
    shipped, closing = np.asarray(path.shipped), np.asarray(path.on_hand)
    if closing.shape != scenario.mean.shape:
        raise ValueError(
            f"audit one path at a time: stock is {closing.shape}, not {scenario.mean.shape}"
        )
    backlogged = scenario.settings.unmet_demand == "backlog"
    return Ledger(
        ordered=np.asarray(path.orders),
        shipped=shipped,
        opening=np.column_stack([path.opening, closing[:, :-1]]),
        receipts=np.asarray(path.receipts),
        shipments=sum_by_origin(scenario, shipped),
        demand=np.asarray(path.demand),
        sales=np.asarray(path.sales),
        missed=np.asarray(path.backlog if backlogged else path.missed),
        closing=closing,
        expired=np.asarray(path.expired),
        lot_rules=False,
    )


def waiting(scenario: Scenario, missed: Floats) -> Floats:
    """[K, T] customers still waiting when a period begins (none where sales are lost)."""
    if scenario.settings.unmet_demand == "lost":
        return np.zeros_like(missed)
    return np.concatenate([scenario.points.backlog[:, None], missed[:, :-1]], axis=1)


def sum_by_origin(scenario: Scenario, by_route: Floats) -> Floats:
    """[K, T] what the routes that start at a stock point carry together."""
    origin = scenario.routes.origin
    inside = np.flatnonzero(origin >= 0)
    total = np.zeros(scenario.mean.shape)
    order = inside[np.argsort(origin[inside], kind="stable")]
    if order.size:
        starts = np.flatnonzero(np.diff(origin[order], prepend=-1))
        total[origin[order][starts]] = np.add.reduceat(by_route[order], starts, axis=0)
    return total


def sum_rows(group: Ints, values: Floats, n: int) -> Floats:
    """[n, T] sums of the rows of ``values`` [., T] by the group of each row."""
    total = np.zeros((n, values.shape[1]))
    for t in range(values.shape[1]):
        total[:, t] = np.bincount(group, values[:, t], n)
    return total
