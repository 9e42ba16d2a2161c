"""Portions of a scenario: some products with all that is theirs, as scenarios of their own.

Products meet only in what locations and lanes can hold. So each portion keeps the locations and
lanes of the whole, and everything else of its products alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenarios.arrays.grouping import Grouped
from scenarios.arrays.types import Ints
from scenarios.model.scenario import Scenario


@dataclass(frozen=True, eq=False)
class Portion:
    """Which products, points and routes of a scenario; indices ascend."""

    products: Ints
    points: Ints
    routes: Ints
    open_orders: Ints


class Portions:
    """Cuts portions out of one scenario.

    Parameters
    ----------
    scenario : Scenario
    """

    def __init__(self, scenario: Scenario):
        self.scenario = scenario
        n, late = scenario.n_products, scenario.open_orders
        self.points = Grouped.by(scenario.points.product, n)
        self.routes = Grouped.by(scenario.routes.product, n)
        self.open_orders = Grouped.by(scenario.routes.product[late.route], n)

    def of(self, products: Ints) -> Portion:
        """The portion of some products (ascending)."""
        return Portion(
            products,
            self.points.of(products),
            self.routes.of(products),
            self.open_orders.of(products),
        )

    def consecutive(self, most_points: int) -> list[Portion]:
        """All products, in order, in portions of about ``most_points`` points, or one product."""
        before = self.points.start[:-1]
        number = before // max(most_points, 1)
        cuts = np.flatnonzero(np.diff(number)) + 1
        everything = np.arange(self.scenario.n_products)
        return [self.of(some) for some in np.split(everything, cuts) if some.size]

    def cut(self, portion: Portion) -> Scenario:
        """The portion as a scenario, without history and ages: what orders are planned from."""
        whole = self.scenario
        products, points, routes = portion.products, portion.points, portion.routes
        origin = whole.routes.origin[routes]
        inside = origin >= 0
        origin = np.where(inside, np.searchsorted(points, np.where(inside, origin, 0)), -1)
        late, some = whole.open_orders, portion.open_orders
        rho, lead = whole.error_correlation, whole.lead_time_by_period
        return Scenario(
            settings=whole.settings,
            dates=whole.dates,
            products=whole.products.take(products),
            locations=whole.locations,
            lanes=whole.lanes,
            points=whole.points.take(
                points, product=np.searchsorted(products, whole.points.product[points])
            ),
            routes=whole.routes.take(
                routes,
                product=np.searchsorted(products, whole.routes.product[routes]),
                origin=origin,
                destination=np.searchsorted(points, whole.routes.destination[routes]),
            ),
            open_orders=late.take(some, route=np.searchsorted(routes, late.route[some])),
            mean=whole.mean[points],
            std=whole.std[points],
            error_correlation=None if rho is None else rho[points],
            owed=None if whole.owed is None else whole.owed[routes],
            lead_time_by_period=None if lead is None else lead[routes],
        )
