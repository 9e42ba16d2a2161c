"""Whatever is wrong with the arguments of a public call is told by their names, as InputError.

Every public callable of the four packages is in one of the two tables below: ``CALLS`` with
arguments that are good, of which one after the other is made bad, or ``FREE`` with the reason why
it takes what it is given.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import brain
import planner
import scenarios
import solver
from planner.overrides.override import COLUMNS
from planner.overrides.table import Overrides
from planner.policies.simple import Constant
from scenarios.errors import InputError
from scenarios.model.history import History
from scenarios.model.scenario import Scenario
from scenarios.simulation.policy import GivenOrders
from scenarios.simulation.run import simulate
from tests.support.worlds import chain

PACKAGES = ("planner", "brain", "solver", "scenarios")
RESULTS = "made by the packages themselves, out of what has been checked"
PROTOCOL = "a protocol"
FREE = {
    "Finding": "a record of what is wrong; any text goes",
    "InputError": "takes the findings",
    "Violation": RESULTS, "Outcome": RESULTS, "State": RESULTS, "Trajectory": RESULTS,
    "Ages": "of any array library, in every step of a simulation; a Scenario looks at its own",
    "InputCheck": RESULTS, "SharedResource": RESULTS, "Response": RESULTS, "SafetyStocks": RESULTS,
    "OrderPlan": RESULTS, "OrderUpTo": RESULTS, "Effort": RESULTS, "WarmStart": RESULTS,
    "Plan": RESULTS, "PlanExcerpt": RESULTS, "Report": RESULTS, "Forecast": RESULTS,
    "Origins": RESULTS, "BacktestResult": RESULTS, "StudyResult": RESULTS, "BenchResult": RESULTS,
    "Simulation": RESULTS, "Overrides": "a tuple of Override, which look at themselves",
    "CannotShip": RESULTS, "NotEnoughMemory": RESULTS, "ClusterFailed": RESULTS,
    "AuditError": RESULTS, "TrainingDiverged": RESULTS, "CheckpointDamaged": RESULTS,
    "OrderPolicy": PROTOCOL, "SafetyStockPolicy": PROTOCOL, "Workers": PROTOCOL,
    "Policy": PROTOCOL,
    "Oracle": "has no arguments that users give", "Analytic": "has no arguments",
    "NoSafetyStock": "has no arguments",
    "Scenario": "its fields are those of Scenario.replace, see test_replace.py",
    "Settings": "see test_replace.py", "Change": "see below", "Closure": "see below",
    "Domain": "pydantic, as SolverOptions", "Manifest": "pydantic, as SolverOptions",
    "Products": "see Entity", "Locations": "see Entity", "Lanes": "see Entity",
    "Points": "see Entity", "Routes": "see Entity", "OpenOrders": "see Entity",
    "brain_table": "no arguments", "policy_table": "no arguments", "problem_table": "no arguments",
    "schema": "no arguments", "schema_table": "no arguments",
}  # fmt: skip


def world() -> Scenario:
    """A shop and its depot over four days."""
    return chain([1, 2], 5.0, 1.0, on_hand=[[8.0], [9.0]])


def sold() -> Scenario:
    """The same shop with three days of past sales."""
    some = world()
    past = (2, 3)
    history = History(np.datetime64("2026-01-02"), 1, np.ones(past), np.ones(past, dtype=bool),
                      None, None)  # fmt: skip
    return some.replace(history=history)


def run_of(scenario: Scenario) -> Any:
    return simulate(scenario, GivenOrders(np.zeros((2, 4))), scenario.mean)


def plan_of_old() -> planner.Plan:
    return planner.read_plan(Path(__file__).parent / "planner" / "results" / "version_1" / "plan")


NOTHING_YET = Path("/nowhere/at/all")
CALLS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    # planner
    "plan": (planner.plan, {
        "scenario": world(), "brain": "analytic", "options": None, "progress": None,
        "model": "auto", "overrides": None, "workers": None,
    }),
    "Replanner": (planner.Replanner, {
        "scenario": world(), "brain": "analytic", "options": None, "model": "auto",
        "workers": None,
    }),
    "Replanner.plan": (lambda **given: planner.Replanner(world(), "analytic").plan(**given), {
        "overrides": None, "progress": None,
    }),
    "read_plan": (planner.read_plan, {"folder": NOTHING_YET}),
    "Plan.write": (lambda **given: plan_of_old().write(**given), {
        "path": NOTHING_YET, "force": False, "excel": False, "report": True,
    }),
    "Plan.for_product": (lambda **given: plan_of_old().for_product(**given), {"product": "P1"}),
    "Plan.for_location": (lambda **given: plan_of_old().for_location(**given), {
        "location": "store",
    }),
    "Plan.plot": (lambda **given: plan_of_old().plot(**given), {
        "product": "P1", "location": "store", "path": None,
    }),
    "simulate": (planner.simulate, {
        "scenario": world(), "n_paths": 2, "seed": 0, "brain": "analytic", "progress": None,
        "out": None,
    }),
    "forecast": (planner.forecast, {
        "scenario": sold(), "model": "moving-average", "judge": (), "workers": 1,
        "progress": None,
    }),
    "forecasts_at": (planner.forecasts_at, {
        "scenario": sold(), "n_periods": 1, "model": "moving-average", "learn_every": None,
        "plans_known": False, "progress": None,
    }),
    "backtest": (planner.backtest, {
        "scenario": world(), "policy": "constant", "n_periods": 2, "n_paths": 1, "seed": 0,
        "demand": None, "paired": False, "ready": None, "journal": None, "progress": None,
        "out": None,
    }),
    "backtest_history": (planner.backtest_history, {
        "scenario": sold(), "policy": "constant", "n_periods": 1, "model": "moving-average",
        "learn_every": None, "plans_known": False, "origins": None, "seed": 0, "journal": None,
        "progress": None, "out": None,
    }),
    "study": (planner.study, {
        "variants": {"as it is": world()}, "policies": ["constant"], "n_seeds": 1,
        "n_periods": 2, "first_seed": 0, "workers": 1, "ray": None, "cells_in": None,
        "progress": None, "out": None,
    }),
    "study_from_file": (planner.study_from_file, {
        "path": NOTHING_YET, "workers": 1, "ray": None, "progress": None, "out": None,
        "told": None,
    }),
    "bench": (planner.bench, {
        "problems": ["single-sku"], "policies": ["constant"], "n_paths": 1, "brain": "analytic",
        "seed": 0, "workers": 1, "ray": None, "cells_in": None, "progress": None, "out": None,
    }),
    "report": (planner.report, {"folder": NOTHING_YET}),
    "serve_app": (planner.serve_app, {
        "folder": NOTHING_YET, "host": "127.0.0.1", "port": 0, "upload_limit": 1, "show": False,
        "told": None,
    }),
    "find_policy": (planner.find_policy, {"name": "constant", "brain": "auto"}),
    "read_overrides": (planner.read_overrides, {"path": NOTHING_YET}),
    "Override": (planner.Override, {
        "kind": "order", "value": 1.0, "product": "P1", "location": "", "origin": "dc1",
        "destination": "store", "first": None, "last": None, "who": "", "when": "", "why": "",
        "row": None,
    }),
    "Overrides.from_table": (Overrides.from_table, {"table": Overrides().table()}),
    "Overrides.write": (Overrides().write, {"path": NOTHING_YET}),
    "Overrides.apply": (Overrides().apply, {"scenario": world()}),
    # brain
    "safety_stocks": (brain.safety_stocks, {"scenario": world(), "brain": "analytic"}),
    "find_brain": (brain.find_brain, {"name": "analytic"}),
    "brain_manifest": (brain.brain_manifest, {"name": "ratio-10"}),
    "export_brain": (brain.export_brain, {"name": "ratio-10", "file": NOTHING_YET}),
    "explain_brain": (brain.explain_brain, {"name": "ratio-10"}),
    "learning_curves": (brain.learning_curves, {"folder": NOTHING_YET}),
    "train": (brain.train, {
        "ratios": 50.0, "ratio_range": None, "algorithm": "hdpo", "out": NOTHING_YET,
        "start": None, "resume": None, "ray_address": None, "seed": 0, "progress": None,
        "options": None, "chains": None,
    }),
    "TrainingOptions": (brain.TrainingOptions, dataclasses.asdict(brain.TrainingOptions())),
    "Analytic": (brain.Analytic(), {"scenario": world()}),
    "NoSafetyStock": (brain.NoSafetyStock(), {"scenario": world()}),
    # solver
    "optimise": (solver.optimise, {
        "scenario": world(), "safety_stock": np.zeros((2, 4)), "options": None,
        "warm_start": None, "progress": None, "fixed_orders": None, "workers": None,
    }),
    "order_up_to": (solver.order_up_to, {
        "scenario": world(), "safety_stock": None, "xp": np, "dtype": None, "device": None,
    }),
    "workers_of": (
        lambda **given: contextlib.ExitStack().enter_context(solver.workers_of(**given)),
        {"count": 1, "ray": None},
    ),
    "SolverOptions": (solver.SolverOptions, {
        name: field.default for name, field in solver.SolverOptions.model_fields.items()
    }),
    # scenarios
    "read_scenario": (scenarios.read_scenario, {"path": NOTHING_YET}),
    "scenario_from_tables": (scenarios.scenario_from_tables, {
        "tables": world().to_tables(), "settings": None,
    }),
    "tables_from_scenario": (scenarios.tables_from_scenario, {"scenario": world()}),
    "write_scenario": (scenarios.write_scenario, {
        "scenario": world(), "path": NOTHING_YET, "file_format": "csv",
    }),
    "Scenario.write": (lambda **given: world().write(**given), {
        "path": NOTHING_YET, "file_format": "csv",
    }),
    "Scenario.scale_demand": (lambda **given: world().scale_demand(**given), {
        "factor": 1.0, "product": None, "location": None, "first": None, "last": None,
    }),
    "check": (scenarios.check, {"source": world().to_tables(), "settings": None}),
    "example": (scenarios.example, {"name": "stores", "n_products": 2, "seed": 0}),
    "write_example": (scenarios.write_example, {
        "folder": NOTHING_YET, "name": "stores", "n_products": 2, "seed": 0,
        "file_format": "csv",
    }),
    "longer": (scenarios.longer, {"scenario": world(), "n_periods": 6}),
    "sample": (scenarios.sample, {
        "scenario": world(), "rng": np.random.default_rng(0), "n_paths": 2, "paired": False,
    }),
    "scenarios.simulate": (scenarios.simulate, {
        "scenario": world(), "policy": GivenOrders(np.zeros((2, 4))), "demand": np.zeros((2, 4)),
        "rng": None, "record": True, "initial": None, "dtype": np.float64,
    }),
    "kpis": (scenarios.kpis, {"run": run_of(world())}),
    "audit": (scenarios.audit, {
        "scenario": world(), "subject": run_of(world()), "lot_rules": None,
    }),
    "shared_resources": (scenarios.shared_resources, {"scenario": world()}),
    "GivenOrders": (scenarios.GivenOrders, {"quantity": np.zeros((2, 4))}),
    "Problem": (scenarios.Problem, {
        "scenario": world(), "demand": scenarios.sample, "cost": lambda run: run.costs.total,
    }),
    "Problem.draw": (scenarios.Problem(world()).draw, {
        "rng": np.random.default_rng(0), "n_paths": 1,
    }),
    "History": (scenarios.History, {
        "first": np.datetime64("2026-01-02"), "days": 1, "quantity": np.ones((2, 3)),
        "in_stock": np.ones((2, 3), dtype=bool), "price": None, "promotion": None,
    }),
    "History.until": (lambda **given: sold().history.until(**given), {"n": 1}),
    "History.take": (lambda **given: sold().history.take(**given), {"points": [0]}),
    "History.ahead": (lambda **given: sold().history.ahead(**given), {"n_periods": 1}),
    "Change.__call__": (lambda **given: scenarios.Change()(**given), {"scenario": world()}),
    "Entity.take": (world().points.take, {"index": [0]}),
    "Entity.at_periods": (world().locations.at_periods, {"period": [0]}),
}  # fmt: skip
UNTOLD = {
    ("order_up_to", "dtype"), ("order_up_to", "device"), ("scenarios.simulate", "dtype"),
    ("scenarios.simulate", "record"), ("sample", "paired"), ("train", "ratio_range"),
    ("TrainingOptions", "curriculum"),
}  # fmt: skip
"""In the words of an array library, or taken as Python takes it: anything is true or false."""
BY_NAME = {("History", "in_stock"), ("scenarios.simulate", "rng")}
"""Anything is a flag; is not asked where demand is an array."""


def parameters() -> Iterator[tuple[str, str]]:
    for call, (_, good) in CALLS.items():
        for name in good:
            if (call, name) not in UNTOLD | BY_NAME:
                yield call, name


class Strange:
    """Nothing that any call could want."""

    def __repr__(self) -> str:
        return "something strange"


def refused(call: str, **bad: object) -> str:
    """What is said of a call with some arguments made bad."""
    function, good = CALLS[call]
    with pytest.raises(InputError) as error:
        function(**good | bad)
    return str(error.value)


@pytest.mark.parametrize(("call", "name"), list(parameters()))
def test_an_argument_of_another_kind_is_told_by_its_name(call: str, name: str) -> None:
    said = refused(call, **{name: Strange()})
    assert f"argument {name} of " in said or name in ("ratios", "algorithm"), said
    assert "Remedy: " in said


NUMBERS = [(call, name) for call, name in parameters() if name in {
    "n_paths", "n_periods", "seed", "first_seed", "n_seeds", "workers", "n_products", "count",
    "learn_every", "row", "port", "upload_limit", "n",
} and not (call in {"plan", "Replanner", "optimise"} and name == "workers")]  # fmt: skip


@pytest.mark.parametrize(("call", "name"), NUMBERS)
@pytest.mark.parametrize("value", [-7, 2.5, "3", True, float("nan")])
def test_what_is_no_number_of_things_is_told(call: str, name: str, value: object) -> None:
    if (call, name, value) == ("Override", "row", -7):
        pytest.skip("a line of no file; it is for messages alone")
    said = refused(call, **{name: value})
    # Two of them are seen with the history, by the names of their options.
    assert name in said or name.replace("_", "-") in said or "--days" in said


PATHS = [(call, name) for call, name in parameters() if name in {
    "path", "folder", "out", "journal", "cells_in", "file", "resume",
}]  # fmt: skip


@pytest.mark.parametrize(("call", "name"), PATHS)
@pytest.mark.parametrize("value", ["", "a\0b", b"bytes", 3, ["a"]])
def test_what_can_be_no_path_is_told(call: str, name: str, value: object) -> None:
    assert f"argument {name} of " in refused(call, **{name: value})


@pytest.mark.parametrize("call", [call for call, (_, good) in CALLS.items() if "progress" in good])
def test_progress_that_cannot_be_called_is_told(call: str) -> None:
    assert "argument progress of" in refused(call, progress=5)


ARRAYS = {
    "negative": np.full((1, 2, 4), -1.0), "nan": np.full((1, 2, 4), np.nan),
    "shape": np.ones((3, 3)), "text": np.full((1, 2, 4), "many"), "ragged": [[1.0], [1.0, 2.0]],
    "object": np.full((1, 2, 4), None),
}  # fmt: skip


@pytest.mark.parametrize("kind", ARRAYS)
@pytest.mark.parametrize("call", ["backtest", "scenarios.simulate"])
def test_demand_that_cannot_be_is_told(call: str, kind: str) -> None:
    assert "argument demand of" in refused(call, demand=ARRAYS[kind])


@pytest.mark.parametrize("kind", ["nan", "shape", "text", "ragged", "object"])
@pytest.mark.parametrize("call", ["optimise", "order_up_to"])
def test_safety_stocks_that_cannot_be_are_told(call: str, kind: str) -> None:
    value = ARRAYS[kind][0] if kind in ("nan", "text", "object") else ARRAYS[kind]
    assert "argument safety_stock of" in refused(call, safety_stock=value)


@pytest.mark.parametrize(
    ("call", "name", "value"),
    [
        ("plan", "brain", "ratio-11"), ("safety_stocks", "brain", "ratio-11"),
        ("find_brain", "name", "ratio-11"), ("brain_manifest", "name", "ratio-11"),
        ("export_brain", "name", "ratio-11"), ("explain_brain", "name", "ratio-11"),
        ("plan", "model", "crystal-ball"), ("forecast", "model", "crystal-ball"),
        ("forecast", "judge", ["crystal-ball"]), ("backtest", "policy", "hybird"),
        ("study", "policies", ["hybird"]), ("bench", "policies", ["hybird"]),
        ("bench", "problems", ["single-sko"]), ("find_policy", "name", "hybird"),
        ("example", "name", "shops"), ("write_example", "file_format", "xls"),
        ("Plan.for_product", "product", "P9"), ("Plan.plot", "location", "moon"),
        ("Override", "kind", "stock"), ("train", "algorithm", "sarsa"),
        ("train", "start", "ratio-11"),
    ],
)  # fmt: skip
def test_a_name_that_is_unknown_is_told_with_its_value(call: str, name: str, value: Any) -> None:
    shown = value if isinstance(value, str) else value[0]
    assert shown in refused(call, **{name: value})


def test_all_that_is_wrong_is_told_at_once() -> None:
    said = refused("backtest", scenario=None, policy=3, n_paths=0, seed="x", progress=1, out=None)
    assert [
        f"argument {name} of" in said for name in ("scenario", "policy", "n_paths", "seed")
    ] == [True] * 4


def test_good_arguments_are_good() -> None:
    # Else the tests above would show nothing.
    for call in ("plan", "simulate", "backtest", "study", "bench", "optimise", "order_up_to",
                 "safety_stocks", "sample", "kpis", "audit", "check", "example", "Override",
                 "TrainingOptions", "SolverOptions", "History", "History.take", "Problem.draw",
                 "Entity.take", "Plan.for_product", "Overrides.apply"):  # fmt: skip
        function, good = CALLS[call]
        function(**good)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"products": 3}, "argument tables['products'] of Scenario.from_tables"),
        ({3: world().to_tables()["products"]}, "argument tables of Scenario.from_tables"),
    ],
)
def test_tables_that_are_none_are_told(table: dict[Any, Any], told: str) -> None:
    assert told in refused("scenario_from_tables", tables=table)


@pytest.mark.parametrize(
    "entity", ["Products", "Locations", "Lanes", "Points", "Routes", "OpenOrders"]
)
def test_every_field_of_an_entity_refuses_what_it_cannot_hold(entity: str) -> None:
    kind = getattr(scenarios, entity)
    name = {"OpenOrders": "open_orders"}.get(entity, entity.lower())
    good = getattr(world(), name)
    for field, dtype in kind.dtypes.items():
        if dtype is np.bool_:
            continue
        bad: Any = [[["deep"]]] if dtype is np.object_ else Strange()
        with pytest.raises(InputError, match=f"argument {field} of {entity}"):
            dataclasses.replace(good, **{field: bad})


@pytest.mark.parametrize("change", [{"demand": -1}, {"ratio": "x"}, {"storage": None, "lanse": 2}])
def test_changes_that_cannot_be_are_told(change: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="of Change"):
        scenarios.Change(**change)


def test_overrides_of_other_things_are_told() -> None:
    for bad in (5, [1, 2], "nowhere.csv", {"a": 1}):
        with pytest.raises(InputError):
            planner.plan(world(), "analytic", overrides=bad)
    assert "kind" in COLUMNS


def test_a_policy_of_ones_own_is_none_of_them() -> None:
    assert planner.backtest(world(), Constant(), 2).policy == "constant"


def public() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        module = importlib.import_module(package)
        for name in module.__all__:
            if callable(getattr(module, name)):
                yield package, name


def test_every_public_call_is_in_one_of_the_tables() -> None:
    named = {call.rpartition(".")[2] for call in CALLS} | set(CALLS)
    lost = {name for _, name in public()} - named - set(FREE)
    assert lost == set()


def test_every_argument_of_a_call_is_in_the_table() -> None:
    for call, (function, good) in CALLS.items():
        if "." in call or call in {"workers_of"}:
            continue
        target = getattr(function, "__wrapped__", function)
        accepted = [
            name
            for name, parameter in inspect.signature(target).parameters.items()
            if parameter.kind is not parameter.VAR_KEYWORD
        ]
        assert set(accepted) == set(good), call
