"""The leaderboard command: what it prints, writes, refuses, and takes up again."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from planner.commands.cli import app
from planner.experiments.bench import bench
from planner.experiments.contenders import contenders
from planner.policies.registry import POLICIES
from scenarios.catalogue import ENTRIES
from scenarios.errors import InputError

RUN = CliRunner()


@pytest.mark.parametrize("name", ENTRIES)
def test_every_entry_says_where_it_comes_from_and_whom_it_ranks(name: str) -> None:
    entry = ENTRIES[name]
    assert entry.about.strip().endswith(".")
    assert len(entry.source) > 10
    assert set(contenders(name)) <= set(POLICIES)
    problem = entry.make(np.random.default_rng(1))
    demand = problem.draw(np.random.default_rng(2), 3)
    assert demand.shape == (3, *problem.scenario.mean.shape)
    assert (demand >= 0).all()
    again = problem.draw(np.random.default_rng(2), 3)
    assert np.array_equal(demand, again)


def test_scores_are_ranked_beside_published_ones_and_compared_in_pairs() -> None:
    result = bench(["single-sku"], ["base-stock", "constant", "zero"], 3, workers=1)
    board = result.leaderboard.set_index("policy")
    assert board.loc[["base-stock", "constant", "zero"], "rank"].tolist() == [1, 2, 3]
    # Published scores and the oracle take no place.
    assert board.loc[["oracle", "stochastic LP"], "rank"].tolist() == [0, 0]
    assert board["score"].is_monotonic_increasing
    scores = result.scores.pivot(index="seed", columns="policy", values="score")
    gap = scores["zero"] - scores["base-stock"]
    assert board.loc["zero", "difference"] == pytest.approx(gap.mean())
    half = 4.3027 * gap.std() / 3**0.5  # Student's t with 2 degrees of freedom
    assert board.loc["zero", "difference_high"] == pytest.approx(gap.mean() + half, rel=1e-3)
    of_oracle = scores["zero"].mean() / scores["oracle"].mean()
    assert board.loc["zero", "of_oracle"] == pytest.approx(of_oracle)


def test_every_policy_meets_the_same_episodes_whoever_else_runs() -> None:
    alone = bench(["ten-products"], ["zero"], 2, workers=1).scores
    others = bench(["ten-products"], ["constant", "zero"], 2, workers=1).scores
    assert alone["score"].tolist() == others[others["policy"] != "constant"]["score"].tolist()


def test_the_command_prints_the_board_and_writes_tables_and_a_picture(tmp_path: Path) -> None:
    out = tmp_path / "out"
    asked = ["bench", "single-sku", "--policies", "constant, zero", "--seeds", "2"]
    done = RUN.invoke(app, [*asked, "--workers", "1", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "stochastic LP (published" in done.output
    assert len(pd.read_csv(out / "scores.csv")) == 6
    assert (out / "leaderboard.png").stat().st_size > 5_000
    assert not (tmp_path / "out.cells").exists()
    listed = RUN.invoke(app, ["bench", "--list"])
    assert all(name in listed.output for name in ENTRIES)


def test_a_leaderboard_that_was_broken_off_keeps_what_it_has(tmp_path: Path) -> None:
    def broken(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    asked = {"problems": ["single-sku"], "policies": ["constant", "zero"], "n_paths": 2}
    with pytest.raises(KeyboardInterrupt):
        bench(workers=1, progress=broken, **asked, out=tmp_path / "out")  # type: ignore[arg-type]
    kept = sorted((tmp_path / "out.cells").glob("*.json"))
    assert len(kept) == 2
    row = json.loads(kept[0].read_text())
    row["scores"] = [1.0, 2.0]
    kept[0].write_text(json.dumps(row))
    result = bench(workers=1, **asked, out=tmp_path / "out")  # type: ignore[arg-type]
    assert {1.0, 2.0} <= set(result.scores["score"])


def test_unknown_names_are_refused_all_at_once() -> None:
    with pytest.raises(InputError) as refused:
        bench(["single-skew", "ten-products"], ["hybird", "zero"])
    assert len(refused.value.findings) == 2
    with pytest.raises(InputError, match="no such brain"):
        bench(["single-sku"], ["zero"], brain="nobody")
    assert "single-sku" in refused.value.findings[0].remedy
    asked = RUN.invoke(app, ["bench", "nothing", "--policies", "nobody"])
    assert asked.exit_code == 2
    assert "errors: 2" in asked.output
