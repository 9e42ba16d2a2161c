"""What is worked out for all places at once, or a part at a time, is what a plain loop gives."""

from __future__ import annotations

import numpy as np
import pytest

from planner import plan
from planner.planning import projection
from planner.planning.order_tables import days_of_cover, echelon_mean
from scenarios.arrays import threads
from scenarios.arrays.types import Floats
from scenarios.evaluation.audit import storage_overflow
from scenarios.evaluation.ledger import sum_rows
from scenarios.model.echelons import demand_beyond, echelons, location_levels
from scenarios.model.scenario import Scenario
from tests.support.random_scenarios import SHAPES, random_world
from tests.support.worlds import column


def world_with_capacities(shape: str, seed: int = 0) -> Scenario:
    n_lanes = len(SHAPES[shape][1])
    return random_world(
        seed, shape, n_products=3, lane_capacity=column(np.full(n_lanes, 15.0)),
        storage_capacity=column(np.full(len(SHAPES[shape][0]), 12.0)),
    )[0]  # fmt: skip


def test_rows_are_summed_by_their_group() -> None:
    group = np.array([2, 0, 2, 2])
    values = np.array([[1.0, 2], [3, 4], [5, 6], [7, 8]])
    assert sum_rows(group, values, 4).tolist() == [[3, 4], [0, 0], [13, 16], [0, 0]]


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_overflow_is_that_of_each_place_alone(shape: str) -> None:
    scenario = world_with_capacities(shape)
    rng = np.random.default_rng(1)
    closing = rng.uniform(0, 9, scenario.mean.shape)
    for j, over in enumerate(storage_overflow(scenario, closing)):
        here = scenario.points.location == j
        used = scenario.point_volume[here] @ closing[here]
        expected = np.maximum(used - scenario.locations.storage_capacity[j], 0.0)
        np.testing.assert_allclose(over, expected, atol=1e-12)


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_the_level_of_a_place_is_the_longest_chain_to_it(shape: str) -> None:
    scenario = world_with_capacities(shape)
    lanes = scenario.lanes

    def longest(place: int) -> int:
        above = lanes.origin[(lanes.destination == place) & (lanes.origin >= 0)]
        return max((1 + longest(int(origin)) for origin in above), default=0)

    expected = [longest(j) for j in range(scenario.n_locations)]
    assert location_levels(scenario).tolist() == expected


@pytest.mark.parametrize("part", [1, 2, 4096])
def test_echelons_are_summed_a_part_at_a_time(part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = world_with_capacities("tree")
    monkeypatch.setattr(projection, "PART", part)
    n_periods = scenario.n_periods + scenario.settings.season
    links, mean = echelons(scenario), demand_beyond(scenario, scenario.mean, n_periods)
    expected = np.zeros((scenario.n_points, n_periods))
    for upper, lower in zip(links.upper, links.lower, strict=True):
        expected[upper] += mean[lower]
    np.testing.assert_allclose(echelon_mean(scenario, n_periods), expected)
    closing: Floats = scenario.mean + 1.0
    np.testing.assert_array_equal(
        days_of_cover(scenario, closing), days_of_cover(scenario, closing, expected)
    )


def test_the_report_tells_the_use_of_capacities_as_the_table_has_it() -> None:
    made = plan(world_with_capacities("tree"), "analytic")
    table = made.capacity.assign(share=made.capacity["used"] / made.capacity["capacity"])
    assert len(made.report.capacity) == table.groupby(["kind", "place"]).ngroups > 3
    for use in made.report.capacity:
        rows = table[table["kind"] + " " + table["place"] == use.name]
        assert use.mean_use == pytest.approx(rows["share"].mean())
        assert use.peak_use == pytest.approx(rows["share"].max())
        assert use.peak_date == f"{rows.loc[rows['share'].idxmax(), 'date']:%Y-%m-%d}"
        assert use.price == pytest.approx(rows["price"].sum())
        assert use.expected_overflow == pytest.approx(rows["expected_overflow"].sum())


def test_results_come_in_order_and_errors_come_through() -> None:
    assert list(threads.in_order(lambda n: n * n, range(50))) == [n * n for n in range(50)]
    with pytest.raises(ZeroDivisionError):
        list(threads.in_order(lambda n: 1 // (n - 7), range(20)))
