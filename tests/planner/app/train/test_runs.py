"""Trainings as the app finds them: by what lies in their folders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from planner.app.folder import Folder
from planner.app.train import runs
from planner.app.train.charts import cost_chart, days_chart, reward_chart, stock_chart
from planner.app.train.runs import Training, TrainingForm
from scenarios.errors import InputError
from tests.support.waiting import HANG

ORDER = {"ratios": [5.0], "ratio_range": None}
LINE = {
    "step": 10, "steps": 50, "relative": 0.93, "perfect_days": 0.75, "overstock_days": 0.125,
    "understock_days": 0.125, "reward_holding": -0.5, "reward_missed": -0.25, "reward_others": 0.0,
    "safety_stock_stage_0": 20.0, "safety_stock_stage_1": 8.0,
}  # fmt: skip


def made(tmp_path: Path, note: str = "{}") -> Training:
    path = tmp_path / "brains" / "five"
    (path / "ratio-5").mkdir(parents=True)
    (path / "training.json").write_text(json.dumps(ORDER))
    (path / "job.json").write_text(note)
    return Training(path)


def test_all_that_is_wrong_is_told_in_the_words_of_the_command() -> None:
    with pytest.raises(InputError) as told:
        TrainingForm("0.0001", steps="0", seed="-1").check()
    problems = [finding.message for finding in told.value.findings]
    assert "no brain can be trained for such a ratio" in problems[0]
    assert problems[1:] == ["is no whole number"] * 2
    with pytest.raises(InputError, match="above 0 and finite"):
        TrainingForm("much").check()


def test_what_is_wanted_becomes_options() -> None:
    ratio, options = TrainingForm("1,000", steps="20", seed="3", start="ratio-100").check()
    assert ratio == 1000
    asked = ["--algorithm", "hdpo", "--steps", "20", "--seed", "3", "--from", "ratio-100"]
    assert options == asked


def test_a_name_that_leads_out_of_the_folder_starts_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no name"):
        runs.start(Folder(tmp_path), TrainingForm("5", "../five"))
    assert not list(tmp_path.iterdir())


def test_files_tell_where_a_training_stands(tmp_path: Path) -> None:
    five = made(tmp_path)
    assert runs.trainings(Folder(tmp_path)) == [five]
    assert five.brains() == ["ratio-5"]
    assert five.state() == "stopped"
    assert five.can_resume()
    (five.path / "job.log").write_text("error: something\n")
    assert five.state() == "failed"
    (five.path / "job.log").write_text("Stopped; checkpoints are kept.\n")
    assert five.state() == "stopped"
    (five.path / "ratio-5.onnx").touch()
    assert five.state() == "trained"
    assert not five.can_resume()


def test_a_training_from_a_terminal_is_left_alone_while_it_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "STILL_WRITING", HANG)
    five = made(tmp_path)
    (five.path / "job.json").unlink()
    assert five.state() == "elsewhere"
    assert not five.can_resume()


def test_a_damaged_order_is_no_training_to_resume(tmp_path: Path) -> None:
    five = made(tmp_path)
    (five.path / "training.json").write_text('{"ratios": "x"}')
    assert five.brains() == []
    assert not five.can_resume()


def test_charts_show_what_was_written_down() -> None:
    assert cost_chart([LINE])["series"][0]["data"] == [[10, 0.93]]
    # From the twentieth below 0.93 to the one above 1.
    axis = cost_chart([LINE])["yAxis"]
    assert (axis["min"], axis["max"]) == (0.9, 1.05)
    assert [one["data"][0][1] for one in days_chart([LINE])["series"]] == [75, 12.5, 12.5]
    # What costs nothing is left out.
    assert [one["name"] for one in reward_chart([LINE])["series"]] == ["holding", "missed sales"]
    assert [one["data"] for one in stock_chart([LINE])["series"]] == [[[10, 20]], [[10, 8]]]
    for chart in (cost_chart, days_chart, reward_chart, stock_chart):
        assert chart([])["yAxis"]["name"]
        assert chart([])["xAxis"]["name"]
