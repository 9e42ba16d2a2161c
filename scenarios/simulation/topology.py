"""How stock points, routes, lanes and locations hang together, ready to be followed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from scenarios.arrays.masks import Group, group
from scenarios.arrays.segments import Pick, SegmentSum, pick, segment_sum
from scenarios.arrays.types import Array, Ints
from scenarios.model.subset import ProductSubset
from scenarios.simulation.queues import Queues, queues


@dataclass(frozen=True, eq=False)
class Indices:
    """Who belongs to whom, as NumPy index arrays; -1: outside."""

    origin: Ints
    """[A] stock point"""
    destination: Ints
    """[A] stock point"""
    level: Ints
    """[A] how many lanes lie between the origin and the outside, at most."""
    lead_time: Ints
    """[A, 1] periods, or [A, T] of what is shipped in each period"""
    location: Ints
    """[K]"""
    product: Ints
    """[K]"""

    def take(self, subset: ProductSubset) -> Indices:
        """Those of some products only."""
        points, routes = subset.points, subset.routes
        return Indices(
            origin=subset.relabel(self.origin[routes]),
            destination=subset.relabel(self.destination[routes]),
            level=self.level[routes],
            lead_time=self.lead_time[routes],
            location=self.location[points],
            product=self.product[points],
        )

    def equal(self, other: Indices) -> bool:
        """Whether points and routes hang together in the same way, whatever the products."""
        names = ("origin", "destination", "level", "lead_time", "location")
        return all(np.array_equal(getattr(self, name), getattr(other, name)) for name in names)


@dataclass(frozen=True, eq=False)
class Links:
    """Gathers and sums along the network; each is prepared when it is first used."""

    xp: Any
    device: Any
    receive_first: bool
    indices: Indices

    def take(self, subset: ProductSubset) -> Links:
        """The links of some products only."""
        return Links(self.xp, self.device, self.receive_first, self.indices.take(subset))

    @cached_property
    def max_lead(self) -> int:
        """The longest lead time."""
        return int(self.indices.lead_time.max(initial=0))

    @cached_property
    def has_internal(self) -> bool:
        """Whether any point supplies another."""
        return bool((self.indices.origin >= 0).any())

    @cached_property
    def shares_origin(self) -> bool:
        """Whether some point supplies several others, which then compete for its stock."""
        exits = self.indices.origin[self.indices.origin >= 0]
        return exits.size > 0 and bool(np.bincount(exits).max() > 1)

    @cached_property
    def from_outside(self) -> Array:
        """[A] whether a route starts at an external supplier."""
        return self.xp.asarray(self.indices.origin < 0, device=self.device)

    @cached_property
    def at_origin(self) -> Pick:
        """From points to the routes that leave them."""
        return pick(self.xp, self.indices.origin, self._n_points, self.device)

    @cached_property
    def by_origin(self) -> SegmentSum:
        """From routes to the points they leave."""
        return segment_sum(self.xp, self.indices.origin, self._n_points, self.device)

    @cached_property
    def by_destination(self) -> SegmentSum:
        """From routes to the points they lead to."""
        return segment_sum(self.xp, self.indices.destination, self._n_points, self.device)

    @cached_property
    def queues(self) -> Queues:
        """Routes lined up at the points they leave."""
        return queues(self.xp, self.indices.origin, self._n_points, self.device)

    @cached_property
    def leads(self) -> tuple[tuple[tuple[int, Group], ...], ...]:
        """Routes by lead time, shortest first, for each period; what repeats is made once."""
        made: dict[bytes, tuple[tuple[int, Group], ...]] = {}
        by_period = []
        for lead in self.indices.lead_time.T:
            key = lead.tobytes()
            if key not in made:
                made[key] = tuple(
                    (int(value), group(self.xp, lead == value, self.device))
                    for value in np.flatnonzero(np.bincount(lead))
                )
            by_period.append(made[key])
        return tuple(by_period)

    @cached_property
    def levels(self) -> tuple[Group, ...]:
        """Routes in the order they ship; one group unless goods can pass two lanes in a period."""
        index = self.indices
        relays = np.zeros(self._n_points, dtype=bool)
        relays[index.origin[index.origin >= 0]] = True
        through = (index.lead_time == 0).any(axis=1) & relays[index.destination]
        if not (self.receive_first and through.any()):
            return (group(self.xp, np.ones(index.origin.size, dtype=bool), self.device),)
        return tuple(
            group(self.xp, index.level == level, self.device) for level in np.unique(index.level)
        )

    @property
    def _n_points(self) -> int:
        return int(self.indices.location.size)

    def lead_groups(self, period: int) -> tuple[tuple[int, Group], ...]:
        """Routes by lead time of what is shipped in ``period``; the last one's go on."""
        return self.leads[min(period, len(self.leads) - 1)]

    def advance(
        self, in_transit: tuple[Array, ...], shipped: Array, period: int
    ) -> tuple[Array, ...]:
        """What is under way at the start of the next period.

        Time passing moves no data: the tuple loses its first slot, and what was shipped is added
        to the slot of its lead time. (Where lead times change, a later shipment may come to lie in
        an earlier slot.)
        """
        slots: list[Array | None] = list(in_transit[1:])
        groups = self.lead_groups(period)
        slots += [None] * (self.max_lead - len(slots))
        for lead, routes in groups:
            if lead > 0:
                slots[lead - 1] = routes.add(slots[lead - 1], shipped)
        empty = None
        for slot, content in enumerate(slots):
            if content is None:
                empty = self.xp.zeros_like(shipped) if empty is None else empty
                slots[slot] = empty
        return tuple(slots)
