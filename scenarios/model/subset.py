"""Some products of a scenario with all that is theirs: the one way in which large ones are cut.

Products meet only in what locations and lanes can hold. So a subset keeps the locations and lanes
of the whole, and everything else of its products alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from scenarios.arrays.frozen import freeze
from scenarios.arrays.grouping import Grouping
from scenarios.arrays.segments import Pick, pick
from scenarios.arrays.types import Ints
from scenarios.model.scenario import Scenario


@dataclass(frozen=True, eq=False)
class ProductSubset:
    """Which products, points and routes of a scenario; indices ascend."""

    products: Ints
    points: Ints
    routes: Ints
    n_points: int
    """Points of the whole scenario."""
    n_routes: int
    """Routes of the whole scenario."""
    point_rank: Ints | None = None
    """[n_points] the index in its own subset of every point, where subsets make up the whole."""

    @cached_property
    def at_points(self) -> Pick:
        """From NumPy arrays [..., n_points] of the whole to the subset."""
        return pick(np, self.points, self.n_points)

    @cached_property
    def at_routes(self) -> Pick:
        """From NumPy arrays [..., n_routes] of the whole to the subset."""
        return pick(np, self.routes, self.n_routes)

    def relabel(self, points: Ints) -> Ints:
        """Indices of points in the subset instead of the whole; -1 stays -1."""
        inside = points >= 0
        if self.point_rank is not None:
            return np.where(inside, self.point_rank[points], -1)
        return np.where(inside, np.searchsorted(self.points, np.where(inside, points, 0)), -1)


def partition(product: Ints, route_product: Ints, group: Ints) -> Iterator[ProductSubset]:
    """All products, in groups 0, 1, ..

    Parameters
    ----------
    product : array [K]
        Of each point.
    route_product : array [A]
    group : array [P]
        Of each product; no group is empty.
    """
    n_groups = int(group.max()) + 1
    products = Grouping.by(group, n_groups)
    points = Grouping.by(group[product], n_groups)
    routes = Grouping.by(group[route_product], n_groups)
    rank = np.empty(product.size, dtype=np.int64)
    before = np.repeat(points.start[:-1], np.diff(points.start))
    rank[points.index] = np.arange(product.size) - before
    for number in range(n_groups):
        yield ProductSubset(
            products.one(number),
            points.one(number),
            routes.one(number),
            product.size,
            route_product.size,
            rank,
        )


class ProductSubsets:
    """Cuts subsets out of one scenario.

    Parameters
    ----------
    scenario : Scenario
    """

    def __init__(self, scenario: Scenario):
        self.scenario = scenario
        n, late = scenario.n_products, scenario.open_orders
        self.points = Grouping.by(scenario.points.product, n)
        self.routes = Grouping.by(scenario.routes.product, n)
        self.open_orders = Grouping.by(scenario.routes.product[late.route], n)

    def of(self, products: Ints) -> ProductSubset:
        """Some products (ascending) with all that is theirs."""
        points, routes = self.points.of(products), self.routes.of(products)
        return ProductSubset(
            products, points, routes, self.scenario.n_points, self.scenario.n_routes
        )

    def consecutive(self, most_points: int) -> list[ProductSubset]:
        """All products, in order, in subsets of about ``most_points`` points, or one product."""
        before = self.points.start[:-1]
        number = before // max(most_points, 1)
        cuts = np.flatnonzero(np.diff(number)) + 1
        everything = np.arange(self.scenario.n_products)
        return [self.of(some) for some in np.split(everything, cuts) if some.size]

    def cut(self, subset: ProductSubset) -> Scenario:
        """The subset as a scenario, without history and ages: what orders are planned from."""
        whole = self.scenario
        products, points, routes = subset.products, subset.points, subset.routes
        late, some = whole.open_orders, self.open_orders.of(products)
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
                origin=subset.relabel(whole.routes.origin[routes]),
                destination=subset.relabel(whole.routes.destination[routes]),
            ),
            open_orders=late.take(some, route=np.searchsorted(routes, late.route[some])),
            mean=freeze(whole.mean[points]),
            std=freeze(whole.std[points]),
            error_correlation=None if rho is None else freeze(rho[points]),
            owed=None if whole.owed is None else whole.owed[routes],
            lead_time_by_period=None if lead is None else lead[routes],
        )
