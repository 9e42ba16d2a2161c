import numpy as np
import pytest
from hypothesis import given, settings

from scenarios.demand.sampling import Forecast, GivenDemand
from scenarios.simulation import run as simulate_module
from scenarios.simulation.policy import GivenOrders
from scenarios.simulation.run import simulate
from solver.closed_form.order_up_to import order_up_to
from tests.support.random_runs import runs
from tests.support.worlds import chain, column, tree


def test_the_policy_is_asked_in_review_periods_only():
    asked = []

    def policy(state, period):
        asked.append(period)
        return np.ones(1)

    result = simulate(chain([0], 1.0, n_periods=7, review_period=3), policy, np.ones((1, 7)))
    assert asked == [0, 3, 6]
    assert result.orders.tolist() == [[1, 0, 0, 1, 0, 0, 1]]


def test_open_orders_arrive_when_they_are_due():
    scenario = chain([1], 0.0, open_orders=[(0, 0, 2.0), (0, 3, 5.0), (0, 3, 1.0)])
    result = simulate(scenario, GivenOrders(np.zeros((1, 4))), np.zeros((1, 4)))
    assert result.receipts.tolist() == [[2, 0, 0, 6]]
    assert result.on_way.tolist() == [[6, 6, 6, 0]]


def test_a_run_can_go_on_where_another_ended():
    scenario = tree([1, 2], 1, 4.0, n_periods=8, on_hand=6.0, unmet_orders="backlog")
    rng = np.random.default_rng(0)
    orders, demand = rng.uniform(0, 9, (2, 3, 8))
    whole = simulate(scenario, GivenOrders(orders), demand)
    first = simulate(scenario, GivenOrders(orders[:, :3]), demand[:, :3])
    rest = simulate(scenario, GivenOrders(orders[:, 3:]), demand[:, 3:], initial=first.final)
    assert np.allclose(np.concatenate([first.on_hand, rest.on_hand], axis=1), whole.on_hand)


def test_the_tables_say_what_happened():
    scenario = chain([1, 1], 4.0, n_periods=2, on_hand=column([6, 3]), n_products=2)
    result = simulate(scenario, GivenOrders(np.full((4, 2), 5.0)), np.full((4, 2), 4.0))
    stock = result.stock_table()
    assert len(stock) == 2 * 2 * 2
    row = stock[(stock["product"] == "P2") & (stock["location"] == "store")].iloc[0]
    # 6 - 4 sold; nothing has arrived yet.
    assert row[["opening", "receipts", "demand", "sales", "closing"]].tolist() == [6, 0, 4, 4, 2]
    assert str(row["date"].date()) == "2026-01-05"
    balance = stock["opening"] + stock["receipts"] - stock["shipped"] - stock["sales"]
    assert np.allclose(balance - stock["expired"], stock["closing"])
    orders = result.order_table()
    assert set(orders["origin"].astype(str)) == {"dc1", "supplier"}
    from_dc = orders.loc[orders["origin"] == "dc1", ["ordered", "shipped", "unmet"]]
    assert from_dc.to_numpy().tolist() == [[5, 3, 2], [5, 0, 5]] * 2
    assert (orders["lead_time"] == 1).all()
    costs = result.cost_table()
    assert costs["cost"].sum() == pytest.approx(result.costs.total.sum())
    assert len(costs) == 2 * 8


def test_tables_of_several_paths_name_the_path():
    scenario = chain([1], 4.0, on_hand=6.0)
    demand = np.stack([np.full((1, 4), 1.0), np.full((1, 4), 2.0)])
    result = simulate(scenario, GivenOrders(np.zeros((1, 4))), demand)
    stock = result.stock_table()
    assert stock.groupby("path")["sales"].sum().tolist() == [4, 6]
    assert result.cost_table().groupby("path").size().tolist() == [32, 32]
    assert "path" in result.order_table().columns


@settings(deadline=None, max_examples=60)
@given(runs())
def test_totals_equal_the_recorded_run(case):
    scenario, orders, demand = case
    recorded = simulate(scenario, GivenOrders(orders), demand)
    totals = simulate(scenario, GivenOrders(orders), demand, record=False)
    for name, value in recorded.costs.as_dict().items():
        assert np.allclose(getattr(totals.costs, name), value), name
    assert np.allclose(totals.missed, recorded.missed.sum(axis=1))
    assert np.allclose(totals.demand, demand.sum(axis=1))


@pytest.mark.parametrize("perishable", [False, True])
@pytest.mark.parametrize("kept", [True, False])
def test_running_products_in_parts_changes_nothing(monkeypatch, kept, perishable):
    rng = np.random.default_rng(3)
    keep = np.ones((3, 50), dtype=bool)
    if not kept:
        keep[0, ::3] = False
    scenario = tree(
        [1, 3], 2, rng.uniform(1, 9, (2, 50, 12)), n_products=50, n_periods=12, on_hand=30.0,
        lead_times=rng.integers(0, 4, (3, 50)), storage_capacity=900.0, kept=keep,
        shelf_life=rng.integers(2, 20, 50) if perishable else np.inf, unit_cost=3.0,
        in_transit_holding="origin", order_cost=1.0, lane_cost=0.2, unmet_order_cost=0.1,
    )  # fmt: skip
    demand = rng.poisson(scenario.mean, (2, *scenario.mean.shape)).astype(float)
    policy = order_up_to(scenario, np.full(scenario.mean.shape, 3.0))
    whole = simulate(scenario, policy, demand, record=False)
    monkeypatch.setattr(simulate_module, "PART", 40)
    parts = simulate(scenario, policy, demand, record=False)
    assert whole.costs.overflow.sum() > 0
    for name, value in whole.costs.as_dict().items():
        assert np.allclose(getattr(parts.costs, name), value), name
    assert np.allclose(parts.fill_rate, whole.fill_rate)


def test_single_precision_is_good_to_six_digits():
    rng = np.random.default_rng(0)
    scenario = chain([2, 3, 4], 5.0, n_periods=60, n_products=20, on_hand=40.0)
    demand = rng.poisson(scenario.mean).astype(float)
    policy = order_up_to(scenario)
    double = simulate(scenario, policy, demand, record=False)
    single_policy = order_up_to(scenario, dtype=np.float32)
    single = simulate(scenario, single_policy, demand, record=False, dtype=np.float32)
    assert single.costs.total.sum() == pytest.approx(double.costs.total.sum(), rel=1e-5)


def test_a_demand_model_draws_with_the_generator_it_is_given():
    scenario = chain([1], 5.0, 2.0, on_hand=9.0, unmet_demand="backlog")
    policy = order_up_to(scenario)
    one, same, other = (
        simulate(scenario, policy, Forecast(4), np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert np.array_equal(one.demand, same.demand)
    assert not np.array_equal(one.demand, other.demand)
    assert one.sales.shape == (4, 1, 4)


def test_what_cannot_be_run_is_refused():
    scenario = chain([1], 5.0)
    policy = GivenOrders(np.zeros((1, 4)))
    with pytest.raises(ValueError, match="with 1 points"):
        simulate(scenario, policy, np.zeros((2, 4)))
    with pytest.raises(ValueError, match="negative or nan"):
        simulate(scenario, policy, np.full((1, 4), np.nan))
    with pytest.raises(ValueError, match="less than nothing"):
        simulate(scenario, GivenOrders(np.full((1, 4), -1.0)), np.zeros((1, 4)))
    with pytest.raises(ValueError, match="which a demand model needs"):
        simulate(scenario, policy, GivenDemand(np.zeros((1, 4))))
