"""What people set by hand is followed and told in the report, or refused with reasons."""

from __future__ import annotations

import dataclasses
import datetime
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from planner import Override, Overrides, Plan, Replanner, plan, read_overrides
from planner.commands.cli import app
from planner.overrides.override import COLUMNS
from scenarios.errors import Finding, InputError
from scenarios.evaluation.audit import audit
from scenarios.examples.bundled import retail_chain
from scenarios.model.scenario import Scenario
from tests.support.worlds import chain, column, world

DAY = datetime.date(2026, 1, 5)
"""The first of every scenario here."""


def day(number: int) -> datetime.date:
    return DAY + datetime.timedelta(days=number)


def one_store(**more: Any) -> Scenario:
    """Lead time 2, mean 5, 5 on hand and 5 coming tomorrow; orders of 8, 5, 5, 5 ...

    What is ordered now covers three days and a safety stock of 3: 15 + 3 - 10 = 8.
    """
    given: dict[str, Any] = {
        "mean": 5.0, "n_periods": 10, "on_hand": 5.0, "safety_stock": 3.0,
        "open_orders": [(0, 1, 5.0)],
    } | more  # fmt: skip
    return world(["store"], [("supplier", "store", 2)], **given)


def dc_and_store(**more: Any) -> Scenario:
    """A store behind a dc that holds 20."""
    given = {"n_periods": 12, "on_hand": column([4.0, 20.0])} | more
    return chain([1, 2], 3.0, **given)


BUFFER = Override("safety_stock", 10.0, "P1", "store")
LANE = {"origin": "supplier", "destination": "store"}
ORDER = Override("order", 20.0, "P1", **LANE)


def ordered(made: Plan, n: int = 4) -> list[float]:
    """What the store orders on each of the first days."""
    orders = made.purchase_orders[made.purchase_orders["destination"] == "store"]
    by_day = orders.groupby("order_date")["quantity"].sum()
    days = pd.date_range(DAY, periods=n)
    return [round(float(by_day.get(when, 0.0)), 4) for when in days]


def findings(scenario: Scenario, *records: Override) -> tuple[Finding, ...]:
    with pytest.raises(InputError) as caught:
        Overrides(records).apply(scenario)
    return caught.value.findings


def test_without_overrides_the_plan_is_as_it_was() -> None:
    made = plan(one_store())
    assert ordered(made) == [8, 5, 5, 5]
    assert made.report.overrides == ()


def test_a_safety_stock_for_the_whole_horizon_is_ordered_at_once() -> None:
    made = plan(one_store(safety_stock=np.nan, std=1.0), overrides=[BUFFER])
    assert ordered(made) == [15, 5, 5, 5]
    assert (made.safety_stock["safety_stock"] == 10.0).all()
    assert (made.safety_stock["source"] == "override").all()
    assert made.report.brains == {"override": 1}


def test_a_safety_stock_of_some_days_is_ordered_in_time_for_them() -> None:
    # What is ordered on day 2 arrives on day 4, the first of the higher stock: 5 + 7.
    some = dataclasses.replace(BUFFER, first=day(4), last=day(8))
    made = plan(one_store(), overrides=[some])
    assert ordered(made) == [8, 5, 12, 5]
    table = made.safety_stock.set_index("date")
    assert (table.loc[pd.date_range(day(4), day(8)), "safety_stock"] == 10.0).all()
    assert table["safety_stock"].sum() == 5 * 10 + 5 * 3


def test_the_source_of_a_safety_stock_tells_days_apart() -> None:
    some = dataclasses.replace(BUFFER, first=day(4), last=day(5))
    made = plan(one_store(safety_stock=np.nan, std=1.0), "analytic", overrides=[some])
    assert (
        made.safety_stock["source"].tolist()
        == ["analytic"] * 4 + ["override"] * 2 + ["analytic"] * 4
    )
    assert made.report.brains == {"analytic": 1}


def test_an_order_is_placed_as_given_and_later_ones_make_up_for_it() -> None:
    made = plan(one_store(), overrides=[ORDER])
    assert ordered(made) == [20, 0, 0, 3]
    first = made.purchase_orders.iloc[0]
    assert (first["release"], first["binding_capacity"]) == ("now", "override")


def test_an_order_of_nothing_forbids_it() -> None:
    nothing = dataclasses.replace(ORDER, value=0.0, first=DAY, last=DAY)
    made = plan(one_store(), overrides=[nothing])
    assert ordered(made) == [0, 8, 5, 5]
    assert made.report.missed_units == pytest.approx(5.0)


