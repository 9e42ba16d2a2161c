"""The correlation of forecast errors: where it comes from, and that it goes along everywhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from brain.environments.episodes import copies_of
from scenarios.model.fingerprint import input_hash
from scenarios.model.scenario import Scenario
from scenarios.model.what_if import Change
from scenarios.simulation.rolling import longer, scenario_at
from scenarios.simulation.step import compile_scenario, initial_state
from solver.yardsticks.scenario_copies import copies
from tests.support.input_folders import GOOD, write
from tests.support.worlds import chain

FORECAST = GOOD["forecast.csv"].splitlines()


def with_column(values: list[str]) -> str:
    head, *rows = FORECAST
    lines = [f"{row},{value}" for row, value in zip(rows, values, strict=True)]
    return "\n".join([f"{head},error_correlation", *lines]) + "\n"


def test_a_forecast_without_the_column_has_none(tmp_path: Path) -> None:
    scenario = Scenario.read(write(tmp_path / "in"))
    assert scenario.error_correlation is None
    assert "error_correlation" not in scenario.to_tables()["forecast"]


def test_a_blank_cell_is_no_correlation(tmp_path: Path) -> None:
    forecast = with_column(["0.2", "", "0.4", "0.5", "0", "0.99"])
    scenario = Scenario.read(write(tmp_path / "in", forecast__csv=forecast))
    selling = scenario.points.sells
    assert scenario.error_correlation is not None
    assert scenario.error_correlation[selling].tolist() == [[0.2, 0.0, 0.4], [0.5, 0.0, 0.99]]
    assert not scenario.error_correlation[~selling].any()


def test_the_order_of_records_does_not_matter(tmp_path: Path) -> None:
    head, *rows = with_column(["0.1", "0.2", "0.3", "0.4", "0.5", "0.6"]).splitlines()
    shuffled = "\n".join([head, *(rows[i] for i in (4, 0, 5, 2, 1, 3))]) + "\n"
    scenario = Scenario.read(write(tmp_path / "in", forecast__csv=shuffled))
    assert scenario.error_correlation is not None
    found = scenario.error_correlation[scenario.points.sells]
    assert found.tolist() == [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]


@pytest.mark.parametrize("bad", [1.0, -0.1, np.nan])
def test_a_scenario_in_python_refuses_what_no_table_may_say(bad: float) -> None:
    with pytest.raises(ValueError, match="in \\[0, 1\\)"):
        chain([1], 5.0, 1.0, error_correlation=bad)
    with pytest.raises(ValueError, match="points x periods"):
        chain([1], 5.0, 1.0).replace(error_correlation=np.zeros((1, 3)))


def test_two_inputs_that_differ_in_it_alone_are_two() -> None:
    none, some, more = (chain([1], 5.0, 1.0, error_correlation=rho) for rho in (None, 0.2, 0.3))
    assert len({input_hash(s) for s in (none, some, more)}) == 3


class TestItGoesAlong:
    scenario = chain(
        [1, 2], mean=np.arange(20.0), std=1.0, n_periods=20, n_products=2,
        error_correlation=np.linspace(0.0, 0.95, 20),
    )  # fmt: skip

    def test_into_the_days_ahead(self) -> None:
        state = initial_state(self.scenario, compile_scenario(self.scenario))
        ahead = scenario_at(self.scenario, state, 5, 10).error_correlation
        assert ahead is not None
        assert ahead[0] == pytest.approx(np.linspace(0.0, 0.95, 20)[5:15])

    def test_into_a_longer_run_like_the_forecast(self) -> None:
        more = longer(self.scenario, 30)
        assert more.error_correlation is not None
        # The last week again: period 20 is like 13, 27 is like 13, too.
        assert np.array_equal(
            more.error_correlation[:, [20, 27]], more.error_correlation[:, [13, 13]]
        )
        assert np.array_equal(more.mean[:, 20:27], more.mean[:, 13:20])

    def test_into_copies_of_one_product(self) -> None:
        one = chain([1, 2], 5.0, 1.0, error_correlation=0.3)
        many = copies_of(one, 3)
        assert many.error_correlation is not None
        assert many.error_correlation[:, 0].tolist() == [0.3] * 3 + [0.0] * 3

    def test_through_a_change_of_demand(self) -> None:
        changed = Change(demand=2.0, uncertainty=1.5)(self.scenario)
        assert changed.error_correlation is self.scenario.error_correlation

    def test_but_not_to_where_demand_is_certain(self) -> None:
        assert copies(self.scenario, np.ones((2, 4, 20))).error_correlation is None
