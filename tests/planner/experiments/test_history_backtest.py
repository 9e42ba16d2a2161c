"""Backtests on past sales: nothing leaks; demand and stock by hand; what is refused."""

from __future__ import annotations

import dataclasses
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from typer.testing import CliRunner

from planner import backtest_history, forecast, forecasts_at
from planner.commands.cli import app
from planner.experiments.history_backtest import opening, opening_scenario
from planner.forecasting.models.boosting import learn_trees
from planner.forecasting.models.registry import BOOSTED, MODELS
from planner.policies.closed_form import ClosedForm
from planner.policies.learned.q_learning import QLearning
from planner.policies.registry import policy_of
from planner.policies.rules.policy import Policy, Ready
from planner.policies.simple import Constant
from planner.policies.tuned.base_stock import TunedBaseStock
from planner.policies.two_stage import StochasticProgram
from scenarios.arrays.types import Floats
from scenarios.errors import Finding, InputError
from scenarios.model.as_of import as_of, known_then
from scenarios.model.history import History
from scenarios.model.scenario import Scenario
from scenarios.problem import Problem
from scenarios.simulation.policy import OrderPolicy
from tests.support.worlds import chain, tree

RUN = CliRunner()
NAN = np.nan


def with_history(
    scenario: Scenario,
    quantity: Any,
    in_stock: Any = True,
    price: Floats | None = None,
    promotion: Floats | None = None,
) -> Scenario:
    """Sales [points that sell, H] in place of the forecast, which says where customers buy."""
    sold = np.asarray(quantity, dtype=float)
    whole = np.full((scenario.n_points, sold.shape[1]), NAN)
    whole[scenario.points.sells] = sold
    shelf = np.ones(whole.shape, dtype=bool)
    shelf[scenario.points.sells] = in_stock
    start = np.datetime64(scenario.dates[0].date(), "D")
    days = scenario.settings.days
    first = start - days * sold.shape[1]
    mean = np.where(scenario.points.sells[:, None], NAN, 0.0 * scenario.mean)
    return scenario.replace(
        mean=mean, std=mean, history=History(first, days, whole, shelf, price, promotion)
    )


def stores(n_weeks: int = 64, n_products: int = 3) -> Scenario:
    """Two stores behind a DC, weekly Poisson sales of 6 with a season, some empty shelves."""
    rng = np.random.default_rng(3)
    base = tree(
        [1, 1], 1, mean=1.0, n_products=n_products, n_periods=6, period="W",
        distribution="negative_binomial", order_multiple=1.0, missed_sale_cost=8.0,
    )  # fmt: skip
    season = 6 + 3 * np.sin(2 * np.pi * np.arange(n_weeks) / 52)
    sold = rng.poisson(season, (2 * n_products, n_weeks))
    prices = rng.uniform(1, 3, (base.n_points, n_weeks + 6))
    return with_history(base, sold, rng.random(sold.shape) > 0.05, prices, 0 * prices)


def changed_from(scenario: Scenario, n: int) -> Scenario:
    """Other sales, prices, promotions and shelves after the first ``n`` past periods."""
    past = scenario.history
    assert past is not None
    assert past.price is not None
    assert past.promotion is not None

    def later(values: Any, change: Any) -> Any:
        out = values.copy()
        out[:, n:] = change(values[:, n:])
        return out

    return scenario.replace(
        history=dataclasses.replace(
            past,
            quantity=later(past.quantity, lambda x: 3 * x + 7),
            in_stock=later(past.in_stock, lambda x: ~x),
            price=later(past.price, lambda x: 0.2 * x),
            promotion=later(past.promotion, lambda x: x + 0.5),
        )
    )


def orders(scenario: Scenario, policy: Policy, **more: Any) -> Floats:
    """[A, 12] orders of the last 12 weeks."""
    result = backtest_history(scenario, policy, 12, **{"model": "seasonal-average"} | more)
    return result.runs[0].orders


@pytest.mark.parametrize(
    "policy", [ClosedForm(), policy_of("hybrid"), TunedBaseStock(5, 10)], ids=lambda p: p.name
)
def test_changing_the_future_changes_no_past_order(policy: Policy) -> None:
    scenario, week = stores(), 7
    before = orders(scenario, policy, learn_every=3)
    after = orders(changed_from(scenario, 64 - 12 + week), policy, learn_every=3)
    np.testing.assert_array_equal(before[:, : week + 1], after[:, : week + 1])
    assert not np.array_equal(before[:, week + 1], after[:, week + 1])


