"""Which product is kept where, and over which lanes it gets there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenarios.arrays.types import Ints


@dataclass(frozen=True, eq=False)
class Assortment:
    """Stock points by ascending ``key`` = location * n_products + product, and their routes.

    ``lane`` and ``destination`` (a point) are [A], sorted by destination and then lane.
    """

    n_products: int
    key: Ints
    lane: Ints
    destination: Ints

    @property
    def product(self) -> Ints:
        """[K] product of each stock point."""
        return self.key % max(self.n_products, 1)

    @property
    def location(self) -> Ints:
        """[K] location of each stock point."""
        return self.key // max(self.n_products, 1)

    def point(self, product: Ints, location: Ints) -> Ints:
        """Index of each stock point asked for, -1 where there is none."""
        return _position(self.key, location * self.n_products + product)

    def route(self, product: Ints, lane: Ints) -> Ints:
        """Index of each route asked for, -1 where there is none."""
        key = self.lane * self.n_products + self.product[self.destination]
        order = np.argsort(key, kind="stable")
        found = _position(key[order], lane * self.n_products + product)
        return np.where(found >= 0, order[found] if order.size else -1, -1)


def _position(ordered: Ints, wanted: Ints) -> Ints:
    if not ordered.size:
        return np.full(len(wanted), -1)
    place = np.minimum(np.searchsorted(ordered, wanted), ordered.size - 1)
    return np.where(ordered[place] == wanted, place, -1)


def assortment(
    n_products: int, n_locations: int, keys: Ints, origin: Ints, destination: Ints
) -> Assortment:
    """Stock points and routes: what is kept somewhere is kept at everything upstream of it.

    Parameters
    ----------
    keys : array of int
        Stock points that the tables name, as location * n_products + product.
    origin, destination : arrays [N] of int
        Locations each lane joins; origin -1 is an external supplier.
    """
    by_destination = np.argsort(destination, kind="stable")
    start = np.searchsorted(destination[by_destination], np.arange(n_locations + 1))

    def lanes_into(points: Ints) -> tuple[Ints, Ints]:
        """Pairs (position in points, lane) of all lanes into the points' locations."""
        where = points // max(n_products, 1)
        count = start[where + 1] - start[where]
        which = np.repeat(np.arange(len(points)), count)
        before = np.repeat(np.cumsum(count) - count, count)
        return which, by_destination[start[where][which] + np.arange(len(which)) - before]

    known = np.unique(keys)
    fresh = known
    while fresh.size:
        which, lane = lanes_into(fresh)
        inside = origin[lane] >= 0
        product = fresh[which[inside]] % max(n_products, 1)
        above = np.unique(origin[lane[inside]] * n_products + product)
        fresh = np.setdiff1d(above, known, assume_unique=True)
        known = np.union1d(known, fresh)
    which, lane = lanes_into(known)
    return Assortment(n_products, known, lane, which)
