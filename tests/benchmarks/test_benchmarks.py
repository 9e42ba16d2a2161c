"""The benchmarks run, in small; their figures are in ``benchmarks/README.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks import leaderboard, rolling
from benchmarks.brains import one_for_all, optima
from benchmarks.brains import speed as brain_speed
from benchmarks.brains.long_run_cost import dearer, half_width, mean_costs, trained_for
from benchmarks.forecasts import speed
from brain.environments.training_chains import OneChain
from solver.closed_form.order_up_to import order_up_to


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("| ").split("|")]


@pytest.mark.parametrize("name", list(optima.SERIAL))
def test_the_published_levels_cost_here_what_is_published(name: str) -> None:
    # Clark and Scarf's optimum of stockpyl's instances, on our timeline: each lead time one less.
    case = optima.SERIAL[name]
    scenario = case.chain.draw(np.random.default_rng(1), 200, optima.FORECAST).scenario
    scenario = scenario.replace(in_transit_holding="origin")
    policy = optima.base_stock(scenario, case.levels)
    cost = mean_costs(scenario, policy, np.random.default_rng(2), periods=400)
    assert abs(cost.mean() - case.cost) < 3 * half_width(cost)
    assert half_width(cost) < 0.01 * case.cost


def test_the_published_lost_sales_costs_hold_here() -> None:
    for (missed, lead), known in ((key, optima.CELLS[key]) for key in ((4, 1), (9, 3))):
        chain = optima.lost_sales(missed, lead)
        scenario = chain.draw(np.random.default_rng(1), 200, optima.FORECAST).scenario
        policy = optima.base_stock(scenario, (known.level,))
        cost = mean_costs(scenario, policy, np.random.default_rng(2), periods=400)
        assert abs(cost.mean() - known.base_stock) < 3 * half_width(cost)


def test_a_brain_trained_for_a_case_beats_the_best_base_stock() -> None:
    # Poisson(5), lead time 4, missed sale 4: base-stock is 9.9% above the optimum.
    brain = trained_for(optima.chain_of("lost-4-4"), steps=40, seed=1)
    _, optimum, found, _, base_stock = cells(optima.judge("lost-4-4", brain, 100, 300))
    assert float(optimum) == 4.729
    assert float(found.split("%")[0]) < float(base_stock.split("%")[0])


def test_one_for_all_gives_a_row() -> None:
    name = "2 stages, leads 3, 8, lost"
    row = cells(one_for_all.row(name, steps=2, paths=20, periods=30))
    assert row[0] == name
    assert len(row) == 4


def test_costs_are_compared_in_pairs() -> None:
    more, half = dearer(np.array([1.1, 2.2, 3.3]), np.array([1.0, 2.0, 3.0]))
    assert (more, half) == (pytest.approx(0.1), pytest.approx(0.0))


def test_steady_demand_without_uncertainty_costs_what_it_must() -> None:
    chain = OneChain(10.0, (2, 1), (1.0, 0.5), mean=4.0, std=0.0, calm_start=True)
    scenario = chain.draw(np.random.default_rng(0), 3, 20).scenario
    cost = mean_costs(scenario, order_up_to(scenario), np.random.default_rng(0), periods=10)
    # The upper stage holds each period's demand for one day at 0.5.
    assert cost == pytest.approx(2.0)


def test_a_rolling_comparison_in_small() -> None:
    case = rolling.Case(products=2, days=2, paths=2)
    free = rolling.stored_volume(case)
    assert free > 0
    found = {
        name: rolling.costs(case, 0.7 * free, name)
        for name in ("trained, both risk-aware", "means only")
    }
    line = rolling.line("means only", *reversed(found.values()))
    assert line.startswith("means only")
    assert all(len(value) == 2 for parts in found.values() for value in parts.values())


def test_the_speed_of_safety_stocks_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["brain_speed", "--products", "20", "--brain", "analytic"])
    brain_speed.main()
    assert "60 stock points: median" in capsys.readouterr().out


def test_the_speed_of_forecasts_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["forecasting", "--series", "25", "--weeks", "40"])
    speed.main()
    told = capsys.readouterr().out
    assert "25 series of 40 weeks forecast in" in told
    assert "judging models" in told
    assert "planned in" in told


def test_a_page_of_the_leaderboard_has_its_command_and_picture(tmp_path: Path) -> None:
    told = leaderboard.page("single-sku", ["constant", "zero"], 2, 1, tmp_path / "a.png")
    assert "    planner bench single-sku --policies constant,zero --seeds 2" in told
    assert "![single-sku](a.png)" in told
    assert (tmp_path / "a.png").stat().st_size > 5_000
    table = [line for line in told.splitlines() if line.startswith("|")]
    # Head and rule; ours, the oracle, two that are published.
    assert len(table) == 2 + 3 + 2
    assert len({line.count("|") for line in table}) == 1