def test_boosted_trees_see_no_price_to_come(monkeypatch: pytest.MonkeyPatch) -> None:
    # As many examples and trees as usual would take long.
    monkeypatch.setattr("planner.forecasting.models.boosting.LEAST_PERIODS", 500)
    monkeypatch.setattr("planner.forecasting.models.boosting.TREES", 10)
    # Threads that wait for each other's core take ten times as long as one.
    alone = dataclasses.replace(BOOSTED, fit=partial(learn_trees, threads=1))
    monkeypatch.setitem(MODELS, "boosted", alone)
    scenario = stores(54, n_products=25)
    changed = changed_from(scenario, 52)
    one, other = (forecasts_at(s, 4, "boosted") for s in (scenario, changed))
    np.testing.assert_array_equal(one.mean[:3], other.mean[:3])
    np.testing.assert_array_equal(one.std[:3], other.std[:3])
    assert not np.array_equal(one.mean[3], other.mean[3])
    # Where they were planned, they count.
    one, other = (forecasts_at(s, 4, "boosted", plans_known=True) for s in (scenario, changed))
    assert not np.array_equal(one.mean[2], other.mean[2])


def test_prices_ahead_are_known_only_where_they_were_planned() -> None:
    past = stores().history
    assert past is not None
    assert past.price is not None
    hidden, told = known_then(past, 60, 6), known_then(past, 60, 6, plans_known=True)
    assert hidden.price is not None
    assert told.price is not None
    np.testing.assert_array_equal(hidden.price[:, :60], past.price[:, :60])
    assert np.isnan(hidden.price[:, 60:]).all()
    np.testing.assert_array_equal(told.price, past.price[:, :66])


def test_forecasts_are_those_that_forecast_makes_of_the_same_past() -> None:
    scenario = stores()
    origins = forecasts_at(scenario, 12, "seasonal-average", learn_every=5)
    assert np.flatnonzero(origins.learnt).tolist() == [0, 5, 10]
    for o in (0, 5, 10):
        made = forecast(as_of(scenario, 52 + o), "seasonal-average").scenario
        np.testing.assert_allclose(origins.mean[o], made.mean)
        np.testing.assert_allclose(origins.std[o], made.std)
        np.testing.assert_allclose(origins.error_correlation[o], made.error_correlation)
    # In between, new sales are seen.
    assert not np.array_equal(origins.mean[4], origins.mean[0])


def test_two_weeks_by_hand() -> None:
    # 7 on hand and 3 due; the mean of all weeks known is ordered and comes a week later.
    # Week 0: order 5; 7 + 3 - 6 = 4 left. Week 1: order 26 / 5; 4 + 5 less what was wanted.
    base = chain(
        [1], mean=1.0, n_periods=4, period="W", on_hand=7.0, open_orders=[(0, 0, 3.0)],
        distribution="poisson",
    )  # fmt: skip
    scenario = with_history(base, [[5, 5, 5, 5, 6, 4]], [[True, True, True, True, True, False]])
    result = backtest_history(scenario, Constant(), 2, model="moving-average")
    run = result.runs[0]
    np.testing.assert_allclose(run.orders, [[5.0, 5.2]])
    # The shelf ran empty at 4, after weeks of 5.2 on average: E[D | D >= 4], Poisson.
    d = np.arange(4, 60)
    chance = stats.poisson.pmf(d, 5.2)
    wanted = (d * chance).sum() / chance.sum()
    assert 5.2 < wanted < 7
    np.testing.assert_allclose(run.demand, [[6.0, wanted]])
    np.testing.assert_allclose(run.on_hand, [[4.0, 9.0 - wanted]])
    assert result.paths["total_cost"].item() == pytest.approx(4.0 + 9.0 - wanted)
    assert (result.unknown, result.warnings) == (0, ())
    assert run.dates[0] == base.dates[0] - pd.Timedelta(days=14)
    # What was forecast for each week at its start.
    np.testing.assert_allclose(run.scenario.mean[0, :2], [5.0, 5.2])


def test_nothing_sold_from_an_empty_shelf_is_counted_and_no_demand() -> None:
    base = chain([1], mean=1.0, n_periods=4, period="W", on_hand=7.0)
    scenario = with_history(base, [[5, 5, 5, 5, 6, 0]], [[True] * 5 + [False]])
    result = backtest_history(scenario, Constant(), 2, model="moving-average")
    assert result.runs[0].demand.tolist() == [[6.0, 0.0]]
    assert result.unknown == 1
    (finding,) = result.warnings
    assert "1 period of single stock points" in finding.message
    assert finding.severity == "warning"


