"""Every room is small, has a name of the field, and its docstring is the index of what is in it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from docs.tools.rooms import PACKAGES, ROOT, docstring, dotted, folders, indexed, members, summary

ROOMS = folders(*PACKAGES)
SOURCES = [file for top in (*PACKAGES, "benchmarks") for file in (ROOT / top).rglob("*.py")]

PARTICIPLES = {
    "asked", "finish", "found", "held", "in_parts", "judged", "kept", "made", "once", "owed",
    "part", "parts", "portions", "shown", "solved", "told",
}  # fmt: skip
"""Names that modules had once, and that say nothing of what is in them."""


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("room", ROOMS, ids=dotted)
def test_the_docstring_of_a_room_names_every_module_in_it_and_nothing_else(room: Path) -> None:
    named, there = indexed(room), members(room)
    file = f"{name(room)}/__init__.py"
    missing = sorted(there - set(named))
    assert not missing, f"{file}: say in its docstring what ``{'``, ``'.join(missing)}`` is for"
    gone = sorted(set(named) - there)
    assert not gone, (
        f"{file}: ``{'``, ``'.join(gone)}`` is no module of the room; only those may \
stand in double backticks in the docstring (use :func:, :data: and so on for other names)"
    )
    assert len(named) == len(set(named)), f"{file}: each module once, please"


@pytest.mark.parametrize("room", ROOMS, ids=dotted)
def test_an_index_is_short_and_begins_with_a_line_of_its_own(room: Path) -> None:
    lines = docstring(room).splitlines()
    longest = 12 if room.parent == ROOT else 10
    assert len(lines) <= longest, f"{name(room)}/__init__.py: an index has 3 to 8 lines"
    assert summary(room).endswith("."), name(room)


def test_no_room_has_more_than_14_modules() -> None:
    crowded = {
        name(folder): len([file for file in folder.glob("*.py") if file.name != "__init__.py"])
        for folder in folders(*PACKAGES, "benchmarks")
    }
    assert {room: n for room, n in crowded.items() if n > 14} == {}


def test_no_module_has_more_than_450_lines() -> None:
    lengths = {name(file): len(file.read_text(encoding="utf-8").splitlines()) for file in SOURCES}
    assert {file: n for file, n in lengths.items() if n > 450} == {}


def test_no_module_is_called_by_a_bare_participle() -> None:
    assert [name(file) for file in SOURCES if file.stem in PARTICIPLES] == []
    assert [name(folder) for folder in ROOMS if folder.name in PARTICIPLES] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_no_room_of_a_package_bears_the_name_of_a_function_that_it_offers(package: str) -> None:
    # Python gives a module imported later the name in the package: the function would be gone.
    source = (ROOT / package / "__init__.py").read_text(encoding="utf-8")
    lists = [
        node.value
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__"
    ]
    offered = set(ast.literal_eval(lists[0]))
    both = offered & members(ROOT / package)
    # Rooms that are offered as rooms.
    assert both <= {"catalogue", "examples"}
