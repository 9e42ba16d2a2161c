"""Reports of backtests, studies and leaderboards, from the folders that the commands write."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from planner.experiments.backtest import backtest
from planner.experiments.bench import BOARD, BenchResult
from planner.experiments.study import StudyResult, study
from planner.policies.registry import policy_of
from planner.reporting import report_html, write_report
from planner.reporting.variant_grid import variant_grid
from scenarios.errors import InputError
from scenarios.model.scenario import Scenario
from tests.planner.reporting.test_plan_page import Reader
from tests.support.worlds import chain


def world(**changes: object) -> Scenario:
    scenario = chain([1], mean=4.0, std=2.0, n_products=2, n_periods=12, on_hand=6.0)
    return scenario.replace(currency="EUR", **changes)


def charts(page: Reader) -> dict[str, dict]:
    found = [json.loads(text) for name, text in page.scripts.items() if name.startswith("chart-")]
    return {one["title"]: one for one in found}


@pytest.fixture(scope="module")
def tested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("tested") / "out"
    backtest(world(), policy_of("closed-form", "auto"), n_paths=3).write(out)
    return out


@pytest.fixture(scope="module")
def studied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("studied") / "out"
    variants = {"as it is": world(), "</script>more": world(mean=6.0 + 0 * world().mean)}
    policies = [policy_of(name, "auto") for name in ("closed-form", "zero")]
    study(variants, policies, n_seeds=3, workers=1).write(out)
    return out


def test_a_backtest_draws_what_its_tables_hold(tested: Path) -> None:
    page = Reader((tested / "report.html").read_text(encoding="utf-8"))
    drawn = charts(page)
    costs = pd.read_csv(tested / "costs_of_path_0.csv")
    by = costs.groupby(["component", "date"])["cost"].sum()
    for one in drawn["Cost by component"]["series"]:
        want = by[one["name"].replace(" ", "_")].to_numpy()
        np.testing.assert_allclose(one["y"], want, rtol=1e-4)
    assert drawn["Cost by component"]["unit"] == "EUR per day"
    stock = pd.read_csv(tested / "stock_of_path_0.csv")
    (place,) = stock["location"].unique()
    lines = {one["name"]: one for one in drawn[place]["series"]}
    closing = stock.groupby("date")["closing"].sum()
    np.testing.assert_allclose(lines["stock"]["y"], closing, rtol=1e-4)
    sums = stock.groupby("date")[["missed", "demand"]].sum()
    fill = 100 * (1 - sums["missed"] / sums["demand"])
    np.testing.assert_allclose(drawn["Demand met from stock"]["series"][0]["y"], fill, rtol=1e-4)
    assert "on 3 paths of demand" in page.words


def test_safety_stocks_of_a_backtest_are_a_band(tmp_path: Path) -> None:
    made = backtest(world(), policy_of("analytic-mip", "auto"), n_periods=4)
    assert made.safety_stock is not None
    made.write(tmp_path / "out")
    table = pd.read_csv(tmp_path / "out" / "safety_stock_of_path_0.csv")
    np.testing.assert_allclose(table["safety_stock"], made.safety_stock.sum(axis=0))
    drawn = charts(Reader((tmp_path / "out" / "report.html").read_text(encoding="utf-8")))
    place = str(table["location"].iloc[0])
    band = next(one for one in drawn[place]["series"] if one["name"] == "safety stock")
    np.testing.assert_allclose(band["high"], np.maximum(table["safety_stock"], 0.0), rtol=1e-4)
    assert band["kind"] == "band"
    assert "one path: how sure this is, is not known" in report_html(tmp_path / "out")


def test_a_study_tells_the_board_and_the_paired_differences(studied: Path) -> None:
    page = Reader((studied / "report.html").read_text(encoding="utf-8"))
    gaps = pd.read_csv(studied / "differences.csv")
    drawn = charts(page)
    cost = gaps[(gaps["measure"] == "total_cost") & (gaps["variant"] == gaps["against_variant"])]
    specs = [
        json.loads(text) for name, text in page.scripts.items()
        if name.startswith("chart-") and "Difference in total cost" in text
    ]  # fmt: skip
    rows = specs[0]["rows"]
    assert [row["name"] for row in rows] == cost["policy"].tolist() == ["zero", "zero"]
    for row, want in zip(rows, cost.to_dict("records"), strict=True):
        assert row["value"] == pytest.approx(want["difference"], rel=1e-4)
        assert (row["low"], row["high"]) == pytest.approx((want["low"], want["high"]), rel=1e-4)
        sure = want["low"] > 0 or want["high"] < 0
        worse = "vermilion" if want["difference"] > 0 else "blue"
        assert row["colour"] == (worse if sure else "others")
    assert {row["group"] for row in rows} == {"as it is", "</script>more"}
    assert [row["name"] for row in specs[1]["rows"]] == ["</script>more"] * 2
    assert drawn["Total cost"]["unit"] == "EUR"
    assert drawn["Fill rate"]["unit"] == "%"
    assert "In “as it is”," in page.words


@pytest.mark.parametrize("kind", ["tested", "studied"])
def test_a_report_made_again_is_the_same(kind: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(kind)
    first = (folder / "report.html").read_text(encoding="utf-8")
    assert write_report(folder) == folder / "report.html"
    assert (folder / "report.html").read_text(encoding="utf-8") == first


def test_a_grid_of_numbers_is_drawn_as_curves(tmp_path: Path) -> None:
    variants = {f"demand={x}": world(mean=x * world().mean) for x in (0.5, 1.0, 2.0)}
    made = study(variants, [policy_of("closed-form", "auto")], n_seeds=2, workers=1)
    assert variant_grid(made.summary)["demand"].tolist() == [0.5, 1.0, 2.0]
    made.write(tmp_path / "out")
    page = Reader((tmp_path / "out" / "report.html").read_text(encoding="utf-8"))
    chart = charts(page)["Total cost"]
    assert chart["axis"] == {"kind": "number", "at": [0.5, 1.0, 2.0], "label": "demand"}
    costs = made.summary[made.summary["measure"] == "total_cost"]["mean"]
    np.testing.assert_allclose(chart["series"][0]["y"], costs, rtol=1e-4)
    assert "name more in the study" in page.words  # there is one policy


def test_a_study_in_which_every_run_failed_shows_why(tmp_path: Path) -> None:
    cells = pd.DataFrame(
        {"variant": ["as it is"], "policy": ["hybrid"], "seed": [0], "error": ["<b>no</b>"]}
    )
    summary = pd.DataFrame(columns=["variant", "policy", "measure", "n", "mean", "low", "high"])
    gaps = pd.DataFrame(
        columns=["variant", "policy", "against_variant", "against_policy", "measure", "n",
                 "difference", "low", "high"]
    )  # fmt: skip
    StudyResult(cells, summary, gaps).write(tmp_path / "out")
    page = Reader((tmp_path / "out" / "report.html").read_text(encoding="utf-8"))
    assert "Every run failed" in page.words
    assert "<b>no</b>" in page.words


def test_a_leaderboard_shows_published_scores_and_the_aim(tmp_path: Path) -> None:
    nan = np.nan
    board = pd.DataFrame(
        [
            ("single-sku", 1, "hybrid", 2, 1e3, 900, 1100, 1.1, nan, nan, nan, 0.9, 0.8, 2, ""),
            ("single-sku", 0, "theirs", 0, 1200, nan, nan, nan, nan, nan, nan, nan, nan, nan, "p"),
            ("single-sku", 2, "zero", 2, 3e3, 2800, 3200, 3, 2e3, 1900, 2100, 0.1, 0, 1, ""),
        ],
        columns=BOARD,
    )  # fmt: skip
    scores = pd.DataFrame({"problem": ["single-sku"], "policy": ["hybrid"], "seed": [1],
                           "score": [1e3]})  # fmt: skip
    failed = pd.DataFrame(columns=["problem", "policy", "error"])
    BenchResult(scores, board, failed).write(tmp_path / "out")
    page = Reader((tmp_path / "out" / "report.html").read_text(encoding="utf-8"))
    (chart,) = charts(page).values()
    assert [(row["name"], row["colour"]) for row in chart["rows"]] == [
        ("hybrid", "blue"), ("theirs (known)", "others"), ("zero", "blue"),
    ]  # fmt: skip
    assert chart["aim"]["value"] > 0
    assert "+2,000 ± 100" in page.words


def test_a_table_that_was_lost_is_named(tested: Path, tmp_path: Path) -> None:
    for name in ("backtest.json", "summary.csv", "paths.csv", "costs_of_path_0.csv"):
        (tmp_path / name).write_bytes((tested / name).read_bytes())
    with pytest.raises(InputError, match="stock_of_path_0"):
        report_html(tmp_path)
