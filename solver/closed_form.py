"""Orders in closed form: the echelon order-up-to rule for chains and trees.

Without coupling between products the optimal order of one product at point j is

    order_j(t) = max(0, sum over i at or below j of
                        (sum of mean_i over t .. t + cover_ji - 1 + safety stock_i[t + reach_ji])
                        - echelon inventory position_j(t))

with reach and cover as in :class:`scenarios.network.Echelons`; the echelon inventory position is
all that is on hand or in transit at j and below, plus what j's supplier owes it, less customers
waiting. (What is owed *within* the echelon is on hand at its origin already.) Clark and Scarf
1960; for serial systems with backlog the best policy is of this form.

Points with several suppliers order from their primary one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from scenarios.model import Floats, Ints, Scenario
from scenarios.network import demand_beyond, echelons, primary_routes
from scenarios.parameters import Network, network
from scenarios.parameters import take as take_network
from scenarios.segments import Array, Pick, pick
from scenarios.state import State
from solver.echelon_sum import EchelonSum, echelon_sum


@dataclass(frozen=True, eq=False)
class OrderUpTo:
    """The echelon order-up-to rule as an order policy, in the array library of its network.

    Made by :func:`order_up_to`. Past the last period the last targets are kept.
    """

    net: Network
    targets: Array
    """[T, K] echelon order-up-to levels, safety stocks included."""
    cover_demand: Array
    """[T, K] the mean demand in them."""
    below: EchelonSum
    at_route: Pick
    """From points to their primary routes; nothing is ordered on others."""
    parent: Ints
    """[K] the point that mainly supplies each point, -1: outside, or none."""
    orders_at: Ints
    """[A] the point whose primary route it is, -1: none."""

    def __call__(self, state: State, period: int) -> Array:
        """Orders [..., A] for a state at the start of ``period``."""
        target = self.targets[min(period, self.targets.shape[0] - 1)]
        return self._order(state, target - self.below(self._local_position(state)))

    def orders(self, state: State, period: int, safety_stock_now: Array) -> Array:
        """Orders [..., A] when the safety stocks are given only now, as a brain in training does.

        Parameters
        ----------
        state : State
        period : int
        safety_stock_now : array [..., K]
            Used for every period that this order decides.
        """
        target = self.cover_demand[min(period, self.cover_demand.shape[0] - 1)]
        return self._order(
            state, target + self.below(safety_stock_now - self._local_position(state))
        )

    def take(self, points: Ints, routes: Ints, point_rank: Ints) -> OrderUpTo:
        """The rule for some products only; see :class:`scenarios.policies.SeparablePolicy`."""
        def relabel(index: Ints) -> Ints:
            return np.where(index >= 0, point_rank[index], -1)

        net = take_network(self.net, points, routes, point_rank)
        parent, orders_at = relabel(self.parent[points]), relabel(self.orders_at[routes])
        return OrderUpTo(
            net=net,
            targets=self.targets[:, points],
            cover_demand=self.cover_demand[:, points],
            below=echelon_sum(net.xp, parent, net.indices.location, net.device),
            at_route=pick(net.xp, orders_at, points.size, net.device),
            parent=parent,
            orders_at=orders_at,
        )

    def _local_position(self, state: State) -> Array:
        net = self.net
        position = state.on_hand
        if state.in_transit:
            position = position + net.by_destination(state.on_way)
        return position - state.backlog if net.keeps_backlog else position

    def _order(self, state: State, wanted: Array) -> Array:
        if self.net.owes_orders:
            wanted = wanted - self.net.by_destination(state.owed)
        return self.at_route(self.net.xp.maximum(wanted, self.net.zero))


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
        As in :func:`scenarios.dynamics.network`.

    Raises
    ------
    ValueError
        If ``safety_stock`` is not [K, T].
    """
    net = network(scenario, xp, dtype=dtype, device=device)
    shape = (scenario.n_points, scenario.n_periods)
    if safety_stock is not None and np.shape(safety_stock) != shape:
        raise ValueError(f"safety_stock is {np.shape(safety_stock)}, not points x periods {shape}")
    primary = primary_routes(scenario)
    supplied = np.flatnonzero(primary >= 0)
    parent = np.full(scenario.n_points, -1)
    parent[supplied] = scenario.routes.origin[primary[supplied]]
    orders_at = np.full(scenario.n_routes, -1)
    orders_at[primary[supplied]] = supplied
    cover_demand, buffers = _levels(scenario, safety_stock)
    return OrderUpTo(
        net=net,
        targets=net.array(np.ascontiguousarray((cover_demand + buffers).T)),
        cover_demand=net.array(np.ascontiguousarray(cover_demand.T)),
        below=echelon_sum(net.xp, parent, scenario.points.location, net.device),
        at_route=pick(net.xp, orders_at, scenario.n_points, net.device),
        parent=parent,
        orders_at=orders_at,
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
