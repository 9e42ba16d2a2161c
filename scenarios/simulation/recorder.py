"""A run under way, noted period by period."""

from __future__ import annotations

import numpy as np

from scenarios.arrays.types import Floats
from scenarios.model.scenario import Scenario
from scenarios.simulation.compiled import Network
from scenarios.simulation.costs import COMPONENTS, Costs, period_costs
from scenarios.simulation.state import Outcome, State
from scenarios.simulation.trajectory import Trajectory


class Recorder:
    """Room for a whole run; periods that have not passed are zero.

    Parameters
    ----------
    scenario : Scenario
    net : Network
        Of NumPy.
    initial : State
        At the start of period 0, with the leading axes of ``demand``.
    demand : array [..., K, T]
        Units.
    """

    def __init__(self, scenario: Scenario, net: Network, initial: State, demand: Floats):
        batch, n_periods = demand.shape[:-2], demand.shape[-1]

        def room(n: int) -> Floats:
            # Time-major in memory, so that a period is written in one piece.
            return np.moveaxis(np.zeros((*batch, n_periods, n), dtype=net.dtype), -1, -2)

        self.scenario, self.net, self.state, self.demand = scenario, net, initial, demand
        self.opening = np.broadcast_to(initial.on_hand, (*batch, net.n_points))
        self.at_points = {name: room(net.n_points) for name in Trajectory.POINT_FIELDS}
        self.on_routes = {name: room(net.n_routes) for name in Trajectory.ROUTE_FIELDS}
        self.costs = {name: np.zeros((*batch, n_periods), dtype=net.dtype) for name in COMPONENTS}

    def add(self, period: int, state: State, outcome: Outcome) -> None:
        """Note what happened in a period; ``state`` is that at its end."""
        for name, array in self.at_points.items():
            value = getattr(outcome, name)
            array[..., period] = 0.0 if value is None else value
        for name, array in self.on_routes.items():
            array[..., period] = state.on_way if name == "on_way" else getattr(outcome, name)
        for name, value in period_costs(self.net, outcome, period).as_dict().items():
            self.costs[name][..., period] = value
        self.state = state

    def trajectory(self) -> Trajectory:
        """The run so far, not copied."""
        return Trajectory(
            scenario=self.scenario,
            demand=self.demand,
            opening=self.opening,
            final=self.state,
            costs=Costs(**self.costs),
            **self.at_points,
            **self.on_routes,
        )
