"""What plugs into the simulator: order policies and demand models, both plain callables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from scenarios.arguments import argument_error
from scenarios.arrays.types import Array, Floats
from scenarios.model.scenario import Scenario
from scenarios.model.subset import ProductSubset
from scenarios.simulation.state import State


class OrderPolicy(Protocol):
    """Decides the orders of a period from the state at its start."""

    def __call__(self, state: State, period: int) -> Array:
        """Orders [..., A] in units, not negative; called in review periods only."""
        ...


@runtime_checkable
class SeparablePolicy(Protocol):
    """A policy that treats every product by itself, and so can be run in parts."""

    def __call__(self, state: State, period: int) -> Array: ...

    def take(self, subset: ProductSubset, /) -> OrderPolicy:
        """The policy of some products only."""
        ...


class DemandModel(Protocol):
    """Draws the demand of a scenario."""

    def __call__(self, scenario: Scenario, rng: np.random.Generator) -> Floats:
        """Units [K, T], or [paths, K, T]."""
        ...


@dataclass(frozen=True, eq=False, repr=False)
class GivenOrders:
    """Orders fixed beforehand, as a plan has them.

    Parameters
    ----------
    quantity : array [..., A, T]
        Units ordered on each route in each period; nothing is ordered past the last one. Of any
        array library.

    Raises
    ------
    InputError
        If it is no array of two axes or more.
    """

    quantity: Array

    def __post_init__(self) -> None:
        if len(getattr(self.quantity, "shape", ())) < 2:
            remedy = "give an array [..., routes, periods]"
            raise argument_error("GivenOrders", "quantity", "has no axes", remedy, self.quantity)

    def __repr__(self) -> str:
        return f"GivenOrders({tuple(self.quantity.shape)})"

    def __call__(self, state: State, period: int) -> Array:
        """Orders of a period.

        Parameters
        ----------
        state : State
        period : int

        Returns
        -------
        array [..., A]
            Units.
        """
        orders = self.quantity[..., min(period, self.quantity.shape[-1] - 1)]
        return orders if period < self.quantity.shape[-1] else 0 * orders

    def take(self, subset: ProductSubset) -> GivenOrders:
        """The orders of some products only.

        Parameters
        ----------
        subset : ProductSubset

        Returns
        -------
        GivenOrders
        """
        return GivenOrders(self.quantity[..., subset.routes, :])
