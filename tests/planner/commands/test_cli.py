"""The command, from end to end."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import planner.planning.plan
from planner.commands.cli import app
from planner.commands.progress import Progress
from planner.planning.plan_result import AuditError
from scenarios.evaluation.ledger import Violation
from scenarios.model.fingerprint import input_hash
from scenarios.model.scenario import Scenario


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "chain"
    assert run("init", folder, "--products", "12", "--seed", "3").exit_code == 0
    return folder


def copy(source: Path, target: Path) -> Path:
    target.mkdir()
    for file in source.iterdir():
        (target / file.name).write_bytes(file.read_bytes())
    return target


def test_from_tables_to_orders_through_the_installed_command(tmp_path: Path) -> None:
    def command(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "planner", *arguments],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "planner plan in" in command("init", "in", "--example", "single")
    summary = command("plan", "in", "--out", "out")
    assert "Written to out" in summary
    report = json.loads((tmp_path / "out" / "plan.json").read_text())
    orders = pd.read_csv(tmp_path / "out" / "purchase_orders.csv")
    assert report["counts"]["orders_now"] == (orders["release"] == "now").sum()


@pytest.mark.parametrize("example", ["retail-chain", "stores", "single"])
def test_every_example_can_be_made_checked_and_planned(example: str, tmp_path: Path) -> None:
    size = [] if example == "single" else ["--products", "6"]
    assert run("init", tmp_path / "in", "--example", example, *size).exit_code == 0
    checked = run("check", tmp_path / "in")
    assert checked.exit_code == 0, checked.stderr
    assert "can be planned" in checked.stdout
    planned = run("plan", tmp_path / "in", "--out", tmp_path / "out")
    assert planned.exit_code == 0, planned.stderr
    report = json.loads((tmp_path / "out" / "plan.json").read_text())
    assert report["gap"] <= 0.005


def test_the_summary_tells_what_a_planner_asks_first(chain: Path, tmp_path: Path) -> None:
    done = run("plan", chain, "--out", tmp_path / "out")
    for words in ("12 products, 3 locations", "status", "cost", "missed", "Release now",
                  "China -> Los Angeles", "storage New York", "% full", "Written to"):  # fmt: skip
        assert words in done.stdout
    assert len(done.stdout.splitlines()) < 60


@pytest.mark.parametrize(
    "command",
    [
        ["plan"],
        ["simulate", "--paths", "2"],
        ["backtest", "--days", "2", "--policy", "closed-form", "--brain", "analytic"],
    ],
    ids=lambda command: command[0],
)
def test_quiet_prints_nothing(command: list[str], chain: Path, tmp_path: Path) -> None:
    name, *options = command
    done = run(name, chain, *options, "--out", tmp_path / "out", "-q")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")
    assert list((tmp_path / "out").iterdir())


def test_a_brain_can_be_chosen(chain: Path, tmp_path: Path) -> None:
    assert run("plan", chain, "--out", tmp_path / "none", "--brain", "none").exit_code == 0
    assert set(pd.read_csv(tmp_path / "none" / "safety_stock.csv")["source"]) == {"none"}
    done = run("plan", chain, "--out", tmp_path / "typo", "--brain", "analytik")
    assert done.exit_code == 2
    assert "analytik" in done.stderr
    assert not (tmp_path / "typo").exists()


def test_time_limit_and_gap_reach_the_optimiser(
    chain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    optimise = planner.planning.plan.optimise

    def watch(scenario: Any, stocks: Any, options: Any, **more: Any) -> Any:
        seen.append(options)
        return optimise(scenario, stocks, options, **more)

    monkeypatch.setattr(planner.planning.plan, "optimise", watch)
    run("plan", chain, "--out", tmp_path / "out", "--time-limit", "7.5", "--gap", "0.02")
    assert (seen[0].time_limit, seen[0].gap) == (7.5, 0.02)


@pytest.mark.parametrize(
    "option", [("--time-limit", "0"), ("--gap", "2"), ("--gap", "-1"), ("--time-limit", "soon")]
)
def test_a_senseless_option_is_bad_input(
    chain: Path, tmp_path: Path, option: tuple[str, str]
) -> None:
    done = run("plan", chain, "--out", tmp_path / "out", *option)
    assert done.exit_code == 2
    assert option[0] in done.stderr
    assert "Traceback" not in done.stderr


def test_all_errors_are_told_at_once_and_nothing_is_written(chain: Path, tmp_path: Path) -> None:
    bad = copy(chain, tmp_path / "bad")
    lanes = (bad / "lanes.csv").read_text().splitlines()
    lanes[1] = re.sub(r",\d+,", ",-2,", lanes[1], count=1)
    (bad / "lanes.csv").write_text("\n".join(lanes))
    products = (bad / "products.csv").read_text().splitlines()
    products[2] = products[2].replace(products[2].split(",")[1], "abc", 1)
    (bad / "products.csv").write_text("\n".join(products))
    for command in (("plan", bad, "--out", tmp_path / "out"), ("check", bad), ("simulate", bad)):
        done = run(*command)
        assert done.exit_code == 2
        assert "lanes.csv, row 2, column lead_time" in done.stderr
        assert "products.csv, row 3, column missed_sale_cost" in done.stderr
        assert "'abc'" in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout == ""
    assert not (tmp_path / "out").exists()


def test_an_input_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    for command in ("check", "simulate"):
        done = run(command, tmp_path / "nowhere")
        assert done.exit_code == 2
        assert "nowhere" in done.stderr
        assert "Traceback" not in done.stderr


def test_an_existing_out_is_refused_before_any_work(chain: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    for force in ((), ("--force",)):
        # The input is not even there: the place is looked at first.
        done = run("plan", tmp_path / "nowhere", "--out", tmp_path / "out", *force)
        assert done.exit_code == 2
        assert "out" in done.stderr
        assert "nowhere" not in done.stderr
    assert (tmp_path / "out" / "mine.txt").read_text() == "mine"


def test_force_plans_again(chain: Path, tmp_path: Path) -> None:
    assert run("plan", chain, "--out", tmp_path / "out").exit_code == 0
    assert run("plan", chain, "--out", tmp_path / "out").exit_code == 2
    assert run("plan", chain, "--out", tmp_path / "out", "--force").exit_code == 0


def test_init_overwrites_nothing(chain: Path) -> None:
    done = run("init", chain)
    assert done.exit_code == 2
    assert "exists" in done.stderr


def test_init_writes_what_is_asked_for(tmp_path: Path) -> None:
    one, other = tmp_path / "csv", tmp_path / "parquet"
    for folder, more in ((one, ()), (other, ("--format", "parquet"))):
        assert run("init", folder, "--products", "3", "--seed", "4", *more).exit_code == 0
    assert (other / "forecast.parquet").exists()
    assert input_hash(Scenario.read(one)) == input_hash(Scenario.read(other))


def test_single_has_one_product(tmp_path: Path) -> None:
    done = run("init", tmp_path / "in", "--example", "single", "--products", "5")
    assert done.exit_code == 2
    assert not (tmp_path / "in").exists()


def raising(error: BaseException) -> Any:
    def optimise(*_: Any, **__: Any) -> Any:
        raise error

    return optimise


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (AuditError([Violation("not_there", "more is shipped than is there")]), 3, "fault"),
        (MemoryError(), 3, "memory"),
        (KeyboardInterrupt(), 130, "nothing was written"),
        (OSError(28, "No space left on device", "x.csv"), 2, "x.csv: No space left"),
    ],
)
def test_whatever_stops_a_plan_leaves_nothing_and_says_so(
    chain: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    code: int,
    words: str,
) -> None:
    monkeypatch.setattr(planner.planning.plan, "optimise", raising(error))
    done = run("plan", chain, "--out", tmp_path / "out")
    assert done.exit_code == code
    assert words in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_fault_of_the_program_is_not_hidden(
    chain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planner.planning.plan, "optimise", raising(ValueError("a bug")))
    done = run("plan", chain, "--out", tmp_path / "out")
    assert isinstance(done.exception, ValueError)
    assert list(tmp_path.iterdir()) == []


def test_check_describes_the_chain(chain: Path) -> None:
    lines = run("check", chain).stdout
    for words in ("products            12", "external suppliers  China", "28 days",
                  "longest cover       12 days"):  # fmt: skip
        assert words in lines


def test_check_warns_but_accepts(chain: Path, tmp_path: Path) -> None:
    odd = copy(chain, tmp_path / "odd")
    (odd / "inventory.csv").unlink()
    done = run("check", odd)
    assert done.exit_code == 0
    assert done.stderr.startswith("warning: inventory")
    assert "1 warning)" in done.stdout


def test_simulate_gives_costs_with_intervals_and_repeats_itself(
    chain: Path, tmp_path: Path
) -> None:
    done = run("simulate", chain, "--paths", "20", "--seed", "5", "--out", tmp_path / "sim")
    assert done.exit_code == 0, done.stderr
    assert "20 paths" in done.stdout
    assert re.search(r"fill rate +\d+\.\d+% +95% interval", done.stdout)
    again = run("simulate", chain, "--paths", "20", "--seed", "5")
    assert again.stdout == done.stdout
    other = run("simulate", chain, "--paths", "20", "--seed", "6")
    assert other.stdout != done.stdout
    paths = pd.read_csv(tmp_path / "sim" / "paths.csv")
    summary = pd.read_csv(tmp_path / "sim" / "summary.csv").set_index("measure")
    assert len(paths) == 20
    assert summary.loc["total", "mean"] == pytest.approx(paths["total"].mean())
    # Student's t with 19 degrees of freedom: 2.093 standard errors on either side.
    half = 2.093 * paths["total"].std() / 20**0.5
    assert summary.loc["total", "high"] == pytest.approx(paths["total"].mean() + half, rel=1e-3)


def test_one_path_has_no_interval(chain: Path) -> None:
    assert "unknown" in run("simulate", chain, "--paths", "1").stdout


@pytest.mark.parametrize("how", ["table", "markdown", "csv", "json"])
def test_schema_names_every_table_in_every_format(how: str) -> None:
    done = run("schema", "--format", how)
    assert done.exit_code == 0
    for name in ("missed_sale_cost", "lead_time", "receipt_date", "unmet_demand"):
        assert name in done.stdout
    if how == "csv":
        assert "meaning" in pd.read_csv(io.StringIO(done.stdout)).columns
    if how == "json":
        assert {row["table"] for row in json.loads(done.stdout)} >= {"products", "settings"}


@pytest.mark.parametrize("command", ["init", "plan", "simulate", "check", "schema"])
def test_every_command_explains_itself_with_an_example(command: str) -> None:
    done = run(command, "--help")
    assert done.exit_code == 0
    assert f"Example: planner {command}" in done.stdout


def test_no_command_shows_the_help() -> None:
    assert "Commands" in run().output


class Clock:
    """Time for progress that passes by the test's hand only, and the timers that wait for it."""

    def __init__(self) -> None:
        self.now = 0.0
        self._timers: list[tuple[float, Callable[[], None], threading.Event]] = []

    def timer(self, after: float, call: Callable[[], None]) -> SimpleNamespace:
        """Stands for ``threading.Timer``."""
        off = threading.Event()
        self._timers.append((self.now + after, call, off))
        return SimpleNamespace(start=lambda: None, cancel=off.set, join=lambda: None)

    def pass_(self, seconds: float) -> None:
        """Let time pass, and the timers go off that are due."""
        self.now += seconds
        for due, call, off in self._timers:
            if due <= self.now and not off.is_set():
                off.set()
                call()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of progress."""
    made = Clock()
    monkeypatch.setattr(
        "planner.commands.progress.time", SimpleNamespace(monotonic=lambda: made.now)
    )
    faked = SimpleNamespace(Lock=threading.Lock, Timer=made.timer)
    monkeypatch.setattr("planner.commands.progress.threading", faked)
    return made


def test_progress_is_silent_at_first_and_then_names_the_phase(clock: Clock) -> None:
    stream = io.StringIO()
    with Progress(stream=stream) as progress:
        progress("reading")
        clock.pass_(0.9)
        assert stream.getvalue() == ""
        clock.pass_(0.2)
        assert stream.getvalue() == "[   1.1 s] reading ...\n"
        progress("checking")  # no more than a line a second
        clock.pass_(1.1)
        progress("writing")
    assert stream.getvalue() == "[   1.1 s] reading ...\n[   2.2 s] writing ...\n"


def test_quick_work_shows_no_progress(clock: Clock) -> None:
    stream = io.StringIO()
    with Progress(stream=stream) as progress:
        progress("reading")
    clock.pass_(60.0)
    assert stream.getvalue() == ""
