import array_api_compat.torch as torch_xp
import numpy as np
import pytest
import torch

from scenarios.simulation.policy import GivenOrders
from scenarios.simulation.run import run, simulate
from scenarios.simulation.step import (
    compile_scenario,
    initial_state,
    period_costs,
    point_costs,
    step,
)
from tests.support.worlds import chain, column, tree, world


def play(scenario, orders, demand):
    """The trajectory under orders [A, T] and demand [K, T]."""
    orders = np.broadcast_to(np.asarray(orders, dtype=float), (scenario.n_routes, 4))
    return simulate(scenario, GivenOrders(orders), np.asarray(demand, dtype=float))


def test_order_first_ships_from_opening_stock_and_then_receives():
    # store <-1- dc <-1- supplier; the store opens with 6, the DC with 3; both order 5 a period;
    # 4 are demanded.
    scenario = chain([1, 1], 4.0, on_hand=column([6, 3]), unmet_demand="lost")
    result = play(scenario, 5.0, [[4] * 4, [0] * 4])
    # t0: DC ships its 3 of 5; store sells 4 of 6 -> 2.
    # t1: DC opened with 0, ships 0 (the supplier's 5 arrive afterwards) -> 5; store gets 3: 5 - 4.
    # t2: DC ships 5, gets 5; store gets nothing, sells 1 of 4 demanded.
    # t3: the same at the DC; store gets 5, sells 4 -> 1.
    assert result.shipped.tolist() == [[3, 0, 5, 5], [5, 5, 5, 5]]
    assert result.receipts.tolist() == [[0, 3, 0, 5], [0, 5, 5, 5]]
    assert result.sales.tolist() == [[4, 4, 1, 4], [0] * 4]
    assert result.missed.tolist() == [[0, 0, 3, 0], [0] * 4]
    assert result.on_hand.tolist() == [[2, 1, 0, 1], [0, 5, 5, 5]]
    assert result.unmet_orders.tolist() == [[2, 5, 0, 0], [0] * 4]
    # holding 1 a unit, missed 10: 2, 6, 5 + 30, 6
    assert result.costs.total.tolist() == [2, 6, 35, 6]


def test_receive_first_ships_on_what_has_just_arrived():
    scenario = chain([1, 1], 4.0, on_hand=column([6, 3]), timeline="receive_first")
    result = play(scenario, 5.0, [[4] * 4, [0] * 4])
    # t0 as before. t1: the DC gets 5 and ships them at once, so the store lacks nothing in t2.
    assert result.shipped.tolist() == [[3, 5, 5, 5], [5, 5, 5, 5]]
    assert result.receipts.tolist() == [[0, 3, 5, 5], [0, 5, 5, 5]]
    assert result.on_hand.tolist() == [[2, 1, 2, 3], [0, 0, 0, 0]]
    assert result.missed.tolist() == [[0] * 4] * 2


def test_waiting_customers_are_served_first_and_pay_every_period():
    scenario = chain([1], 4.0, on_hand=1.0, backlog=2.0, unmet_demand="backlog")
    result = play(scenario, [[0, 9, 0, 0]], [[3, 0, 1, 1]])
    # t0: 1 unit, 2 waiting and 3 more: 1 waiting customer served, 1 + 3 wait; 3 newly missed.
    # t1: nothing arrives, 4 wait. t2: 9 arrive: 4 waiting and 1 new served -> 4. t3: 1 sold -> 3.
    assert result.sales.tolist() == [[1, 0, 5, 1]]
    assert result.backlog.tolist() == [[4, 4, 0, 0]]
    assert result.missed.tolist() == [[3, 0, 0, 0]]
    assert result.on_hand.tolist() == [[0, 0, 4, 3]]
    assert result.costs.missed_sale.tolist() == [40, 40, 0, 0]


def test_an_order_that_cannot_be_shipped_is_owed_or_cancelled():
    for unmet_orders, shipped, fees in (
        ("lost", [2, 0, 0, 0], [9, 0, 0, 0]),
        # The DC ships what it owes as soon as it has it, though nobody orders again.
        ("backlog", [2, 0, 3, 0], [9, 9, 0, 0]),
    ):
        scenario = chain(
            [1, 1],
            0.0,
            on_hand=column([0, 2]),
            unmet_orders=unmet_orders,
            unmet_order_cost=column([0, 3]),
        )
        result = play(scenario, [[5, 0, 0, 0], [8, 0, 0, 0]], np.zeros((2, 4)))
        assert result.shipped[0].tolist() == shipped
        assert result.costs.unmet_order.tolist() == fees


def test_goods_without_lead_time_pass_the_whole_chain_only_when_receipts_come_first():
    demand = [[4] * 4, [0] * 4, [0] * 4]
    fast = play(chain([0, 0, 0], 4.0, timeline="receive_first"), 4.0, demand)
    assert fast.sales[0].tolist() == [4, 4, 4, 4]
    # From opening stock each echelon takes a period: supplier -> dc2 in t0, dc1 in t1, store in t2.
    slow = play(chain([0, 0, 0], 4.0), 4.0, demand)
    assert slow.sales[0].tolist() == [0, 0, 4, 4]


