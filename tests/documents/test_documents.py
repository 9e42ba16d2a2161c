"""What the documents show runs, and they name what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.tools import code_tables
from scenarios.catalogue import MAIN
from scenarios.problem import Problem
from tests.support.worlds import chain

DOCS = Path(__file__).parents[2] / "docs"


def read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def test_the_policy_of_ones_own_in_the_document_runs() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", read("policies.md"), re.S)
    world = {"scenario": chain([1], mean=10.0, std=2.0, n_periods=10, on_hand=10.0)}
    exec(code, world)  # the example, as a reader would paste it
    # Upstream too, where nobody buys.
    orders = world["Half"]()(Problem(chain([1, 2], mean=10.0)), None)  # type: ignore[operator]
    assert orders(None, 0).tolist() == [5.0, 5.0]


@pytest.mark.parametrize("name", code_tables.MADE)
def test_tables_are_those_of_the_code(name: str) -> None:
    made = code_tables.with_table(read(name), code_tables.MADE[name]())
    assert made == read(name), "write it with: python -m docs.tools"


def test_every_main_problem_is_on_the_leaderboard() -> None:
    told = read("leaderboard.md")
    for name in MAIN:
        assert f"leaderboard/{name}.md" in told
        page = read(f"leaderboard/{name}.md")
        assert f"planner bench {name} " in page
        assert (DOCS / "leaderboard" / f"{name}.png").exists()
