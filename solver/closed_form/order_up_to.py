"""Orders in closed form: the echelon order-up-to rule for chains and trees.

Without coupling between products the optimal order of one product at point j is

    order_j(t) = max(0, sum over i at or below j of
                        (sum of mean_i over t .. t + cover_ji - 1 + safety stock_i[t + reach_ji])
                        - echelon inventory position_j(t))

with reach and cover as in :class:`scenarios.model.echelons.Echelons`; the echelon inventory
position is all that is on hand or in transit at j and below, plus what j's supplier owes it, less
customers waiting. (What is owed *within* the echelon is on hand at its origin already.) Clark and
Scarf 1960; for serial systems with backlog the best policy is of this form.

Points with several suppliers order from their primary one.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from scenarios.arguments import Arguments
from scenarios.arrays.segments import Pick, SegmentSum, pick, segment_sum
from scenarios.arrays.types import Array, Floats, Ints
from scenarios.model.echelons import demand_beyond, echelons, primary_routes
from scenarios.model.scenario import Scenario, check_scenario
from scenarios.model.subset import ProductSubset
from scenarios.simulation.state import State
from solver.closed_form.echelon_sum import EchelonSum, echelon_sum


@dataclass(frozen=True, eq=False)
class OrderUpTo:
    """The echelon order-up-to rule as an order policy, in the array library of its network.

    Made by :func:`order_up_to`. Past the last period the last targets are kept.
    """

    xp: Any
    """The array library."""
    targets: Array
    """[T, K] echelon order-up-to levels, safety stocks included."""
    cover_demand: Array
    """[T, K] the mean demand in them."""
    zero: Array
    """The number in that library."""
    inbound: SegmentSum
    """From routes to the points they supply."""
    below: EchelonSum
    """From points to themselves and all that they supply, summed."""
    at_route: Pick
    """From points to their primary routes; nothing is ordered on others."""
    structure: Structure
    """Who orders where from."""
    keeps_backlog: bool
    """Whether customers wait."""
    owes_orders: bool
    """Whether origins owe what they cannot ship."""
    subset: ProductSubset | None = None
    """The products whose points in ``targets`` it is for; None: all. Subsets are of NumPy only."""

    def __call__(self, state: State, period: int) -> Array:
        """Orders for a state.

        Parameters
        ----------
        state : State
            At the start of the period.
        period : int

        Returns
        -------
        array [..., A]
            Units.
        """
        target = self._now(self.targets, period)
        return self._order(state, target - self.below(self._local_position(state)))

    def orders(self, state: State, period: int, safety_stock_now: Array) -> Array:
        """Orders [..., A] when the safety stocks are given only now, as a brain in training does.

        Parameters
        ----------
        state : State
        period : int
        safety_stock_now : array [..., K]
            Used for every period that this order decides.

        Returns
        -------
        array [..., A]
            Units.
        """
        target = self._now(self.cover_demand, period)
        return self._order(
            state, target + self.below(safety_stock_now - self._local_position(state))
        )

    def take(self, subset: ProductSubset) -> OrderUpTo:
        """The rule for some products only, as a
        :class:`scenarios.simulation.policy.SeparablePolicy` gives it.

        Parameters
        ----------
        subset : ProductSubset

        Returns
        -------
        OrderUpTo
        """
        structure = self.structure.take(subset)
        return dataclasses.replace(
            self, structure=structure, subset=subset, **structure.links(self.xp)
        )

    def _now(self, levels: Array, period: int) -> Array:
        # A part reads its share only now: a copy beforehand would leave the cache again.
        now = levels[min(period, levels.shape[0] - 1)]
        return now if self.subset is None else self.subset.at_points(now)

    def _local_position(self, state: State) -> Array:
        position = state.on_hand
        if state.in_transit:
            position = position + self.inbound(state.on_way)
        return position - state.backlog if self.keeps_backlog else position

    def _order(self, state: State, wanted: Array) -> Array:
        if self.owes_orders:
            wanted = wanted - self.inbound(state.owed)
        return self.at_route(self.xp.maximum(wanted, self.zero))


@dataclass(frozen=True, eq=False)
class Structure:
    """Who orders where from, as NumPy index arrays; -1: outside, or nobody."""

    parent: Ints
    """[K] the point that mainly supplies each point."""
    location: Ints
    """[K]"""
    destination: Ints
    """[A] the point that each route leads to."""
    orders_at: Ints
    """[A] the same, where the route is its primary one."""

    def take(self, subset: ProductSubset) -> Structure:
        """The structure of some products only."""
        return Structure(
            parent=subset.relabel(self.parent[subset.points]),
            location=self.location[subset.points],
            destination=subset.relabel(self.destination[subset.routes]),
            orders_at=subset.relabel(self.orders_at[subset.routes]),
        )

    def links(self, xp: Any, device: Any = None) -> dict[str, Any]:
        """The prepared sums and gathers of :class:`OrderUpTo`."""
        return {
            "inbound": segment_sum(xp, self.destination, self.parent.size, device),
            "below": echelon_sum(xp, self.parent, self.location, device),
            "at_route": pick(xp, self.orders_at, self.parent.size, device),
        }


def order_up_to(
    scenario: Scenario,
    safety_stock: Floats | None = None,
    xp: Any = np,
    *,
    dtype: Any = None,
    device: Any = None,
) -> OrderUpTo:
    """Make the echelon order-up-to rule of a scenario.

    Parameters
    ----------
    scenario : Scenario
        A chain or a tree; where points have several suppliers, their primary routes form one.
    safety_stock : array [K, T], optional
        ``safety_stock[k, s]`` is the buffer wanted at point k at the end of period s (for a point
        that supplies others with timeline ``order_first``: after what it ships in s + 1). Past
        the last period the last column goes on, or 0 with ``end_of_life``. Default: 0.
    xp, dtype, device
        As in :func:`scenarios.simulation.step.compile_scenario`.

    Returns
    -------
    OrderUpTo
        An order policy: ``rule(state, period)`` -> orders [..., A] in units.

    Raises
    ------
    InputError
        If ``safety_stock`` is not [K, T] or not finite.
    """
    check = Arguments("order_up_to")
    if not callable(getattr(xp, "asarray", None)):
        check.add("xp", "is no array library", "give numpy or array_api_compat.torch", xp)
    if check_scenario(check, scenario) and safety_stock is not None:
        shape = (scenario.n_points, scenario.n_periods)
        stock = check.numbers_of(
            "safety_stock", safety_stock, shape, "points x periods", least=None
        )
        safety_stock = stock
    check.refuse()
    primary = primary_routes(scenario)
    supplied = np.flatnonzero(primary >= 0)
    parent = np.full(scenario.n_points, -1)
    parent[supplied] = scenario.routes.origin[primary[supplied]]
    orders_at = np.full(scenario.n_routes, -1)
    orders_at[primary[supplied]] = supplied
    cover_demand, buffers = _levels(scenario, safety_stock)
    structure = Structure(parent, scenario.points.location, scenario.routes.destination, orders_at)
    xp = array_namespace(xp.asarray([0.0]))
    dtype = xp.float64 if dtype is None else dtype

    def by_time(values: Floats) -> Array:
        return xp.asarray(np.ascontiguousarray(values.T), dtype=dtype, device=device)

    return OrderUpTo(
        xp=xp,
        targets=by_time(cover_demand + buffers),
        cover_demand=by_time(cover_demand),
        zero=xp.zeros((), dtype=dtype, device=device),
        structure=structure,
        keeps_backlog=scenario.settings.unmet_demand == "backlog",
        owes_orders=scenario.settings.unmet_orders == "backlog",
        **structure.links(xp, device),
    )


def _levels(scenario: Scenario, safety_stock: Floats | None) -> tuple[Floats, Floats]:
    """[K, T] mean demand and safety stocks that each echelon's order has to cover."""
    pairs, n_periods = echelons(scenario), scenario.n_periods
    n_points = scenario.n_points
    far = n_periods + int(pairs.cover.max(initial=0))
    ahead = np.zeros((n_points, far + 1))
    np.cumsum(demand_beyond(scenario, scenario.mean, far), axis=1, out=ahead[:, 1:])
    buffer = np.zeros((n_points, far))
    if safety_stock is not None:
        buffer[:, :n_periods] = safety_stock
        if not scenario.settings.end_of_life:
            buffer[:, n_periods:] = buffer[:, n_periods - 1 : n_periods]
    mean, stock = np.zeros((n_points, n_periods)), np.zeros((n_points, n_periods))
    # Pairs of one reach look equally far ahead, so they are summed as slices of whole rows.
    for reach in np.unique(pairs.reach):
        of_reach = np.flatnonzero(pairs.reach == reach)
        upper, lower = pairs.upper[of_reach], pairs.lower[of_reach]
        cover = int(pairs.cover[of_reach[0]])
        starts = np.flatnonzero(np.concatenate([[True], np.diff(upper) != 0]))
        demand = ahead[lower, cover : cover + n_periods] - ahead[lower, :n_periods]
        mean[upper[starts]] += np.add.reduceat(demand, starts, axis=0)
        if safety_stock is not None:
            wanted = buffer[lower, reach : reach + n_periods]
            stock[upper[starts]] += np.add.reduceat(wanted, starts, axis=0)
    return mean, stock
