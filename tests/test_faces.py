"""The face of a package is the index of its room."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer

import planner

ROOT = Path(__file__).parents[1]
PACKAGES = ("planner", "brain", "solver", "scenarios")


def loaded_by(code: str) -> set[str]:
    """Modules that a new process has loaded after some code."""
    code += "\nimport sys; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.fixture(params=PACKAGES)
def package(request: pytest.FixtureRequest) -> ModuleType:
    return importlib.import_module(request.param)


def test_every_name_of_a_face_can_be_imported_and_is_seen_by_dir(package: ModuleType) -> None:
    assert len(set(package.__all__)) == len(package.__all__)
    for name in package.__all__:
        assert getattr(package, name) is not None
        assert inspect.ismodule(getattr(package, name)) == (name in {"catalogue", "examples"})
    assert set(package.__all__) <= set(dir(package))
    with pytest.raises(AttributeError, match=f"module '{package.__name__}' has no .* 'nothing'"):
        package.nothing  # noqa: B018


def test_a_face_says_the_way_through_its_rooms(package: ModuleType) -> None:
    said = inspect.getdoc(package) or ""
    folders = {
        path.parent.name for path in Path(package.__file__ or "").parent.glob("*/__init__.py")
    }
    assert "The way through" in said
    assert [room for room in sorted(folders) if f"``{room}``" not in said] == []


def test_a_face_alone_imports_nothing_heavy_and_none_of_its_rooms(package: ModuleType) -> None:
    name = package.__name__
    loaded = loaded_by(f"import {name}")
    assert loaded & {"numpy", "pandas", "pyomo", "pydantic", "pyarrow", "torch", "ray"} == set()
    assert {m for m in loaded if m.partition(".")[0] in PACKAGES} <= {
        name, "scenarios", "scenarios.lazy_names", "scenarios.table_port"
    }  # fmt: skip


def test_importing_all_public_names_needs_no_extra(package: ModuleType) -> None:
    loaded = loaded_by(f"from {package.__name__} import *")
    assert (
        loaded & {"torch", "ray", "tensorboard", "nicegui", "matplotlib", "statsforecast"} == set()
    )


def test_all_packages_are_typed_and_tell_the_version_installed(package: ModuleType) -> None:
    assert (Path(package.__file__ or "").parent / "py.typed").is_file()
    assert package.__version__ == metadata.version("echelon-planner")


CALLS = {
    "init": ("write_example", "example"),
    "plan": ("plan", "read_plan"),
    "simulate": ("simulate",),
    "check": ("check",),
    "schema": ("schema",),
    "backtest": ("backtest", "backtest_history", "policy_table"),
    "forecast": ("forecast",),
    "report": ("report",),
    "study": ("study_from_file", "study"),
    "bench": ("bench", "problem_table"),
    "train": ("train",),
    "app": ("serve_app",),
    "brains list": ("brain_table",),
    "brains show": ("brain_manifest",),
    "brains export": ("export_brain",),
    "brains explain": ("explain_brain",),
    "brains curves": ("learning_curves",),
}
"""Command -> the calls of ``planner`` that do the same."""


def commands(group: Any, before: str = "") -> Iterator[str]:
    """Every command of the command line, those of groups with the name of their group."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}"


def test_whatever_a_command_does_one_call_does() -> None:
    from planner.commands.cli import app

    assert set(commands(typer.main.get_command(app))) == set(CALLS)
    for calls in CALLS.values():
        assert set(calls) <= set(planner.__all__)
        assert all(callable(getattr(planner, call)) for call in calls)


def test_help_imports_no_more_than_it_did() -> None:
    # Modules of this project, counted when the faces were made: the command line alone.
    code = (
        "from planner.commands.cli import app\n"
        "try:\n    app(['--help'])\nexcept SystemExit:\n    pass"
    )
    ours = {m for m in loaded_by(code) if m.partition(".")[0] in PACKAGES}
    rooms = {m for m in ours if not m.startswith(("planner.commands", "planner.policies"))}
    assert rooms == {
        "planner", "planner.experiments", "planner.experiments.limits", "planner.text",
        "planner.text.numbers", "scenarios", "scenarios.lazy_names", "scenarios.table_port",
    }  # fmt: skip
