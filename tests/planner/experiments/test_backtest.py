"""Rolling horizons: key figures by hand, the policies, and a run that is broken off."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from brain.analytic.overrides import NoSafetyStock
from brain.policy import SafetyStocks
from planner import backtest
from planner.commands.cli import app
from planner.policies.closed_form import ClosedForm
from planner.policies.learned.differentiable import Differentiable
from planner.policies.learned.ppo import Ppo
from planner.policies.oracle import Oracle
from planner.policies.order_model import OrderModel
from planner.policies.registry import POLICIES, policy_of
from planner.policies.rules.policy import Policy
from planner.policies.simple import ZERO, Constant
from planner.policies.tuned.base_stock import TunedBaseStock, TunedCapped, TunedReorder
from planner.policies.tuned.search import Search, annealing, local_search, simplex
from scenarios.arrays.types import Floats
from scenarios.errors import Finding, InputError
from scenarios.evaluation.kpis import kpis
from scenarios.examples.bundled import retail_chain
from scenarios.model.scenario import Scenario
from scenarios.problem import Problem
from scenarios.simulation.policy import GivenOrders
from scenarios.simulation.rolling import longer
from scenarios.simulation.run import simulate
from scenarios.simulation.state import State
from scenarios.simulation.step import initial_state
from tests.support.worlds import chain, column

RUN = CliRunner()


def small() -> Scenario:
    return retail_chain(4, seed=2)


def test_key_figures_of_three_days_by_hand() -> None:
    # 10 on hand, orders of 4 arrive a day later: demand 4, 9, 20 against a forecast of 3.
    # Day 0: 10 - 4 = 6 left. Day 1: 6 + 4 - 9 = 1. Day 2: 1 + 4 - 20: 15 missed, 0 left.
    scenario = chain(
        [1], mean=3.0, std=1.0, on_hand=10.0, n_periods=3, holding_cost=1.0,
        missed_sale_cost=2.0, price=5.0, unit_cost=3.0, volume=2.0, storage_capacity=6.0,
        overflow_cost=1.5, lane_capacity=16.0,
    )  # fmt: skip
    run = simulate(scenario, GivenOrders(np.full((1, 3), 4.0)), np.array([[4.0, 9.0, 20.0]]))
    found = {name: float(value) for name, value in kpis(run).items()}
    # Stored volume 12, 2, 0 in a room of 6: 6 too much on day 0.
    total = 1.0 * (6 + 1) + 2.0 * 15 + 1.5 * 6
    assert found["total_cost"] == pytest.approx(total)
    assert found["cost_overflow"] == pytest.approx(9.0)
    assert found["profit"] == pytest.approx(5 * 18 - 3 * 12 - total)
    assert found["fill_rate"] == pytest.approx(1 - 15 / 33)
    assert found["cycle_service_level"] == pytest.approx(2 / 3)
    assert found["missed_units"] == 15
    (stock,) = (value for name, value in found.items() if name.startswith("stock_at_"))
    assert stock == pytest.approx(7 / 3)
    assert found["turns"] == pytest.approx(18 * 365 / 3 / (7 / 3))
    assert found["days_of_cover"] == pytest.approx((7 / 3) / (33 / 3))
    # None of 6, 1, 0 is above 3 x 3; a day is perfect where nothing is missed either.
    assert (found["overstock_days"], found["perfect_days"]) == (0.0, pytest.approx(2 / 3))
    assert found["bullwhip"] == 0.0
    assert found["storage_use"] == pytest.approx((2 + 2 / 6 + 0) / 3)
    assert found["lane_use"] == pytest.approx(4 * 2 / 16)
    assert found["overflow_volume"] == pytest.approx(6.0)


def test_a_longer_scenario_repeats_its_last_week() -> None:
    scenario = chain([1], mean=np.arange(1.0, 10.0), std=1.0, n_periods=9)
    more = longer(scenario, 20)
    assert more.mean[0, 9:].tolist() == [3, 4, 5, 6, 7, 8, 9, 3, 4, 5, 6]
    assert (np.diff(more.dates).astype("timedelta64[D]").astype(int) == 1).all()
    assert longer(scenario, 5) is scenario


def test_the_hybrid_beats_means_and_the_oracle_beats_all() -> None:
    scenario = small()
    cost = {}
    for name in ("hybrid", "mip-on-means", "closed-form", "base-stock", "zero"):
        result = backtest(scenario, policy_of(name, "analytic"), 20, n_paths=2, seed=5)
        cost[name] = result.paths["total_cost"].mean()
    cost["oracle"] = backtest(scenario, Oracle(), 20, n_paths=2, seed=5).paths["total_cost"].mean()
    assert min(cost, key=cost.__getitem__) == "oracle"
    assert cost["hybrid"] < cost["mip-on-means"] < cost["zero"]


def test_equal_seeds_give_every_policy_the_same_demand() -> None:
    scenario = small()
    one = backtest(scenario, ZERO, 30, seed=7)
    two = backtest(scenario, Constant(), 30, seed=7)
    other = backtest(scenario, ZERO, 30, seed=8)
    assert np.array_equal(one.runs[0].demand, two.runs[0].demand)
    assert not np.array_equal(one.runs[0].demand, other.runs[0].demand)
    assert one.runs[0].n_periods == 30 > scenario.n_periods


def test_constant_orders_flow_through_every_echelon() -> None:
    scenario = chain([1, 2], mean=10.0, std=0.0, n_periods=6, review_period=2)
    orders = Constant()(Problem(scenario), np.random.default_rng(0))
    assert orders(None, 0).tolist() == [20.0, 20.0]  # type: ignore[arg-type]


def test_tuned_base_stock_costs_less_than_the_textbook() -> None:
    # One location, lost sales: tuned on 50 paths of its own, judged on others against all levels.
    scenario = chain(
        [2], mean=10.0, std=4.0, n_periods=60, on_hand=25.0, missed_sale_cost=9.0,
        holding_cost=column([1.0]),
    )  # fmt: skip
    tuned = (
        backtest(scenario, TunedBaseStock(20, 40), n_paths=20, seed=1).paths["total_cost"].mean()
    )
    plain = backtest(scenario, ClosedForm("analytic"), n_paths=20, seed=1)
    assert tuned < plain.paths["total_cost"].mean()


def test_caps_and_reorder_points_pay_where_theory_says_so() -> None:
    # Lost sales with a long lead time: a cap smooths orders. A cost per order: order less often.
    lost = chain(
        [6], mean=10.0, std=4.0, n_periods=60, on_hand=15.0, missed_sale_cost=4.0,
        open_orders=[(0, t, 9.0) for t in range(6)],
    )  # fmt: skip
    dear = lost.replace(
        routes=dataclasses.replace(lost.routes, order_cost=np.full(1, 60.0)),
        unmet_demand="backlog",
    )

    def cost(scenario: Scenario, policy: Policy) -> float:
        found = backtest(scenario, policy, n_paths=10, seed=1)
        return float(found.paths["total_cost"].mean())

    assert cost(lost, TunedCapped(20, 60)) < cost(lost, TunedBaseStock(20, 40))
    assert cost(dear, TunedReorder(20, 60)) < 0.9 * cost(dear, TunedBaseStock(20, 40))


class Breaks:
    """A policy that fails once, after some days."""

    name = "breaks"

    def __init__(self, day: int | None):
        self.day, self.asked = day, list[int]()

    def __repr__(self) -> str:
        return "Breaks()"

    def __call__(self, problem: Problem, rng: np.random.Generator) -> object:
        inner = OrderModel("analytic")(problem, rng)

        def order(state: State, period: int) -> Floats:
            self.asked.append(period)
            if period == self.day:
                raise KeyboardInterrupt
            orders: Floats = inner(state, period)
            return orders

        return order


def test_a_run_that_is_broken_off_goes_on_where_it_stopped(tmp_path: Path) -> None:
    scenario, out = small(), tmp_path / "out"
    whole = backtest(scenario, OrderModel("analytic"), 8, seed=3)
    with pytest.raises(KeyboardInterrupt):
        backtest(scenario, Breaks(5), n_periods=8, seed=3, out=out)  # type: ignore[arg-type]
    assert not out.exists()
    (tmp_path / "out.journal" / "notes.txt").write_text("the user's own", encoding="utf-8")
    with pytest.raises(InputError, match="another run"):
        backtest(scenario, Breaks(None), n_periods=8, seed=4, out=out)  # type: ignore[arg-type]
    again = Breaks(None)
    result = backtest(scenario, again, n_periods=8, seed=3, out=out)  # type: ignore[arg-type]
    assert again.asked == [5, 6, 7]
    assert result.paths["total_cost"][0] == pytest.approx(whole.paths["total_cost"][0], rel=1e-6)
    assert (out / "paths.csv").exists()
    # What is not the journal's stays.
    assert [entry.name for entry in (tmp_path / "out.journal").iterdir()] == ["notes.txt"]


@dataclasses.dataclass(frozen=True)
class Tenth:
    """A brain whose safety stock and finding follow from the stock on hand."""

    name: str = "tenth"

    def __call__(self, scenario: Scenario) -> SafetyStocks:
        on_hand = scenario.points.on_hand
        quantity = np.repeat(on_hand[:, None] / 10 + 1, scenario.n_periods, axis=1)
        seen = Finding("inventory", f"it saw {on_hand.sum():.4f} units", "none", severity="warning")
        return SafetyStocks(quantity, np.full(scenario.n_points, "tenth", dtype=object), (seen,))


@pytest.mark.parametrize("stops_at", [5, 12])
def test_a_resumed_run_knows_the_safety_stocks_of_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stops_at: int
) -> None:
    # Two paths of 8 periods: the first is broken off half way, or done when the second is.
    scenario, out, policy = small(), tmp_path / "out", ClosedForm(Tenth())
    drawn: list[tuple[object, ...]] = []

    def keep(folder: Path, name: str, draw: object, *data: object) -> None:
        drawn.append(data)

    monkeypatch.setattr("planner.experiments.backtest.draw_into", keep)

    def stops(done: int, total: int) -> None:
        if done == stops_at:
            raise KeyboardInterrupt

    whole = backtest(scenario, policy, 8, 2, seed=3)
    with pytest.raises(KeyboardInterrupt):
        backtest(scenario, policy, n_periods=8, n_paths=2, seed=3, progress=stops, out=out)
    again = backtest(scenario, policy, n_periods=8, n_paths=2, seed=3, out=out)
    assert whole.safety_stock is not None
    assert again.safety_stock is not None
    assert np.ptp(whole.safety_stock, axis=1).max() > 0  # the periods can be told from each other
    assert np.array_equal(again.safety_stock, whole.safety_stock)
    assert len(whole.warnings) == 1
    assert again.warnings == whole.warnings
    for one, other in zip(whole.runs, again.runs, strict=True):
        assert np.array_equal(one.on_hand, other.on_hand)
    assert drawn == [(again.policy, again.runs[0], again.safety_stock)]  # as drawn


def test_a_journal_of_an_older_version_is_refused_as_such(tmp_path: Path) -> None:
    scenario = small()
    old = {"orders": np.zeros((scenario.n_routes, 3)), "known": np.ones(3, dtype=bool)}
    np.savez_compressed(tmp_path / "path-0.npz", identity=np.array("x"), **old)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"path-0.npz.*another version.*remove the file"):
        backtest(scenario, ZERO, 3, journal=tmp_path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and no more", b"\x93NUMPY"])
def test_a_damaged_journal_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "path-0.npz"
    path.write_bytes(content)
    with pytest.raises(InputError, match="the journal is damaged"):
        backtest(small(), ZERO, 3, journal=tmp_path)


@pytest.mark.parametrize("name", POLICIES)
def test_the_command_runs_every_policy(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What these learn is tested elsewhere.
    for quick, policy in (
        ("differentiable", Differentiable(steps=2, n_paths=4)),
        ("ppo", Ppo(updates=2, n_envs=4)),
    ):
        entry = dataclasses.replace(POLICIES[quick], make=lambda brain, policy=policy: policy)
        monkeypatch.setitem(POLICIES, quick, entry)
    source, out = tmp_path / "in", tmp_path / name
    assert RUN.invoke(app, ["init", str(source), "--products", "2"]).exit_code == 0
    done = RUN.invoke(
        app, ["backtest", str(source), "--policy", name, "--days", "3", "--out", str(out)]
    )
    assert done.exit_code == 0, done.output
    assert f"{name}: 3 periods on 1 path of demand" in done.output
    assert (out / "summary.csv").exists()


def test_the_command_refuses_other_policies(tmp_path: Path) -> None:
    source = tmp_path / "in"
    assert RUN.invoke(app, ["init", str(source), "--products", "2"]).exit_code == 0
    done = RUN.invoke(app, ["backtest", str(source), "--policy", "luck", "--out", str(tmp_path)])
    assert done.exit_code == 2
    done = RUN.invoke(
        app, ["backtest", str(source), "--policy", "luck", "--out", str(tmp_path / "x")]
    )
    assert done.exit_code == 2
    assert "no such policy" in done.output
    assert "hybrid" in done.output


@pytest.mark.parametrize("search", [simplex, annealing, local_search])
def test_every_search_finds_the_least_of_a_bowl(search: Search) -> None:
    # The least of |x - 1| + 2 |y + 1| is at (1, -1), where it costs nothing; it is 3 at the start.
    def cost(at: Floats) -> float:
        return float(abs(at[0] - 1) + 2 * abs(at[1] + 1))

    rng = np.random.default_rng(0)
    found = search(cost, np.zeros(2), np.full(2, 0.7), 400, rng)
    assert cost(found) < 0.15


def test_what_counts_is_what_policies_are_tuned_for() -> None:
    # Where only stock left over counts, whatever the tables say, the best is to hold none.
    scenario = chain([1], mean=10.0, std=3.0, n_periods=20, on_hand=10.0, missed_sale_cost=50.0)
    stock = Problem(scenario, cost=lambda run: run.on_hand.sum(axis=-2))
    policy = TunedBaseStock(10, 30)
    careful = backtest(scenario, policy, n_paths=5).paths
    careless = backtest(stock, policy, n_paths=5).paths
    mean = "stock_at_" + str(scenario.locations.name[0])
    assert careless[mean].mean() < 0.5 * careful[mean].mean()
    assert careless["fill_rate"].mean() < careful["fill_rate"].mean()


def test_random_orders_are_the_same_when_a_run_is_taken_up_again() -> None:
    scenario = chain([1], mean=10.0, std=3.0, n_periods=5)
    one, two = (policy_of("random")(Problem(scenario), np.random.default_rng(3)) for _ in range(2))
    state = initial_state(scenario)
    later = one(state, 4)
    assert np.array_equal(later, two(state, 4))
    assert not np.array_equal(one(state, 3), later)


def test_a_backtest_passes_on_what_the_brain_has_to_say() -> None:
    finding = Finding("products", "no brain knows them", "train one", severity="warning")

    class Says(NoSafetyStock):
        def __call__(self, scenario: Scenario) -> SafetyStocks:
            return dataclasses.replace(super().__call__(scenario), findings=(finding,))

    assert backtest(small(), OrderModel(Says()), 2).warnings == (finding,)


@pytest.mark.parametrize("wrong", [-5.0, np.nan])
def test_orders_that_are_none_are_refused_where_lot_rules_hold_too(wrong: float) -> None:
    class Wrong:
        name = "wrong"

        def __call__(self, problem: Problem, rng: np.random.Generator) -> object:
            return lambda state, period: np.full(problem.scenario.n_routes, wrong)

    cased = chain([1], mean=5.0, order_multiple=6.0)
    with pytest.raises(ValueError, match="less than nothing, or nan"):
        backtest(cased, Wrong())  # type: ignore[arg-type]
