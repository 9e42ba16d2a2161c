"""Policies that plan anew every day order nothing again that is owed to them already."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from brain.analytic.overrides import NoSafetyStock
from brain.policy import SafetyStocks
from planner import backtest, plan
from planner.policies.closed_form import ClosedForm
from planner.policies.order_model import OrderModel
from planner.policies.rules.policy import Policy
from planner.policies.two_stage import StochasticProgram
from scenarios.errors import InputError
from scenarios.model.scenario import Scenario
from solver.closed_form.backorders import new_orders, ship_backorders
from solver.optimiser import optimise
from tests.support.worlds import chain, column, tree


class Asked:
    """No safety stock, by a brain that is asked anew at every review."""

    name = "asked"

    def __call__(self, scenario: Scenario) -> SafetyStocks:
        return NoSafetyStock()(scenario)


def short(timeline: str = "order_first", owed: float = 20.0) -> Scenario:
    """Store and DC with a day's demand each; the DC owes the store four days' more."""
    return chain(
        [1, 1], 5.0, n_periods=40, on_hand=5.0, unmet_orders="backlog", unmet_demand="backlog",
        timeline=timeline, owed=np.array([owed, 0.0]),
    )  # fmt: skip


ROLLING: list[Policy] = [
    ClosedForm(Asked(), name="rolling"),
    OrderModel("none", name="mip"),
    StochasticProgram(2),
]


@pytest.mark.parametrize("timeline", ["order_first", "receive_first"])
@pytest.mark.parametrize("policy", ROLLING, ids=lambda policy: policy.name)
def test_what_is_owed_is_not_ordered_again(policy: Policy, timeline: str) -> None:
    # The rule that sees the whole state is the yardstick; demand is certain.
    owing, clear = short(timeline), short(timeline, owed=0.0)
    rule = backtest(owing, ClosedForm("none"), 20).runs[0]
    found = backtest(owing, policy, 20).runs[0]
    assert found.orders.sum(axis=1).tolist() == pytest.approx(rule.orders.sum(axis=1).tolist())
    without = backtest(clear, policy, 20).runs[0]
    saved = without.orders.sum(axis=1) - found.orders.sum(axis=1)
    assert saved.tolist() == pytest.approx([20, 0])
    assert np.allclose(found.shipped, without.shipped)


def test_what_the_origin_has_ships_at_once_and_the_rest_counts_against_later_shipments() -> None:
    # DC: 8 on hand, owes 6 and 4: 4.8 and 3.2 ship; 1.2 and 0.8 remain.
    scenario = tree(
        [1, 2], 1, 0.0, on_hand=column([0, 0, 8]), unmet_orders="backlog",
        owed=np.array([6.0, 4.0, 0.0]), lane_capacity=column([9, np.inf, np.inf]),
    )  # fmt: skip
    after, rest = ship_backorders(scenario)
    assert rest.tolist() == pytest.approx([1.2, 0.8, 0])
    assert after.points.on_hand.tolist() == [0, 0, 0]
    assert after.scheduled[:, :3].tolist() == [[0, pytest.approx(4.8), 0],
                                               [0, 0, pytest.approx(3.2)], [0, 0, 0]]  # fmt: skip
    assert after.lanes.capacity[0].tolist() == [pytest.approx(4.2), 9, 9, 9]
    assert after.owed is None


def test_new_orders_keep_to_whole_lots_beside_what_is_owed() -> None:
    # The store holds a day's demand and its order has to cover two days: one lot of 10, or none
    # where 12 units are owed and there; 2 units do not save the lot.
    scenario = chain(
        [1, 1], 5.0, n_periods=8, on_hand=column([5, 90]), unmet_orders="backlog",
        order_multiple=10.0, missed_sale_cost=50.0,
    )  # fmt: skip
    none = np.zeros((2, 8))
    now = [
        optimise(scenario.replace(owed=np.array([owed, 0.0])), none).quantity[0, 0]
        for owed in (0.0, 2.0, 12.0)
    ]
    assert now == [10, 10, 0]


def test_what_is_still_owed_is_taken_off_in_whole_lots() -> None:
    routes = {"order_multiple": column([10, 0]), "min_order_quantity": column([20, 4])}
    scenario = chain([1, 1], 5.0, unmet_orders="backlog", **routes)
    shipments = np.array([[0.0, 30, 30, 0], [5.0, 5, 5, 5]])
    # 12 owed cover one lot, and 20 are the least that can be ordered; 7 cover 5 and 2 of the next
    # 5, of which 3 are less than the least.
    orders = new_orders(scenario, shipments, np.array([12.0, 7.0]))
    assert orders.tolist() == [[0, 20, 30, 0], [0, 4, 5, 5]]
    assert new_orders(scenario, shipments, np.zeros(2)) is shipments


def test_a_plan_of_tables_refuses_goods_owed() -> None:
    with pytest.raises(InputError, match="owed"):
        plan(short(), "none")
    clear = dataclasses.replace(short(), owed=np.zeros(2))
    assert plan(clear, "none").report.status == "optimal"
