"""Chains of odd shapes and large ones in small: always an audited plan or a clear line."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

import solver.decomposition.initial_prices
import solver.decomposition.partition
from planner import Override, Replanner, plan
from planner.commands.cli import app
from planner.planning import plan as planning
from planner.text.method import method_rows
from scenarios.errors import InputError
from scenarios.model.scenario import Scenario
from solver import optimise
from solver.decomposition.block import AtPrices, Block, Proposal, Refusal, at_prices
from solver.options import SolverOptions
from solver.program.gap import message_of
from solver.result import OrderPlan
from solver.workers.threads import Threads
from tests.support.random_scenarios import SHAPES
from tests.support.waiting import HANG
from tests.support.worlds import column, tree, world

BLOCKS = SolverOptions(solver="decomposed", time_limit=HANG)
ONE = SolverOptions(solver="monolith", time_limit=HANG)
seeds = st.integers(0, 100_000)


@pytest.fixture(autouse=True)
def large_is_small() -> Iterator[None]:
    """What holds of 100,000 products holds of some here."""
    with (
        mock.patch.object(solver.decomposition.partition, "BLOCK_ROWS", 80),
        mock.patch.object(solver.decomposition.initial_prices, "SAMPLE_ROWS", 300),
        mock.patch.object(import_module("solver.optimiser"), "MONOLITH_BALANCES", 60),
    ):
        yield


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def stores(n_stores: int, n_products: int, **more: Any) -> Scenario:
    """Stores behind a DC; all want a week's demand of 5 a day."""
    given: dict[str, Any] = {
        "n_products": n_products, "n_periods": 8, "std": 1.5, "on_hand": 10.0,
    } | more  # fmt: skip
    return tree([1] * n_stores, 2, 5.0, **given)


def one_place(n_products: int, **more: Any) -> Scenario:
    given: dict[str, Any] = {
        "mean": 5.0, "std": 1.5, "n_products": n_products, "n_periods": 8, "on_hand": 10.0,
    } | more  # fmt: skip
    return world(["shop"], [("supplier", "shop", 2)], **given)


def each_its_own(n_places: int, each: int) -> Scenario:
    """Places that have no product in common, each with a storage that is too small."""
    names = [f"shop{j}" for j in range(n_places)]
    kept = np.repeat(np.eye(n_places, dtype=bool), each, axis=1)
    return world(
        names, [("supplier", name, 2) for name in names], mean=5.0, std=1.5, kept=kept,
        n_products=n_places * each, n_periods=8, on_hand=10.0, storage_capacity=8.0 * each,
    )  # fmt: skip


SOME_WAYS = np.where(np.arange(8) % 3, np.inf, 0.0)
SOME_DAYS = np.where(np.arange(8) % 2, np.inf, 30.0)
LARGE: dict[str, Scenario] = {
    "no capacity": stores(3, 8),
    "no room": stores(3, 8, storage_capacity=0.0),
    "no way": stores(3, 8, lane_capacity=column([20.0, 20.0, 20.0, 0.0])),
    "ways closed on some days": stores(3, 8, lane_capacity=SOME_WAYS),
    "room short on some days": stores(3, 8, storage_capacity=SOME_DAYS),
    "a product larger than any place": stores(
        3, 8, storage_capacity=60.0, volume=np.array([100.0] + 7 * [0.5])
    ),
    "a product larger than any lane": stores(
        3, 8, lane_capacity=60.0, order_multiple=4.0, volume=np.array([100.0] + 7 * [0.5])
    ),
    "few products in many places": stores(40, 2, storage_capacity=30.0),
    "one product in many places": stores(60, 1, storage_capacity=10.0),
    "many products in one place": one_place(60, storage_capacity=500.0, order_multiple=4.0),
    "each place its own products": each_its_own(12, 3),
    "products without volume": stores(3, 8, storage_capacity=50.0, volume=0.0),
    "hardly anything is sold": one_place(
        20, mean=np.where(np.arange(20) == 7, 1.0, 0.0)[:, None], std=0.0, storage_capacity=50.0
    ),
}


