"""Origins that owe goods ship them between reviews; plans and policies know."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from planner import backtest, plan
from planner.planning import deliveries as deliveries_module
from planner.planning.deliveries import deliveries
from planner.policies.registry import policy_of
from scenarios.evaluation.audit import audit
from tests.solver.formulation.test_review_periods import OWING, store_and_dc
from tests.support.random_scenarios import SHAPES, random_world
from tests.support.worlds import chain, column


def test_deliveries_serve_the_oldest_order_first() -> None:
    # 20 are ordered on day 0, of which 5 leave at once and 15 on day 2; 15 on day 3, of which 10
    # leave at once and 5 stay owed past the end.
    orders = np.array([[20.0, 0, 0, 15], [0.0, 7, 0, 0]])
    shipped = np.array([[5.0, 0, 15, 10], [0.0, 7, 0, 0]])
    route, ordered, sent, quantity = deliveries(orders, shipped)
    assert route.tolist() == [1, 0, 0, 0, 0]
    assert ordered.tolist() == [1, 0, 0, 3, 3]
    assert sent.tolist() == [1, 0, 2, 3, 4]
    assert quantity.tolist() == pytest.approx([7, 5, 15, 10, 5])


def test_deliveries_of_many_routes_are_those_of_each_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(0)
    orders = np.rint(rng.uniform(0, 9, (9, 12))) * (rng.random((9, 12)) < 0.5)
    shipped, owed = np.zeros(orders.shape), np.zeros(9)
    for t in range(12):
        owed += orders[:, t]
        shipped[:, t] = np.minimum(owed, rng.uniform(0, 9, 9) * (rng.random(9) < 0.6))
        owed -= shipped[:, t]
    alone = [deliveries(orders[[a]], shipped[[a]]) for a in range(9)]
    monkeypatch.setattr(deliveries_module, "CELLS", 400)  # two routes at a time
    route, ordered, sent, quantity = deliveries(orders, shipped)
    for a, (_, *expected) in enumerate(alone):
        here = route == a
        for found, wanted in zip((ordered, sent, quantity), expected, strict=True):
            np.testing.assert_allclose(found[here], wanted, rtol=1e-12)
    # Nothing is lost: what is delivered of an order is the order.
    total = np.bincount(route * 12 + ordered, quantity, orders.size)
    np.testing.assert_allclose(total, orders.ravel(), rtol=1e-12)


def test_a_plan_lists_each_delivery_of_an_order() -> None:
    made = plan(store_and_dc(), "none")
    orders = made.purchase_orders
    first = orders[(orders.destination == "store") & (orders.order_date == "2026-01-05")]
    assert first.quantity.tolist() == pytest.approx([5, 5])
    assert first.receipt_date.dt.strftime("%d").tolist() == ["06", "08"]
    assert set(first.release) == {"now"}
    assert made.report.counts["orders_now"] == 2


def test_the_audit_finds_a_delivery_before_its_lead_time() -> None:
    scenario = store_and_dc()
    made = plan(scenario, "none")
    assert audit(scenario, made) == ()
    made.purchase_orders["receipt_date"] = made.purchase_orders["order_date"]
    assert "lead_time" in {violation.kind for violation in audit(scenario, made)}


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_plans_pass_the_audit(shape: str) -> None:
    lots = {"order_multiple": 5.0, "min_order_quantity": 10.0, "order_cost": 8.0}
    lanes = {"lane_capacity": column(np.full(len(SHAPES[shape][1]), 20.0))}
    cases = itertools.product((1, 3), ("lost", "backlog"), ({}, lots, lanes, {"shelf_life": 6.0}))
    for seed, (review, unmet, more) in enumerate(cases):
        scenario, _ = random_world(
            seed, shape, unmet_orders="backlog", unmet_demand=unmet, review_period=review,
            on_hand=20.0, **more,
        )  # fmt: skip
        orders = plan(scenario, "analytic").purchase_orders
        if review == 1:
            order = ["product", "origin", "destination", "order_date"]
            assert not orders.duplicated(order).any()


@pytest.mark.parametrize(("lead", "lane"), [(1, np.inf), (2, 14.0)])
def test_planning_costs_about_what_tuned_levels_do_and_hindsight_less(
    lead: int, lane: float
) -> None:
    # Planned as if nothing left between reviews it was twice as much, and 40 times on the full
    # lane. (What is left is the safety stocks', which are not tuned.)
    scenario = chain(
        [1, lead], 10.0, 3.0, n_periods=28, review_period=2, on_hand=column([20.0, 60.0]),
        holding_cost=column([1.0, 0.5]), missed_sale_cost=20.0, lane_capacity=lane, **OWING,
    )  # fmt: skip
    hybrid, tuned, oracle = (
        backtest(scenario, policy_of(name, "analytic"), n_paths=2, seed=1).paths.total_cost.mean()
        for name in ("hybrid", "base-stock", "oracle")
    )
    assert hybrid < 1.15 * tuned
    assert oracle < tuned
