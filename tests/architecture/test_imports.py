"""Imports go down, without a circle anywhere: type hints and late imports count like all others."""

from __future__ import annotations

import ast
from itertools import pairwise
from pathlib import Path

from docs.tools.import_graph import circle, floors, grouped, modules, room_of
from docs.tools.rooms import PACKAGES, ROOT


def test_a_circle_is_found_and_told_in_the_direction_of_its_imports() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": set()}) == []
    way = circle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})
    assert way[0] == way[-1]
    assert sorted(way[1:]) == ["a", "b", "c"]
    assert set(pairwise(way)) == {("a", "b"), ("b", "c"), ("c", "a")}


def test_everybody_stands_one_floor_above_the_highest_that_it_imports() -> None:
    # a needs b and d, b needs c: so a is on the third floor although d is on the ground.
    edges = {"a": {"b", "d"}, "b": {"c"}, "c": set(), "d": set()}
    assert floors(edges) == [["c", "d"], ["b"], ["a"]]


def test_type_hints_and_late_imports_are_seen() -> None:
    # ``planner`` imports ``plan`` when it is first asked for, and for the type checker.
    assert "planner.planning.plan" in modules()["planner"]


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circle(modules()) == []


def test_no_rooms_import_each_other_in_a_circle() -> None:
    assert circle(grouped(modules(), room_of)) == []


def test_the_audit_knows_nothing_of_how_runs_and_orders_come_about() -> None:
    reach, ahead = set(), ["scenarios.evaluation.audit"]
    while ahead:
        module = ahead.pop()
        if module not in reach:
            reach.add(module)
            ahead += modules()[module]
    rooms = {room_of(module) for module in reach}
    assert rooms & {"scenarios.simulation", "scenarios.demand"} == set()
    assert {module.partition(".")[0] for module in reach} == {"scenarios"}


def test_nothing_below_asks_the_face_of_its_own_package() -> None:
    below = {
        name: imported & {name.partition(".")[0]}
        for name, imported in modules().items()
        if name not in PACKAGES
    }
    assert {name: face for name, face in below.items() if face} == {}


def named_imports(source: str) -> bool:
    """Whether modules are imported by names that are text, which no import graph sees."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    names = {getattr(call.func, "attr", getattr(call.func, "id", "")) for call in calls}
    return bool(names & {"import_module", "__import__"})


def test_only_faces_import_modules_by_text() -> None:
    sources = [file for top in PACKAGES for file in (ROOT / top).rglob("*.py")]
    by_text = {str(file.relative_to(ROOT)) for file in sources if named_imports(read(file))}
    assert by_text <= {
        "planner/__init__.py",
        "scenarios/__init__.py",
        # Gives the faces their names when they are first asked for.
        "scenarios/lazy_names.py",
        # Pyomo, without what it brings along.
        "solver/formulation/pyomo_import.py",
    }


def read(file: Path) -> str:
    return file.read_text(encoding="utf-8")
