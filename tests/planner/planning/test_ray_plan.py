"""Plans on a Ray cluster: the same as without, and nothing half-written when something dies."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from ray.cluster_utils import Cluster
from typer.testing import CliRunner, Result

from planner import backtest, plan
from planner.commands.cli import app
from planner.experiments.policy_identity import policy_identity
from planner.experiments.runs import run_all
from planner.policies.order_model import OrderModel
from scenarios.examples.bundled import retail_chain
from scenarios.model.scenario import Scenario
from solver.options import SolverOptions
from solver.workers.protocol import Task, Workers
from solver.workers.ray_workers import ClusterFailed
from solver.workers.selection import workers_of
from solver.workers.threads import Threads
from tests.support.waiting import HANG, until

# What Ray warns of in its own code is its own.
pytestmark = pytest.mark.filterwarnings("ignore")

BLOCKS = SolverOptions(solver="decomposed", time_limit=HANG)
# Ray tells that a machine is gone after 15 seconds as a rule. One that is slow to answer is not.
QUICK = {
    "health_check_initial_delay_ms": 0,
    "health_check_period_ms": 500,
    "health_check_failure_threshold": 2,
    "health_check_timeout_ms": 600_000,
}


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def small() -> Scenario:
    return retail_chain(12, seed=3)


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chain whose plan takes some seconds, as tables."""
    folder = tmp_path_factory.mktemp("ray") / "chain"
    retail_chain(600, seed=3).write(folder)
    return folder


def test_workers_are_no_part_of_what_a_policy_is() -> None:
    alone, there = OrderModel(options=BLOCKS), OrderModel(options=BLOCKS, workers=Threads(1))
    assert policy_identity(alone) == policy_identity(there)
    assert alone == there
    assert "workers" not in repr(there)


def test_a_backtest_goes_on_with_other_workers(small: Scenario, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    arguments: dict[str, Any] = {"n_periods": 4, "seed": 1}
    with pytest.raises(KeyboardInterrupt):
        backtest(
            small, OrderModel(workers=Threads(1)), progress=stop, **arguments, out=tmp_path / "out"
        )
    asked: list[int] = []
    found = backtest(
        small, OrderModel(workers=Threads(2)), **arguments, out=tmp_path / "out",
        progress=lambda done, total: asked.append(done),
    )  # fmt: skip
    whole = backtest(small, OrderModel(), **arguments)
    assert np.array_equal(found.runs[0].orders, whole.runs[0].orders)


def fall_once(mark: str, call: Callable[[Any, Any], Any], held: Any, own: Any) -> Any:
    """As if the system took the worker away, the first time."""
    if not Path(mark).exists():
        Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return call(held, own)


class Struck:
    """Workers that meet with an accident after their first result, or in their first task."""

    def __init__(
        self, inner: Workers, mark: Path | None = None, after: Callable[[], None] | None = None
    ):
        self.count, self.hold = inner.count, inner.hold
        self._inner, self._mark, self._after = inner, mark, after

    def run(
        self, call: Callable[[Any, Any], Any], tasks: Iterable[Task]
    ) -> Iterator[tuple[int, Any]]:
        if self._mark is not None:
            call = partial(fall_once, str(self._mark), call)
        for done in self._inner.run(call, tasks):
            if self._after is not None:
                self._after()
                self._after = None
            yield done


def test_a_plan_on_a_cluster_is_the_one_of_this_process_whatever_dies(tmp_path: Path) -> None:
    # Five blocks, on two machines of a core each.
    scenario = retail_chain(300, seed=3)
    mark = tmp_path / "mark"
    machines = Cluster(
        initialize_head=True, head_node_args={"num_cpus": 1, "_system_config": QUICK}
    )
    try:
        lost = machines.add_node(num_cpus=1)

        def lose() -> None:
            machines.remove_node(lost, allow_graceful=False)

        with workers_of(ray=machines.address) as workers:
            found = [
                plan(scenario, "analytic", BLOCKS, workers=hands)
                for hands in (
                    Threads(2),
                    workers,
                    Struck(workers, mark),
                    Struck(workers, after=lose),
                )
            ]
    finally:
        machines.shutdown()
    assert mark.exists()
    assert len(machines.worker_nodes) == 0
    first, *others = found
    for other in others:
        assert other.report.objective == first.report.objective
        assert other.report.bound == first.report.bound
        pd.testing.assert_frame_equal(
            other.purchase_orders, first.purchase_orders, check_exact=True
        )


@dataclasses.dataclass(frozen=True)
class Seen:
    """Tells on how many threads its policy would solve."""

    policy: OrderModel
    told: str = ""

    def run(self, scenario: Scenario | None) -> dict[str, Any]:
        workers = self.policy.workers
        return {"threads": None if workers is None else workers.count}


def test_runs_beside_each_other_keep_to_one_core_each() -> None:
    def found(count: int) -> list[int | None]:
        cells = [(None, Seen(OrderModel())), (None, Seen(OrderModel(workers=Threads(3))))]
        rows = dict(run_all(cells, count, None, None))
        return [rows[n]["threads"] for n in range(2)]

    assert found(2) == [1, 3]
    assert found(1) == [None, 3]


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("local[0]", "is no address of a Ray cluster (value: 'local[0]')"),
        ("local[x]", "is no address of a Ray cluster (value: 'local[x]')"),
        ("", "is no address of a Ray cluster (value: '')"),
        ("127.0.0.1:1", "no cluster answers there (value: '127.0.0.1:1')"),
    ],
)
@pytest.mark.parametrize("command", ["plan", "backtest"])
def test_an_address_that_is_none_is_one_line(
    command: str, address: str, told: str, chain: Path, tmp_path: Path
) -> None:
    done = run(command, chain, "--out", tmp_path / "out", "-q", "--ray", address)
    assert done.exit_code == 2, done.output
    assert told in done.output
    assert "Remedy" in done.output
    assert "Traceback" not in done.output
    assert list(tmp_path.iterdir()) == []


