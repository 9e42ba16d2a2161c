"""The face of a package is the index of its room."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest

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
