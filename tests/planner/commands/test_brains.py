"""``planner brains`` and ``planner train``, as far as they need no Ray."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from brain.trained.features import N_FEATURES
from brain.trained.manifest import Domain, Manifest
from brain.trained.runtime import load_brain
from brain.training.export import write_onnx
from brain.training.responses import profiles, responses, shown_chain
from planner.commands.cli import app

RUN = CliRunner()


@pytest.fixture
def brain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A brain that always adds half a standard deviation, in the user's folder."""
    monkeypatch.setenv("PLANNER_BRAINS", str(tmp_path / "mine"))
    domain = Domain(
        ratio=(20, 80), stages=(1, 2), lead_time=(1, 3), cv=(0.1, 1), unmet_demand=("lost",)
    )
    manifest = Manifest(name="half", domain=domain, scores={"means only": 0.75})
    layers = [(np.zeros((2, N_FEATURES), np.float32), np.array([0.5, 0.0], np.float32))]
    return write_onnx(tmp_path / "mine" / "half.onnx", layers, manifest)


def test_brains_are_listed_shown_and_exported(brain: Path, tmp_path: Path) -> None:
    listed = RUN.invoke(app, ["brains", "list"])
    assert "half" in listed.output
    assert "ratios 20 to 80" in listed.output
    shown = RUN.invoke(app, ["brains", "show", "half"])
    assert "lead times 1 to 3" in shown.output
    assert "0.7500  means only" in shown.output
    target = tmp_path / "copy.onnx"
    assert RUN.invoke(app, ["brains", "export", "half", str(target)]).exit_code == 0
    assert target.read_bytes() == brain.read_bytes()
    again = RUN.invoke(app, ["brains", "export", "half", str(target)])
    assert again.exit_code == 2
    assert "exists" in again.output


def test_a_brain_that_was_renamed_tells_both_names(brain: Path) -> None:
    brain.rename(brain.with_name("summer.onnx"))
    shown = RUN.invoke(app, ["brains", "show", "summer"]).output
    assert "name            summer\ntrained as      half\n" in shown
    assert "summer: ratio 40" in RUN.invoke(app, ["brains", "explain", "summer"]).output


def test_a_brain_called_like_what_is_built_in_is_told_of(brain: Path, tmp_path: Path) -> None:
    target = tmp_path / "analytic.onnx"
    done = RUN.invoke(app, ["brains", "export", "half", str(target)])
    assert (done.exit_code, target.exists()) == (2, False)
    assert "a brain cannot be called analytic; choose another name" in done.output
    brain.rename(brain.with_name("auto.onnx"))
    listed = RUN.invoke(app, ["brains", "list"]).output
    assert "auto        yours    cannot be used: a brain cannot be called auto" in listed


def test_a_file_in_place_of_the_folder_of_brains_is_one_clear_line(
    brain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANNER_BRAINS", str(brain))
    for command in (["brains", "list"], ["brains", "show", "ratio-10"]):
        done = RUN.invoke(app, command)
        assert done.exit_code == 2
        assert "PLANNER_BRAINS: is a file, not the folder of your brains" in done.output


def test_a_damaged_brain_is_listed_as_such(brain: Path) -> None:
    brain.write_bytes(b"nothing")
    assert "cannot be used" in RUN.invoke(app, ["brains", "list"]).output


@pytest.mark.parametrize("command", ["show", "explain"])
def test_an_unknown_brain_is_one_clear_line(brain: Path, command: str) -> None:
    done = RUN.invoke(app, ["brains", command, "nobody"])
    assert done.exit_code == 2
    assert "there is no such brain" in done.output


def test_a_brain_is_explained_in_text(brain: Path) -> None:
    done = RUN.invoke(app, ["brains", "explain", "half"])
    assert done.exit_code == 0
    for name in profiles():
        assert name in done.output


def test_a_response_is_the_textbook_and_what_the_brain_adds(brain: Path) -> None:
    # Two stages with lead times 2 and 3: covers of 3 and 7 days, std a quarter of the mean 20.
    seen = {response.profile: response for response in responses(load_brain(brain))}
    added = seen["one-day jump"].safety_stock - seen["one-day jump"].analytic
    assert added[0, 0] == pytest.approx(0.5 * 5 * 3**0.5)
    assert added[1, 0] == pytest.approx(0.5 * 5 * 7**0.5)


def test_what_is_shown_lies_in_the_domain_of_the_brain(brain: Path) -> None:
    chain = shown_chain(load_brain(brain).manifest.domain)
    assert chain.lead_time == (2, 3)
    assert chain.ratio == pytest.approx(40.0)


def test_a_picture_is_drawn(brain: Path, tmp_path: Path) -> None:
    target = tmp_path / "half.svg"
    assert RUN.invoke(app, ["brains", "explain", "half", "--out", str(target)]).exit_code == 0
    assert "<svg" in target.read_text(encoding="utf-8")
    refused = RUN.invoke(app, ["brains", "explain", "half", "--out", str(tmp_path / "half.txt")])
    assert refused.exit_code == 2


def test_training_without_its_extra_names_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib import util

    found = util.find_spec
    monkeypatch.setattr(util, "find_spec", lambda name: None if name == "ray" else found(name))
    done = RUN.invoke(app, ["train", "--ratio", "5"])
    assert done.exit_code == 2
    assert "training needs ray" in done.output
    assert "pip install 'echelon-planner[train]'" in done.output


def test_what_is_given_beside_resume_is_refused_by_its_name(tmp_path: Path) -> None:
    given = ["--ratio", "5", "--seed", "0", "--steps", "3", "--curriculum", "--quiet"]
    done = RUN.invoke(app, ["train", "--resume", str(tmp_path), *given])
    assert done.exit_code == 2
    assert "goes on as it was" in done.output
    assert "(value: '--ratio, --curriculum, --seed, --steps')" in done.output
    alone = RUN.invoke(app, ["train", "--resume", str(tmp_path), "--quiet"])
    assert "there is no training here" in alone.output


@pytest.mark.parametrize(
    "command", [["train"], *(["brains", n] for n in ("list", "show", "export", "explain"))]
)
def test_every_command_helps_with_an_example(command: list[str]) -> None:
    done = RUN.invoke(app, [*command, "--help"])
    assert done.exit_code == 0
    assert "Example: planner " + " ".join(command) in done.output