def test_a_lane_capacity_spreads_the_orders() -> None:
    # 18 are due in three days, and the lane carries 6 a day.
    scenario = one_store()
    made = plan(scenario, overrides=[Override("capacity", 6.0, **LANE)])
    assert ordered(made) == [6, 6, 6, 5]
    assert [use.name for use in made.report.capacity] == ["lane supplier -> store"]
    some = Override("capacity", 0.0, **LANE, first=day(1), last=day(1))
    dear = one_store(missed_sale_cost=1000.0)
    assert ordered(plan(dear, overrides=[some]), 3) == [13, 0, 5]


def test_a_storage_capacity_holds_stock_back() -> None:
    # Five units above the safety stock would be held for nothing: 3 of 12 that fit are not wanted.
    scenario = one_store(safety_stock=12.0, missed_sale_cost=2.0, std=0.5)
    free, tight = plan(scenario), plan(scenario, overrides=[Override("capacity", 6.0, "", "store")])
    assert free.projection["closing"].iloc[-1] == pytest.approx(12.0)
    assert tight.projection["closing"].iloc[4:].max() < 6.5
    assert tight.report.capacity[0].name == "storage store"
    endless = Override("capacity", np.inf, "", "store")
    small = one_store(storage_capacity=1.0)
    assert plan(small, overrides=[endless]).report.capacity == ()


def test_a_plan_is_one_of_the_world_that_overrides_make() -> None:
    tight = dc_and_store(lane_capacity=column([2.0, np.inf]))
    wide = Overrides((Override("capacity", 50.0, origin="dc1", destination="store"),))
    names = set(tight.locations.name)
    assert {"store", "dc1"} <= names
    made = plan(tight, overrides=wide)
    assert audit(wide.apply(tight).scenario, made) == ()
    assert {violation.kind for violation in audit(tight, made)} == {"lane_capacity"}
    assert made.report.input_hash == plan(tight).report.input_hash


def test_an_order_that_cannot_ship_is_refused_with_what_can() -> None:
    order = Override("order", 100.0, "P1", origin="dc1", destination="store", row=7)
    with pytest.raises(InputError) as caught:
        plan(dc_and_store(), overrides=Overrides((order,), "mine.csv"))
    (found,) = caught.value.findings
    assert (found.file, found.row, found.column, found.value) == ("mine.csv", 7, "value", "100")
    assert "only 20 units of P1 can ship on lane dc1 -> store on 2026-01-05" in found.message
    assert "enter 20 or less" in found.remedy


def test_where_orders_are_owed_the_rest_may_follow_until_the_next_review() -> None:
    # The dc holds 6 and gets 10 tomorrow: of 12 ordered now, 6 leave today and 6 in two days.
    more: dict[str, Any] = {
        "on_hand": column([4.0, 6.0]), "open_orders": [(1, 1, 10.0)], "review_period": 3,
        "unmet_orders": "backlog",
    }  # fmt: skip
    order = Override("order", 12.0, "P1", origin="dc1", destination="store")
    made = plan(dc_and_store(**more), overrides=[order])
    parts = made.purchase_orders[
        (made.purchase_orders["origin"] == "dc1") & (made.purchase_orders["order_date"] == str(DAY))
    ]
    assert parts["quantity"].tolist() == pytest.approx([6.0, 6.0])
    assert parts["receipt_date"].tolist() == [pd.Timestamp(day(1)), pd.Timestamp(day(3))]
    with pytest.raises(InputError, match="only 16 units"):
        plan(dc_and_store(**more), overrides=[dataclasses.replace(order, value=17.0)])


def test_an_order_of_goods_that_expire_on_the_way_is_refused() -> None:
    # The dc opens with 4 that are good for today alone; the 10 due today cannot ship before.
    scenario = dc_and_store(
        shelf_life=1.0, on_hand=column([0.0, 0.0]), open_orders=[(1, 0, 10.0)], commit_periods=2
    )
    order = Override("order", 9.0, "P1", origin="dc1", destination="store", first=day(1))
    with pytest.raises(InputError, match="only 0 units"):
        plan(scenario, overrides=[order])


