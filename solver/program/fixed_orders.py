"""Orders of the commit window that a person has fixed: everything else is planned around them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.arguments import argument_error
from scenarios.arrays.types import Floats, Ints
from scenarios.model.scenario import Scenario
from scenarios.resources import hard_flows
from scenarios.simulation.policy import OrderPolicy
from scenarios.simulation.state import State
from solver.formulation.linear_program import LinearProgram
from solver.highs.session import HighsSession

CLOSE = 1e-6
"""A fixed order is met if what ships differs by no more than this share, and as many units."""


class CannotShip(ValueError):
    """Fixed orders that their origins or lanes cannot ship whole, whatever else is ordered.

    Parameters
    ----------
    route, period : integer arrays [n]
    asked, possible : arrays [n]
        Units; ``possible`` is what can ship of each, of all of them together.
    """

    def __init__(self, route: Ints, period: Ints, asked: Floats, possible: Floats):
        self.route, self.period, self.asked, self.possible = route, period, asked, possible
        cases = zip(route, period, asked, possible, strict=True)
        super().__init__(
            "; ".join(
                f"of the {a:g} units fixed on route {r} in period {t} only {p:g} can ship"
                for r, t, a, p in cases
            )
        )


@dataclass(frozen=True, eq=False)
class FixedOrders:
    """Quantities of some orders: parallel arrays over (route, period)."""

    route: Ints
    period: Ints
    quantity: Floats

    @classmethod
    def of(cls, scenario: Scenario, fixed: Floats | None) -> FixedOrders:
        """From an array [A, T], nan where the order is free.

        Raises
        ------
        InputError
            If an order is fixed outside the reviews of the commit window.
        """
        if fixed is None:
            none = np.empty(0, dtype=np.int64)
            return cls(none, none, np.empty(0))
        fixed = np.asarray(fixed, dtype=np.float64)
        route, period = np.nonzero(~np.isnan(fixed))
        settings = scenario.settings
        outside = (period >= settings.commit_periods) | (period % settings.review_period != 0)
        if outside.any():
            raise argument_error(
                "optimise",
                "fixed_orders",
                "an order is fixed outside the reviews of the commit window",
                f"fix orders in every {settings.review_period}. period before period"
                f" {settings.commit_periods} (commit_periods)",
                int(period[outside][0]),
            )
        return cls(route, period, fixed[route, period])

    def of_routes(self, routes: Ints) -> FixedOrders:
        """Those on some routes (ascending), with their numbers among these."""
        found = np.searchsorted(routes, self.route)
        at = np.minimum(found, max(len(routes) - 1, 0))
        here = routes[at] == self.route if len(routes) else np.zeros(len(found), dtype=bool)
        return FixedOrders(at[here], self.period[here], self.quantity[here])

    @property
    def placed(self) -> NDArray[np.bool_]:
        """[n] whether anything is ordered at all."""
        return self.quantity > 0

    def mask(self, shape: tuple[int, ...]) -> NDArray[np.bool_]:
        """[A, S] where an order is fixed."""
        found = np.zeros(shape, dtype=bool)
        found[self.route, self.period] = True
        return found

    def bound(self, program: LinearProgram) -> None:
        """Fix the orders in a program (in place).

        Raises
        ------
        CannotShip
            If the program has no such order: the lane is closed, or the route is.
        """
        column = program.placed_column[self.route, self.period]
        self.check(np.where(column < 0, 0.0, self.quantity))
        known = column >= 0
        program.lower[column[known]] = program.upper[column[known]] = self.quantity[known]

    def explain(self, highs: HighsSession, seconds: float) -> None:
        """Find out what of the fixed orders can ship at most, where a program has no solution.

        Raises
        ------
        CannotShip
            If that is less than is asked for.
        """
        column = highs.program.placed_column[self.route, self.period]
        known = column >= 0
        column, quantity = column[known], self.quantity[known]
        everything = np.arange(len(highs.program.cost))
        highs.change_bounds(column, np.zeros(len(column)), quantity)
        highs.change_cost(everything, np.zeros(len(everything)))
        highs.change_cost(column, np.full(len(column), -1.0))
        found = highs.solve(seconds)
        if found.values is not None:
            possible = np.zeros(len(self.quantity))
            possible[known] = found.values[column]
            self.check(possible)

    def check(self, possible: Floats) -> None:
        """Raise :class:`CannotShip` if of some order less is possible [n] than is asked for."""
        short = possible < self.quantity - CLOSE * (1.0 + self.quantity)
        if short.any():
            raise CannotShip(
                self.route[short], self.period[short], self.quantity[short], possible[short]
            )

    def settled(self, orders: Floats) -> Floats:
        """Orders [A, S] with the fixed ones exact.

        Raises
        ------
        CannotShip
            If ``orders`` are short of them: what else was ordered left too little.
        """
        self.check(orders[self.route, self.period])
        exact = orders.copy()
        exact[self.route, self.period] = self.quantity
        return exact

    def over(self, policy: OrderPolicy) -> OrderPolicy:
        """A policy that orders the fixed quantities and otherwise as ``policy`` does."""

        def orders(state: State, period: int) -> Floats:
            asked = policy(state, period)
            now = self.period == period
            if now.any():
                asked = np.array(asked)
                asked[self.route[now]] = self.quantity[now]
            return asked

        return orders if len(self.route) else policy

    def served_first(self, scenario: Scenario, period: int, shipped: Floats) -> Floats:
        """What ships [A] in a period if the fixed orders go first where something is short.

        That is stock at an origin, or a hard limit on the way. ``shipped`` [A] is what ships when
        all share: of what is short it uses all there is.
        """
        now = (self.period == period) & self.placed
        if not now.any():
            return shipped
        free = np.ones(len(shipped), dtype=bool)
        free[self.route[now]] = False
        result = shipped.copy()
        result[self.route[now]] = self.quantity[now]
        shared = [(scenario.routes.origin, np.ones(len(shipped)))]
        for resource in hard_flows(scenario):
            limited = resource.at(np.isfinite(resource.capacity[:, [period]]))[:, 0]
            shared.append((np.where(limited, resource.place, -1), resource.take))
        for group, size in shared:
            inside = group >= 0
            n_groups = int(group.max(initial=-1)) + 1
            there = np.bincount(group[inside], (size * shipped)[inside], n_groups)
            asked = np.bincount(group[inside], (size * result)[inside], n_groups)
            others = np.bincount(group[inside], (size * result * free)[inside], n_groups)
            left = np.maximum(others - np.maximum(asked - there, 0.0), 0.0)
            share = np.where(others > 0, left / np.where(others > 0, others, 1.0), 1.0)
            cut = inside & free
            result[cut] *= share[group[cut]]
        return result
