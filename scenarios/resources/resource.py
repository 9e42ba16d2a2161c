"""A resource that products share: what a unit of stock or flow takes of it, where, and how much of
it there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from scenarios.arrays.types import Floats, Ints, Names


@dataclass(frozen=True, eq=False)
class SharedResource:
    """One kind of limit at all places [n] that may have it.

    Either what is on hand at the end of a period takes of it, or what is shipped in a period. Every
    stock point (or route) takes of one place at most. A limit on stock has a price, because what is
    there already may exceed it. A limit on a flow may have one, too, or be hard: then nothing more
    flows.
    """

    kind: str
    """storage, lane or throughput"""
    of: Literal["stock", "flow"]
    """What takes of it."""
    ends: tuple[Names, ...]
    """[n] names of each place: of a location one, of a lane two."""
    location: Ints
    """[n] the location that each belongs to."""
    place: Ints
    """[K] of each stock point, or [A] of each route; -1: it takes nothing."""
    take: Floats
    """[K] or [A] of a unit."""
    capacity: Floats
    """[n, T] in a period; inf: unlimited."""
    remedy: str
    """What a person can do where it is full."""
    overflow_cost: Floats | None = None
    """[n] per unit of the resource used above the capacity in a period; None: it is hard."""
    in_turn: bool = False
    """Whether flows that compete for it come one after the other where destinations are served so
    (setting ``sharing``); otherwise they share it in proportion to what they would take."""

    def __post_init__(self) -> None:
        if self.of == "stock" and self.hard:
            raise ValueError(
                f"{self.kind}: a limit on stock needs a price, for stock may exceed it"
            )

    @property
    def hard(self) -> bool:
        """Whether nothing can use more than there is."""
        return self.overflow_cost is None

    @property
    def n_places(self) -> int:
        """n."""
        return len(self.location)

    @property
    def limited(self) -> bool:
        """Whether there is a capacity anywhere, at any time."""
        return bool(np.isfinite(self.capacity).any())

    @property
    def used_places(self) -> Ints:
        """Places that anything takes of, ascending."""
        return np.unique(self.place[self.place >= 0])

    @property
    def of_one_each(self) -> Floats:
        """[n] what a unit at every stock point (or on every route) takes together."""
        return self.use(np.ones((len(self.place), 1)))[:, 0]

    @property
    def names(self) -> list[str]:
        """[n] places as tables of results call them."""
        return [" -> ".join(map(str, ends)) for ends in zip(*self.ends, strict=True)]

    @property
    def titles(self) -> list[str]:
        """[n] places as people read them."""
        return [f"{self.kind} {name}" for name in self.names]

    def use(self, units: Floats) -> Floats:
        """What units take of it at each place.

        Parameters
        ----------
        units : array [K, S] or [A, S]
            On hand, or shipped.

        Returns
        -------
        array [n, S]
        """
        total = np.zeros((self.n_places, units.shape[1]))
        place, taken = self.place, self.take[:, None] * units
        if (nowhere := place < 0).any():
            place, taken = place[~nowhere], taken[~nowhere]
        for period in range(units.shape[1]):
            total[:, period] = np.bincount(place, taken[:, period], self.n_places)
        return total

    def at(self, values: NDArray[Any], nowhere: float = 0.0) -> NDArray[Any]:
        """Values of places, told to those who take of them.

        Parameters
        ----------
        values : array [n, S]
        nowhere : float
            Where nothing is taken.

        Returns
        -------
        array [K, S] or [A, S]
        """
        # The last row is that of no place.
        last = np.full((1, values.shape[1]), nowhere, dtype=values.dtype)
        return np.concatenate([values, last])[self.place]

    def paid(self, price: Floats) -> Floats:
        """What a unit pays at prices of the resource.

        Parameters
        ----------
        price : array [n, S]

        Returns
        -------
        array [K, S] or [A, S]
        """
        return self.take[:, None] * self.at(price)
