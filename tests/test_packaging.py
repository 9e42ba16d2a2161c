"""The package is what its README and its metadata say."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def block_under(heading: str) -> str:
    """The only fenced block of a section of the README."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (section,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    (language, block), *others = re.findall(r"```(\w*)\n(.*?)```", section, re.DOTALL)
    assert (language, others) == ("sh", [])
    return block


@pytest.mark.parametrize("heading", ["Run it", "Test it"])
def test_the_readme_holds_one_line_that_makes_its_own_environment(heading: str) -> None:
    block = block_under(heading)
    assert block.count("\n") == 1
    assert block.startswith("python3 -m venv .venv && ")
    assert "-c constraints.txt" in block
    assert subprocess.run(["bash", "-n", "-c", block], check=False).returncode == 0


def test_the_first_line_runs_the_main_job_and_may_run_again() -> None:
    line = block_under("Run it")
    assert re.search(r"planner init (\S+) .*planner plan \1 --out \S+ --force", line)
    assert "test -d" in line


def test_the_second_line_installs_what_the_tests_need(project: dict) -> None:
    assert "'.[test]'" in block_under("Test it")
    extras = project["project"]["optional-dependencies"]
    assert "echelon-planner[train,app,forecast,docs]" in extras["test"]
    # Without its dependencies: see pyproject.toml.
    assert "-c constraints.txt --no-deps stockpyl" in block_under("Test it")


def test_continuous_integration_runs_the_second_line() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    (program,) = re.findall(r"awk '\n(.*?)' README\.md", script, re.DOTALL)
    read = subprocess.run(
        ["awk", program, str(ROOT / "README.md")], capture_output=True, text=True, check=True
    )
    assert read.stdout == block_under("Test it")


def test_versions_live_once(project: dict) -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = [Requirement(line) for line in lines if line and not line.startswith("#")]
    names = {pin.name.lower() for pin in pinned}
    assert len(names) == len(pinned)
    assert all(str(pin.specifier).startswith("==") for pin in pinned)
    asked = [Requirement(text) for text in project["project"]["dependencies"]]
    for extra in project["project"]["optional-dependencies"].values():
        asked += [Requirement(text) for text in extra]
    direct = {need.name.lower() for need in asked} - {"echelon-planner"}
    # Every direct dependency is pinned, nothing else is, and the pins satisfy the bounds.
    assert names == direct | {"stockpyl"}
    versions = {pin.name.lower(): str(pin.specifier)[2:] for pin in pinned}
    for need in asked:
        if need.name != "echelon-planner":
            assert need.specifier.contains(versions[need.name.lower()]), need.name
    environment = (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert "-c constraints.txt" in environment
    assert "==" not in environment


def test_the_version_is_stated_in_one_place(project: dict) -> None:
    version = project["project"]["version"]
    assert metadata.version("echelon-planner") == version
    assert f"[{version}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    packages = [ROOT / name for name in ("planner", "brain", "solver", "scenarios")]
    sources = [file for package in packages for file in package.rglob("*.py")]
    assert [p for p in sources if f'"{version}"' in p.read_text(encoding="utf-8")] == []


def test_imports_go_down_only() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()",
         "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


HEAVY = ("numpy", "pandas", "pyomo", "pyarrow", "scipy", "highspy", "onnxruntime", "torch", "ray")


@pytest.mark.parametrize("arguments", [["--help"], ["plan", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        "from planner.commands.cli import app\n"
        "try:\n"
        f"    app({arguments!r})\n"
        "except SystemExit as stop:\n"
        "    assert not stop.code, stop.code\n"
        f"print('heavy:', sorted(set({HEAVY!r}) & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.rstrip().endswith("heavy: []"), done.stdout


def test_planning_imports_neither_ray_nor_torch() -> None:
    code = (
        "import sys, planner.planning.plan, planner.experiments.statistics\n"
        "print(sorted({'ray', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_function_plan_is_what_the_package_gives() -> None:
    code = "import planner.planning.plan; from planner import plan, Plan; assert callable(plan)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_every_public_name_can_be_imported() -> None:
    import planner

    assert all(getattr(planner, name) is not None for name in planner.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        planner.nothing  # noqa: B018
