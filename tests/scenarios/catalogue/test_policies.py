"""The world knows no policy: who orders, and who competes, is a matter of the planner."""

from __future__ import annotations

import ast
from fnmatch import fnmatchcase
from pathlib import Path

import scenarios
from planner.experiments.contenders import CONTENDERS, contenders
from planner.policies.registry import POLICIES
from scenarios.catalogue import ENTRIES


def test_no_text_in_scenarios_is_the_name_of_a_policy() -> None:
    named = [
        f"{file.name}, line {node.lineno}: {node.value}"
        for file in Path(scenarios.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in set(POLICIES)
    ]
    assert named == []


def test_every_pattern_is_that_of_a_problem_and_every_contender_a_policy() -> None:
    assert [p for p in CONTENDERS if not any(fnmatchcase(name, p) for name in ENTRIES)] == []
    for name in ENTRIES:
        assert set(contenders(name)) <= set(POLICIES)
        assert "oracle" not in contenders(name)  # it runs anyway, as the yardstick


def test_who_is_everywhere_is_on_a_leaderboard_that_says_nothing_else() -> None:
    assert contenders("reference") == tuple(
        name for name, entry in POLICIES.items() if entry.everywhere
    )
