"""Studies: changes by hand, files checked as a whole, paired differences, resuming."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from brain import find_brain
from planner import study
from planner.commands.cli import app
from planner.experiments.study_file import StudyFile, read_study, variants_of
from planner.policies.closed_form import ClosedForm
from planner.policies.simple import ZERO, Constant
from scenarios.errors import InputError
from scenarios.examples.bundled import retail_chain
from scenarios.model.scenario import Scenario
from scenarios.model.what_if import Change
from scenarios.problem import Problem
from tests.support.waiting import HANG, until
from tests.support.worlds import chain, column

RUN = CliRunner()
PLAIN = ClosedForm("analytic")


def two_stages() -> Scenario:
    return chain(
        [1, 2], mean=10.0, std=2.0, on_hand=20.0, n_periods=6, holding_cost=column([1.0, 0.5]),
        missed_sale_cost=8.0, storage_capacity=[[50.0], [np.inf]], lane_capacity=30.0,
    )  # fmt: skip


def test_changes_by_hand() -> None:
    base = two_stages()
    made = Change(demand=1.5, uncertainty=2.0)(base)
    assert (made.mean[0, 0], made.std[0, 0]) == (15.0, 6.0)
    assert Change(lead_time=2)(base).routes.lead_time.tolist() == [3, 4]
    assert Change(storage=0.5)(base).locations.storage_capacity[:, 0].tolist() == [25.0, np.inf]
    assert Change(storage=0.0)(base).locations.storage_capacity[:, 0].tolist() == [0.0, np.inf]
    assert Change(lanes=0.1)(base).lanes.capacity[0, 0] == pytest.approx(3.0)
    assert Change(ratio=20)(base).points.missed_sale_cost.tolist() == [20.0, 10.0]
    # 0.9 = m / (m + 1)
    assert Change(service_level=0.9)(base).points.missed_sale_cost[0] == pytest.approx(9.0)
    assert Change(review_period=3)(base).settings.review_period == 3
    origin = str(base.lanes.origin_name[0])
    closed = Change.model_validate({"closed": {"origin": origin, "first": 2, "last": 3}})(base)
    assert closed.lanes.capacity[0].tolist() == [30, 30, 0, 0, 30, 30]
    assert base.lanes.capacity.min() == 30.0


def test_changes_that_cannot_be_are_refused() -> None:
    with pytest.raises(InputError, match="lead time less than 0"):
        Change(lead_time=-2)(two_stages())
    with pytest.raises(InputError, match="nothing is shipped from there"):
        Change.model_validate({"closed": {"origin": "Mars", "first": 2, "last": 1}})(two_stages())


def test_everything_that_a_scenario_cannot_follow_is_told_at_once() -> None:
    base = two_stages().replace(
        products=dataclasses.replace(
            two_stages().products, distribution=np.array(["poisson"], dtype=object)
        )
    )
    change = Change.model_validate(
        {"lead_time": -2, "uncertainty": 2, "closed": {"origin": "Mars", "first": 5, "last": 6}}
    )
    with pytest.raises(InputError) as refused:
        change(base)
    text = str(refused.value)
    for part in (
        "lead time less than 0", "P1", "negative_binomial", "nothing is shipped from there",
        "5 to 6", "periods are 0 to 5",
    ):  # fmt: skip
        assert part in text, part
    assert Change(uncertainty=1.0, demand=2.0)(base).mean[0, 0] == 20.0


def closing(first: int, last: int, days: int) -> StudyFile:
    """A study of one closure of the base's supplier."""
    closed = {"origin": str(two_stages().lanes.origin_name[-1]), "first": first, "last": last}
    return StudyFile.model_validate(
        {"input": "-", "policies": ["zero"], "days": days, "changes": {"shut": {"closed": closed}}}
    )


def test_a_closure_does_not_come_round_again_in_a_longer_run() -> None:
    # The scenario has 6 periods, whose last week would be repeated with the closure in it.
    longest = variants_of(closing(4, 5, days=20), two_stages())["shut"]
    assert longest.n_periods == 20
    assert np.flatnonzero((longest.lanes.capacity == 0).any(axis=0)).tolist() == [4, 5]
    # Periods that only the longer run has can be closed too.
    later = variants_of(closing(10, 19, days=20), two_stages())["shut"]
    assert np.flatnonzero((later.lanes.capacity == 0).any(axis=0)).tolist() == list(range(10, 20))


