"""Orders as the world would carry them out: the closed form, or a plan that counts on too much."""

from __future__ import annotations

import numpy as np

from scenarios.arrays.types import Floats
from scenarios.model.echelons import demand_beyond
from scenarios.model.scenario import Scenario
from scenarios.simulation.policy import OrderPolicy
from scenarios.simulation.run import simulate
from scenarios.simulation.state import State
from solver.closed_form.order_up_to import order_up_to
from solver.formulation.pyomo_model import LotRules
from solver.program.fixed_orders import FixedOrders
from solver.program.lot_rules import lots_around


def closed_form_orders(
    scenario: Scenario,
    n_periods: int,
    rules: LotRules,
    fixed: FixedOrders,
    safety_stock: Floats,
    lost: Floats,
) -> Floats:
    """Feasible orders [A, S] by the echelon order-up-to rule on mean demand, some of them fixed.

    Of the demand, ``lost`` [K, S] is lost before any order can come, and is not ordered.
    """
    # As it is carried out: what cannot ship when it is ordered is ordered anew.
    served = scenario.mean - lost[:, : scenario.n_periods]
    rule = order_up_to(scenario.replace(unmet_orders="lost", mean=served), safety_stock)
    most = scenario.routes.max_order_quantity
    return carried_out(
        scenario,
        n_periods,
        rules,
        fixed,
        lambda state, period: np.minimum(rule(state, period), most),
    )


def carried_out(
    scenario: Scenario, n_periods: int, rules: LotRules, fixed: FixedOrders, policy: OrderPolicy
) -> Floats:
    """What ships [A, S] of a policy's orders in ``n_periods`` periods if demand meets its mean.

    Origins that are short share what they have in proportion to what is asked, lanes likewise,
    after the fixed orders have taken theirs. Committed orders are whole lots: the nearest to the
    policy's order, then what can ship of it. What cannot ship is not owed: the orders returned are
    only what ships, in their period.
    """
    world = scenario.replace(unmet_orders="lost", lead_time_by_period=None)
    mean = demand_beyond(scenario, scenario.mean, n_periods)
    decided = np.zeros((scenario.n_routes, n_periods))
    done = -1
    policy = fixed.over(policy)

    def lots_first(state: State, period: int) -> Floats:
        return decided[:, period] if period <= done else policy(state, period)

    def shipped(last: int) -> Floats:
        """Up to a period, so far as it is decided."""
        return np.asarray(simulate(world, lots_first, mean[:, : last + 1]).shipped)

    for period in np.union1d(rules.period, fixed.period).tolist():
        if period > done + 1:
            # Periods without a rule in between stay as they went.
            decided[:, done + 1 : period] = shipped(period)[:, done + 1 : period]
        chosen = rules.period == period
        route = rules.route[chosen]
        wanted = fixed.served_first(scenario, period, shipped(period)[:, period])
        low, high = lots_around(rules, wanted[route], chosen)
        decided[:, period] = wanted
        decided[route, period] = np.where(high - wanted[route] < wanted[route] - low, high, low)
        done = period
        can = fixed.served_first(scenario, period, shipped(period)[:, period])
        decided[:, period] = can
        decided[route, period] = lots_around(rules, can[route], chosen)[0]
    return shipped(n_periods - 1)
