"""What the world looks like between two periods, and what happened in one."""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.arrays.types import Array
from scenarios.model.opening import Ages
from scenarios.model.subset import ProductSubset


@dataclass(frozen=True, eq=False, repr=False)
class State:
    """The world at the start of a period, before anyone orders. Units; leading axes are paths."""

    on_hand: Array
    """[..., K]"""
    backlog: Array
    """[..., K] customers who wait."""
    owed: Array
    """[..., A] orders of earlier periods that their origin still has to ship."""
    in_transit: tuple[Array, ...]
    """[..., A] each: entry l arrives in l periods (0: in the period about to start)."""
    ages: Ages | None = None
    """By remaining life, where some product is perishable."""

    def __repr__(self) -> str:
        return f"State(on_hand {tuple(self.on_hand.shape)}, owed {tuple(self.owed.shape)})"

    @property
    def on_way(self) -> Array:
        """[..., A] everything in transit on each route."""
        if not self.in_transit:
            return 0.0 * self.owed
        total = self.in_transit[0]
        for slot in self.in_transit[1:]:
            total = total + slot
        return total

    def take(self, subset: ProductSubset) -> State:
        """The state of some products only.

        Parameters
        ----------
        subset : ProductSubset

        Returns
        -------
        State
        """
        at_points, at_routes = subset.at_points, subset.at_routes
        return State(
            on_hand=at_points(self.on_hand),
            backlog=at_points(self.backlog),
            owed=at_routes(self.owed),
            in_transit=tuple(at_routes(slot) for slot in self.in_transit),
            ages=None if self.ages is None else self.ages.take(at_points, at_routes),
        )


@dataclass(frozen=True, eq=False, repr=False)
class Outcome:
    """What happened in one period. Units, at [..., K] stock points or [..., A] routes."""

    asked: Array
    """[..., A] orders placed, and those owed from before."""
    shipped: Array
    """[..., A]"""
    receipts: Array
    """[..., K] what arrived."""
    demand: Array
    """[..., K] what customers wanted in this period."""
    sales: Array
    """[..., K] handed to customers, those who had waited first."""
    missed: Array
    """[..., K] demand of this period not met in this period: lost, or now waiting."""
    on_hand: Array
    """[..., K] stock at the end of the period, after expired units are scrapped."""
    backlog: Array
    """[..., K] customers waiting at the end of the period."""
    on_way: Array
    """[..., A] in transit at the end of the period; None where no cost depends on it."""
    expired: Array | None
    """[..., K] scrapped at the end of the period, what expired under way to the point included;
    None where nothing is perishable."""
    orders: Array
    """[..., A] orders placed in this period."""

    def __repr__(self) -> str:
        return f"Outcome(on_hand {tuple(self.on_hand.shape)}, orders {tuple(self.orders.shape)})"

    @property
    def unmet_orders(self) -> Array:
        """[..., A] what the origin could not ship: cancelled, or owed."""
        return self.asked - self.shipped
