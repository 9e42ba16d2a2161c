"""A sound run passes the audit; every kind of tampering is caught."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.errors import InputError
from scenarios.evaluation.audit import audit, storage_overflow
from scenarios.model.scenario import Scenario
from scenarios.simulation.policy import GivenOrders
from scenarios.simulation.run import simulate
from scenarios.simulation.trajectory import Trajectory
from tests.support.worlds import chain, column, tree, world


def two_stages(**more: Any) -> Scenario:
    """store <- dc1 <- supplier, lead times 1 and 2, 6 periods, mean demand 5."""
    given = {"n_periods": 6, "on_hand": column([12.0, 20.0])} | more
    return chain([1, 2], **given)


def orders_of(scenario: Scenario, store: float, dc: float) -> np.ndarray:
    """The store orders in periods 0..4, the dc in 0..3; [A, T] with route a into point a."""
    quantity = np.zeros((scenario.n_routes, scenario.n_periods))
    quantity[0, :5] = store
    quantity[1, :4] = dc
    return quantity


def run(scenario: Scenario, store: float = 5.0, dc: float = 5.0) -> Trajectory:
    return simulate(scenario, GivenOrders(orders_of(scenario, store, dc)), scenario.mean)


def kinds(scenario: Scenario, subject: Any, **how: Any) -> set[str]:
    return {violation.kind for violation in audit(scenario, subject, **how)}


def tampered(path: Trajectory, name: str, k: int, t: int, by: float) -> Trajectory:
    array = np.array(getattr(path, name))
    array[k, t] += by
    return dataclasses.replace(path, **{name: array})


@pytest.mark.parametrize("timeline", ["order_first", "receive_first"])
@pytest.mark.parametrize("unmet", ["lost", "backlog"])
def test_a_sound_run_passes_even_where_stock_runs_out(timeline: str, unmet: str) -> None:
    scenario = two_stages(
        timeline=timeline, unmet_demand=unmet, on_hand=column([3.0, 8.0]), open_orders=[(1, 1, 4.0)]
    )
    assert audit(scenario, run(scenario, store=6.0, dc=5.0)) == ()


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 2**32 - 1),
    timeline=st.sampled_from(["order_first", "receive_first"]),
    unmet_demand=st.sampled_from(["lost", "backlog"]),
    unmet_orders=st.sampled_from(["lost", "backlog"]),
    shelf_life=st.sampled_from([np.inf, 1.0, 2.0, 4.0]),
    leads=st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)),
)
def test_whatever_the_simulator_does_passes_the_audit(
    seed: int,
    timeline: str,
    unmet_demand: str,
    unmet_orders: str,
    shelf_life: float,
    leads: tuple[int, int, int],
) -> None:
    rng = np.random.default_rng(seed)
    scenario = tree(
        leads[:2],
        leads[2],
        n_products=2,
        n_periods=8,
        on_hand=rng.integers(0, 20, (3, 2)),
        timeline=timeline,
        unmet_demand=unmet_demand,
        unmet_orders=unmet_orders,
        shelf_life=[shelf_life, np.inf],
        lane_capacity=column([15.0, np.inf, 40.0]),
        storage_capacity=column([10.0, 20.0, np.inf]),
        unit_cost=3.0,
    )
    orders = rng.integers(0, 15, (scenario.n_routes, 8)) * rng.integers(0, 2, 8)
    demand = rng.poisson(4.0, scenario.mean.shape) * scenario.points.sells[:, None]
    path = simulate(scenario, GivenOrders(orders.astype(float)), demand.astype(float))
    assert audit(scenario, path) == ()


@pytest.mark.parametrize(
    ("name", "k", "t", "by", "kind"),
    [
        ("on_hand", 0, 2, 1.0, "conservation"),  # a unit out of nowhere
        ("on_hand", 0, 2, -1.0, "conservation"),  # a unit is gone
        ("receipts", 0, 0, 1.0, "lead_time"),  # arrives before it was sent
        ("receipts", 1, 3, -1.0, "lead_time"),  # sent, due, and not there
        ("shipped", 0, 1, 1.0, "not_ordered"),  # 6 shipped, 5 ordered
        ("sales", 0, 1, 1.0, "demand"),  # sold more than was asked
        ("missed", 0, 1, 1.0, "refused"),  # missed beside stock
        ("missed", 0, 1, -1.0, "negative"),
        ("orders", 0, 3, -9.0, "negative"),
    ],
)
def test_a_tampered_run_is_caught(name: str, k: int, t: int, by: float, kind: str) -> None:
    scenario = two_stages()
    path = run(scenario)
    assert audit(scenario, path) == ()
    assert kind in kinds(scenario, tampered(path, name, k, t, by))


def test_an_opening_stock_that_is_not_the_scenarios_is_caught() -> None:
    scenario = two_stages()
    path = run(scenario)
    assert "opening" in kinds(scenario, dataclasses.replace(path, opening=path.opening + 1.0))


def test_a_number_that_is_not_one_is_caught() -> None:
    scenario = two_stages()
    assert "conservation" in kinds(scenario, tampered(run(scenario), "on_hand", 0, 2, np.nan))


def test_an_open_order_that_arrives_twice_is_caught() -> None:
    scenario = two_stages(open_orders=[(1, 1, 4.0)])
    path = run(scenario)
    assert audit(scenario, path) == ()
    again = tampered(path, "receipts", 1, 2, 4.0)
    again = dataclasses.replace(again, on_hand=again.on_hand + again.receipts - path.receipts)
    assert "lead_time" in kinds(scenario, again)


def test_order_first_ships_from_opening_stock_only() -> None:
    # The dc opens empty and receives 5 in period 1; under receive_first it can pass them on then.
    open_orders = [(1, 1, 5.0)]
    late = two_stages(on_hand=0.0, open_orders=open_orders, timeline="order_first")
    early = late.replace(timeline="receive_first")
    path = simulate(early, GivenOrders(orders_of(early, 5.0, 0.0)), early.mean)
    assert path.shipped[0, 1] == 5.0
    assert audit(early, path) == ()
    assert "not_there" in kinds(late, path)


def test_a_lane_that_carries_too_much_is_caught() -> None:
    scenario = two_stages()
    path = run(scenario, store=5.0)
    # 5 units of volume 1 on lane 0, which may carry 4.
    narrow = scenario.replace(
        lanes=dataclasses.replace(scenario.lanes, capacity=np.array([[4.0] * 6, [np.inf] * 6]))
    )
    (found,) = audit(narrow, path)
    assert (found.kind, found.place) == ("lane_capacity", "dc1 -> store")
    assert (found.found, found.limit, found.count) == (5.0, 4.0, 5)


def test_orders_between_reviews_are_caught() -> None:
    path = run(two_stages())
    assert "review" in kinds(two_stages(review_period=2), path)


@pytest.mark.parametrize(
    ("rule", "value", "kind"),
    [
        ("order_multiple", 3.0, "order_multiple"),
        ("min_order_quantity", 6.0, "min_order_quantity"),
        ("max_order_quantity", 4.0, "max_order_quantity"),
        ("max_order_quantity", 0.0, "max_order_quantity"),
    ],
)
def test_lot_rules_are_held_in_the_commit_window(rule: str, value: float, kind: str) -> None:
    path = run(two_stages())  # orders of 5
    strict = two_stages(**{rule: value})
    assert kinds(strict, path, lot_rules=True) == {kind}
    assert kinds(strict, path) == set()  # a simulated policy is free


def test_a_lot_rule_that_is_kept_is_no_violation() -> None:
    scenario = two_stages(order_multiple=2.5, min_order_quantity=5.0, max_order_quantity=5.0)
    assert audit(scenario, run(scenario), lot_rules=True) == ()


def test_stock_kept_past_its_shelf_life_is_caught() -> None:
    # 12 units in the store and 20 in the dc last 6 periods as if they kept; with a life of 2 what
    # is left of the opening stock after period 1 has to go.
    assert "shelf_life" in kinds(two_stages(shelf_life=2.0), run(two_stages()))


def test_age_is_not_shed_by_moving_to_another_location() -> None:
    # 10 fresh units at the dc, life 3: they expire at the end of period 2, wherever they are. A
    # forged run ships them in period 1, and the store keeps them from period 2 on. Seen from the
    # store alone they are fresh then and too old from period 4 on; the chain as a whole knows.
    keeps = chain([1, 2], mean=0.0, n_periods=5, on_hand=column([0.0, 10.0]))
    orders = np.zeros((2, 5))
    orders[0, 1] = 10.0
    forged = simulate(keeps, GivenOrders(orders), keeps.mean)
    perishable = chain([1, 2], mean=0.0, n_periods=5, on_hand=column([0.0, 10.0]), shelf_life=3.0)
    found = [v for v in audit(perishable, forged) if v.kind == "shelf_life"]
    assert {(v.place, v.date) for v in found} == {("", "2026-01-07"), ("store", "2026-01-09")}


def test_scrap_of_a_product_that_keeps_is_caught() -> None:
    scenario = two_stages()
    path = run(scenario)
    less = np.array(path.on_hand)
    less[0, 2:] -= 1.0
    expired = np.array(path.expired)
    expired[0, 2] = 1.0
    bad = dataclasses.replace(path, on_hand=less, expired=expired)
    assert "conservation" in kinds(scenario, bad)


def test_overflow_is_no_violation_but_its_price_must_be_right() -> None:
    # The store closes with 7, 7, 7 ... (12 - 5, then 5 in and 5 out): 2 above a storage of 5.
    scenario = two_stages(storage_capacity=column([5.0, np.inf]), overflow_cost=3.0)
    path = run(scenario)
    assert storage_overflow(scenario, path.on_hand)[0, 1] == 2.0
    assert path.costs.overflow[1] == 6.0
    assert audit(scenario, path) == ()
    cheap = dataclasses.replace(path.costs, overflow=0.5 * path.costs.overflow)
    assert kinds(scenario, dataclasses.replace(path, costs=cheap)) == {"overflow_cost"}


def test_what_is_neither_run_nor_plan_is_refused() -> None:
    with pytest.raises(InputError, match="neither a trajectory nor a plan"):
        audit(two_stages(), object())


def test_several_paths_at_once_are_refused() -> None:
    scenario = two_stages()
    demand = np.stack([scenario.mean, scenario.mean])
    path = simulate(scenario, GivenOrders(orders_of(scenario, 5.0, 5.0)), demand)
    with pytest.raises(ValueError, match="one path at a time"):
        audit(scenario, path)


# The tables of a plan


def tables_of(scenario: Scenario, path: Trajectory) -> SimpleNamespace:
    """The tables of a plan, written down the slow and obvious way."""
    points, routes = scenario.points, scenario.routes
    product, location = scenario.products.name, scenario.locations.name
    step = 1 if scenario.settings.period == "D" else 7
    backlogged = scenario.settings.unmet_demand == "backlog"
    missed = path.backlog if backlogged else path.missed
    orders, stock = [], []
    for a in range(scenario.n_routes):
        for t in np.flatnonzero(path.orders[a] > 0):
            days = pd.Timedelta(days=int(step * routes.lead_time[a]))
            orders.append(
                {
                    "order_id": f"PO-{len(orders)}",
                    "product": product[routes.product[a]],
                    "origin": scenario.lanes.origin_name[routes.lane[a]],
                    "destination": location[points.location[routes.destination[a]]],
                    "order_date": scenario.dates[t],
                    "receipt_date": scenario.dates[t] + days,
                    "quantity": path.orders[a, t],
                    "release": "now" if t < scenario.settings.commit_periods else "planned",
                }
            )
    for k in range(scenario.n_points):
        for t in range(scenario.n_periods):
            stock.append(
                {
                    "product": product[points.product[k]],
                    "location": location[points.location[k]],
                    "date": scenario.dates[t],
                    "opening": path.opening[k] if t == 0 else path.on_hand[k, t - 1],
                    "receipts": path.receipts[k, t],
                    "demand": scenario.mean[k, t],
                    "shipments": path.shipped[routes.origin == k, t].sum(),
                    "closing": path.on_hand[k, t],
                    "missed": missed[k, t],
                }
            )
    return SimpleNamespace(purchase_orders=pd.DataFrame(orders), projection=pd.DataFrame(stock))


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"unmet_demand": "backlog", "on_hand": 0.0},
        {"timeline": "receive_first", "period": "W"},
        {"shelf_life": 3.0},
        {"open_orders": [(1, 1, 4.0), (0, 2, 1.0)]},
    ],
)
def test_sound_tables_pass(how: dict[str, Any]) -> None:
    scenario = two_stages(**how)
    # Orders of a plan are what ships, so they must not ask for more than is there.
    path = run(scenario, store=4.0)
    path = simulate(scenario, GivenOrders(path.shipped), scenario.mean)
    assert audit(scenario, tables_of(scenario, path)) == ()


Change = Callable[[SimpleNamespace], None]


def edit(table: str, name: str, row: int, value: Any) -> Change:
    def change(subject: SimpleNamespace) -> None:
        frame = getattr(subject, table)
        frame[name] = frame[name].astype(object) if isinstance(value, str) else frame[name]
        frame.loc[row, name] = value

    return change


def drop(table: str) -> Change:
    return lambda subject: setattr(subject, table, getattr(subject, table).iloc[1:])


def repeat(table: str) -> Change:
    def change(subject: SimpleNamespace) -> None:
        frame = getattr(subject, table)
        setattr(subject, table, pd.concat([frame, frame.iloc[[0]]], ignore_index=True))

    return change


DAY = pd.Timestamp("2026-01-05")


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (edit("purchase_orders", "quantity", 0, 7.0), "lead_time"),  # 5 arrive, 7 were ordered
        (edit("purchase_orders", "quantity", 0, -5.0), "not_a_quantity"),
        (edit("purchase_orders", "quantity", 0, np.nan), "not_a_quantity"),
        (edit("purchase_orders", "receipt_date", 0, DAY), "lead_time"),
        (edit("purchase_orders", "order_date", 0, DAY - pd.Timedelta(days=1)), "off_calendar"),
        (edit("purchase_orders", "product", 0, "no such"), "unknown_route"),
        (edit("purchase_orders", "origin", 0, "supplier"), "unknown_route"),
        (edit("purchase_orders", "destination", 0, "moon"), "unknown_route"),
        (edit("purchase_orders", "release", 0, "planned"), "release"),
        (edit("purchase_orders", "order_id", 0, "PO-1"), "duplicate"),
        (drop("purchase_orders"), "lead_time"),
        (repeat("purchase_orders"), "duplicate"),
        (edit("projection", "opening", 2, 99.0), "opening"),
        (edit("projection", "closing", 2, 99.0), "conservation"),
        (edit("projection", "closing", 2, -1.0), "negative"),
        (edit("projection", "receipts", 2, 0.0), "lead_time"),
        (edit("projection", "shipments", 8, 1.0), "shipments"),
        (edit("projection", "demand", 2, 1.0), "demand"),
        (edit("projection", "missed", 2, 2.0), "refused"),
        (edit("projection", "missed", 2, np.nan), "not_a_quantity"),
        (edit("projection", "location", 2, "moon"), "unknown_point"),
        (edit("projection", "date", 2, DAY - pd.Timedelta(days=1)), "unknown_point"),
        (drop("projection"), "missing_row"),
        (repeat("projection"), "duplicate"),
    ],
)
def test_a_tampered_table_is_caught(change: Change, kind: str) -> None:
    scenario = two_stages()
    subject = tables_of(scenario, run(scenario))
    assert audit(scenario, subject) == ()
    change(subject)
    assert kind in kinds(scenario, subject)


def test_lot_rules_hold_for_the_released_orders_of_a_plan_only() -> None:
    scenario = two_stages(order_multiple=5.0)
    path = run(scenario)
    quantity = np.array(path.orders)
    quantity[0, 1] = 4.0  # planned, may be fractional
    later = simulate(scenario, GivenOrders(quantity), scenario.mean)
    assert audit(scenario, tables_of(scenario, later)) == ()
    quantity[0, 0] = 4.0  # released now
    now = simulate(scenario, GivenOrders(quantity), scenario.mean)
    assert kinds(scenario, tables_of(scenario, now)) == {"order_multiple"}


def test_categories_and_plain_names_are_read_alike() -> None:
    scenario = two_stages()
    subject = tables_of(scenario, run(scenario))
    for frame in (subject.purchase_orders, subject.projection):
        for name in {"product", "origin", "destination", "location"} & set(frame.columns):
            frame[name] = pd.Categorical(frame[name], categories=[*set(frame[name]), "unused"])
    assert audit(scenario, subject) == ()


def test_the_worst_case_is_named_and_the_others_counted() -> None:
    scenario = world(
        ["store"], [("supplier", "store", 1)], mean=2.0, n_products=3, on_hand=[[9.0, 9.0, 9.0]]
    )
    path = simulate(scenario, GivenOrders(np.zeros((3, 4))), scenario.mean)
    more = path.receipts + np.array([[0.0], [1.0], [3.0]])
    found = audit(scenario, dataclasses.replace(path, receipts=more))
    (early,) = (violation for violation in found if violation.kind == "lead_time")
    # Products 2 and 3 in 4 periods each; the third is off by most.
    assert (early.product, early.place, early.found, early.count) == ("P3", "store", 3.0, 8)
    assert "and 7 more" in str(early)
