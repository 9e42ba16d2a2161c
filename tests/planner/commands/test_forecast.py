"""From past sales to a forecast and a plan, by command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from planner import forecast
from planner.commands.cli import app
from scenarios.model.scenario import Scenario
from tests.scenarios.checking.test_sales_history import tables, weekly
from tests.support.input_folders import write


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A year of sales of two products; A sells 20 a week, B 5 in whole units."""
    rng = np.random.default_rng(1)
    sold = {name: rng.poisson(m, 60).astype(float).tolist() for name, m in (("A", 20), ("B", 5))}
    path = tmp_path / "in"
    path.mkdir()
    for name, table in tables(weekly(sold)).items():
        table.to_csv(path / f"{name}.csv", index=False)
    (path / "settings.yaml").write_text("period: W\ncurrency: EUR\n")
    return path


def test_the_forecast_is_printed_and_written_and_can_be_planned(
    folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done = run("forecast", folder, "--out", out)
    assert done.exit_code == 0, done.stderr
    for words in ("Forecast for 2026-01-05 to", "2 series", "models", "seasonal-average", "RMSE",
                  f"Written to {out}"):  # fmt: skip
        assert words in done.stdout
    table = pd.read_csv(out / "forecast.csv")
    assert list(table) == ["product", "location", "date", "mean", "std", "error_correlation"]
    assert set(table["location"]) == {"Shop"}
    by_product = table.groupby("product")["mean"].mean()
    assert by_product.tolist() == pytest.approx([20, 5], rel=0.25)
    # Poisson demand, forecast by means: little more than the root of the mean.
    assert (table["std"] / np.sqrt(table["mean"])).between(1.0, 1.5).all()
    weights = json.loads((out / "forecast.json").read_text())["weights"]
    assert sum(weights.values()) == pytest.approx(1.0)
    assert {"model", "cost", "mae"} <= set(pd.read_csv(out / "scores.csv"))
    assert list(pd.read_csv(out / "coverage.csv")) == ["quantile", "met"]

    (folder / "history.csv").unlink()
    (folder / "forecast.csv").write_bytes((out / "forecast.csv").read_bytes())
    planned = run("plan", folder, "--out", tmp_path / "plan")
    assert planned.exit_code == 0, planned.stderr
    assert not (tmp_path / "plan" / "forecast.csv").exists()


def test_a_plan_from_history_alone_tells_its_forecast(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "plan"
    done = run("plan", folder, "--out", out, "--model", "moving-average")
    assert done.exit_code == 0, done.stderr
    report = json.loads((out / "plan.json").read_text())
    assert report["forecast"] == {"moving-average": 1.0}
    made = forecast(Scenario.read(folder), "moving-average")
    table = pd.read_csv(out / "forecast.csv")
    assert table["mean"].to_numpy() == pytest.approx(made.table["mean"].to_numpy(), abs=1e-4)
    assert table["std"].to_numpy() == pytest.approx(made.table["std"].to_numpy(), abs=1e-4)
    mean = made.table.groupby("product")["mean"].first()
    projection = pd.read_csv(out / "projection.csv")
    projection = projection[projection["location"] == "Shop"]
    demand = projection.groupby("product")["demand"].first()
    assert demand.tolist() == pytest.approx(mean.tolist(), abs=1e-4)


def test_the_forecast_command_and_the_plan_see_the_same_future(
    folder: Path, tmp_path: Path
) -> None:
    """Planning its own forecast or the table written before comes to the same orders.

    The law of demand has to be told: blank, it is taken from a history only where there is no
    table of forecasts.
    """
    products = pd.read_csv(folder / "products.csv").assign(distribution="negative_binomial")
    products.to_csv(folder / "products.csv", index=False)
    assert run("plan", folder, "--out", tmp_path / "one").exit_code == 0
    assert run("forecast", folder, "--out", tmp_path / "table").exit_code == 0
    (folder / "forecast.csv").write_bytes((tmp_path / "table" / "forecast.csv").read_bytes())
    assert run("plan", folder, "--out", tmp_path / "two").exit_code == 0
    one, two = (pd.read_csv(tmp_path / name / "purchase_orders.csv") for name in ("one", "two"))
    assert one["quantity"].tolist() == pytest.approx(two["quantity"].tolist(), abs=1e-3)


def test_quiet_prints_nothing(folder: Path, tmp_path: Path) -> None:
    done = run("forecast", folder, "--out", tmp_path / "out", "--quiet")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "out" / "forecast.csv").exists()


def test_every_model_is_judged_on_demand(folder: Path) -> None:
    done = run("forecast", folder, "--model", "seasonal-naive")
    assert "moving-average" not in done.stdout
    judged = forecast(Scenario.read(folder), "auto", judge=["seasonal-naive"])
    assert {"seasonal-average", "moving-average", "seasonal-naive"} <= set(judged.scores["model"])
    assert "seasonal-naive" not in judged.weights
    # Of steady demand, last year's week is a worse forecast than the mean of a quarter.
    cost = judged.scores.set_index("model")["cost"]
    assert cost["moving-average"] < cost["seasonal-naive"]


def test_as_many_processes_are_made_as_were_asked_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = pytest.importorskip("statsforecast")
    whole, asked = library.StatsForecast, []

    def watched(models: list[object], *, n_jobs: int, **more: object) -> object:
        asked.append(n_jobs)
        return whole(models, n_jobs=1, **more)

    monkeypatch.setattr(library, "StatsForecast", watched)
    assert run("forecast", folder, "--model", "croston").exit_code == 0
    assert set(asked) == {1}
    asked.clear()
    assert run("forecast", folder, "--model", "croston", "--workers", "2").exit_code == 0
    assert set(asked) == {2}
    asked.clear()
    forecast(Scenario.read(folder), judge=["theta"], workers=3)
    assert set(asked) == {3}


@pytest.mark.parametrize("command", ["forecast", "plan"])
def test_an_unknown_model_is_told_in_a_line(command: str, folder: Path, tmp_path: Path) -> None:
    done = run(command, folder, "--model", "prophecy", "--out", tmp_path / "out", "--quiet")
    assert done.exit_code == 2
    line, count = done.stderr.strip().splitlines()
    assert line.startswith("error: --model: there is no model of this name; there are auto, ")
    assert line.endswith("(value: 'prophecy'). Remedy: name one of these.")
    assert count == "The input cannot be used; errors: 1."
    assert not (tmp_path / "out").exists()


def test_an_unknown_model_is_told_where_there_is_a_forecast_already(tmp_path: Path) -> None:
    source = write(tmp_path / "in")
    done = run("plan", source, "--model", "prophecy", "--out", tmp_path / "out", "--quiet")
    assert done.exit_code == 2


def test_without_past_sales_there_is_nothing_to_forecast_from(tmp_path: Path) -> None:
    done = run("forecast", write(tmp_path / "in"), "--quiet")
    assert done.exit_code == 2
    line, _ = done.stderr.strip().splitlines()
    assert line == (
        "error: history: there is no table history to forecast from. Remedy: add it, or give a"
        " forecast."
    )


def test_what_is_written_already_is_left_alone(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    done = run("forecast", folder, "--out", out, "--quiet")
    assert done.exit_code == 2
    assert list(out.iterdir()) == []


def test_a_history_of_some_weeks_is_forecast_with_a_guess_of_its_spread(tmp_path: Path) -> None:
    path = tmp_path / "in"
    path.mkdir()
    for name, table in tables(weekly({"A": [3.0, 4, 5], "B": [2.0, 2, 2]})).items():
        table.to_csv(path / f"{name}.csv", index=False)
    (path / "settings.yaml").write_text("period: W\n")
    done = run("forecast", path)
    assert done.exit_code == 0, done.stderr
    assert "too short to look back" in done.stdout


@pytest.mark.parametrize("command", ["forecast", "plan"])
def test_help_has_an_example(command: str) -> None:
    done = run(command, "--help")
    assert done.exit_code == 0
    assert f"Example: planner {command} my-chain" in done.stdout
    assert "--model" in done.stdout
