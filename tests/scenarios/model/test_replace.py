"""A what-if is one call: it does what it says, or says why it cannot."""

from __future__ import annotations

import dataclasses
import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from scenarios.errors import InputError
from scenarios.examples.bundled import retail_chain, stores
from scenarios.model.entities import OpenOrders
from scenarios.model.fingerprint import input_hash
from scenarios.model.history import History
from scenarios.model.scenario import Scenario
from scenarios.settings import Settings
from scenarios.simulation.rolling import longer
from tests.support.worlds import chain, world

NO_ORDERS = OpenOrders.filled(0, route=[], period=[], quantity=[])


def refused(scenario: Scenario, **changes: object) -> str:
    with pytest.raises(InputError) as error:
        scenario.replace(**changes)
    return str(error.value)


def test_settings_that_say_how_things_are_done_are_changed_by_name() -> None:
    scenario = chain([1, 2])
    changed = scenario.replace(
        review_period=2, commit_periods=3, unmet_demand="backlog", unmet_orders="backlog",
        sharing="in_order", timeline="receive_first", end_of_life=True, expiry_check=2,
        in_transit_holding="origin", overflow_cost=2.0, currency="EUR",
    )  # fmt: skip
    assert changed.settings == Settings(
        review_period=2, commit_periods=3, unmet_demand="backlog", unmet_orders="backlog",
        sharing="in_order", timeline="receive_first", end_of_life=True, expiry_check=2,
        in_transit_holding="origin", overflow_cost=2.0, currency="EUR",
    )  # fmt: skip
    assert changed.overflow_cost.tolist() == [2.0, 2.0]
    assert changed.mean is scenario.mean
    assert scenario.settings == Settings()


def test_every_setting_is_either_changed_or_refused() -> None:
    # A new setting has to be thought about here, and in ``Scenario.replace``.
    assert set(Settings.model_fields) == {
        "start_date", "period", "horizon",  # cut, refused, cut
        "review_period", "commit_periods", "unmet_demand", "unmet_orders", "sharing", "timeline",
        "end_of_life", "expiry_check", "in_transit_holding", "overflow_cost", "currency",
    }  # fmt: skip


def test_a_shorter_horizon_cuts_everything_that_has_periods() -> None:
    scenario = stores(3, n_stores=2).replace(error_correlation=np.full((9, 28), 0.5))
    scenario = scenario.replace(
        lead_time_by_period=np.repeat(scenario.routes.lead_time[:, None], 28, axis=1)
    )
    short = scenario.replace(horizon=10)
    assert short.n_periods == short.settings.horizon == 10
    assert short.dates.equals(scenario.dates[:10])
    for name in ("mean", "std", "error_correlation", "lead_time_by_period"):
        np.testing.assert_array_equal(getattr(short, name), getattr(scenario, name)[:, :10])
    assert short.locations.storage_capacity.shape == (3, 10)
    assert short.lanes.capacity.shape == (3, 10)


def test_the_horizon_that_it_has_changes_nothing() -> None:
    scenario = retail_chain(2)
    same = scenario.replace(horizon=28, start_date="2026-01-05", period="D")
    assert input_hash(same) == input_hash(scenario)


def test_a_longer_horizon_is_refused_with_the_way_to_get_one() -> None:
    message = refused(retail_chain(2), horizon=40)
    assert "argument horizon of Scenario.replace: is longer than the forecast" in message
    assert "(value: '40')" in message
    assert "scenarios.longer" in message
    assert longer(retail_chain(2), 40).n_periods == 40


def test_a_horizon_within_a_lead_time_is_refused() -> None:
    assert "leaves 4 periods, and a lead time is 4" in refused(retail_chain(2), horizon=4)


def test_a_later_start_opens_with_the_same_stock_on_that_day() -> None:
    scenario = retail_chain(2)
    late = scenario.open_orders.take(scenario.open_orders.period >= 2)
    later = scenario.replace(start_date=datetime.date(2026, 1, 7), open_orders=late)
    assert later.n_periods == 26
    assert later.settings.start_date == datetime.date(2026, 1, 7)
    np.testing.assert_array_equal(later.mean, scenario.mean[:, 2:])
    np.testing.assert_array_equal(later.points.on_hand, scenario.points.on_hand)
    # What is given in the same call is of the scenario as cut.
    np.testing.assert_array_equal(later.open_orders.period, late.period)
    cut = scenario.replace(open_orders=late).replace(start_date=datetime.date(2026, 1, 7))
    np.testing.assert_array_equal(cut.open_orders.period, late.period - 2)


