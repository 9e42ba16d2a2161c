"""One table says all that is known of a key figure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.text.measures import figure, label, more_is_better, unit_of
from scenarios.evaluation import kpis as table
from scenarios.evaluation.kpis import KPIS, Kpi, kpi_of, kpis
from scenarios.simulation.costs import COMPONENTS
from scenarios.simulation.policy import GivenOrders
from scenarios.simulation.run import simulate
from scenarios.simulation.trajectory import Trajectory
from tests.support.worlds import chain


def a_run() -> Trajectory:
    scenario = chain([1, 1], mean=4.0, n_periods=6, on_hand=5.0)
    return simulate(scenario, GivenOrders(np.full((2, 6), 3.0)), scenario.mean[:, :6])


def test_every_row_of_the_table_is_told_and_nothing_else_is() -> None:
    found = list(kpis(a_run()))
    rows = [kpi_of(name) for name in found]
    assert None not in rows
    assert list(dict.fromkeys(rows)) == list(KPIS)
    assert len({kpi.name for kpi in KPIS}) == len(KPIS)


def test_every_component_of_cost_is_a_key_figure_and_they_sum_up() -> None:
    found = kpis(a_run())
    assert {f"cost_{name}" for name in COMPONENTS} <= set(found)
    total = sum(found[f"cost_{name}"] for name in COMPONENTS)
    assert total == pytest.approx(found["total_cost"])


def test_shares_lie_between_0_and_1_and_only_what_may_be_is_negative() -> None:
    for name, value in kpis(a_run()).items():
        kpi = kpi_of(name)
        assert kpi is not None
        assert kpi.below_zero or not value < 0
        assert not (kpi.is_share and value > 1)


def test_locations_keep_their_names() -> None:
    # A location may be called like a key figure.
    assert label("stock_at_total_cost") == "stock at total_cost"
    assert unit_of("stock_at_total_cost", "USD") == "units"
    assert kpi_of("fill_rates") is None


def test_a_key_figure_is_shown_everywhere_once_it_is_in_the_table(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    late = Kpi("late", "late orders", "share", "less", "half", lambda run: np.asarray(0.5))
    monkeypatch.setattr(table, "KPIS", (*KPIS, late, replace(late, name="early", better="more")))
    assert kpis(a_run())["late"] == 0.5
    assert (label("late"), unit_of("late", ""), figure("late", 0.5)) == ("late orders", "%", "50%")
    assert not more_is_better("late")
    assert more_is_better("early")
