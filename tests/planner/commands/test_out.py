"""A place that cannot be written to is refused at once, and by the name that the user gave it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from planner.commands.cli import app
from planner.experiments.resume_journal import kept_beside
from planner.results.plan_folder import check_target
from scenarios.examples.bundled import retail_chain
from scenarios.writing.atomic import atomic_folder, check_free

STUDY = "input: in\npolicies: [zero]\nseeds: 1\ndays: 2\n"
COMMANDS = {
    "backtest": ["in", "--policy", "zero", "--days", "2"],
    "study": ["study.yaml", "--workers", "1"],
    "bench": ["single-sku", "--policies", "zero", "--seeds", "1", "--workers", "1"],
    "simulate": ["in", "--paths", "2"],
    "plan": ["in"],
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a study of an input."""
    monkeypatch.chdir(tmp_path)
    retail_chain(2, seed=1).write(tmp_path / "in")
    (tmp_path / "study.yaml").write_text(STUDY)
    (tmp_path / "file.txt").write_text("mine")
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("out", ["file.txt/x", "file.txt/far/x"])
def test_a_file_in_the_way_is_told_before_any_work(home: Path, command: str, out: str) -> None:
    before = sorted(home.iterdir())
    # Nothing is read: the input need not even be there.
    (home / "in" / "products.csv").unlink()
    done = CliRunner().invoke(app, [command, *COMMANDS[command], "--out", out, "-q"])
    assert done.exit_code == 2
    assert done.stderr.split("\n") == [
        f"error: {out} cannot be made, for file.txt is no folder; choose another place",
        "",
    ]
    assert sorted(home.iterdir()) == before
    assert (home / "file.txt").read_text() == "mine"


def test_a_folder_that_is_write_protected_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever runs as root may write anywhere, so the system's answer is given here.
    asked = []

    def access(path: Path, mode: int) -> bool:
        asked.append((path, mode))
        return False

    monkeypatch.setattr(os, "access", access)
    out = tmp_path / "new" / "x"
    for check in (check_free, lambda path: check_target(path, force=True)):
        with pytest.raises(PermissionError, match=f"{out} cannot be made, for {tmp_path} may not"):
            check(out)
    assert asked == [(tmp_path, os.W_OK | os.X_OK)] * 2


@pytest.mark.parametrize("command", ["backtest", "study", "bench"])
def test_what_goes_wrong_in_a_hidden_folder_is_told_of_the_one_named(
    home: Path, command: str
) -> None:
    # The name is as long as it may be; with .journal or .cells it is too long.
    out = "x" * 255
    done = CliRunner().invoke(app, [command, *COMMANDS[command], "--out", out, "-q"])
    assert done.exit_code == 2
    assert done.stderr.strip() == f"error: {out}: {os.strerror(errno.ENAMETOOLONG)}"


def test_errors_about_other_files_keep_their_names(tmp_path: Path) -> None:
    def fails(name: Path) -> None:
        with kept_beside(tmp_path / "a", ".cells", "*.json") as kept:
            kept.mkdir()
            with atomic_folder(tmp_path / "a") as folder:
                raise OSError(errno.ENOSPC, "full", str({"kept": kept, "new": folder}[name.name]))

    def told(name: str) -> str:
        with pytest.raises(OSError, match="full") as error:
            fails(Path(name))
        (tmp_path / "a.cells").rmdir()
        return str(error.value.filename)

    assert told("kept") == told("new") == str(tmp_path / "a")
    with (
        pytest.raises(FileNotFoundError, match="elsewhere"),
        kept_beside(tmp_path / "a", ".cells", "*.json"),
    ):
        (tmp_path / "elsewhere").read_text()