@pytest.mark.parametrize(
    ("start", "problem"),
    [
        ("2026-01-07", "comes after 12 open orders"),
        ("2026-01-04", "is not the first day of one of its periods"),
        ("2027-01-04", "is not the first day of one of its periods"),
        ("2026-02-01", "leaves 1 period, and a lead time is 4"),
    ],
)
def test_a_start_that_cannot_be_is_refused(start: str, problem: str) -> None:
    assert problem in refused(retail_chain(2), start_date=start)


def test_a_start_after_past_sales_is_refused() -> None:
    scenario = chain([1], n_periods=6)
    history = History(np.datetime64("2026-01-02"), 1, np.ones((1, 3)), np.ones((1, 3), bool), None,
                      None)  # fmt: skip
    sold = scenario.replace(history=history)
    assert "leaves a gap" in refused(sold, start_date="2026-01-07")
    assert sold.replace(start_date="2026-01-07", history=None).n_periods == 4


def test_another_period_is_refused_for_it_would_change_every_number() -> None:
    message = refused(retail_chain(2), period="W")
    assert "argument period of Scenario.replace: cannot be changed" in message


@hypothesis_settings(deadline=None, max_examples=15)
@given(st.integers(0, 12), st.integers(5, 14))
def test_a_cut_scenario_is_the_one_that_its_tables_give_with_these_settings(
    first: int, horizon: int
) -> None:
    scenario = stores(2, n_stores=2, seed=1).replace(open_orders=NO_ORDERS)
    start = scenario.dates[first].date()
    cut = scenario.replace(start_date=start, horizon=horizon)
    tables = scenario.to_tables()
    last = scenario.dates[first + horizon - 1]
    known = tables["forecast"]["date"].between(pd.Timestamp(start), last)
    tables["forecast"] = tables["forecast"][known]
    chosen = scenario.settings.model_dump() | {"start_date": start, "horizon": horizon}
    read = Scenario.from_tables(tables, chosen)
    assert input_hash(read) == input_hash(cut)


def test_a_name_that_is_unknown_is_told_with_the_one_that_was_meant() -> None:
    message = refused(chain([1]), horizn=3, maen=np.zeros((1, 4)))
    assert "argument horizn of Scenario.replace: is neither a field" in message
    assert "did you mean 'horizon'?" in message
    assert "did you mean 'mean'?" in message


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"review_period": 0}, "argument review_period of Scenario.replace"),
        ({"review_period": "often"}, "argument review_period of Scenario.replace"),
        ({"settings": {"period": "D"}}, "argument settings of Scenario.replace"),
        ({"mean": np.full((1, 3), 1.0)}, "argument mean of Scenario: has the shape (1, 3)"),
        ({"mean": np.full((1, 4), -1.0)}, "argument mean of Scenario: holds a number below 0"),
        ({"mean": "much"}, "argument mean of Scenario: holds something else"),
        ({"std": np.full((1, 4), np.nan)}, "argument std of Scenario: holds nan"),
        ({"std": np.full((1, 4), np.inf)}, "argument std of Scenario: holds a number below 0, or"),
        ({"error_correlation": np.ones((1, 4))}, "error_correlation (1, 4) must be"),
        ({"owed": np.array([np.nan])}, "argument owed of Scenario"),
        ({"lead_time_by_period": [[1, 1, 1, -1]]}, "argument lead_time_by_period of Scenario"),
        ({"opening_ages": 3}, "argument opening_ages of Scenario"),
        ({"elapsed": -1}, "argument elapsed of Scenario: is less than 0"),
        ({"elapsed": 1.5}, "argument elapsed of Scenario: is no whole number"),
        ({"history": "none"}, "argument history of Scenario"),
        ({"warnings": None}, "argument warnings of Scenario"),
        ({"products": None}, "argument products of Scenario"),
        ({"points": "all"}, "argument points of Scenario"),
        ({"dates": ["2026-01-05"]}, "argument dates of Scenario"),
    ],
)
def test_what_cannot_be_is_told_by_the_name_of_the_argument(changes: dict, told: str) -> None:
    assert told in refused(chain([1]), **changes)


