"""Shelf lives: which products can expire within a scenario, and after how many periods.

Expired goods are scrapped at the end of every ``expiry_check``-th period.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.arrays.types import Array
from scenarios.model.scenario import Scenario
from scenarios.model.subset import ProductSubset


@dataclass(frozen=True, eq=False)
class Shelf:
    """Shelf lives, M the longest of them in periods."""

    fresh_points: Array
    """[M, K] 1 in the entry where a unit lies that has just come from outside."""
    fresh_routes: Array
    """[M, A] the same for routes."""
    external: Array
    """[A] 1 on routes from outside, where life has not begun to run down."""
    keeps_points: Array
    """[K] True where goods do not age."""
    keeps_routes: Array
    """[A] True where goods do not age under way: durable ones, and all that come from outside."""
    check: int
    """Periods between checks for what has expired."""
    elapsed: int
    """Periods that went by before the first one."""

    def checks(self, period: int) -> bool:
        """Whether expired goods are scrapped at the end of a period."""
        return (self.elapsed + period + 1) % self.check == 0

    def take(self, subset: ProductSubset) -> Shelf:
        """Those of some products only."""
        points, routes = subset.points, subset.routes
        return Shelf(
            self.fresh_points[:, points],
            self.fresh_routes[:, routes],
            self.external[routes],
            self.keeps_points[points],
            self.keeps_routes[routes],
            self.check,
            self.elapsed,
        )


def shelf(scenario: Scenario, xp: Any, dtype: Any, device: Any) -> Shelf | None:
    """Shelf lives of a scenario, None where nothing can expire within its periods.

    Opening stock and open orders count as fresh unless ``opening_ages`` knows better: the tables
    do not know their age. So a shelf life longer than the scenario is as good as none, and costs
    nothing.
    """
    life = np.floor(scenario.products.shelf_life)
    perishable = perishable_products(scenario)
    if not perishable[scenario.points.product].any():
        return None
    longest = max(1, int(life[perishable].max()))
    entry = np.where(perishable, np.maximum(life, 1), longest).astype(np.int64) - 1
    entries = np.arange(longest)[:, None]
    at_points, at_routes = scenario.points.product, scenario.routes.product
    external = scenario.routes.origin < 0

    def array(values: np.ndarray) -> Array:
        return xp.asarray(values, dtype=dtype, device=device)

    return Shelf(
        fresh_points=array(entries == entry[at_points]),
        fresh_routes=array(entries == entry[at_routes]),
        external=array(external),
        keeps_points=xp.asarray(~perishable[at_points], device=device),
        keeps_routes=xp.asarray(~perishable[at_routes] | external, device=device),
        check=scenario.settings.expiry_check,
        elapsed=scenario.elapsed,
    )


def perishable_products(scenario: Scenario) -> NDArray[np.bool_]:
    """[P] products that can expire within the scenario; the dynamics take others as durable."""
    life = np.floor(scenario.products.shelf_life)
    return (life <= scenario.n_periods) | scenario.aged_products
