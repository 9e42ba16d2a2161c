"""The throughput of a location from its table to prices, problems, reasons and pages."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from planner.overrides.override import Override
from planner.planning.plan import plan
from planner.planning.plan_result import Plan
from scenarios.evaluation.audit import audit
from scenarios.model.scenario import Scenario
from tests.support.worlds import column, tree


def hub(throughput: float, **more: object) -> Scenario:
    """Two stores that sell 6 a day of volume 2 each, behind a DC with plenty."""
    arguments = {
        "n_periods": 8,
        "volume": 2.0,
        "missed_sale_cost": 20.0,
        "on_hand": column([14.0, 14.0, 400.0]),
        "throughput_capacity": column([np.inf, np.inf, throughput]),
    }
    return tree([1, 1], 2, mean=6.0, std=1.5, **(arguments | more))


@pytest.fixture(scope="module")
def made() -> Plan:
    """The stores need 24 of volume a day, and 16 can leave the DC."""
    return plan(hub(16.0), brain="analytic")


def test_the_plan_keeps_to_it_and_the_capacity_table_shows_it(made: Plan) -> None:
    table = made.capacity
    assert (table["kind"] == "throughput").all()
    assert (table["place"] == "dc").all()
    assert len(table) == 8
    assert (table["used"] <= 16.0 + 1e-6).all()
    assert table["used"].iloc[0] == pytest.approx(16.0)
    assert not table["safety_stock"].any()
    assert not table["expected_overflow"].any()
    assert audit(hub(16.0), made) == ()


def test_its_price_is_among_the_capacity_prices(made: Plan) -> None:
    prices = made.capacity_prices
    assert set(prices["kind"]) == {"throughput"}
    assert (prices["used"] >= 16.0 - 1e-6).all()
    (use,) = made.report.capacity
    assert (use.kind, use.name, use.peak_use) == ("throughput", "throughput dc", pytest.approx(1.0))
    assert prices["price"].sum() == pytest.approx(use.price)


def test_the_problems_say_that_it_is_full_and_what_to_do(made: Plan) -> None:
    found = made.problems[made.problems["kind"] == "throughput_full"]
    (row,) = found.to_dict("records")
    assert (row["location"], row["severity"]) == ("dc", "medium")
    assert row["message"].startswith("throughput dc is full in ")
    assert row["suggested_action"].startswith("raise the location's throughput")


def test_orders_it_holds_back_name_it(made: Plan) -> None:
    orders = made.purchase_orders
    into_stores = orders[(orders["origin"] == "dc") & (orders["release"] == "now")]
    assert set(into_stores["binding_capacity"]) == {"throughput dc"}


def test_a_plan_that_sends_more_fails_its_audit(made: Plan) -> None:
    (found,) = audit(hub(12.0), made)
    assert (found.kind, found.place, found.limit) == ("throughput_capacity", "dc", 12.0)


def test_it_is_written_and_shown_on_the_page(made: Plan, tmp_path: Path) -> None:
    made.write(tmp_path / "plan")
    lines = (tmp_path / "plan" / "capacity_prices.csv").read_text().splitlines()
    assert lines[0] == "kind,place,date,capacity,used,price"
    assert lines[1].startswith("throughput,dc,2026-01-")
    page = (tmp_path / "plan" / "report.html").read_text(encoding="utf-8")
    assert "Lanes and throughput with a capacity" in page
    assert "throughput dc" in page


def test_without_one_nothing_is_said_of_it() -> None:
    free, wide = plan(hub(np.inf), brain="analytic"), plan(hub(1e6), brain="analytic")
    assert free.capacity.empty
    assert free.report.objective == pytest.approx(wide.report.objective, rel=1e-9)
    assert wide.capacity_prices.empty
    assert "throughput" not in " ".join(wide.problems["kind"])


def test_people_can_set_it_for_some_days() -> None:
    opened = Override("throughput", 4.0, location="dc", first=None, last=None)
    table = plan(hub(16.0), brain="analytic", overrides=[opened]).capacity
    assert (table["capacity"] == 4.0).all()
    assert (table["used"] <= 4.0 + 1e-6).all()
    endless = dataclasses.replace(opened, value=np.inf)
    assert plan(hub(16.0), brain="analytic", overrides=[endless]).capacity.empty