def test_the_report_lists_who_when_and_why(tmp_path: Path) -> None:
    told = dataclasses.replace(ORDER, who="Ada", when="2026-01-04 17:30", why="promotion = yes")
    open_end = Override("capacity", np.inf, **LANE)
    plan(one_store(), overrides=[told, open_end]).write(tmp_path / "out")
    report = json.loads((tmp_path / "out" / "plan.json").read_text(encoding="utf-8"))
    assert report["overrides"] == [
        {
            "kind": "order", "product": "P1", "origin": "supplier", "destination": "store",
            "value": 20.0, "who": "Ada", "when": "2026-01-04 17:30", "why": "promotion = yes",
        },
        {"kind": "capacity", "origin": "supplier", "destination": "store", "value": "inf"},
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["overrides.csv", "overrides.csv.gz"])
def test_a_table_that_is_written_reads_as_it_was(tmp_path: Path, name: str) -> None:
    kept = Overrides(
        (
            dataclasses.replace(BUFFER, first=day(1), last=day(3), who="=1+1", why='a,"b"\nc'),
            dataclasses.replace(ORDER, when="yesterday"),
            Override("capacity", np.inf, location="store"),
        ),
    )
    kept.write(tmp_path / "deep" / name)
    kept.write(tmp_path / "deep" / name)
    found = read_overrides(tmp_path / "deep" / name)
    assert tuple(dataclasses.replace(record, row=None) for record in found.records) == kept.records
    # Rows are lines, and one record has two.
    assert [record.row for record in found.records] == [2, 4, 5]
    assert [entry.name for entry in (tmp_path / "deep").iterdir()] == [name]
    again = Overrides.from_table(found.table())
    assert tuple(dataclasses.replace(record, row=None) for record in again.records) == kept.records
    assert tuple(found.table().columns) == COLUMNS


def test_dates_and_numbers_of_a_data_frame_are_understood() -> None:
    table = pd.DataFrame(
        {"Kind": ["Order"], "product": ["P1"], "origin": ["supplier"], "destination": ["store"],
         "from": [pd.Timestamp(DAY)], "value": [20]}
    )  # fmt: skip
    assert ordered(plan(one_store(), overrides=table)) == [20, 0, 0, 3]


TABLE = "kind,product,location,origin,destination,from,until,value\n"


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        ("safety,P1,store,,,,,3", "kind", "is not one of the possible kinds"),
        ("safety_stock,P1,store,,,,,", "value", "the cell is blank"),
        ("safety_stock,P1,store,,,,,many", "value", "is not a number"),
        ("safety_stock,P1,store,,,5.1.2026,,3", "from", "ambiguous date"),
        ("safety_stock,P9,store,,,,,3", "product", "there is no such product"),
        ("safety_stock,P1,shop,,,,,3", "location", "there is no such location"),
        ("safety_stock,,store,,,,,3", "product", "the cell is blank, which a safety_stock needs"),
        ("safety_stock,P1,store,dc1,,,,3", "origin", "says nothing about a safety_stock"),
        ("safety_stock,P1,dc1,,,,,-3", "value", "is negative where nobody buys"),
        ("safety_stock,P1,store,,,,,inf", "value", "is not a finite number"),
        ("safety_stock,P1,store,,,2026-02-01,,3", "from", "lies outside the horizon"),
        ("safety_stock,P1,store,,,,2026-01-01,3", "until", "lies outside the horizon"),
        ("safety_stock,P1,store,,,2026-01-08,2026-01-07,3", "until", "is before the first day"),
        ("order,P1,,store,dc1,,,3", "origin", "there is no such origin"),
        ("order,P1,,supplier,store,,,3", "origin, destination", "there is no such lane"),
        ("order,P1,,dc1,store,2026-01-06,,3", "from", "no order is released then"),
        ("order,P1,,dc1,store,,2026-01-06,3", "until", "an order has one date"),
        ("order,P1,,dc1,store,,,-1", "value", "is negative"),
        ("order,P1,,dc1,store,,,7", "value", "is no whole multiple of 3"),
        ("order,P1,,dc1,store,,,3", "value", "is below the smallest order of 6"),
        ("order,P1,,dc1,store,,,15", "value", "is above the largest order of 12"),
        ("order,P1,,dc1,store,,,0.00001", "value", "is too small for an order"),
        ("capacity,P1,store,,,,,3", "product", "says nothing about a capacity"),
        ("capacity,,store,,,,,-3", "value", "is negative"),
        ("capacity,,,dc1,,,,3", "destination", "the cell is blank, which a capacity needs"),
    ],
)
def test_a_bad_row_is_told_with_its_place(
    tmp_path: Path, row: str, column: str, message: str
) -> None:
    (tmp_path / "mine.csv").write_text(TABLE + "capacity,,dc1,,,,,500\n" + row + "\n")
    scenario = dc_and_store(
        order_multiple=3.0, min_order_quantity=6.0, max_order_quantity=12.0, std=1.0
    )
    with pytest.raises(InputError) as caught:
        plan(scenario, overrides=tmp_path / "mine.csv")
    (found,) = caught.value.findings
    assert (found.file, found.row, found.column) == ("mine.csv", 3, column)
    assert message in found.message
    assert found.remedy