def test_dates_must_be_one_period_apart() -> None:
    uneven = pd.DatetimeIndex(["2026-01-05", "2026-01-06", "2026-01-08", "2026-01-09"])
    assert "are not one period apart" in refused(chain([1]), dates=uneven)
    moved = chain([1]).replace(dates=pd.date_range("2026-03-02", periods=4))
    assert moved.dates[0] == pd.Timestamp("2026-03-02")


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("holding_cost", [-1.0, 1.0], "holding_cost of Points: holds a number less than 0"),
        ("on_hand", [np.nan, 1.0], "on_hand of Points: holds nan"),
        ("backlog", [np.inf, 1.0], "backlog of Points: holds inf"),
        ("on_hand", [1.0], "on_hand of Points: has the shape (1,)"),
        ("on_hand", [[1.0], [1.0]], "on_hand of Points: has the shape (2, 1)"),
        ("product", [0.5, 0], "product of Points: must be whole numbers"),
        ("product", [0, 7], "points.product of Scenario: is the index of no product (value: '7')"),
        ("location", [0, -1], "points.location of Scenario: is the index of no location"),
    ],
)
def test_what_points_cannot_hold_is_told(field: str, value: list, told: str) -> None:
    scenario = chain([1, 2])
    with pytest.raises(InputError) as error:
        scenario.replace(points=dataclasses.replace(scenario.points, **{field: value}))
    assert told in str(error.value)


def test_a_distribution_that_is_unknown_is_told() -> None:
    products = chain([1]).products
    with pytest.raises(InputError, match="choose from normal, gamma, poisson"):
        dataclasses.replace(products, distribution=["beta"])


# Scaling demand: mean 10 and std 2 a day for two products at two shops, four days from 5 January.


def shops(distribution: str = "normal") -> Scenario:
    lanes = [("Maker", "North", 1), ("Maker", "South", 1)]
    return world(["North", "South"], lanes, mean=10.0, std=2.0, n_products=2,
                 distribution=distribution)  # fmt: skip


def test_scaling_demand_keeps_the_std_in_step() -> None:
    more = shops().scale_demand(1.5)
    assert (more.mean == 15.0).all()
    assert (more.std == 3.0).all()
    assert (shops().scale_demand(0.0).mean == 0.0).all()


def test_poisson_demand_keeps_its_variance_at_its_mean() -> None:
    more = shops("poisson").replace(std=np.full((4, 4), 10.0**0.5)).scale_demand(4.0)
    np.testing.assert_allclose(more.std**2, more.mean)


def test_demand_is_scaled_by_product_place_and_day() -> None:
    one = shops().scale_demand(2.0, product="P2", location=["South"], first="2026-01-06",
                               last=datetime.date(2026, 1, 7)).demand  # fmt: skip
    changed = one[one["mean"] != 10.0]
    assert changed.index.tolist() == [
        ("P2", "South", pd.Timestamp("2026-01-06")), ("P2", "South", pd.Timestamp("2026-01-07")),
    ]  # fmt: skip
    assert changed["mean"].tolist() == [20.0, 20.0]
    assert changed["std"].tolist() == [4.0, 4.0]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"factor": -1.0}, "argument factor of Scenario.scale_demand: is less than 0"),
        ({"factor": np.nan}, "argument factor of Scenario.scale_demand: is not finite"),
        ({"factor": "1.2"}, "argument factor of Scenario.scale_demand: is no number"),
        ({"factor": True}, "argument factor of Scenario.scale_demand: is no number"),
        ({"factor": 2, "product": "P3"}, "is not the name of a product (value: 'P3')"),
        ({"factor": 2, "product": "p2"}, "did you mean 'P2'?"),
        ({"factor": 2, "product": []}, "argument product of Scenario.scale_demand: is empty"),
        ({"factor": 2, "product": 3}, "argument product of Scenario.scale_demand: is no name"),
        ({"factor": 2, "location": ["North", None]}, "is not the name of a location"),
        ({"factor": 2, "first": "soon"}, "argument first of Scenario.scale_demand: is no date"),
        ({"factor": 2, "first": "2026-02-01"}, "leaves no period of 2026-01-05 to 2026-01-08"),
        ({"factor": 2, "last": 3}, "argument last of Scenario.scale_demand: is no date"),
    ],
)
def test_what_cannot_be_scaled_is_told(arguments: dict, told: str) -> None:
    with pytest.raises(InputError) as error:
        shops().scale_demand(**arguments)
    assert told in str(error.value)


def test_demand_that_is_still_to_be_forecast_cannot_be_scaled() -> None:
    unknown = np.full((4, 4), np.nan)
    with pytest.raises(InputError, match="demand is still to be forecast"):
        shops().replace(mean=unknown, std=unknown).scale_demand(2.0)
