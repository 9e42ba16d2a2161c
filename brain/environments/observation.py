"""What an environment shows of a chain: one flat vector of scaled numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.arrays.types import Floats, Ints
from scenarios.simulation.state import State

BOUND = 1e6
"""Observations are clipped here, far out of any use."""

PER_POINT = ("on_hand", "backlog", "owed", "last_demand")


@dataclass(frozen=True)
class Layout:
    """How many numbers an observation has, and which is which.

    For every location in turn (zeros where the chain has none):

    ================  ==================  ==================================================
    name              numbers             meaning
    ================  ==================  ==================================================
    on_hand           1                   units on hand
    backlog           1                   customers' units waiting
    owed              1                   units its suppliers still owe it
    last_demand       1                   what customers wanted in the last period
    in_transit        max_lead            units that arrive in 0, 1, ... periods
    mean              look_ahead          forecast of this period and the next ones
    std               look_ahead          its standard deviation
    lead_time         1                   periods / 10
    ================  ==================  ==================================================

    and at the end the natural logarithm of the ratio of missed-sale to holding cost. Units are
    divided by the product's mean demand per period.

    Parameters
    ----------
    n_locations, max_lead, look_ahead : int
        Room for that many locations, periods in transit and periods of forecast.
    """

    n_locations: int
    max_lead: int
    look_ahead: int

    @property
    def widths(self) -> dict[str, int]:
        """Name -> numbers, in the order of one location's part."""
        return dict.fromkeys(PER_POINT, 1) | {
            "in_transit": self.max_lead,
            "mean": self.look_ahead,
            "std": self.look_ahead,
            "lead_time": 1,
        }

    @property
    def size(self) -> int:
        """Length of an observation."""
        return self.n_locations * sum(self.widths.values()) + 1

    def split(self, observation: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Name -> [..., locations, numbers] of observations [..., size]; ``log_ratio`` [...]."""
        lead = observation.shape[:-1]
        parts = observation[..., :-1].reshape(*lead, self.n_locations, -1)
        cuts = np.cumsum(list(self.widths.values()))[:-1]
        named = dict(zip(self.widths, np.split(parts, cuts, axis=-1), strict=True))
        return named | {"log_ratio": observation[..., -1]}


@dataclass(frozen=True, eq=False)
class Observer:
    """Turns states of a batch of chains into observations."""

    layout: Layout
    place: Ints
    """[chains, locations] the stock point, -1 where there is none"""
    routes_to: Ints
    """[A] the stock point each route leads to"""
    scale: Floats
    """[K] mean demand of the product per period, units"""
    mean: Floats
    """[K, T + look_ahead] units"""
    std: Floats
    """[K, T + look_ahead] units"""
    lead_time: Floats
    """[K] periods"""
    log_ratio: Floats
    """[chains]"""

    def __call__(self, state: State, last_demand: Floats, period: int) -> NDArray[np.float32]:
        """[chains, size] at the start of ``period``; ``last_demand`` [K] is in units."""
        layout, n_points = self.layout, self.scale.size
        slots = np.zeros((n_points, layout.max_lead))
        for slot, quantity in enumerate(state.in_transit):
            # What arrives later than there is room for is shown in the last place.
            at = min(slot, layout.max_lead - 1)
            slots[:, at] += np.bincount(self.routes_to, quantity, n_points)
        owed = np.bincount(self.routes_to, state.owed, n_points)
        ahead = slice(period, period + layout.look_ahead)
        single = np.stack([state.on_hand, state.backlog, owed, last_demand], axis=1)
        units = np.concatenate([single, slots, self.mean[:, ahead], self.std[:, ahead]], axis=1)
        numbers = np.concatenate(
            [units / self.scale[:, None], self.lead_time[:, None] / 10.0], axis=1
        )
        # One row of zeros at the end is what -1 points to.
        numbers = np.concatenate([numbers, np.zeros((1, numbers.shape[1]))])
        shown = numbers[self.place].reshape(len(self.place), -1)
        shown = np.concatenate([shown, self.log_ratio[:, None]], axis=1)
        return np.clip(shown, -BOUND, BOUND).astype(np.float32)