def test_without_stock_a_chain_opens_at_its_order_up_to_levels() -> None:
    # Orders first: what the depot gets can be shipped a week later and sold another one later.
    # Store: lead 1 and review 1, two weeks of 5. Depot: lead 2 and a week's rest more.
    sure = chain([1, 2], mean=5.0, n_periods=8, period="W")
    assert opening(sure).tolist() == [10.0, 15.0]
    counted = chain([1], mean=2.3, n_periods=8, period="W", distribution="poisson")
    assert opening(counted)[0] == np.ceil(opening(counted)[0]) >= 5
    scenario = stores()
    origins = forecasts_at(scenario, 12, "moving-average")
    assert opening_scenario(scenario, origins).points.on_hand.min() > 0
    run = backtest_history(scenario, ClosedForm("analytic"), origins=origins).runs[0]
    assert run.orders[:, 0].max() <= 1.0  # rounded up, so at its level already
    assert run.orders[:, 1].sum() > 0
    # Stock of the tables is taken as it is, zeros included.
    given = scenario.replace(
        points=dataclasses.replace(scenario.points, on_hand=np.arange(9.0), backlog=np.zeros(9))
    )
    assert opening_scenario(given, origins).points.on_hand.tolist() == np.arange(9.0).tolist()


def test_a_series_that_begins_later_is_forecast_from_then_on() -> None:
    scenario = stores()
    past = scenario.history
    assert past is not None
    quantity = past.quantity.copy()
    quantity[0, :56] = NAN
    late = scenario.replace(history=dataclasses.replace(past, quantity=quantity))
    origins = forecasts_at(late, 12, "seasonal-average", learn_every=8)
    begun = origins.mean[:, 0].sum(axis=1) > 0
    # Its first week is period 4 of the run, known at the review of period 5.
    assert begun.tolist() == [False] * 5 + [True] * 7
    assert (origins.std[begun, 0] > 0).all()


class Counting:
    """Orders nothing, and counts how often it learns and is put to use."""

    name = "counting"

    def __init__(self) -> None:
        self.learnt: list[pd.Timestamp] = []
        self.used = 0

    def __call__(self, problem: Problem, rng: np.random.Generator) -> OrderPolicy:
        return self.learn(problem, rng)(problem)

    def learn(self, problem: Problem, rng: np.random.Generator) -> Ready:
        self.learnt.append(problem.scenario.dates[0])

        def ready(later: Problem) -> OrderPolicy:
            self.used += 1
            past = later.scenario.history
            assert past is not None
            assert past.n_periods == 51 + self.used
            return lambda state, period: np.zeros(later.scenario.n_routes)

        return ready


