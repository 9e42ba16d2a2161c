"""What docstrings refer to exists."""

from __future__ import annotations

import pytest

from docs.tools.references import defined, references, resolved


@pytest.mark.parametrize(
    ("name", "exists"),
    [
        ("scenarios.model", True),
        ("scenarios.model.scenario.Scenario", True),
        ("scenarios.model.scenario.Scenario.replace", True),
        ("scenarios.Scenario", True),
        ("scenarios.model.scenario.nothing", False),
        ("scenarios.nowhere.Scenario", False),
        ("numpy.ndarray", False),
    ],
)
def test_a_name_is_looked_up_in_the_source(name: str, exists: bool) -> None:
    assert defined(name) is exists


def test_a_reference_is_looked_up_where_it_stands_and_then_everywhere() -> None:
    assert resolved("step", "scenarios.simulation.step") == "scenarios.simulation.step.step"
    assert resolved("scenarios.Scenario", "solver.options") == "scenarios.Scenario"
    assert resolved(".simulation.step", "solver.options") == "scenarios.simulation.step"
    assert resolved("step", "solver.options") is None


def test_every_name_that_a_docstring_refers_to_exists() -> None:
    lost = [each.place for each in references() if resolved(each.target, each.module) is None]
    assert lost == []