@pytest.fixture(params=sorted(LARGE))
def shape(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    LARGE[request.param].write(tmp_path / "in")
    return tmp_path


def report_of(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("limit", [None, 0.001])
def test_every_shape_has_an_audited_plan_however_little_the_time(
    shape: Path, limit: float | None
) -> None:
    given = [] if limit is None else ["--time-limit", limit]
    done = run("plan", shape / "in", "--out", shape / "out", "--no-report", *given)
    assert done.exit_code == 0, done.output
    report = report_of(shape / "out")
    assert report["gap"] is None or report["gap"] >= 0
    if report["status"] == "closed_form":
        assert "closed" in report["message"]
    assert (
        next(line for _, line in method_rows(report["solver"], report["objective"])) in done.output
    )
    one = report["counts"]["products"] == 1  # Which is not cut.
    assert report["solver"]["blocks"] == 1 if one else report["solver"]["blocks"] > 1


def test_without_capacities_the_closed_form_is_used_and_said_so(tmp_path: Path) -> None:
    LARGE["no capacity"].write(tmp_path / "in")
    done = run("plan", tmp_path / "in", "--out", tmp_path / "out", "--no-report")
    assert "Products share no capacity" in done.output
    assert "closed form, in" in done.output
    report = report_of(tmp_path / "out")
    assert (report["status"], report["solver"]["method"]) == ("closed_form", "closed_form")


def test_what_is_too_little_or_misspelt_is_one_line(tmp_path: Path) -> None:
    LARGE["no room"].write(tmp_path / "in")
    plain = ["plan", tmp_path / "in", "--out", tmp_path / "out", "-q"]
    done = run(*plain, "--memory", "0.01")
    assert done.exit_code == 3
    assert done.output.count("\n") == 1
    assert "and 0.01 GB are allowed by --memory. Remedy: more --memory" in done.output
    for wrong in (["--solver", "monolit"], ["--workers", "0"], ["--time-limit", "0"]):
        done = run(*plain, *wrong)
        assert done.exit_code == 2
        assert wrong[0] in done.output
        assert "Traceback" not in done.output
    assert not (tmp_path / "out").exists()


def odd_world(seed: int) -> Scenario:
    """Capacities, lot rules and timelines of any kind; some products that nobody wants."""
    rng = np.random.default_rng(seed)
    names, lanes = SHAPES[sorted(SHAPES)[rng.integers(len(SHAPES))]]
    n_places, n_lanes = len(names), len(lanes)
    n_products, n_periods = int(rng.integers(2, 12)), int(rng.integers(6, 14))
    origins = {origin for origin, _, _ in lanes}
    sells = np.array([name not in origins for name in names])
    level = rng.uniform(0, 20, (n_places, n_products, 1)) * sells[:, None, None]
    level[:, rng.random(n_products) < 0.1] = 0.0
    mean = level * (rng.random((n_places, n_products, n_periods)) > 0.1)
    volume = np.where(rng.random(n_products) < 0.1, 0.0, rng.uniform(0.5, 3.0, n_products))
    flow = 1.0 + float(level.sum(axis=0)[:, 0] @ volume)
    places, ways = (n_places, n_periods), (n_lanes, n_periods)
    room = [
        np.inf,
        0.0,
        flow * rng.uniform(0.3, 6.0, (n_places, 1)),
        np.where(rng.random(places) < 0.5, np.inf, flow * rng.uniform(0.1, 5.0, places)),
        np.where(np.arange(n_places) == 0, 0.5 * volume.max(), np.inf)[:, None],
    ]
    width = [
        np.inf,
        np.where(rng.random(ways) < 0.4, 0.0, np.inf),
        flow * rng.uniform(0.3, 1.5, ways),
        np.where(np.arange(n_lanes) == 0, 0.0, np.inf)[:, None],
    ]
    by_way = (n_lanes, n_products)
    some = {
        "timeline": "receive_first", "unmet_demand": "backlog", "unmet_orders": "backlog",
        "end_of_life": True, "review_period": int(rng.integers(2, 5)),
        "commit_periods": int(rng.integers(2, 5)), "lane_cost": column(rng.uniform(0, 3, n_lanes)),
        "order_multiple": rng.choice([0.0, 1.0, 5.0, 24.0], by_way),
        "order_cost": rng.choice([0.0, 3.0, 40.0], by_way),
        "min_order_quantity": rng.choice([0.0, 1.0, 30.0], by_way),
        "max_order_quantity": rng.choice([np.inf, 60.0, 120.0], by_way),
        "shelf_life": rng.choice([np.inf, 8.0, 15.0], n_products),
        "safety_stock": rng.choice([np.nan, 0.0, 20.0], (n_places, n_products)),
        "backlog": rng.uniform(0, 9, (n_places, n_products)) * sells[:, None],
    }  # fmt: skip
    return world(
        names, lanes, mean=mean, std=0.3 * mean, n_products=n_products, n_periods=n_periods,
        holding_cost=np.where(sells, 1.0, 0.6)[:, None], missed_sale_cost=rng.uniform(0.6, 200.0),
        on_hand=rng.uniform(0, 9, (n_places, n_products)) * level.sum(axis=0)[:, 0], volume=volume,
        storage_capacity=room[rng.integers(5)], lane_capacity=width[rng.integers(4)],
        **{name: value for name, value in some.items() if rng.random() < 0.35},
    )  # fmt: skip


def planned(scenario: Scenario, options: SolverOptions) -> OrderPlan:
    """The orders of an audited plan."""
    seen: list[OrderPlan] = []

    def optimised(*arguments: Any, **named: Any) -> OrderPlan:
        seen.append(optimise(*arguments, **named))
        return seen[-1]

    with mock.patch.object(planning, "optimise", optimised):
        plan(scenario, "analytic", options, workers=Threads(1))
    return seen[-1]


@settings(deadline=None, max_examples=15)
@example(seed=3769)  # More than an order can be worth would leave a full place.
@given(seed=seeds)
def test_odd_worlds_are_planned_by_blocks_within_what_they_state(seed: int) -> None:
    scenario = odd_world(seed)
    many, one = planned(scenario, BLOCKS), planned(scenario, ONE)
    # In all that the model counts, what lost sales pay beyond their cost included.
    cost, other_cost = many.objective + many.surcharge, one.objective + one.surcharge
    slack = 1e-6 * (1.0 + abs(other_cost))
    assert many.effort.method == "decomposed" or many.status == "closed_form"
    if many.bound is not None:
        assert many.bound + many.surcharge <= other_cost + slack
    if one.bound is not None:
        assert one.bound + one.surcharge <= cost + slack


def test_orders_set_by_hand_are_kept_in_blocks_and_told_if_they_cannot_ship() -> None:
    scenario = stores(3, 8, storage_capacity=60.0, lane_capacity=60.0)
    lane = {"origin": "supplier", "destination": "dc"}
    kept = [Override("order", 7.0, "P2", **lane), Override("capacity", 0.0, location="store1")]
    made = plan(scenario, "analytic", BLOCKS, overrides=kept)
    orders = made.purchase_orders
    here = (orders["product"] == "P2") & (orders["destination"] == "dc")
    today = orders[here & (orders["release"] == "now")]
    assert today["quantity"].tolist() == [7.0]
    for much in (61.0, 1e6):  # More than the lane carries.
        with pytest.raises(InputError) as caught:
            plan(scenario, "analytic", BLOCKS, overrides=[Override("order", much, "P2", **lane)])
        assert len(caught.value.findings) == 1
    two = [Override("order", 40.0, name, **lane) for name in ("P1", "P8")]  # Of two blocks.
    with pytest.raises(InputError):
        plan(scenario, "analytic", BLOCKS, overrides=two)


def test_a_second_plan_starts_where_the_first_ended() -> None:
    replanner = Replanner(stores(3, 24, storage_capacity=200.0), "analytic", BLOCKS)
    first = replanner.plan()
    again = replanner.plan([Override("safety_stock", 9.0, "P1", "store1")])
    assert again.report.solver["method"] == "decomposed"
    assert "orders: first prices" in first.report.seconds
    assert again.report.objective != first.report.objective
    same = replanner.plan()
    assert same.report.objective == pytest.approx(first.report.objective, rel=BLOCKS.gap)


def test_blocks_that_time_runs_out_for_get_the_quota_of_the_others() -> None:
    scenario = stores(3, 24, storage_capacity=200.0)
    asked = 0

    def every_other(block: Block, prices: AtPrices) -> Proposal | Refusal:
        nonlocal asked
        asked += 1
        return at_prices(block, replace(prices, seconds=0.0) if asked % 2 else prices)

    whole = planned(scenario, BLOCKS)
    with mock.patch.object(import_module("solver.decomposition.passes"), "at_prices", every_other):
        some = planned(scenario, BLOCKS)
    assert asked >= 10
    assert whole.bound is not None
    assert whole.objective < 1.01 * whole.bound
    assert some.objective < 1.05 * whole.objective
    assert some.bound is None or some.bound <= whole.bound


def test_words_on_how_orders_were_found() -> None:
    solver_ = {
        "method": "decomposed", "blocks": 52, "rounds": 1, "workers": 2,
        "relaxed_objective": 1000.0, "lot_loss": 20.0,
    }  # fmt: skip
    assert list(method_rows(solver_, 1000.0)) == [
        ("orders", "52 blocks of products, 2 at a time, coordinated in 1 round"),
        (
            "lots",
            "lot rules and fixed order costs add 20 (2.00% of the model's cost) to the orders"
            " without them",
        ),
    ]
    whole = {"method": "monolith", "blocks": 1, "rounds": 0, "workers": 1, "lot_loss": 1e-12}
    assert list(method_rows(solver_ | whole, 980.0)) == [("orders", "one program for all products")]
    none = {"method": "closed_form", "relaxed_objective": None, "lot_loss": None, "blocks": 1}
    assert list(method_rows(solver_ | none, 1.0)) == [("orders", "closed form")]


def test_where_nothing_is_proven_no_share_is_told() -> None:
    assert "not known" in message_of("time_limit", 1.0, BLOCKS)
    assert "within 30.00%" in message_of("time_limit", 0.3, BLOCKS)


STUCK = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # A shell's background job ignores it.
import solver.decomposition.passes

def busy(block, asked):
    print("at work", file=sys.stderr, flush=True)
    time.sleep(600)  # In a thread that no signal reaches, as compiled code is.
    print("waited for", file=sys.stderr, flush=True)

solver.decomposition.passes.at_prices = busy
from planner.commands.cli import main
main()
"""
LEFT = """
import sys, threading, time
import planner.planning.plan

def rest():
    time.sleep(600)
    print("waited for", file=sys.stderr, flush=True)

def left(*_):
    threading.Thread(target=rest).start()
    print("at work", file=sys.stderr, flush=True)
    raise KeyboardInterrupt  # While nobody waits for the thread.

planner.planning.plan.plan = left
from planner.commands.cli import main
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there Ctrl-C goes to a group of processes")
@pytest.mark.parametrize("script", [STUCK, LEFT])
def test_ctrl_c_is_heard_while_blocks_are_at_work(script: str, tmp_path: Path) -> None:
    LARGE["no room"].write(tmp_path / "in")
    command = [tmp_path / "in", "--out", tmp_path / "out", "--solver", "decomposed", "-q"]
    with subprocess.Popen(
        [sys.executable, "-c", script, "plan", *map(str, command)],
        stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        assert process.stderr.readline() == "at work\n"
        if script is STUCK:
            process.send_signal(signal.SIGINT)
        told = process.stderr.read()
    assert process.returncode == 130
    assert "waited for" not in told
    assert told.splitlines()[-1] == "Stopped; nothing was written."
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