def test_competing_stores_share_in_proportion_to_what_they_ask():
    # 10 units at the DC; the stores ask 12 and 8, so each gets half.
    scenario = tree([1, 1], 1, 0.0, on_hand=column([0, 0, 10]))
    result = play(scenario, [[12] * 4, [8] * 4, [0] * 4], np.zeros((3, 4)))
    assert result.shipped[:, 0].tolist() == [6, 4, 0]
    assert result.on_hand[:, 1].tolist() == [6, 4, 0]


def test_products_share_a_lane_by_volume():
    # Lane capacity 12; P1 asks 2 units of volume 3, P2 asks 18 of volume 1: half of each.
    scenario = world(
        ["store"],
        [("supplier", "store", 1)],
        n_products=2,
        volume=[3, 1],
        lane_capacity=[[12, np.inf, 24, 24]],
        unmet_orders="backlog",
    )
    orders = [[2, 0, 0, 0], [18, 0, 0, 0]]
    result = play(scenario, orders, np.zeros((2, 4)))
    assert result.shipped.tolist() == [[1, 1, 0, 0], [9, 9, 0, 0]]


@pytest.mark.parametrize("xp", [np, torch_xp])
def test_a_closed_lane_ships_nothing_even_of_what_has_no_volume(xp):
    scenario = world(
        ["store"], [("supplier", "store", 1)], n_products=2, volume=[3, 0],
        lane_capacity=[[6, 0, 0, 3]],
    )  # fmt: skip
    net = compile_scenario(scenario, xp)
    demand, orders = net.array(np.zeros((2, 4))), net.array(np.tile([[2.0], [5.0]], 4))
    play_back = run(net, initial_state(scenario, net), GivenOrders(orders), demand)
    shipped = [outcome.shipped.tolist() for _, _, outcome in play_back]
    # Both in full; nothing while it is closed; half of each at half the capacity.
    assert shipped == [[2, 5], [0, 0], [0, 0], [1, 2.5]]


def test_every_cost_component_is_charged_once():
    scenario = world(
        ["store", "dc"],
        [("dc", "store", 2), ("supplier", "dc", 1)],
        n_periods=1,
        mean=column([3, 0])[..., None],
        on_hand=column([1, 9]),
        holding_cost=column([2, 1]),
        missed_sale_cost=10.0,
        lane_cost=column([0.5, 0.25]),
        order_cost=column([7, 6]),
        storage_capacity=[[np.inf], [8]],
        volume=2.0,
        overflow_cost=5.0,
        unmet_order_cost=column([0, 4]),
        in_transit_holding="origin",
    )
    result = simulate(scenario, GivenOrders(np.array([[10.0], [8.0]])), np.array([[3.0], [0.0]]))
    costs = {name: float(value[0]) for name, value in result.costs.as_dict().items()}
    assert costs == {
        "holding": 0.0,  # everything shipped, everything sold
        "missed_sale": 20.0,  # 2 lost
        "unmet_order": 4.0,  # 1 of the 10 ordered from the DC
        "shipping": 6.5,  # 9 x 0.5 + 8 x 0.25
        "ordering": 13.0,
        "in_transit": 9.0,  # 9 units at the DC's 1; the supplier's pay nothing
        "scrap": 0.0,
        "overflow": 0.0,
    }
    paid_by_destination = scenario.replace(in_transit_holding="destination")
    result = simulate(
        paid_by_destination, GivenOrders(np.array([[10.0], [8.0]])), np.array([[3.0], [0.0]])
    )
    assert result.costs.in_transit.tolist() == [9 * 2 + 8 * 1]


def test_storage_overflow_is_charged_by_volume_at_the_end_of_the_period():
    scenario = world(
        ["store"], [("s", "store", 1)], n_products=2, on_hand=[[5, 4]], volume=[1, 2],
        storage_capacity=[[10, 10, 11, 20]], overflow_cost=5.0,
    )  # fmt: skip
    result = play(scenario, 0.0, np.zeros((2, 4)))
    assert result.costs.overflow.tolist() == [15, 15, 10, 0]  # 13 units of volume


def test_costs_by_point_add_up_to_costs_by_component():
    scenario = tree(
        [1, 2], 1, 4.0, n_products=3, on_hand=5.0, lane_cost=0.5, order_cost=2.0,
        unmet_order_cost=1.0, in_transit_holding="destination", shelf_life=3, unit_cost=4.0,
    )  # fmt: skip
    net = compile_scenario(scenario)
    state = initial_state(scenario, net)
    rng = np.random.default_rng(0)
    for period in range(4):
        demand = rng.uniform(0, 8, 9) * scenario.points.sells
        state, outcome = step(net, state, rng.uniform(0, 9, 9), demand, period)
        by_component = period_costs(net, outcome, period).total
        assert point_costs(net, outcome).sum() == pytest.approx(float(by_component))


