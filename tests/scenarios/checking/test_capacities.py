"""Capacities as tables say them: of storages, of lanes, and the throughput of locations."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from scenarios.errors import Finding, InputError
from scenarios.model.scenario import Scenario


def tables(**more: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """One product from a plant through a hub to two shops, over three days."""
    days = pd.date_range("2026-01-05", periods=3)
    made = {
        "products": pd.DataFrame({"product": ["P"], "missed_sale_cost": [5], "holding_cost": [1]}),
        "locations": pd.DataFrame({"location": ["hub", "east", "west"]}),
        "lanes": pd.DataFrame(
            {"origin": ["plant", "hub", "hub"], "destination": ["hub", "east", "west"],
             "lead_time": 1}
        ),
        "forecast": pd.DataFrame(
            {"product": "P", "location": ["east"] * 3, "date": days, "mean": 1.0}
        ),
        "inventory": pd.DataFrame({"product": "P", "location": ["hub"], "on_hand": [5.0]}),
    }  # fmt: skip
    return made | more


def with_throughput(*cells: Any) -> pd.DataFrame:
    """The table of locations with a throughput each."""
    return pd.DataFrame({"location": ["hub", "east", "west"], "throughput_capacity": cells})


def dated(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame([{"date": "2026-01-06", "capacity": 4.0} | row for row in rows])


def errors(**more: pd.DataFrame) -> list[Finding]:
    with pytest.raises(InputError) as refused:
        Scenario.from_tables(tables(**more))
    return [found for found in refused.value.findings if found.severity == "error"]


def test_inputs_without_a_throughput_read_as_unlimited() -> None:
    scenario = Scenario.from_tables(tables())
    assert np.isinf(scenario.locations.throughput_capacity).all()
    assert scenario.locations.throughput_capacity.shape == (3, 3)
    assert not scenario.warnings


def test_a_throughput_holds_in_every_period_but_those_that_differ() -> None:
    scenario = Scenario.from_tables(
        tables(
            locations=with_throughput(10.0, None, None),
            capacities=dated(
                {"location": "hub", "kind": "throughput"},
                {"location": "hub", "kind": "Storage", "capacity": 7.0},
                {"location": "east", "capacity": 8.0},
                {"origin": "hub", "destination": "west", "capacity": 3.0},
                {"origin": "hub", "destination": "east", "kind": "lane", "capacity": 2.0},
            ),
        )
    )
    assert scenario.locations.throughput_capacity[0].tolist() == [10.0, 4.0, 10.0]
    assert scenario.locations.storage_capacity[:, 1].tolist() == [7.0, 8.0, np.inf]
    assert scenario.lanes.capacity[:, 1].tolist() == [np.inf, 2.0, 3.0]


def test_what_was_written_reads_the_same() -> None:
    scenario = Scenario.from_tables(
        tables(
            locations=with_throughput(10.0, None, None),
            capacities=dated(
                {"location": "hub", "kind": "throughput"},
                {"location": "hub", "capacity": 7.0},
                {"origin": "hub", "destination": "west", "capacity": 3.0},
            ),
        )
    )
    again = Scenario.from_tables(scenario.to_tables(), scenario.settings.model_dump())
    for name in ("storage_capacity", "throughput_capacity"):
        assert np.array_equal(getattr(again.locations, name), getattr(scenario.locations, name))
    assert np.array_equal(again.lanes.capacity, scenario.lanes.capacity)


@pytest.mark.parametrize(
    ("cell", "message", "remedy"),
    [
        (-1.0, "is negative", "enter 0 or more"),
        ("many", "is not a number", "enter a number"),
        ("nan", "is not a number", "enter a number"),
        (float("-inf"), "is not a finite number", "enter a number"),
    ],
)
def test_a_throughput_that_is_none_is_told_with_place_value_and_remedy(
    cell: Any, message: str, remedy: str
) -> None:
    (found,) = errors(locations=with_throughput(cell, None, None))
    assert (found.file, found.row, found.column) == ("locations", 2, "throughput_capacity")
    assert found.value == (str(cell) if isinstance(cell, str) else f"{cell:g}")
    assert message in found.message
    assert found.remedy.startswith(remedy)


def test_an_external_supplier_has_no_throughput() -> None:
    (found,) = errors(capacities=dated({"location": "plant", "kind": "throughput"}))
    assert (found.row, found.column, found.value) == (2, "location", "plant")
    assert found.message == "there is no such location"
    assert "add it to locations" in found.remedy


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"origin": "hub", "destination": "east", "kind": "throughput"}, "kind"),
        ({"location": "hub", "kind": "lane"}, "kind"),
        ({"location": "hub", "kind": "speed"}, "kind"),
        ({"location": "hub", "kind": "throughput", "capacity": -2.0}, "capacity"),
        ({"location": "hub", "kind": "throughput", "capacity": None}, "capacity"),
        ({"location": "hub", "kind": "throughput", "date": "2027-01-01"}, "date"),
    ],
)
def test_a_dated_capacity_that_makes_no_sense_is_told(row: dict[str, Any], column: str) -> None:
    found = errors(capacities=dated(row))
    assert [one.column for one in found] == [column]
    assert found[0].row == 2
    assert found[0].remedy


def test_storage_and_throughput_of_a_place_may_differ_on_one_date_but_each_only_once() -> None:
    both = [{"location": "hub"}, {"location": "hub", "kind": "throughput"}]
    Scenario.from_tables(tables(capacities=dated(*both)))
    (found,) = errors(capacities=dated(*both, {"location": "hub", "kind": "storage"}))
    assert found.row == 4
    assert "twice" in found.message


def test_a_throughput_where_nothing_leaves_is_a_warning() -> None:
    scenario = Scenario.from_tables(tables(locations=with_throughput(9.0, 5.0, None)))
    (found,) = scenario.warnings
    assert (found.column, found.row, found.value) == ("throughput_capacity", 3, "5")
    assert "no lane leaves" in found.message