def test_options_that_do_not_go_together_are_refused(
    chain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for command in ("plan", "backtest"):
        plain = [command, chain, "--out", tmp_path / "out"]
        assert "goes without --ray" in run(*plain, "--ray", "local", "--workers", "2").output
        assert "more than 0" in run(*plain, "--memory", "0").output
        with monkeypatch.context() as patched:
            patched.setattr("importlib.util.find_spec", lambda name: None)
            done = run(*plain, "--ray", "local")
        assert done.exit_code == 2
        assert "pip install 'echelon-planner[train]'" in done.output
    done = run("backtest", chain, "--out", tmp_path / "out", "--policy", "zero", "--ray", "local")
    assert done.exit_code == 2
    assert "goes with the policies hybrid" in done.output
    study = tmp_path / "study.yaml"
    study.write_text(f"input: {chain}\npolicies: [zero]\n", encoding="utf-8")
    for asked in (["study", study, "--out", tmp_path / "out"], ["bench"]):
        done = run(*asked, "--ray", "local[0]")
        assert done.exit_code == 2
        assert "is no address of a Ray cluster" in done.output


def test_a_cluster_that_fails_is_one_line(
    chain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ClusterFailed("it was lost. Remedy: start it again")

    monkeypatch.setattr("planner.planning.plan.plan", fail)
    done = run("plan", chain, "--out", tmp_path / "out", "-q")
    assert (done.exit_code, done.output) == (3, "error: it was lost. Remedy: start it again\n")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc")
def test_when_the_driver_is_killed_nothing_is_left_and_the_same_command_works(
    chain: Path, tmp_path: Path
) -> None:
    out = tmp_path / "plans" / "one"
    command = ["plan", chain, "--out", out, "--solver", "decomposed", "--no-report"]
    driver = subprocess.Popen(
        [sys.executable, "-m", "planner", *map(str, command), "-q", "--ray", "local[2]"]
    )
    made: dict[int, str] = {}

    def at_work() -> bool:
        nonlocal made
        assert driver.poll() is None
        made = _descendants(driver.pid)
        return any("ray::_there" in _command(process) for process in made)  # a block

    until(at_work)
    # Two agents of Ray's, idle from then on, take a minute more to see that all is over.
    made = {process: name for process, name in made.items() if "Agent" not in _command(process)}
    assert {"raylet", "gcs_server"} <= set(made.values())
    driver.kill()
    driver.wait(timeout=HANG)
    assert not out.exists()
    assert not out.parent.exists()

    def left() -> dict[int, str]:
        return {process: name for process, name in made.items() if _name(process) == name}

    until(lambda: not left(), told=left)
    done = run(*command, "-q")
    assert done.exit_code == 0, done.output
    assert [path.name for path in out.parent.iterdir()] == ["one"]


KILLED_AT_WRITING = """
import os, signal, planner.results.plan_folder
from planner.commands.cli import main

def fill(plan, folder, **_):
    (folder / "purchase_orders.csv").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)

planner.results.plan_folder._fill = fill
main()
"""


def test_when_it_is_killed_while_it_writes_nothing_looks_like_a_plan(
    small: Scenario, tmp_path: Path
) -> None:
    small.write(tmp_path / "chain")
    command = ["plan", str(tmp_path / "chain"), "--out", str(tmp_path / "out"), "-q"]
    killed = subprocess.run([sys.executable, "-c", KILLED_AT_WRITING, *command], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert [path.name for path in tmp_path.glob("[!.]*")] == ["chain"]
    done = run(*command)
    assert done.exit_code == 0, done.output
    assert "half" not in (tmp_path / "out" / "purchase_orders.csv").read_text()


def _name(process: int) -> str:
    """What a process runs; nothing once it has ended."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return ""
    name, _, rest = stat[stat.index("(") + 1 :].rpartition(")")
    return "" if rest.split()[0] == "Z" else name


def _command(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text()
    except OSError:
        return ""


def _descendants(process: int) -> dict[int, str]:
    """Processes that a process and those that it made have made, with what they run."""
    found: dict[int, str] = {}
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):  # the thread has ended
            for child in map(int, task.read_text().split()):
                found |= {child: _name(child)} | _descendants(child)
    return found
