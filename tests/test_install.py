"""What is built can be installed elsewhere, works there, and is typed for those who use it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import textwrap
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("planner", "brain", "solver", "scenarios")


def run(*command: str | Path, cwd: Path) -> str:
    """What a command prints, away from this project's own folder."""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=clean, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(folder: Path, out: Path) -> list[Path]:
    """Wheel and source distribution of the project in a folder."""
    code = (
        "import sys\nfrom hatchling.build import build_sdist, build_wheel\n"
        "print(build_wheel(sys.argv[1]), build_sdist(sys.argv[1]))"
    )
    return [out / name for name in run(sys.executable, "-c", code, out, cwd=folder).split()]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return build(ROOT, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def installed(built: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that has the wheel, and else what the tests have."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False)
    programs = home / ("Scripts" if sys.platform == "win32" else "bin")
    where = run(programs / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))",
                cwd=home).strip()  # fmt: skip
    # Its packages without installing them: a line that names a folder, whose own lines - such as
    # that of an editable install of this project - do not count.
    shared = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (Path(where) / "shared.pth").write_text("\n".join(sorted(shared)) + "\n")
    run(sys.executable, "-m", "pip", "--python", programs / "python", "install", "--quiet",
        "--no-deps", "--no-index", "--force-reinstall", built[0], cwd=home)  # fmt: skip
    return programs


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_the_four_packages_their_types_and_what_they_need(
    built: list[Path],
) -> None:
    names = names_in(built[0])
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)
    assert {f"{package}/py.typed" for package in PACKAGES} <= names
    assert {f"brain/shipped/ratio-{ratio}.onnx" for ratio in (1, 10, 100, 1000)} <= names
    assert any(name.startswith("planner/reporting/assets/") for name in names)


def test_the_source_distribution_builds_the_same_wheel(built: list[Path], tmp_path: Path) -> None:
    with tarfile.open(built[1]) as archive:
        archive.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.iterdir()
    (tmp_path / "again").mkdir()
    again = build(folder, tmp_path / "again")
    assert names_in(again[0]) == names_in(built[0])
    assert (folder / "tests" / "test_install.py").exists()


def test_what_is_installed_plans_from_any_folder(installed: Path, tmp_path: Path) -> None:
    assert "purchase orders out" in run(installed / "planner", "--help", cwd=tmp_path)
    run(installed / "planner", "init", "shop", "--example", "single", cwd=tmp_path)
    said = run(installed / "planner", "plan", "shop", "--out", "plan", cwd=tmp_path)
    assert re.search(r"^  brains +ratio-", said, re.MULTILINE)
    assert "Coffee" in (tmp_path / "plan" / "report.html").read_text(encoding="utf-8")
    code = (
        "import planner, scenarios, solver, brain\n"
        "made = planner.plan(planner.Scenario.read('shop'))\n"
        "print(planner.__file__, planner.__version__, made.report.status)"
    )
    where, version, status = run(installed / "python", "-c", code, cwd=tmp_path).split()
    assert Path(where).is_relative_to(installed.parent)
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", version)
    assert status in ("optimal", "gap_reached")


SCRIPT = """
    import numpy as np
    from planner import (
        Change, InputError, Overrides, Plan, Scenario, SolverOptions, backtest, bench, check,
        forecast, plan, policy_table, read_plan, schema, simulate, study, write_example,
    )
    from scenarios import History, Products, Trajectory, kpis, longer
    from solver import OrderPlan, optimise
    from brain import SafetyStocks, safety_stocks

    scenario = Scenario.read("shop").scale_demand(1.2, product="P1")
    made: Plan = plan(scenario, "analytic", SolverOptions(gap=0.01))
    gap: float | None = made.report.gap
    rows: int = len(made.for_product("P1").purchase_orders)
    stocks: SafetyStocks = safety_stocks(scenario)
    orders: OrderPlan = optimise(scenario, stocks.quantity)
    runs: tuple[Trajectory, ...] = backtest(scenario, "hybrid", 7).runs
    figures: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float64]]] = kpis(runs[0])
    study({"as it is": scenario, "more": Change(demand=1.2)(scenario)}, ["constant"])
    reveal_type(longer(scenario, 40))
    plan(3)  # wrong
    made.for_product(7)  # wrong
    scenario.scale_demand("much")  # wrong
    from planner import nonsense  # wrong
"""


def test_checkers_see_the_types_of_what_is_installed(installed: Path, tmp_path: Path) -> None:
    script = textwrap.dedent(SCRIPT).lstrip()
    (tmp_path / "user.py").write_text(script)
    clean = {name: value for name, value in os.environ.items() if "PATH" not in name}
    clean["PATH"] = os.environ["PATH"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--python-executable", installed / "python",
         "--cache-dir", tmp_path / "cache", "user.py"],
        cwd=tmp_path, env=clean, capture_output=True, text=True, check=False,
    )  # fmt: skip
    lines = [line for line in done.stdout.splitlines() if ": error: " in line]
    wrong = [n for n, line in enumerate(script.splitlines(), 1) if line.endswith("# wrong")]
    assert [int(line.split(":")[1]) for line in lines] == wrong, done.stdout
    assert 'Revealed type is "scenarios.model.scenario.Scenario"' in done.stdout