def test_policies_learn_when_the_forecaster_does_and_see_no_more_than_the_past() -> None:
    scenario, policy = stores(), Counting()
    orders(scenario, policy, learn_every=5)
    weeks = [(scenario.dates[0] - date).days // 7 for date in policy.learnt]
    assert (weeks, policy.used) == ([12, 7, 2], 12)


def test_a_longer_review_asks_for_forecasts_at_reviews_only() -> None:
    scenario = stores().replace(review_period=4)
    origins = forecasts_at(scenario, 12, "moving-average")
    assert origins.start.tolist() == [0, 4, 8]
    run = backtest_history(scenario, ClosedForm(), origins=origins).runs[0]
    assert np.flatnonzero(run.orders.any(axis=0)).tolist() in ([0, 4, 8], [4, 8])
    np.testing.assert_array_equal(run.scenario.mean[:, 5], origins.mean[1][:, 1])


def test_a_run_that_was_broken_off_goes_on(tmp_path: Path) -> None:
    scenario, policy = stores(), TunedBaseStock(5, 10)
    origins = forecasts_at(scenario, 12, "moving-average", learn_every=5)
    whole = backtest_history(scenario, policy, origins=origins)

    def stop(text: str) -> None:
        if text.startswith("period 8"):
            raise KeyboardInterrupt

    out = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        backtest_history(scenario, policy, origins=origins, progress=stop, out=out)
    assert (tmp_path / "run.journal" / "path-0.npz").exists()
    other = forecasts_at(scenario, 12, "seasonal-average")
    with pytest.raises(InputError, match="another run"):
        backtest_history(scenario, policy, origins=other, out=out)
    again = backtest_history(scenario, policy, origins=origins, out=out)
    np.testing.assert_array_equal(again.runs[0].orders, whole.runs[0].orders)
    assert not (tmp_path / "run.journal").exists()


def test_the_oracle_knows_better() -> None:
    scenario = stores()
    origins = forecasts_at(scenario, 12, "seasonal-average")
    cost = {
        name: backtest_history(scenario, policy_of(name), origins=origins)
        .paths["total_cost"]
        .item()
        for name in ("oracle", "hybrid", "zero")
    }
    assert cost["oracle"] < cost["hybrid"] < cost["zero"]


def refused(scenario: Scenario, n_periods: int | None = None, **more: Any) -> Finding:
    with pytest.raises(InputError) as caught:
        backtest_history(scenario, Constant(), n_periods, **more)
    (finding,) = caught.value.findings
    return finding


def test_what_cannot_be_played_is_said_in_a_line() -> None:
    assert "no table history" in refused(chain([1])).message
    scenario = stores()
    for n in (0, 33):
        found = refused(scenario, n)
        assert (found.value, found.remedy) == (str(n), "ask for 1 to 32 periods")
    assert refused(scenario, 12, learn_every=0).file == "--learn-every"
    assert refused(scenario, 12, model="crystal-ball").file == "--model"
    with pytest.raises(InputError) as caught:
        forecasts_at(scenario, 40, "crystal-ball", learn_every=0)
    assert [found.file for found in caught.value.findings] == ["--days", "--learn-every", "--model"]
    short = with_history(chain([1], mean=1.0, period="W"), [[4.0]])
    assert "it has 1 period" in refused(short).message
    with pytest.raises(ValueError, match="another history"):
        backtest_history(
            scenario, Constant(), 11, origins=forecasts_at(scenario, 12, "seasonal-naive")
        )


def test_the_command_plays_a_folder(tmp_path: Path) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    stores(30).write(source)
    command = ["backtest", str(source), "--history", "--policy", "closed-form"]
    command += ["--model", "moving-average", "--out"]
    result = RUN.invoke(app, [*command, str(out), "--days", "5"])
    assert result.exit_code == 0, result.output
    assert "closed-form: 5 periods on 1 path of demand" in result.output
    assert len(pd.read_csv(out / "costs_of_path_0.csv")) >= 5
    for extra, words in (
        (["--days", "16"], "ask for 1 to 15 periods"),
        (["--paths", "2"], "history is one path"),
    ):
        result = RUN.invoke(app, [*command, str(tmp_path / "no"), *extra])
        assert result.exit_code == 2
        assert words in result.output
    assert not (tmp_path / "no").exists()


def test_the_command_says_where_there_is_no_history(tmp_path: Path) -> None:
    chain([1]).write(tmp_path / "in")
    result = RUN.invoke(
        app, ["backtest", str(tmp_path / "in"), "--history", "--out", str(tmp_path / "out")]
    )
    assert result.exit_code == 2
    assert "there is no table history" in result.output
    result = RUN.invoke(
        app, ["backtest", str(tmp_path / "in"), "--plans-known", "--out", str(tmp_path / "out")]
    )
    assert result.exit_code == 2
    assert "needs --history" in result.output


def test_the_past_has_the_weekdays_of_the_plan() -> None:
    # Plan of 9 days from a Monday on; no deliveries on its first Sunday, nor on those before.
    room = np.full(9, 50.0)
    room[6] = 0.0
    base = chain(
        [1], mean=1.0, n_periods=9, lane_capacity=room, storage_capacity=room, shelf_life=4,
        expiry_check=3, end_of_life=True,
    )  # fmt: skip
    then = as_of(with_history(base, [np.arange(20.0)]), 10)
    assert str(then.dates[0].date()) == "2025-12-26"
    assert then.settings.start_date == then.dates[0].date()
    sundays = np.flatnonzero(then.dates.day_of_week == 6).tolist()
    assert np.flatnonzero(then.lanes.capacity[0] == 0).tolist() == sundays == [2]
    assert np.flatnonzero(then.locations.storage_capacity[0] == 0).tolist() == sundays
    # Shelves were checked 10 days before the plan as the plan's phase says: 2 days into a cycle.
    assert then.elapsed == 2
    assert then.settings.end_of_life is False
    assert then.lacks_forecast
    assert then.history is not None
    assert then.history.n_periods == 10


@pytest.mark.parametrize("policy", [QLearning(rounds=3, n_paths=10), StochasticProgram(3, 6)])
def test_perishable_goods_and_daily_plans_can_be_played(policy: Policy) -> None:
    rng = np.random.default_rng(5)
    base = chain(
        [1, 2], mean=1.0, n_periods=10, shelf_life=6, expiry_check=2, review_period=2,
        distribution="poisson", unmet_demand="backlog", unmet_orders="backlog",
    )  # fmt: skip
    scenario = with_history(base, rng.poisson(4, (1, 90)))
    result = backtest_history(scenario, policy, model="moving-average")
    run = result.runs[0]
    assert run.demand.shape == (2, 45)  # half of the history: less than 56 days
    np.testing.assert_array_equal(run.demand[0], scenario.history.quantity[0, 45:])  # type: ignore[union-attr]
    assert run.orders.any()


def test_without_history_to_play_demand_is_drawn_from_its_forecast(tmp_path: Path) -> None:
    stores(30).write(tmp_path / "in")
    result = RUN.invoke(
        app,
        [
            "backtest",
            str(tmp_path / "in"),
            "--policy",
            "closed-form",
            "--out",
            str(tmp_path / "o"),
            "--paths",
            "2",
            "--model",
            "moving-average",
        ],
    )
    assert result.exit_code == 0, result.output
    assert "2 paths" in result.output
