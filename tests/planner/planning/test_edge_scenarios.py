"""Worlds at the edge of what a planner enters: the plan holds, and what it says is true."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from planner import Plan, plan
from planner.commands.cli import app
from planner.commands.text.summaries import plan_text
from planner.commands.text.terminal import harmless
from planner.experiments.simulation import simulate_paths
from planner.text.numbers import count
from scenarios.model.scenario import Scenario
from tests.support.worlds import chain, column, world


def kinds(made: Plan) -> set[str]:
    return set(made.problems["kind"])


@pytest.mark.parametrize("unmet_orders", ["lost", "backlog"])
@pytest.mark.parametrize("timeline", ["order_first", "receive_first"])
@pytest.mark.parametrize(("shelf_life", "multiple"), [(1, 1.0), (2, 1.0), (4, 6.0)])
def test_goods_that_expire_on_their_way_can_be_planned(
    shelf_life: int, multiple: float, timeline: str, unmet_orders: str
) -> None:
    scenario = chain(
        [1, 2], mean=5.0, std=1.0, n_periods=14, on_hand=column([10.0, 30.0]), unit_cost=1.0,
        shelf_life=float(shelf_life), timeline=timeline, unmet_orders=unmet_orders,
        commit_periods=3, order_multiple=multiple,
    )  # fmt: skip
    made = plan(scenario)  # an order of expired stock would not pass the audit
    assert "expiring_stock" in kinds(made)
    released = made.purchase_orders[made.purchase_orders["release"] == "now"]
    np.testing.assert_allclose(released["quantity"] % multiple, 0.0, atol=1e-9)


def test_sales_lost_because_stock_expires_are_not_blamed_on_capacity() -> None:
    # A unit keeps for 1 period, so whatever reaches the DC expires before it can be shipped.
    scenario = chain([1, 2], mean=5.0, n_periods=10, on_hand=column([5.0, 0.0]), shelf_life=1.0)
    found = kinds(plan(scenario))
    assert "missed_after_expiry" in found
    assert "missed_for_lack_of_supply" not in found


def test_a_point_that_nothing_supplies_is_said_so() -> None:
    # 10 units last 2 days of 5; the lane is closed to the product, so 6 days of 5 are lost.
    scenario = world(
        ["store"], [("supplier", "store", 2)], mean=5.0, n_periods=8, on_hand=10.0,
        max_order_quantity=0.0,
    )  # fmt: skip
    (row,) = plan(scenario, "analytic").problems.to_dict("records")
    assert (row["kind"], row["severity"], row["quantity"]) == ("missed_without_supply", "high", 30)


def test_sales_given_up_on_purpose_are_not_blamed_on_supply_that_comes_too_late() -> None:
    # The DC could send 10 at once, but a safety stock of -30 asks for none of it. What is short
    # by more than 30 would be another matter.
    scenario = chain(
        [1, 3], mean=5.0, n_periods=10, on_hand=column([5.0, 10.0]),
        safety_stock=column([-30.0, 0.0]),
    )  # fmt: skip
    made = plan(scenario)
    assert "missed_on_purpose" in kinds(made)
    assert not (made.problems["severity"] == "high").any()


def test_the_price_of_a_lane_is_given_only_where_it_is_no_more_than_what_it_saves() -> None:
    thin: dict[str, Any] = {"mean": 5.0, "n_periods": 10, "on_hand": 20.0}
    losing = world(["store"], [("supplier", "store", 1)], lane_capacity=1.0, **thin)
    row = plan(losing).problems.set_index("kind").loc["lane_full"]
    assert np.isnan(row["cost"])
    assert row["message"].startswith("lane supplier -> store is full in ")
    assert "save" not in row["message"]


def test_a_horizon_shorter_than_what_orders_cover_is_a_problem() -> None:
    # An order placed now, lead times 2 and 3, has to last 2 + 3 + 2 = 7 periods.
    short = chain([2, 3], mean=5.0, n_periods=6, on_hand=column([15.0, 20.0]))
    row = plan(short).problems.set_index("kind").loc["short_horizon"]
    assert "up to 7 periods" in row["message"]
    enough = chain([2, 3], mean=5.0, n_periods=7, on_hand=column([15.0, 20.0]))
    assert "short_horizon" not in kinds(plan(enough))
    assert "short_horizon" not in kinds(plan(short.replace(end_of_life=True)))


def test_a_cost_of_ordering_that_counts_unbundled_orders_is_noted() -> None:
    given: dict[str, Any] = {"mean": 5.0, "n_periods": 10, "on_hand": 10.0}
    costly = plan(world(["store"], [("supplier", "store", 1)], order_cost=50.0, **given))
    assert "overstated" in plan_text(costly, Path("out"), "EUR")
    free = plan(world(["store"], [("supplier", "store", 1)], **given))
    assert "Note" not in plan_text(free, Path("out"), "EUR")


def test_errors_of_rounding_are_no_missed_sales_and_no_cost() -> None:
    # 0.1 + 0.1 + 0.1 is a trace more than 0.3.
    scenario = world(["store"], [("supplier", "store", 3)], mean=0.1, n_periods=8, on_hand=0.3)
    report = plan(scenario).report
    assert report.missed_units == 0.0
    assert report.costs["missed_sale"] == 0.0


def test_a_capacity_of_nothing_is_no_infinite_share() -> None:
    scenario = world(
        ["store"], [("supplier", "store", 1)], mean=5.0, n_periods=6, on_hand=20.0,
        storage_capacity=0.0,
    )  # fmt: skip
    text = plan_text(plan(scenario), Path("out"), "")
    assert "inf" not in text
    assert ">100% full" in text


def test_one_thing_is_no_plural() -> None:
    assert [count(0, "order"), count(1, "order"), count(1200, "order")] == [
        "0 orders", "1 order", "1,200 orders",
    ]  # fmt: skip


def test_names_cannot_steer_a_terminal() -> None:
    assert harmless("a\x1b[31m\u202eb\nZürich 東京") == "a?[31m?b\nZürich 東京"


def test_intervals_stay_where_values_can_be() -> None:
    scenario: Scenario = world(
        ["store"], [("supplier", "store", 1)], mean=5.0, std=3.0, n_periods=8, on_hand=10.0
    )
    rng = np.random.default_rng(3)
    summary = simulate_paths(scenario, rng, 2).summary.set_index("measure")
    assert (summary["low"] >= 0.0).all()
    assert summary.loc["fill_rate", "high"] <= 1.0


def test_simulate_does_not_advise_what_it_cannot_do(tmp_path: Path) -> None:
    def run(*arguments: str | Path) -> Any:
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    source = tmp_path / "in"
    assert run("init", source, "--example", "single").exit_code == 0
    done = run("simulate", source, "--out", source)
    assert done.exit_code == 2
    assert "exists already" in done.stderr
    assert "--force" not in done.stderr


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are not known here")
def test_a_pipe_where_a_file_should_be_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "products.csv")
    os.mkfifo(tmp_path / "settings.yaml")
    done = CliRunner().invoke(app, ["check", str(tmp_path)])
    assert done.exit_code == 2
    assert done.stderr.count("is no ordinary file") == 2
