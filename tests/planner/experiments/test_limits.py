"""Runs too long or too many to be meant are refused before anything is read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from planner.commands.cli import app
from planner.experiments.study_file import read_study
from scenarios.errors import InputError

RUN = CliRunner()


def said(*arguments: str) -> str:
    """What the command says about bad input, on one line."""
    done = RUN.invoke(app, list(arguments), env={"COLUMNS": "300"})
    assert done.exit_code == 2, done.output
    return " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("command", "option", "noun"),
    [
        (["backtest", "nowhere", "--out", "x"], "--days", "periods"),
        (["backtest", "nowhere", "--out", "x"], "--paths", "paths"),
        (["bench", "no-problem"], "--seeds", "episodes"),
    ],
)
def test_options_say_what_is_the_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], option: str, noun: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for value in (100_001, 10**18):
        text = said(*command, option, str(value))
        assert f"{option}': {value:,} is too many. Remedy: 100,000 {noun} or less" in text
    # So many are allowed, and the next thing is found wrong.
    text = said(*command, option, "100000")
    assert "too many" not in text
    assert re.search("nowhere|there is no such problem", text)


def test_a_study_file_says_so_for_days_and_seeds_together(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    path = tmp_path / "study.yaml"
    path.write_text("input: in\npolicies: [zero]\ndays: 100001\nseeds: 20000000\n")
    with pytest.raises(InputError) as refused:
        read_study(path)
    assert [str(finding) for finding in refused.value.findings] == [
        "study.yaml, column days: is more than 100,000 (value: '100001')."
        " Remedy: enter 100,000 or less.",
        "study.yaml, column seeds: is more than 100,000 (value: '20000000')."
        " Remedy: enter 100,000 or less.",
    ]
    path.write_text("input: in\npolicies: [zero]\ndays: 100000\nseeds: 100000\n")
    assert (read_study(path).days, read_study(path).seeds) == (100_000, 100_000)