def test_perishables_sell_oldest_first_and_expire_on_time():
    # Shelf life 2. Opening stock 5 counts as received in t0: it can be sold in t0 and t1.
    scenario = world(
        ["store"], [("supplier", "store", 1)], mean=1.0, on_hand=5.0, shelf_life=2, unit_cost=3.0
    )
    result = play(scenario, [[4, 0, 0, 0]], [[1, 2, 1, 1]])
    # t0: sells 1 -> 4. t1: 4 fresh arrive; sells 2 old; the 2 old ones left expire -> 4.
    # t2: sells 1 -> 3, which expire at the end of t2 (received t1). t3: nothing left.
    assert result.on_hand.tolist() == [[4, 4, 0, 0]]
    assert result.expired.tolist() == [[0, 2, 3, 0]]
    assert result.missed.tolist() == [[0, 0, 0, 1]]
    assert result.costs.scrap.tolist() == [0, 6, 9, 0]


def test_age_is_kept_on_the_way_to_a_store():
    # The DC receives 6 in t0 (lead 0): life 3 means they can be sold in t0, t1, t2.
    # Shipped in t1, they reach the store in t2: one period of sale is left.
    scenario = chain([1, 0], 1.0, shelf_life=3)
    result = play(scenario, [[0, 6, 0, 0], [6, 0, 0, 0]], [[0, 0, 2, 2], [0] * 4])
    assert result.on_hand.tolist() == [[0, 0, 0, 0], [6, 0, 0, 0]]
    assert result.sales[0].tolist() == [0, 0, 2, 0]
    assert result.expired.tolist() == [[0, 0, 4, 0], [0] * 4]


def test_goods_can_expire_on_the_way():
    # Life 1: received by the DC in t0, shipped in t1 they are gone already.
    assert play(chain([1, 0], 1.0, shelf_life=1), [[0, 6, 0, 0], [6, 0, 0, 0]],
                np.zeros((2, 4))).expired.tolist() == [[0] * 4, [6, 0, 0, 0]]  # fmt: skip
    # Life 2, two periods on the way: lost on the road, charged where they were bound for.
    result = play(chain([2, 0], 1.0, shelf_life=2), [[0, 6, 0, 0], [6, 0, 0, 0]],
                  np.zeros((2, 4)))  # fmt: skip
    assert result.expired.tolist() == [[0, 6, 0, 0], [0] * 4]
    assert result.receipts[0].tolist() == [0, 0, 0, 0]


def test_goods_that_keep_cost_no_age_axis():
    assert compile_scenario(chain([1], 1.0)).shelf is None
    # Opening stock is fresh: with a life beyond the last period nothing can expire.
    assert compile_scenario(chain([1], 1.0, shelf_life=5)).shelf is None
    assert compile_scenario(chain([1], 1.0, shelf_life=4)).shelf is not None


def test_a_step_leaves_its_inputs_alone():
    scenario = tree([1, 2], 1, 4.0, on_hand=5.0, shelf_life=2)
    net = compile_scenario(scenario)
    state = initial_state(scenario, net)
    arrays = [state.on_hand, state.backlog, state.owed, *state.in_transit, state.ages.on_hand]
    before = [x.copy() for x in arrays]
    orders, demand = np.full(3, 4.0), np.array([4.0, 4.0, 0.0])
    step(net, state, orders, demand, 0)
    assert all(np.array_equal(x, y) for x, y in zip(arrays, before, strict=True))
    assert orders.tolist() == [4, 4, 4]
    assert demand.tolist() == [4, 4, 0]


@pytest.mark.parametrize("timeline", ["order_first", "receive_first"])
def test_the_gradient_is_the_slope_of_the_cost(timeline):
    # store <-1- dc <-0- supplier, all smooth here: compare with a central difference.
    scenario = chain([1, 0], 4.0, on_hand=column([5, 9]), timeline=timeline)
    net = compile_scenario(scenario, torch_xp)
    demand = torch.asarray([[4.3, 3.1, 5.2, 4.4], [0.0] * 4])
    base = np.array([[3.3, 4.1, 2.7, 3.9], [2.2, 4.6, 3.8, 1.0]])

    def cost(orders):
        state = initial_state(scenario, net)
        return sum(
            period_costs(net, outcome, period).total
            for period, _, outcome in run(net, state, GivenOrders(orders), demand)
        )

    orders = torch.asarray(base).requires_grad_()
    cost(orders).backward()
    slope = np.zeros_like(base)
    for entry in np.ndindex(base.shape):
        nudge = np.zeros_like(base)
        nudge[entry] = 1e-5
        up, down = (float(cost(torch.asarray(base + sign * nudge))) for sign in (1, -1))
        slope[entry] = (up - down) / 2e-5
    assert np.abs(slope).max() > 1
    assert np.allclose(orders.grad.numpy(), slope, atol=1e-6)
