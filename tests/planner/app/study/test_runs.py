"""Studies as the app writes and reads them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import yaml

from planner.app.folder import Folder
from planner.app.study import runs, tables
from planner.app.study.runs import StudyForm, StudyRun
from scenarios.errors import InputError
from scenarios.examples import bundled

NONE = float("nan")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """A folder with an input; nothing is run."""
    bundled.single().write(tmp_path / "chain")
    monkeypatch.setattr(StudyRun, "go", lambda self: None)
    return Folder(tmp_path)


def test_a_study_is_written_as_its_file_says_it(folder: Folder) -> None:
    changes = [("demand", "1, 1.5"), ("unmet_demand", "lost, backlog")]
    made = runs.begin_study(
        folder, StudyForm("chain", ["closed-form", "zero"], changes, "2", "10", name="mine")
    )
    assert yaml.safe_load((made.path / "study.yaml").read_text()) == {
        "input": "../../chain",
        "policies": ["closed-form", "zero"],
        "brain": "auto",
        "seeds": 2,
        "days": 10,
        "grid": {"demand": [1, 1.5], "unmet_demand": ["lost", "backlog"]},
    }
    assert runs.runs(folder) == [made]
    assert made.state() == "stopped"


def test_a_study_that_is_wrong_leaves_nothing(folder: Folder) -> None:
    wanted = StudyForm("chain", ["zero"], [("demand", "-1")], "few")
    with pytest.raises(InputError) as told:
        runs.begin_study(folder, wanted)
    places = {finding.column for finding in told.value.findings}
    assert "seeds" in places
    assert any(str(place).startswith("grid.demand") for place in places)
    assert runs.runs(folder) == []
    with pytest.raises(InputError, match="outside"):
        runs.begin_study(folder, StudyForm("../..", ["zero"]))
    twice = [("demand", "1"), ("demand", "2")]
    with pytest.raises(InputError, match="chosen twice"):
        runs.begin_study(folder, StudyForm("chain", ["zero"], twice))


def test_a_study_put_here_cannot_read_outside_the_folder(tmp_path: Path) -> None:
    path = tmp_path / "root" / "studies" / "planted"
    path.mkdir(parents=True)
    bundled.single().write(tmp_path / "secret")
    (path / "study.yaml").write_text("input: ../../../secret\npolicies: [zero]\n")
    with pytest.raises(InputError, match="outside the folder"):
        StudyRun(path).go()
    assert not StudyRun(path).job.lines()


def test_a_problem_that_is_wrong_is_told_at_once(folder: Folder) -> None:
    with pytest.raises(InputError) as told:
        runs.begin_bench(folder, "--out", ["magic"], "none", "auto", "")
    assert len(told.value.findings) == 3


def test_progress_is_read_from_what_was_said(tmp_path: Path) -> None:
    run = StudyRun(tmp_path)
    assert run.done() is None
    (tmp_path / "job.log").write_text(
        "[ 1.0 s] loading ...\n[ 2.0 s] run 1,200 of 4,000, 3 min left ...\n[ 3.0 s] writing ...\n"
    )
    assert run.done() == (1200, 4000)


SUMMARY = pd.DataFrame(
    [
        ("a", "one", "total_cost", 2, 1200.0, 1100.0, 1300.0),
        ("a", "two", "total_cost", 2, 900.0, 850.0, 950.0),
        ("a", "one", "fill_rate", 2, 0.9512, 0.94, 0.96),
        ("a", "two", "fill_rate", 2, 0.9, NONE, NONE),
    ],
    columns=["variant", "policy", "measure", "n", "mean", "low", "high"],
)
GAPS = pd.DataFrame(
    [
        ("a", "two", "a", "one", "total_cost", 2, -300.0, -350.0, -250.0),
        ("a", "two", "b", "two", "total_cost", 2, 7.0, 6.0, 8.0),
    ],
    columns=[
        "variant", "policy", "against_variant", "against_policy", "measure", "n", "difference",
        "low", "high",
    ],
)  # fmt: skip


def test_the_leaderboard_has_the_cheapest_first_with_its_gap_to_the_base() -> None:
    first, second = tables.leaderboard(SUMMARY, GAPS, "a", "total_cost")
    assert (first["rank"], first["policy"], first["mean"]) == ("1", "two", "900")
    assert first["interval"] == "850 to 950"
    assert first["difference"] == "−300 (−350 to −250)"
    assert second["difference"] == ""


def test_more_is_better_where_it_is() -> None:
    best, other = tables.leaderboard(SUMMARY, GAPS, "a", "fill_rate")
    assert (best["policy"], best["mean"], best["interval"]) == ("one", "95.1%", "94.0% to 96.0%")
    assert other["interval"] == ""


def test_a_band_lies_between_the_bounds() -> None:
    line, lower, width = tables.curves(SUMMARY, "total_cost", "EUR")["series"][:3]
    assert line["data"] == [1200]
    assert lower["data"] == [1100]
    assert width["data"] == [200]
    unknown = tables.curves(SUMMARY, "fill_rate", "EUR")["series"][3:]
    assert [one["data"] for one in unknown] == [[90], [None], [None]]