@pytest.mark.parametrize(("first", "last", "days"), [(10, 20, 20), (2, 4, 4), (25, 26, 4)])
def test_a_closure_outside_the_run_is_refused(first: int, last: int, days: int) -> None:
    with pytest.raises(InputError, match=rf"lies outside the run.*{days - 1}") as refused:
        variants_of(closing(first, last, days), two_stages())
    assert [f.file for f in refused.value.findings] == ["changes.shut"]


def write(folder: Path, text: str) -> Path:
    if not (folder / "in").exists():
        retail_chain(2, seed=1).write(folder / "in")
    path = folder / "study.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_becomes_variants_and_combinations(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "input: in\npolicies: [closed-form]\nchanges: {base: {}, more: {demand: 1.2}}\n"
        "grid: {ratio: [10, 100], storage: [0.5, 1]}\n",
    )
    asked = read_study(path)
    made = variants_of(asked, Scenario.read(path.parent / asked.input))
    assert list(made) == [
        "base", "more", "ratio=10, storage=0.5", "ratio=10, storage=1", "ratio=100, storage=0.5",
        "ratio=100, storage=1",
    ]  # fmt: skip


def test_everything_wrong_with_a_file_is_told_at_once(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "input: elsewhere\npolicies: [hybird, zero, zero]\ndayz: 3\nseeds: 0\n"
        "changes: {a: {demnad: 2}, b: {demand: -1}}\ngrid: {ratio: []}\n",
    )
    with pytest.raises(InputError) as refused:
        read_study(path)
    text = str(refused.value)
    for part in (
        "no such input", "elsewhere", "no such policy", "did you mean 'hybrid'", "named twice",
        "dayz", "seeds", "demnad", "did you mean 'demand'", "greater than 0", "grid.ratio",
    ):  # fmt: skip
        assert part in text, part
    for text, part in (
        ("a: [", "not YAML"), ("- 1", "nothing by name"), ("input: in\npolicies: []", "policies"),
        ("input: in\npolicies: [zero]\ngrid: {storage: [-1]}", "storage"),
        ("input: in\npolicies: [[zero]]", "policies"), 
        ("input: in\npolicies: [hybrid]\nbrain: nobody", "no such brain"),
        ("input: in\npolicies: [zero]\nchanges: {a: {lead_time: 100000}}", "lead_time"),
        ("input: in\npolicies: [zero]\ninput: in", "row 3.*is there twice.*'input'"),
        ("input: in\npolicies: [zero]\nchanges: {a: {}, a: {demand: 2}}", "is there twice.*'a'"),
        ("input: in\npolicies: [zero]\ngrid: {ratio: [1, 1.0]}", "grid.ratio: the same value"),
        (
            "input: in\npolicies: [zero]\nchanges: {ratio=1: {}}\ngrid: {ratio: [1]}",
            "changes: the grid makes a variant of that name too",
        ),
        (
            "input: in\npolicies: [zero]\nchanges: {a: {ratio: 2, service_level: 0.9}}",
            "changes.a: ratio and service_level each set missed-sale costs",
        ),
        (
            "input: in\npolicies: [zero]\ngrid: {ratio: [2], missed_sale_cost: [3]}",
            "grid: ratio and missed_sale_cost each",
        ),
        ("input: in\npolicies: [zero]\ngrid: {stroage: [1]}", "did you mean 'storage'"),
        ("input: in\npolicies: [zero]\nchanges: {a: {closed: {frist: 1}}}", "mean 'first'"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=part):
            read_study(write(tmp_path, text))
    path.write_bytes(b"input: \xd3\xff")
    with pytest.raises(InputError, match="not UTF-8"):
        read_study(path)
    with pytest.raises(InputError, match="not YAML"):
        read_study(write(tmp_path, "input: 2026-13-45"))


NUMBERS = sorted(name for name in Change.model_fields if name not in ("unmet_demand", "closed"))


def test_true_and_false_are_no_numbers(tmp_path: Path) -> None:
    closed = "closed: {origin: Maker, first: false, last: yes}"
    lines = [f"  {name}: {{{name}: true}}" for name in NUMBERS]
    path = write(
        tmp_path,
        "input: in\npolicies: [zero]\ndays: true\nseeds: on\nchanges:\n"
        + "\n".join([*lines, f"  shut: {{{closed}}}"])
        + "\ngrid: {storage: [1, true], lanes: [false, 0.5]}\n",
    )
    with pytest.raises(InputError) as refused:
        read_study(path)
    told = [(f.column, f.value) for f in refused.value.findings]
    assert sorted(told) == sorted(
        [("days", "true"), ("seeds", "true")]
        + [(f"changes.{name}.{name}", "true") for name in NUMBERS]
        + [("changes.shut.closed.first", "false"), ("changes.shut.closed.last", "true")]
        + [("grid.storage", "true"), ("grid.lanes", "false")]
    )
    assert {f.message for f in refused.value.findings} == {
        "is true or false where a number is meant"
    }
    assert {f.remedy for f in refused.value.findings} == {"write a number"}


def test_differences_are_paired_by_seed() -> None:
    variants = {"base": two_stages(), "dear": Change(missed_sale_cost=2.0)(two_stages())}
    result = study(variants, [PLAIN, ZERO], n_seeds=4, workers=1)
    assert len(result.cells) == 2 * 2 * 4
    cost = result.cells.pivot(index="seed", columns=["variant", "policy"], values="total_cost")
    gap = cost["base", "zero"] - cost["base", "closed-form"]
    row = result.differences.query(
        "variant == 'base' and policy == 'zero' and measure == 'total_cost'"
    ).iloc[0]
    assert row["difference"] == pytest.approx(gap.mean())
    # Student's t for 4 pairs: 3.182 standard errors.
    assert row["high"] - row["difference"] == pytest.approx(3.182 * gap.std() / 2, rel=1e-3)
    # The same policy in both variants: nothing but the price of a miss differs.
    dearer = result.differences.query(
        "variant == 'dear' and against_variant == 'base' and policy == 'zero'"
        " and measure == 'missed_units'"
    ).iloc[0]
    assert dearer["difference"] == 0.0


class Faulty:
    """A policy that cannot be made ready for long lead times."""

    name = "faulty"

    def __repr__(self) -> str:
        return "Faulty()"

    def __call__(self, problem: Problem, rng: np.random.Generator) -> object:
        if problem.scenario.routes.lead_time.max() > 2:
            raise RuntimeError("too far away")
        return Constant()(problem, rng)


def test_a_variant_that_fails_is_recorded_and_the_others_go_on() -> None:
    variants = {"near": two_stages(), "far": Change(lead_time=1)(two_stages())}
    result = study(variants, [PLAIN, Faulty()], n_seeds=2, workers=1)  # type: ignore[list-item]
    failed = result.cells[result.cells["error"] != ""]
    assert set(zip(failed["variant"], failed["policy"], strict=True)) == {("far", "faulty")}
    assert failed["error"].str.contains("too far away").all()
    assert len(result.summary.groupby(["variant", "policy"])) == 3


def test_a_study_that_is_stopped_loses_no_finished_run(tmp_path: Path) -> None:
    out, variants = tmp_path / "out", {"base": two_stages()}

    def stop(done: int, total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        study(variants, [PLAIN, ZERO], n_seeds=3, workers=1, progress=stop, out=out)
    kept = sorted((tmp_path / "out.cells").glob("*.json"))
    assert len(kept) == 3
    # To be seen in the result that it was taken, not run again.
    marked = json.loads(kept[0].read_text(encoding="utf-8")) | {"seconds": 12345.0}
    kept[0].write_text(json.dumps(marked), encoding="utf-8")
    result = study(variants, [PLAIN, ZERO], n_seeds=3, workers=1, out=out)
    assert (result.cells["seconds"] == 12345.0).sum() == 1
    assert len(pd.read_parquet(out / "cells.parquet")) == 6
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def test_cells_of_a_policy_without_identity_are_run_but_not_kept(tmp_path: Path) -> None:
    nameless = ClosedForm(find_brain("ratio-10"))
    assert (study({"base": two_stages()}, [nameless], 1, workers=1).cells["error"] == "").all()
    with pytest.raises(ValueError, match=r"policy\.brain is .* cannot be told"):
        study({"base": two_stages()}, [nameless], n_seeds=1, workers=1, out=tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_the_command_runs_a_study_on_two_processes(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "input: in\npolicies: [closed-form, zero]\nbrain: analytic\ndays: 5\nseeds: 2\n"
        "changes: {as it is: {}, less room: {storage: 0.5}}\n",
    )
    out = tmp_path / "out"
    done = RUN.invoke(app, ["study", str(path), "--out", str(out), "--workers", "2"])
    assert done.exit_code == 0, done.output
    assert "less room" in done.output
    assert "to closed-form" in done.output
    assert len(pd.read_csv(out / "cells.csv")) == 8
    again = RUN.invoke(app, ["study", str(path), "--out", str(out)])
    assert again.exit_code == 2
    assert "already" in again.output or "exists" in again.output


def test_bad_studies_end_with_code_2_before_anything_runs(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for text, parts in (
        (
            "input: in\npolicies: [hybird]\ndayz: 2\ngrid: {ratio: [], storage: [1, x]}\n"
            "changes: {a: {lead_time: 1.5}, a: {demand: 0}}\n",
            ["hybird", "dayz", "grid.ratio", "grid.storage", "is there twice", "changes.a.demand"],
        ),
        (
            "input: in\npolicies: [zero]\nchanges: {a: {lead_time: -10},"
            " b: {closed: {origin: Mars, first: 1, last: 2000}}, c: {}}\n",
            ["changes.a", "lead time less than 0", "changes.b", "Mars", "outside the run"],
        ),
        ("input: in/stock.csv\npolicies: [zero]\n", ["stock.csv"]),
    ):
        path = write(tmp_path, text)
        done = RUN.invoke(app, ["study", str(path), "--out", str(out), "-q"])
        assert done.exit_code == 2, done.output
        for part in parts:
            assert part in done.output, (part, done.output)
        assert "Traceback" not in done.output
        assert not out.exists()


def test_one_seed_gives_no_intervals(tmp_path: Path) -> None:
    path = write(
        tmp_path, "input: in\npolicies: [closed-form, zero]\nbrain: analytic\ndays: 5\nseeds: 1\n"
    )
    out = tmp_path / "out"
    done = RUN.invoke(app, ["study", str(path), "--out", str(out), "--workers", "1"])
    assert done.exit_code == 0, done.output
    assert "intervals are unknown" in done.output
    assert "to closed-form" in done.output
    assert "nan" not in done.output
    assert "±" not in done.output
    assert pd.read_csv(out / "summary.csv")["low"].isna().all()
    done = RUN.invoke(app, ["study", str(path), "--out", str(tmp_path / "x"), "--workers=1", "-q"])
    assert (done.exit_code, done.output) == (0, "")


def test_a_cluster_that_does_not_answer_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ray.init", mock.Mock(side_effect=AssertionError("tries for minutes")))
    path = write(tmp_path, "input: in\npolicies: [zero]\ndays: 2\nseeds: 1\n")
    command = ["study", str(path), "--out", str(tmp_path / "out"), "-q", "--ray", "127.0.0.1:1"]
    done = RUN.invoke(app, command)
    assert done.exit_code == 2, done.output
    assert "no cluster answers there (value: '127.0.0.1:1')" in done.output
    assert RUN.invoke(app, [*command, "--workers", "2"]).exit_code == 2


def test_without_ray_a_cluster_is_refused_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    path = write(tmp_path, "input: in\npolicies: [zero]\ndays: 2\nseeds: 1\n")
    done = RUN.invoke(app, ["study", str(path), "--out", str(tmp_path / "o"), "--ray", "local"])
    assert done.exit_code == 2
    assert "pip install 'echelon-planner[train]'" in done.output


@dataclasses.dataclass(frozen=True)
class Falling:
    """A policy that takes its process away, as a system does that runs out of memory."""

    name: str = "falling"

    def __call__(self, scenario: Scenario, rng: np.random.Generator) -> object:
        os._exit(1)


def test_a_process_that_is_ended_from_outside_ends_the_study(tmp_path: Path) -> None:
    with pytest.raises(BrokenProcessPool):
        study({"base": two_stages()}, [Falling()], 2, workers=2)  # type: ignore[list-item]


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="there are no process groups")
def test_ctrl_c_keeps_finished_runs_and_the_same_command_goes_on(tmp_path: Path) -> None:
    path = write(
        tmp_path, "input: in\npolicies: [closed-form]\nbrain: analytic\ndays: 40\nseeds: 200\n"
    )
    command = ["study", str(path), "--out", str(tmp_path / "out"), "-q", "--workers"]
    running = subprocess.Popen(
        [sys.executable, "-m", "planner", *command, "2"], start_new_session=True,
        # A shell that runs tests in the background has Ctrl-C ignored, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    kept = tmp_path / "out.cells"
    until(lambda: list(kept.glob("*.json")) or running.poll() is not None)
    # As a terminal does: to the command and to every process that it made.
    os.killpg(running.pid, signal.SIGINT)
    said, _ = running.communicate(timeout=HANG)
    assert running.returncode == 130, said
    assert said.strip() == "Stopped; the same command goes on from here."
    finished = len(list(kept.glob("*.json")))
    assert 0 < finished < 200
    for file in kept.glob("*.json"):
        row = json.loads(file.read_text(encoding="utf-8")) | {"seconds": 12345.0}
        file.write_text(json.dumps(row), encoding="utf-8")
    done = RUN.invoke(app, [*command, "1"])
    assert done.exit_code == 0, done.output
    cells = pd.read_csv(tmp_path / "out" / "cells.csv")
    assert (len(cells), (cells["seconds"] == 12345.0).sum()) == (200, finished)
    assert not kept.exists()


@dataclasses.dataclass(frozen=True)
class Counted:
    """Constant orders that note how often they got ready."""

    note: str
    name: str = "counted"

    def __call__(self, problem: Problem, rng: np.random.Generator) -> object:
        with Path(self.note).open("a") as stream:
            stream.write("x")
        return Constant()(problem, rng)


def test_a_policy_gets_ready_once_for_all_paths_of_a_variant(tmp_path: Path) -> None:
    variants = {"near": two_stages(), "far": Change(lead_time=1)(two_stages())}
    counted = Counted(str(tmp_path / "note"))
    result = study(variants, [counted, PLAIN], n_seeds=3, workers=1)  # type: ignore[list-item]
    assert (result.cells["error"] == "").all()
    assert (tmp_path / "note").read_text() == "xx"


def test_shares_end_where_they_can_and_profit_does_not() -> None:
    # Two paths that miss little: the interval of the fill rate would reach above 1.
    found = study({"base": two_stages()}, [PLAIN], n_seeds=2, workers=1).summary.set_index(
        "measure"
    )
    shares = found.loc[["fill_rate", "cycle_service_level", "perfect_days"]]
    assert (shares["high"] <= 1.0).all()
    assert (found.loc["total_cost", "low"]) >= 0.0
    profit = found.loc["profit"]
    assert profit["mean"] - profit["low"] == pytest.approx(profit["high"] - profit["mean"])


def test_the_same_variant_under_two_names_and_an_unknown_brain_are_told_at_once(
    tmp_path: Path,
) -> None:
    text = "input: in\npolicies: [zero]\nchanges: {a: {ratio: 5}, b: {ratio: 5.0}}\n"
    with pytest.raises(InputError, match="is the same as a"):
        read_study(write(tmp_path, text))
    with pytest.raises(InputError) as refused:
        read_study(write(tmp_path, "input: in\npolicies: [zero]\nseeds: 0\nbrain: nobody\n"))
    assert {finding.column for finding in refused.value.findings} == {"seeds", "brain"}