def test_all_errors_are_told_at_once(tmp_path: Path) -> None:
    rows = ["capacity,,dc9,,,,,500", "order,P1,,dc1,store,,,x", "order,P9,,dc1,store,,,3"]
    (tmp_path / "mine.csv").write_text(TABLE + "\n".join(rows))
    with pytest.raises(InputError) as caught:
        plan(dc_and_store(), overrides=tmp_path / "mine.csv")
    assert sorted((f.row, f.column) for f in caught.value.findings) == [
        (2, "location"), (3, "value"), (4, "product"),
    ]  # fmt: skip


def test_the_same_cannot_be_set_twice_on_a_day() -> None:
    early, late = (
        dataclasses.replace(BUFFER, first=day(1), last=day(4)),
        dataclasses.replace(BUFFER, first=day(4), last=day(8)),
    )
    (found,) = findings(one_store(), early, late)
    assert (found.row, found.message) == (3, "row 2 sets the same already")
    (found,) = findings(one_store(), ORDER, dataclasses.replace(ORDER, first=DAY))
    assert found.row == 3
    later = dataclasses.replace(late, first=day(5))
    assert Overrides((early, later)).apply(one_store()).sets.sum() == 8


def test_an_order_may_use_the_capacity_that_is_set_with_it() -> None:
    closed = one_store(lane_capacity=0.0)
    (found,) = findings(closed, ORDER)
    assert found.message == "the lane is closed to the product on that date"
    opened = Override("capacity", 20.0, **LANE, first=DAY, last=DAY)
    assert ordered(plan(closed, overrides=[ORDER, opened])) == [20, 0, 0, 0]


def test_a_missing_column_and_one_too_many_are_told() -> None:
    with pytest.raises(InputError) as caught:
        Overrides.from_table(pd.DataFrame({"kind": ["order"], "untill": [None]}))
    told = [(found.column, found.message) for found in caught.value.findings]
    assert told == [
        ("untill", "there is no such column"), ("value", "the required column is missing"),
    ]  # fmt: skip
    assert "did you mean 'until'" in caught.value.findings[0].remedy


def test_planning_again_gives_the_plan_that_planning_anew_gives() -> None:
    scenario = retail_chain(n_products=8)
    product = str(scenario.products.name[0])
    sets = [
        [],
        [Override("safety_stock", 50.0, product, "New York")],
        [Override("order", 0.0, product, origin="China", destination="Los Angeles")],
        [],
    ]
    again = Replanner(scenario)
    for overrides in sets:
        quick, anew = again.plan(overrides), plan(scenario, overrides=overrides)
        assert quick.report.status in {"optimal", "gap_reached"}
        assert quick.report.objective == pytest.approx(anew.report.objective, rel=0.01)
        pd.testing.assert_frame_equal(quick.safety_stock, anew.safety_stock)
    with pytest.raises(InputError, match="can ship"):
        again.plan([Override("order", 1e7, product, origin="Los Angeles", destination="Tennessee")])
    assert again.plan([]).report.objective == pytest.approx(anew.report.objective, rel=0.01)


def test_the_command_follows_a_table_and_refuses_a_wrong_one(tmp_path: Path) -> None:
    def run(*arguments: str | Path) -> Any:
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    one_store(order_multiple=1.0).write(tmp_path / "in")
    Overrides((ORDER,)).write(tmp_path / "mine.csv")
    asked = ("plan", tmp_path / "in", "--out", tmp_path / "out", "--overrides")
    done = run(*asked, tmp_path / "mine.csv")
    assert done.exit_code == 0, done.stderr
    assert "by hand   1 override" in done.stdout
    orders = pd.read_csv(tmp_path / "out" / "purchase_orders.csv")
    assert orders["quantity"].iloc[0] == 20.0
    missing = run(*asked, tmp_path / "none.csv", "--force")
    assert missing.exit_code == 2
    assert "none.csv: the file cannot be read" in missing.stderr
