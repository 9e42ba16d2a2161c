"""``planner train`` from the command line to a brain that plans."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from planner.commands.cli import app
from tests.support.waiting import HANG

RUN = CliRunner()
ENVIRONMENT = os.environ | {"RAY_USAGE_STATS_ENABLED": "0", "OMP_NUM_THREADS": "1"}


def train(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "planner", "train", *arguments]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT
    )


def first_step(running: subprocess.Popen[str]) -> int:
    """Wait for the first line of progress."""
    assert running.stderr is not None
    for line in running.stderr:
        if found := re.search(r"step ([\d,]+) of", line):
            return int(found[1].replace(",", ""))
    raise AssertionError("the training ended without a word of progress")


def test_ctrl_c_leaves_a_training_that_goes_on_to_a_brain(tmp_path: Path) -> None:
    folder = tmp_path / "brains"
    running = train("--ratio", "5", "--steps", "100000", "--out", str(folder), "--seed", "3")
    assert first_step(running) == 0
    # Whoever has told of the start takes a step before it looks whether it shall stop.
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=HANG)
    assert running.returncode == 130, said
    assert f"planner train --resume {folder}" in said
    assert (folder / "ratio-5" / "checkpoint.pt").stat().st_size > 10_000
    assert not (folder / "ratio-5.onnx").exists()

    # As if only a few steps had been asked for, so that the test is short.
    note = folder / "training.json"
    asked = json.loads(note.read_text(encoding="utf-8"))
    assert asked["options"]["seed"] == 3
    asked["options"]["steps"] = 1
    note.write_text(json.dumps(asked), encoding="utf-8")
    again = train("--resume", str(folder))
    assert first_step(again) > 0
    written, said = again.communicate(timeout=HANG)
    assert again.returncode == 0, said
    assert f"Wrote {folder / 'ratio-5.onnx'}" in written
    shown = subprocess.run(
        [sys.executable, "-m", "planner", "brains", "show", str(folder / "ratio-5.onnx")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "ratios 0.5 to 50" in shown.stdout
    drawn = RUN.invoke(app, ["brains", "curves", str(folder), "--out", str(tmp_path / "a.png")])
    assert drawn.exit_code == 0, drawn.output
    assert (tmp_path / "a.png").stat().st_size > 10_000
    told = RUN.invoke(app, ["brains", "curves", str(folder)])
    assert "ratio-5: " in told.output
    assert " of analytic" in told.output
    nothing = RUN.invoke(app, ["brains", "curves", str(tmp_path / "elsewhere")])
    assert nothing.exit_code == 2
    assert "there is no training" in nothing.output


def test_a_cluster_that_does_not_answer_is_one_clear_line(tmp_path: Path) -> None:
    running = train("--ratio", "5", "--out", str(tmp_path / "b"), "--ray", "127.0.0.1:1")
    _, said = running.communicate(timeout=HANG)
    assert running.returncode == 2, said
    assert "no cluster answers there" in said
    assert not (tmp_path / "b").exists()
    assert "Traceback" not in said
