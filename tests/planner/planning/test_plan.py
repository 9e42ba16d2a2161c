"""A plan is sound, says why, and tells what is wrong with it."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import planner.planning.plan
from brain.policy import SafetyStocks
from planner import AuditError, Plan, plan
from planner.planning.order_tables import (
    ORDER_COLUMNS,
    PROJECTION_COLUMNS,
    SAFETY_STOCK_COLUMNS,
    days_of_cover,
)
from planner.planning.problems import PROBLEM_COLUMNS, SHOWN
from scenarios.errors import Finding
from scenarios.evaluation.audit import audit
from scenarios.model.fingerprint import input_hash
from scenarios.model.scenario import Scenario
from solver.optimiser import optimise
from solver.result import OrderPlan
from tests.support.worlds import chain, column, tree, world


def three_stages(**more: Any) -> Scenario:
    """store <- dc1 <- dc2 <- supplier, lead times 2, 3, 4, mean 5, std 2, 14 periods."""
    given = {
        "n_periods": 14, "std": 2.0, "n_products": 2, "on_hand": column([12.0, 20.0, 25.0]),
        "holding_cost": column([1.0, 0.8, 0.5]),
    } | more  # fmt: skip
    return chain([2, 3, 4], **given)


def kinds(made: Plan) -> set[str]:
    return set(made.problems["kind"])


def test_the_tables_have_the_promised_columns() -> None:
    made = plan(three_stages())
    assert tuple(made.purchase_orders.columns) == ORDER_COLUMNS
    assert tuple(made.safety_stock.columns) == SAFETY_STOCK_COLUMNS
    assert tuple(made.projection.columns) == PROJECTION_COLUMNS
    assert tuple(made.problems.columns) == PROBLEM_COLUMNS
    assert len(made.projection) == len(made.safety_stock) == 3 * 2 * 14


@settings(deadline=None, max_examples=12)
@given(
    seed=st.integers(0, 2**32 - 1),
    timeline=st.sampled_from(["order_first", "receive_first"]),
    unmet_demand=st.sampled_from(["lost", "backlog"]),
    review_period=st.sampled_from([1, 3]),
    period=st.sampled_from(["D", "W"]),
    end_of_life=st.booleans(),
)
def test_every_plan_passes_the_audit_and_its_orders_are_positive(seed: int, **how: Any) -> None:
    rng = np.random.default_rng(seed)
    leads = rng.integers(0, 3, 3)
    scenario = tree(
        leads[:2],
        int(leads[2]),
        mean=rng.uniform(0.0, 8.0, (2, 2, 10)),
        std=2.0,
        n_products=2,
        n_periods=10,
        on_hand=rng.uniform(0, 20, (3, 2)).round(),
        lane_capacity=column([9.0, np.inf, 40.0]),
        storage_capacity=column([12.0, np.inf, 60.0]),
        order_multiple=rng.choice([0.0, 1.0, 4.0], (3, 2)),
        min_order_quantity=rng.choice([0.0, 5.0], (3, 2)),
        **how,
    )
    made = plan(scenario)
    assert audit(scenario, made) == ()
    assert (made.purchase_orders["quantity"] > 0).all()
    assert made.report.status in {"optimal", "gap_reached"}


def test_a_plan_that_breaks_a_rule_is_not_given_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def greedy(scenario: Scenario, *rest: Any, **more: Any) -> OrderPlan:
        # dc1 opens with 20 units; the store asks it for 100 in the first period.
        found = optimise(scenario, *rest, **more)
        quantity = found.quantity.copy()
        quantity[0, 0] += 100.0
        return dataclasses.replace(found, quantity=quantity)

    monkeypatch.setattr(planner.planning.plan, "optimise", greedy)
    with pytest.raises(AuditError, match="less arrives than was due") as caught:
        plan(three_stages())
    assert {"lead_time", "not_there"} <= {found.kind for found in caught.value.violations}


def test_the_reasons_of_an_order_add_up_to_it() -> None:
    # No capacities, no lots, no shortage: quantity = cover + safety stock - position.
    made = plan(three_stages(on_hand=column([20.0, 25.0, 30.0]), n_periods=28))
    orders = made.purchase_orders[made.purchase_orders["order_date"] < "2026-01-19"]
    sum_of_reasons = (
        orders["demand_cover"]
        + orders["safety_stock"]
        - orders["projected_on_hand"]
        + orders["lot_rounding"]
    )
    assert len(orders) > 20
    np.testing.assert_allclose(orders["quantity"], sum_of_reasons, atol=1e-6)
    assert (orders["binding_capacity"] == "").all()


def test_the_reasons_of_the_first_order_are_those_worked_out_by_hand() -> None:
    # One location, lead 2, mean 5, override of 3: the order placed now covers the demand of
    # periods 0, 1, 2 = 15, wants 3 left, and finds 5 on hand and 5 on the way: 15 + 3 - 10 = 8.
    scenario = world(
        ["store"], [("supplier", "store", 2)], mean=5.0, n_periods=8, on_hand=5.0,
        safety_stock=3.0, open_orders=[(0, 1, 5.0)],
    )  # fmt: skip
    first = plan(scenario).purchase_orders.iloc[0]
    assert first["order_id"] == "PO-20260105-000001"
    assert (first["product"], first["origin"], first["destination"]) == ("P1", "supplier", "store")
    assert first["order_date"] == pd.Timestamp("2026-01-05")
    assert first["receipt_date"] == pd.Timestamp("2026-01-07")
    assert (first["release"], first["quantity"]) == ("now", pytest.approx(8.0))
    assert (first["demand_cover"], first["safety_stock"]) == (15.0, 3.0)
    assert (first["projected_on_hand"], first["lot_rounding"]) == (10.0, pytest.approx(0.0))


def test_lot_rounding_is_what_the_multiple_adds() -> None:
    # As above, but in whole boxes of 6: 8 becomes 12 (or 6).
    scenario = world(
        ["store"], [("supplier", "store", 2)], mean=5.0, n_periods=8, on_hand=5.0,
        safety_stock=3.0, open_orders=[(0, 1, 5.0)], order_multiple=6.0,
    )  # fmt: skip
    first = plan(scenario).purchase_orders.iloc[0]
    assert first["quantity"] in (6.0, 12.0)
    assert first["lot_rounding"] == pytest.approx(first["quantity"] - 8.0)


def test_order_ids_are_unique_and_count_within_the_day() -> None:
    orders = plan(three_stages()).purchase_orders
    assert orders["order_id"].is_unique
    by_day = orders.groupby("order_date")["order_id"].apply(list)
    for date, ids in by_day.items():
        assert ids == [f"PO-{date:%Y%m%d}-{n:06d}" for n in range(1, len(ids) + 1)]


def test_the_same_input_gives_the_same_plan() -> None:
    one, two = plan(three_stages()), plan(three_stages())
    pd.testing.assert_frame_equal(one.purchase_orders, two.purchase_orders)
    assert one.report.input_hash == two.report.input_hash


def test_the_hash_tells_inputs_apart() -> None:
    scenario = three_stages()
    other = scenario.replace(mean=scenario.mean + 1e-9)
    later = scenario.replace(review_period=2)
    warned = scenario.replace(warnings=(Finding("forecast", "odd", "look"),))
    assert len({input_hash(s) for s in (scenario, other, later)}) == 3
    assert input_hash(warned) == input_hash(scenario)


def test_orders_are_planned_to_the_end_as_if_demand_goes_on() -> None:
    # Steady demand of 5: every stage still orders 5 on the last day, and the DCs do not run dry.
    scenario = three_stages(n_periods=20)
    made = plan(scenario)
    orders = made.purchase_orders
    last = orders[orders["order_date"] == orders["order_date"].max()]
    assert set(last["destination"].astype(str)) == {"store", "dc1", "dc2"}
    ends = plan(scenario.replace(end_of_life=True)).purchase_orders
    assert ends["receipt_date"].max() <= scenario.dates[-1]


def test_days_of_cover_look_at_the_demand_below_a_dc() -> None:
    # Two stores sell 5 a day each: 40 units at the dc last 4 days, 15 in a store last 3.
    scenario = tree([1, 1], 2, n_periods=4)
    closing = np.repeat([[15.0], [15.0], [40.0]], 4, axis=1)
    assert days_of_cover(scenario, closing)[:, 0].tolist() == [3.0, 3.0, 4.0]
    weeks = tree([1, 1], 2, n_periods=4, period="W")
    assert days_of_cover(weeks, closing)[:, 0].tolist() == [21.0, 21.0, 28.0]
    nobody = scenario.replace(mean=0.0 * scenario.mean)
    assert np.isnan(days_of_cover(nobody, closing)).all()


def test_the_projection_adds_up_line_by_line() -> None:
    made = plan(three_stages(on_hand=column([3.0, 5.0, 25.0])))
    stock = made.projection
    assert stock["missed"].sum() > 0
    closing = stock["opening"] + stock["receipts"] - stock["shipments"]
    closing -= stock["demand"] - stock["missed"]
    np.testing.assert_allclose(stock["closing"], closing, atol=1e-9)
    assert made.report.missed_units == pytest.approx(stock["missed"].sum())


# Problems


def test_stock_that_no_order_can_save_is_told_apart_from_thin_supply() -> None:
    # Nothing on hand, lead 2: the demand of periods 0 and 1 (5 each, cost 10 each) is lost.
    scenario = world(["store"], [("supplier", "store", 2)], mean=5.0, n_periods=8)
    (row,) = plan(scenario).problems.to_dict("records")
    assert row["kind"] == "missed_before_new_supply"
    assert (row["severity"], row["product"], row["location"]) == ("high", "P1", "store")
    assert (row["quantity"], row["cost"], row["date"]) == (10.0, 100.0, "2026-01-05")
    # A lane of 4 a day then loses 1 a day more, once anything can arrive.
    thin = world(["store"], [("supplier", "store", 2)], mean=5.0, n_periods=8, lane_capacity=4.0)
    made = plan(thin)
    assert {"missed_for_lack_of_supply", "lane_full"} <= kinds(made)
    assert (made.purchase_orders["binding_capacity"] == "lane supplier -> store").any()
    by_kind = made.problems.set_index("kind")
    assert by_kind.loc["missed_for_lack_of_supply", "quantity"] == pytest.approx(6.0)


def test_overflow_is_reported_with_its_place_and_cost() -> None:
    # 20 units of volume 2 open in a storage of 10; 5 are sold a day, so it is over for some days.
    scenario = world(
        ["store"], [("supplier", "store", 1)], mean=5.0, n_periods=6, on_hand=20.0, volume=2.0,
        storage_capacity=10.0, overflow_cost=3.0,
    )  # fmt: skip
    made = plan(scenario)
    row = made.problems.set_index("kind").loc["storage_overflow"]
    # Closing 15, 10 before anything arrives: 30 - 10 = 20 over, then 20 - 10 = 10 over.
    assert (row["location"], row["date"], row["severity"]) == ("store", "2026-01-05", "high")
    assert row["quantity"] >= 30.0
    assert row["cost"] == pytest.approx(3.0 * row["quantity"])
    (use,) = made.report.capacity
    assert (use.kind, use.name, use.peak_use) == ("storage", "storage store", pytest.approx(3.0))


def test_stock_that_will_expire_is_reported() -> None:
    # 40 units with a shelf life of 3 periods, 5 sold a day: 25 are scrapped at 2 each.
    scenario = world(
        ["store"], [("supplier", "store", 1)], mean=5.0, n_periods=6, on_hand=40.0,
        shelf_life=3.0, unit_cost=2.0,
    )  # fmt: skip
    row = plan(scenario).problems.set_index("kind").loc["expiring_stock"]
    assert (row["quantity"], row["cost"], row["date"]) == (25.0, 50.0, "2026-01-07")


def test_a_minimum_far_above_the_need_is_reported() -> None:
    # 5 units are missing tomorrow at 100 each: worth a minimum of 45, of which 40 last 8 days.
    scenario = world(
        ["store"], [("supplier", "store", 1)], mean=5.0, n_periods=14, on_hand=5.0,
        min_order_quantity=45.0, missed_sale_cost=100.0,
    )  # fmt: skip
    made = plan(scenario)
    assert "lot_too_large" in kinds(made)
    row = made.problems.set_index("kind").loc["lot_too_large"]
    assert row["quantity"] == pytest.approx(40.0)
    assert row["quantity"] == pytest.approx(made.purchase_orders["lot_rounding"].iloc[0])


def test_a_negative_safety_stock_is_said_plainly() -> None:
    class Daring:
        name = "daring"

        def __call__(self, scenario: Scenario) -> SafetyStocks:
            source = np.full(scenario.n_points, self.name, dtype=object)
            return SafetyStocks(np.full(scenario.mean.shape, -2.0), source)

    scenario = world(["store"], [("supplier", "store", 1)], mean=5.0, n_periods=6, on_hand=10.0)
    made = plan(scenario, Daring())
    row = made.problems.set_index("kind").loc["negative_safety_stock"]
    assert "on purpose" in row["message"]
    assert row["quantity"] == 2.0
    assert made.report.brains == {"daring": 1}
    assert set(made.safety_stock["source"]) == {"daring"}


def test_sales_given_up_on_purpose_are_told_apart_from_thin_supply() -> None:
    # A sale is worth a tenth of a day's holding. With a wanted buffer of -2 the first order is 3
    # for a demand of 5: 2 units are lost tomorrow, and every day's demand is ordered from then on.
    scenario = world(
        ["store"], [("supplier", "store", 1)], mean=5.0, std=3.0, n_periods=6, on_hand=5.0,
        safety_stock=-2.0, missed_sale_cost=0.1,
    )  # fmt: skip
    rows = plan(scenario, "analytic").problems.set_index("kind")
    assert set(rows.index) == {"missed_on_purpose", "negative_safety_stock"}
    row = rows.loc["missed_on_purpose"]
    assert (row["severity"], row["date"]) == ("low", "2026-01-06")
    assert (row["quantity"], row["cost"]) == (pytest.approx(2.0), pytest.approx(0.2))
    # Where customers wait, they are 2 short every day, which is where the plan wants to be.
    waiting = plan(scenario.replace(unmet_demand="backlog"), "analytic").problems
    assert set(waiting["kind"]) == {"missed_on_purpose", "negative_safety_stock"}


def test_findings_of_loader_and_brain_are_among_the_problems() -> None:
    class Doubtful:
        name = "doubtful"

        def __call__(self, scenario: Scenario) -> SafetyStocks:
            source = np.full(scenario.n_points, self.name, dtype=object)
            odd = Finding("brain", "outside its domain", "train one", severity="warning", count=3)
            return SafetyStocks(np.zeros(scenario.mean.shape), source, (odd,))

    odd = Finding("forecast.csv", "a gap", "fill it", column="date", severity="warning")
    made = plan(three_stages().replace(warnings=(odd,)), Doubtful())
    messages = made.problems.set_index("kind").loc["input", "message"]
    assert set(messages) == {"forecast.csv, date: a gap", "brain: outside its domain"}


def test_problems_are_few_and_the_dearest_come_first() -> None:
    # 60 products at two stores, all of them empty: 120 cases become a handful of lines.
    scenario = tree([1, 2], 1, n_products=60, n_periods=6, missed_sale_cost=10.0)
    made = plan(scenario)
    missed = made.problems[made.problems["kind"] == "missed_before_new_supply"]
    assert len(missed) == SHOWN + 2
    assert missed["quantity"].sum() == pytest.approx(made.projection["missed"].sum() - _late(made))
    ranks = made.problems["severity"].map({"high": 0, "medium": 1, "low": 2})
    assert ranks.is_monotonic_increasing
    for _, part in made.problems.groupby("severity"):
        costs = part["cost"].fillna(0.0)
        assert all(a >= b for a, b in itertools.pairwise(costs))


def _late(made: Plan) -> float:
    late = made.problems[made.problems["kind"] == "missed_for_lack_of_supply"]
    return float(late["quantity"].sum())


def test_a_sound_chain_has_no_problems() -> None:
    made = plan(three_stages(on_hand=column([20.0, 25.0, 30.0]), n_periods=28))
    assert kinds(made) <= {"below_safety_stock"}
    calm = world(["store"], [("supplier", "store", 1)], mean=5.0, n_periods=8, on_hand=10.0)
    assert plan(calm).problems.empty


# Report


def test_the_report_keeps_status_bound_and_gap_apart() -> None:
    made = plan(three_stages())
    report = made.report.to_dict()
    assert report["status"] in {"optimal", "gap_reached"}
    assert report["bound"] <= report["objective"] + 1e-9
    assert report["gap"] == pytest.approx(made.report.gap)
    assert report["costs"]["total"] == pytest.approx(
        sum(cost for name, cost in report["costs"].items() if name != "total")
    )
    assert report["counts"]["orders_now"] + report["counts"]["orders_planned"] == len(
        made.purchase_orders
    )
    assert report["seconds"]["total"] >= report["seconds"]["orders"]
    assert {"safety stocks", "projection", "tables", "audit"} <= report["seconds"].keys()


def test_progress_hears_of_every_phase() -> None:
    heard: list[str] = []
    plan(three_stages(), progress=heard.append)
    assert heard[0] == "safety stocks"
    assert "orders: solve" in heard
    assert heard[-3:] == ["projection", "tables", "audit"]


def test_a_chain_with_nothing_to_do_gives_an_empty_plan() -> None:
    scenario = world(["store"], [("supplier", "store", 1)], mean=1.0, n_periods=4, on_hand=50.0)
    made = plan(scenario)
    assert made.purchase_orders.empty
    assert tuple(made.purchase_orders.columns) == ORDER_COLUMNS
    assert audit(scenario, made) == ()
