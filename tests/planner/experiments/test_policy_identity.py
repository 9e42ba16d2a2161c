"""When two policies are the same: by what they are made of, brain files included."""

from __future__ import annotations

import os
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
from brain.trained.registry import FOLDER, SHIPPED
from planner.experiments.policy_identity import policy_identity
from planner.policies.closed_form import ClosedForm
from planner.policies.order_model import OrderModel
from planner.policies.registry import POLICIES
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
    first = {name: policy_identity(entry.make("auto")) for name, entry in POLICIES.items()}
    assert len(set(first.values())) == len(POLICIES)
    assert first == {name: policy_identity(entry.make("auto")) for name, entry in POLICIES.items()}
    assert policy_identity(OrderModel()) != policy_identity(
        OrderModel(options=SolverOptions(gap=0.02))
    )
    assert policy_identity(OrderModel(horizon=27)) != policy_identity(OrderModel())


def test_it_is_the_same_in_another_process() -> None:
    said = subprocess.run(
        [
            sys.executable, "-c",
            "from planner.experiments.policy_identity import policy_identity as p\n"
            "from planner.policies.order_model import OrderModel\nprint(p(OrderModel('ratio-10')))",
        ],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout.strip() == policy_identity(OrderModel("ratio-10"))


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


PLAIN = """
from dataclasses import dataclass
class Base:
    def share(self):
        return 0.5
class Plain(Base):
    size = 3
    def __call__(self, problem, rng):
        def order(state, period):
            return problem.scenario.mean[:, period] * self.share() if state in {"a", "b"} else 2
        return order
    @property
    def name(self):
        return "plain"
    @staticmethod
    def least():
        return 1
class Told(Plain):
    def __repr__(self):
        return "Told()"
@dataclass(frozen=True)
class Data(Plain):
    level: int = 1
def rule(state, period, least=0):
    return period + 1
"""


def made_of(text: str, name: str) -> Any:
    """What a module of that text calls so; instances of classes."""
    there: dict[str, Any] = {"__name__": "planner"}
    exec(compile(text, "plain.py", "exec", dont_inherit=True), there)
    return there[name]() if isinstance(there[name], type) else there[name]


@pytest.mark.parametrize("name", ["Plain", "Told", "Data"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return 0.5", "return 0.6"),  # of the class it is derived from
        ("size = 3", "size = 4"),
        ("* self.share()", "+ self.share()"),
        ('"b"}', '"c"}'),
        (":, period]", ":, 0]"),
        ("else 2", "else 3"),
        ('return "plain"', 'return "other"'),
        ("return 1", "return 2"),
        ("self.share() if", "self.least() if"),
    ],
)
def test_classes_of_one_name_and_other_code_differ(name: str, old: str, new: str) -> None:
    other = PLAIN.replace(old, new)
    assert other != PLAIN
    assert policy_identity(made_of(PLAIN, name)) != policy_identity(made_of(other, name))


def test_so_do_functions_but_not_for_where_they_stand() -> None:
    mine = policy_identity(made_of(PLAIN, "rule"))
    assert mine != policy_identity(made_of(PLAIN.replace("period + 1", "period + 2"), "rule"))
    assert mine != policy_identity(made_of(PLAIN.replace("least=0", "least=1"), "rule"))
    for name in ("Plain", "Told", "Data", "rule"):
        moved = "# says nothing\n\n" + PLAIN.replace("\nclass", "\n# nor this\nclass")
        assert policy_identity(made_of(PLAIN, name)) == policy_identity(made_of(moved, name))


def test_code_is_told_alike_in_another_process() -> None:
    # Sets of text, of which there is one in the code, are in another order there.
    names = ("Plain", "Data", "rule")
    asked = "from planner.experiments.policy_identity import policy_identity as p\n"
    asked += "there = {'__name__': 'planner'}"
    asked += f"\nexec({PLAIN!r}, there)\nPlain, Data, rule = (there[name] for name in {names})"
    asked += "\nprint(p(Plain()), p(Data()), p(rule))"
    mine = [policy_identity(made_of(PLAIN, name)) for name in names]
    for seed in ("1", "2"):
        said = subprocess.run(
            [sys.executable, "-c", asked], capture_output=True, text=True, check=True,
            env=os.environ | {"PYTHONHASHSEED": seed},
        )  # fmt: skip
        assert said.stdout.split() == mine
