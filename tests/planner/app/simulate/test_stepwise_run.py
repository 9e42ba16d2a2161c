"""A run that stops every day: the same as the simulator's, and the user's orders really count."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from planner.app.simulate import manual_orders, tasks
from planner.app.simulate.day_figures import Chosen, day_of, figures_between, figures_of, prediction
from planner.app.simulate.setup import CATALOGUE, PLAYABLE, Setup, problem_of, sources
from planner.app.simulate.stepwise_run import Game
from planner.experiments.backtest import backtest
from planner.policies.registry import policy_of
from planner.policies.simple import ZERO
from scenarios.catalogue import ENTRIES
from scenarios.demand.sampling import sample
from scenarios.errors import InputError
from scenarios.model.scenario import Scenario
from scenarios.problem import Problem, total_cost
from tests.support.worlds import chain, column, renamed, world


def shop(**changes: Any) -> Scenario:
    """5 on hand, 3 wanted every day, orders arrive the day after the next."""
    arguments: dict[str, Any] = {
        "mean": 3.0, "std": 0.0, "n_periods": 5, "on_hand": 5.0,
        "holding_cost": 1.0, "missed_sale_cost": 10.0, "order_cost": 7.0,
    }  # fmt: skip
    return world(["shop"], [("supplier", "shop", 1)], **(arguments | changes))


def game_of(scenario: Scenario, policy: Any = ZERO, n_periods: int | None = None) -> Game:
    return Game(Problem(scenario), policy, n_periods or scenario.n_periods, seed=0)


def test_a_day_by_hand_worked_by_hand() -> None:
    """Day 1: 5 - 3 = 2 stay, and an order costs 7. Day 2: 4 arrive, so that 2 + 4 - 3 = 3 stay."""
    game = game_of(shop())
    game.advance(np.array([4.0]))
    game.advance(np.array([0.0]))
    first, second = (day_of(game, game.so_far(), period) for period in (0, 1))
    assert (first.demand, first.sales, first.stock, first.order_lines) == (3, 3, 2, 1)
    assert (first.costs["holding"], first.costs["ordering"], first.total) == (2, 7, 9)
    # Goods of a lead time of 1 arrive before the customers of the next day come.
    assert (second.arrivals, second.sales, second.missed, second.stock) == (4, 3, 0, 3)
    figures = figures_of(game.so_far())
    assert (figures.total, figures.per_period, figures.fill_rate) == (12, 6, 1)
    assert (figures.lines, figures.ordered) == (1, 4)
    # A mean of 2.5 on hand lasts 5/6 of a day.
    assert figures.cover == pytest.approx(2.5 / 3)


def test_a_longer_lead_time_arrives_later(tmp_path: Path) -> None:
    shop().write(tmp_path / "shop")
    arrived = []
    for extra in (0, 2):
        setup = Setup("input:shop", "zero", n_periods=5, lead_time=extra)
        game = game_of(problem_of(setup, tmp_path, print).scenario)
        game.advance(np.array([4.0]))
        while not game.done:
            game.advance(np.array([0.0]))
        arrived.append(game.so_far().receipts[0].tolist())
    assert arrived == [[0, 4, 0, 0, 0], [0, 0, 0, 4, 0]]


@pytest.mark.parametrize("name", ["closed-form", "analytic-mip", "constant"])
def test_costs_are_those_of_a_backtest_on_the_same_demand(name: str) -> None:
    scenario = chain(
        [1, 2], 6.0, std=2.0, n_products=2, n_periods=8, on_hand=column([9, 12]),
        storage_capacity=15.0, review_period=2,
    )  # fmt: skip
    game = game_of(scenario, policy_of(name, "analytic"), n_periods=6)
    days = []
    while not game.done:
        game.advance()
        days.append(day_of(game, game.so_far(), game.period - 1))
    run = backtest(scenario, policy_of(name, "analytic"), 6, paired=True).runs[0]
    assert [day.total for day in days] == pytest.approx(run.costs.total.tolist(), rel=1e-12)
    assert sum(day.total for day in days) == pytest.approx(figures_of(game.so_far()).total)
    assert np.array_equal(game.so_far().on_hand, run.on_hand)


def test_who_follows_the_suggestion_by_hand_does_as_the_planner() -> None:
    scenario = chain([1, 2], 6.0, std=2.0, n_periods=6, on_hand=column([9, 12]), order_multiple=4)
    game = game_of(scenario, policy_of("analytic-mip"))
    while not game.done:
        memory = {"game": game}
        tasks.suggest(memory, print)
        tasks.advance(memory, print, Chosen(), False)
    found = tasks.compare(memory, print)
    assert found.hand == found.planner
    assert found.hand_costs == found.planner_costs


def test_orders_by_hand_are_made_permitted_quantities_and_refused_below_zero() -> None:
    game = game_of(shop(order_multiple=6.0))
    game.advance(np.array([8.0]))
    assert game.so_far().orders.tolist() == [[6.0]]
    with pytest.raises(InputError, match="order 0 or more"):
        game.advance(np.array([-1.0]))
    assert game.period == 1


def test_between_reviews_nothing_is_ordered() -> None:
    game = game_of(shop(review_period=2), policy_of("constant"))
    seen = []
    for _ in range(4):
        seen.append((game.may_order, game.suggestion().tolist()))
        game.advance(np.array([1.0]))
    assert seen == [(True, [6.0]), (False, [0.0])] * 2
    assert game.so_far().orders.tolist() == [[1, 0, 1, 0]]


def test_demand_is_that_of_the_seed_whoever_orders() -> None:
    scenario = shop(std=1.0)
    one, other = game_of(scenario), game_of(scenario, policy_of("constant"))
    drawn = sample(scenario, np.random.default_rng([0, 0]), 1, paired=True)[0]
    assert np.array_equal(one.demand, drawn)
    assert np.array_equal(one.demand, other.demand)


def test_what_is_shown_of_a_product_and_a_place_adds_up_to_the_whole() -> None:
    scenario = chain([1, 1], 6.0, std=2.0, n_products=3, n_periods=3, on_hand=9.0)
    game = game_of(scenario, policy_of("constant"))
    for _ in range(3):
        game.advance()
    whole = figures_between(game, Chosen(), 0, 3)
    for name in ("actual", "missed", "orders", "arrivals", "stock store"):
        parts = [figures_between(game, Chosen((p,)), 0, 3)[name] for p in range(3)]
        assert np.sum(parts, axis=0) == pytest.approx(whole[name], abs=0.05)
    two = figures_between(game, Chosen((0, 2), location=1), 0, 3)
    assert set(two) == {"actual", "missed", "orders", "arrivals", "stock dc1", "safety dc1"}
    # Three customers a day with a std of 2 each: 18 +- 1.6449 * sqrt(12).
    seen = prediction(game, Chosen())
    assert seen["predicted"] == [18.0] * 3
    assert seen["low"] == pytest.approx([18 - 1.6449 * 12**0.5] * 3, abs=0.01)
    assert seen["width"] == pytest.approx([2 * 1.6449 * 12**0.5] * 3, abs=0.01)


def test_lines_to_order_on_are_found_by_text_and_lane_and_paged() -> None:
    game = game_of(chain([1, 2], 6.0, n_products=12, n_periods=9, on_hand=4.0))
    page = manual_orders.lines(game, "", None, 2)
    assert (page.count, len(page.rows)) == (24, 4)
    some = manual_orders.lines(game, "p12", 0, 0)
    assert [(line.product, line.lane) for line in some.rows] == [("P12", "dc1 → store")]
    # An order of today has to last the 1 day that it takes and the one until the next.
    assert (some.rows[0].on_hand, some.rows[0].expected, some.rows[0].lead_time) == (4, 12, 1)
    manual_orders.place(game, some.rows[0].route, 5.0)
    again = manual_orders.lines(game, "p12", 0, 0)
    assert (again.rows[0].order, again.order_lines, again.ordered) == (5, 1, 5)
    with pytest.raises(InputError, match="not 0 or more"):
        manual_orders.place(game, 0, float("nan"))


def test_the_log_runs_nothing_in_a_spreadsheet(tmp_path: Path) -> None:
    scenario = renamed(shop(), products=["=1+1"])
    memory = {"game": game_of(scenario)}
    days = [tasks.advance(memory, print, Chosen(), True).day for _ in range(2)]
    tasks.table(memory, print, "stock", str(tmp_path / "stock.csv"))
    assert "'=1+1" in (tmp_path / "stock.csv").read_text()
    tasks.write_log(days, tmp_path / "days.csv")
    log = pd.read_csv(tmp_path / "days.csv")
    assert log["number"].tolist() == [1, 2]
    assert log["cost_total"].tolist() == [2, 10]


def test_all_that_cannot_be_chosen_is_said_at_once(tmp_path: Path) -> None:
    setup = Setup("example:single", "guess", n_periods=0, holding_cost=0.0)
    with pytest.raises(InputError) as caught:
        problem_of(setup, tmp_path, print)
    assert [one.file for one in caught.value.findings] == ["horizon", "policy", "holding cost"]
    with pytest.raises(InputError, match="outside the folder"):
        problem_of(Setup("input:../elsewhere"), tmp_path, print)


def test_what_is_offered_is_there_and_counts_by_the_costs_of_its_scenario() -> None:
    assert "oracle" not in PLAYABLE
    for name in CATALOGUE:
        problem = ENTRIES[name].make(np.random.default_rng(0))
        assert problem.cost is total_cost
        assert problem.demand is sample


def test_the_users_own_inputs_come_first(tmp_path: Path) -> None:
    shop().write(tmp_path / "mine")
    from planner.app.folder import Folder

    assert next(iter(sources(Folder(tmp_path)))) == "input:mine"
