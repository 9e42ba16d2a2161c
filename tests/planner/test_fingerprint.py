"""When two policies are the same: by what they are made of, brain files included."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from brain import Analytic, find_brain
from brain.registry import FOLDER, SHIPPED
from planner.fingerprint import policy_identity
from planner.policies.closed_form import ClosedForm
from planner.policies.named import NAMED
from planner.policies.planned import Planned
from solver.options import SolverOptions


@dataclass(frozen=True, eq=False)
class Levels:
    """A policy with everything that a policy may hold."""

    level: np.ndarray
    rule: Callable[..., Any] = np.minimum
    notes: Any = None
    name: str = "levels"


def halved(x: float) -> float:
    return x / 2


def times(factor: float) -> Callable[[float], float]:
    def scaled(x: float) -> float:
        return factor * x

    return scaled


def test_named_policies_differ_from_each_other_and_stay_the_same() -> None:
    first = {name: policy_identity(make("auto")) for name, make in NAMED.items()}
    assert len(set(first.values())) == len(NAMED)
    assert first == {name: policy_identity(make("auto")) for name, make in NAMED.items()}
    assert policy_identity(Planned()) != policy_identity(Planned(options=SolverOptions(gap=0.02)))
    assert policy_identity(Planned(horizon=27)) != policy_identity(Planned())


def test_it_is_the_same_in_another_process() -> None:
    said = subprocess.run(
        [
            sys.executable, "-c",
            "from planner.fingerprint import policy_identity as p\n"
            "from planner.policies.planned import Planned\nprint(p(Planned('ratio-10')))",
        ],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout.strip() == policy_identity(Planned("ratio-10"))


def test_arrays_functions_and_what_they_enclose_count() -> None:
    long = np.arange(5000.0)  # whose repr leaves out the middle
    other = long.copy()
    other[2500] = 0.0
    alike = [Levels(long.copy(), halved, {"a": [1]}) for _ in range(2)]
    assert policy_identity(alike[0]) == policy_identity(alike[1])
    different = [
        *alike[:1], Levels(other, halved, {"a": [1]}), Levels(long, np.maximum, {"a": [1]}),
        Levels(long, halved, {"a": [2]}), Levels(long, times(2.0)), Levels(long, times(3.0)),
        Levels(long, partial(pow, 2)), Levels(long, partial(pow, 3)), Levels(long[:, None], halved),
        Levels(long.astype("float32"), halved),
    ]  # fmt: skip
    assert len({policy_identity(policy) for policy in different}) == len(different)
    assert policy_identity(Levels(long, times(2.0))) == policy_identity(Levels(long, times(2.0)))


def test_a_brain_trained_anew_under_its_name_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    shipped = policy_identity(ClosedForm("auto"))
    shutil.copy(SHIPPED / "ratio-10.onnx", tmp_path / "mine.onnx")
    named, path = ClosedForm("mine"), ClosedForm(str(tmp_path / "mine.onnx"))
    before = [policy_identity(policy) for policy in (named, path, ClosedForm("auto"))]
    assert before[2] != shipped  # a brain more takes part
    assert before == [policy_identity(policy) for policy in (named, path, ClosedForm("auto"))]
    shutil.copy(SHIPPED / "ratio-100.onnx", tmp_path / "mine.onnx")
    after = [policy_identity(policy) for policy in (named, path, ClosedForm("auto"))]
    assert all(one != other for one, other in zip(before, after, strict=True))
    analytic = policy_identity(ClosedForm("analytic"))
    (tmp_path / "mine.onnx").unlink()
    assert policy_identity(ClosedForm("analytic")) == analytic


def test_what_has_but_an_address_is_refused() -> None:
    for policy, place in (
        (ClosedForm(find_brain("ratio-10")), "policy.brain"),
        (Levels(np.zeros(1), lambda x: x), "policy.rule"),
        (Levels(np.zeros(1), notes=np.random.default_rng(0)), "policy.notes"),
    ):
        with pytest.raises(ValueError, match=f"{place} is .* cannot be told"):
            policy_identity(policy)
    # Objects that hold nothing are what their class is.
    assert policy_identity(ClosedForm(Analytic())) == policy_identity(ClosedForm(Analytic()))
