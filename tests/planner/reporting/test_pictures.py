"""Pictures of results: they are drawn, and show what they should."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

from planner import backtest, study
from planner.experiments.bench import bench
from planner.policies.closed_form import ClosedForm
from planner.policies.order_model import ANALYTIC_PLANNED
from planner.policies.simple import Constant
from planner.policies.tuned.base_stock import TunedBaseStock
from planner.reporting import pictures
from planner.reporting.pictures import draw_backtest, draw_leaderboard, draw_learning, draw_study
from scenarios.model.what_if import Change
from tests.support.worlds import chain


def coloured(path: Path, colour: str) -> int:
    """How many pixels of a picture have a colour."""
    wanted = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return int((np.abs(imread(path)[..., :3] - wanted).max(axis=-1) < 0.02).sum())


def test_a_leaderboard_shows_ours_and_published_scores(tmp_path: Path) -> None:
    result = bench(["single-sku"], ["closed-form", "zero"], 2, brain="analytic", workers=1)
    draw_leaderboard(result.leaderboard, tmp_path / "a.png")
    ours, published = (coloured(tmp_path / "a.png", c) for c in (pictures.OURS, pictures.OTHERS))
    assert ours > published > 1000
    assert coloured(tmp_path / "a.png", pictures.COLOURS[5]) > 50  # the aim


def test_a_grid_of_numbers_is_drawn_as_lines_and_names_as_points(tmp_path: Path) -> None:
    scenario = chain([1], mean=10.0, std=3.0, n_periods=10, on_hand=20.0)
    grid = {
        f"uncertainty={u}, ratio={r}": Change(uncertainty=u, ratio=r)(scenario)
        for u in (0.5, 1.0, 2.0)
        for r in (1, 10)
    }
    names = {"as it is": scenario, "more": Change(demand=1.2)(scenario)}
    policies = [ClosedForm("analytic"), Constant()]
    drawn = []
    for name, variants in (("grid", grid), ("names", names)):
        found = study(variants, policies, n_seeds=2, workers=1)
        draw_study(found.summary, tmp_path / f"{name}.png")
        drawn.append(coloured(tmp_path / f"{name}.png", pictures.COLOURS[0]))
    assert drawn[0] > 2 * drawn[1] > 0


def test_a_backtest_shows_stock_and_safety_stock(tmp_path: Path) -> None:
    scenario = chain([1, 2], mean=10.0, std=3.0, n_periods=12, on_hand=20.0)
    planned = backtest(scenario, ANALYTIC_PLANNED)
    assert planned.safety_stock is not None
    assert planned.safety_stock.shape == (2, 12)
    assert np.isfinite(planned.safety_stock).all()
    draw_backtest("planned", planned.runs[0], planned.safety_stock, tmp_path / "with.png")
    tuned = backtest(scenario, TunedBaseStock(5, 5))
    assert tuned.safety_stock is None
    draw_backtest("tuned", tuned.runs[0], None, tmp_path / "without.png")
    orange = [
        coloured(tmp_path / f"{name}.png", pictures.COLOURS[5]) for name in ("with", "without")
    ]
    assert orange[0] > 100 > orange[1]


def test_learning_curves_are_drawn_by_brain(tmp_path: Path) -> None:
    curve = pd.DataFrame({"seconds": [0.0, 60, 120], "relative": [1.0, 0.9, 0.85]})
    draw_learning([("ratio-10", curve), ("ratio-20", curve + 0.01)], tmp_path / "a.png")
    assert all(coloured(tmp_path / "a.png", colour) > 100 for colour in pictures.COLOURS[:2])


def test_without_matplotlib_tables_are_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "can_draw", lambda: False)
    backtest(chain([1], mean=5.0, std=1.0), Constant()).write(tmp_path / "out")
    assert (tmp_path / "out" / "summary.csv").exists()
    assert not (tmp_path / "out" / "backtest.png").exists()
