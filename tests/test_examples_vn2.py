"""The rounds of the VN2 example: a week passes, and the next input goes on from there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from scenarios.model.scenario import Scenario
from tests.support.retail_data import write_vn2

ROOT = Path(__file__).resolve().parents[1]
WEEKS = [day.date().isoformat() for day in pd.date_range("2023-01-02", periods=30, freq="7D")]
COMING = ["2023-07-31", "2023-08-07"]


def run(folder: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", *words],
        cwd=folder, env={"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}, text=True,
        capture_output=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two rounds, by commands."""
    folder = tmp_path_factory.mktemp("vn2")
    sales = write_vn2(folder / "data", 30, more=2)
    sales.reset_index().to_csv(folder / "sales.csv", index=False)
    script = str(ROOT / "examples" / "vn2.py")
    run(folder, script, "--data", "data", "--out", "in-0")
    for i in (0, 1):
        run(folder, "-m", "planner", "plan", f"in-{i}", "--out", f"plan-{i}")
        step = (f"in-{i}", "--plan", f"plan-{i}", "--costs", "costs.csv", "--out", f"in-{i + 1}")
        run(folder, str(ROOT / "examples" / "vn2_rounds.py"), *step, "--sales", "sales.csv")
    return folder


def by_point(orders: pd.DataFrame, scenario: Scenario) -> np.ndarray:
    points = scenario.points
    key = list(
        zip(
            scenario.products.name[points.product],
            scenario.locations.name[points.location],
            strict=True,
        )
    )
    total = orders.groupby(["product", "destination"])["quantity"].sum()
    return np.array([total.get(each, 0.0) for each in key])


def test_a_series_begins_with_its_first_week_in_stock(played: Path) -> None:
    s = Scenario.read(played / "in-0")
    history = s.history
    assert history is not None
    assert s.lacks_forecast
    assert (s.n_points, history.n_periods, s.n_periods) == (12, 30, 13)
    # Store 0, product 10: ten weeks without stock at the start are no weeks without demand.
    assert np.isnan(history.quantity[0]).sum() == 10
    # Store 0, product 11: an empty shelf within the series is told as such.
    assert np.flatnonzero(~history.in_stock[1]).tolist() == [20]
    assert set(s.products.category) == {"1", "2"}


def test_a_week_passes_between_two_rounds(played: Path) -> None:
    before, after = (Scenario.read(played / f"in-{i}") for i in (0, 1))
    sales = pd.read_csv(played / "sales.csv")[COMING[0]].to_numpy()
    assert after.history is not None
    assert before.history is not None
    assert after.dates[0].date().isoformat() == COMING[1]
    assert after.n_periods == before.n_periods
    np.testing.assert_array_equal(after.history.quantity[:, :-1], before.history.quantity)
    np.testing.assert_array_equal(after.history.quantity[:, -1], sales)
    # 12 were on hand and 5 came; 7 come next, and the order a week after that.
    np.testing.assert_array_equal(after.points.on_hand, np.maximum(12 + 5 - sales, 0))
    orders = pd.read_csv(played / "plan-0" / "purchase_orders.csv")
    placed = by_point(orders[orders["release"] == "now"], before)
    assert placed.sum() > 0
    np.testing.assert_array_equal(after.scheduled[:, 0], np.full(12, 7.0))
    np.testing.assert_array_equal(after.scheduled[:, 1], placed)
    assert after.scheduled[:, 2:].sum() == 0


def test_the_costs_of_the_weeks_are_those_of_the_challenge(played: Path) -> None:
    sales = pd.read_csv(played / "sales.csv")
    stock = np.full(12, 12.0)
    for week, coming, (_, line) in zip(
        COMING, (5, 7), pd.read_csv(played / "costs.csv").iterrows(), strict=True
    ):
        left = stock + coming - sales[week].to_numpy()
        stock = np.maximum(left, 0)
        assert line["week"] == week
        assert line["cost"] == pytest.approx(0.2 * stock.sum() + np.maximum(-left, 0).sum())


def test_a_plan_of_another_round_is_refused(played: Path) -> None:
    script = str(ROOT / "examples" / "vn2_rounds.py")
    words = ("in-1", "--plan", "plan-0", "--sales", "sales.csv", "--out", "never")
    done = subprocess.run(
        [sys.executable, script, *words],
        cwd=played, env={"PYTHONPATH": str(ROOT)}, text=True, capture_output=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert "does not release its orders on 2023-08-07" in done.stderr
    assert not (played / "never").exists()


def test_weeks_of_the_past_stand_in_for_those_to_come(played: Path) -> None:
    script = str(ROOT / "examples" / "vn2_rounds.py")
    rehearse = ("--data", "data", "--rehearse-from", WEEKS[20])
    run(played, script, "in-1", *rehearse, "--out", "rehearsed")
    history = Scenario.read(played / "rehearsed").history
    assert history is not None
    # The second round meets the week after the one named.
    sales = pd.read_csv(played / "data" / "sales.csv")[WEEKS[21]]
    np.testing.assert_array_equal(history.quantity[:, -1], sales)
