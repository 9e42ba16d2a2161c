"""Nobody may write to the arrays of a scenario, and it leaves alone those that it was given."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from scenarios.examples.bundled import retail_chain, stores
from scenarios.model.entities import Products
from scenarios.model.history import History
from scenarios.model.opening import Ages
from scenarios.model.scenario import Scenario
from scenarios.model.subset import ProductSubsets
from scenarios.model.what_if import Change
from scenarios.simulation.policy import GivenOrders
from scenarios.simulation.rolling import longer, scenario_at
from scenarios.simulation.run import simulate
from tests.support.worlds import chain, tree


def arrays(value: object, name: str = "scenario") -> Iterator[tuple[str, np.ndarray]]:
    """Every array in a scenario and in what it is made of, by where it is."""
    if isinstance(value, np.ndarray):
        yield name, value
    elif isinstance(value, tuple):
        for number, each in enumerate(value):
            yield from arrays(each, f"{name}[{number}]")
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from arrays(getattr(value, field.name), f"{name}.{field.name}")


def with_everything() -> Scenario:
    """One product that spoils, with all that only Python can say of it, and past sales."""
    ages = Ages(np.array([[1.0], [2.0], [3.0]]), ())
    base = chain([1], 5.0, n_periods=5, on_hand=6.0, shelf_life=9, unmet_orders="backlog")
    history = History(
        first=np.datetime64("2026-01-02"), days=1, quantity=np.ones((1, 3)),
        in_stock=np.ones((1, 3), dtype=bool), price=np.ones((1, 8)), promotion=np.zeros((1, 8)),
    )  # fmt: skip
    return base.replace(
        opening_ages=ages, owed=np.array([2.0]), lead_time_by_period=np.array([[1, 1, 2, 2, 1]]),
        error_correlation=np.full((1, 5), 0.5), history=history,
    )  # fmt: skip


def derived() -> dict[str, Scenario]:
    """Scenarios from every way there is to make one of another."""
    whole, many = with_everything(), stores(6, n_stores=2)
    orders = np.zeros((many.n_routes, 3))
    state = simulate(many, GivenOrders(orders), many.mean[:, :3]).final
    subsets = ProductSubsets(many)
    return {
        "everything": whole,
        "loaded": many,
        "retail": retail_chain(2),
        "longer": longer(whole, 9),
        "cut": many.replace(horizon=10),
        "later": scenario_at(many, state, 3, 10),
        "subset": subsets.cut(subsets.of(np.array([1, 4]))),
        "changed": Change(demand=1.5, storage=0.5, lanes=0.5, lead_time=1, ratio=9)(many),
        "scaled": many.scale_demand(2.0),
        "pickled": pickle.loads(pickle.dumps(whole)),
        "copied": copy.deepcopy(whole),
    }


@pytest.mark.parametrize("name", derived())
def test_no_array_of_a_scenario_can_be_written_to(name: str) -> None:
    scenario = derived()[name]
    known = ("point_volume", "route_volume", "lead_times", "scheduled", "aged_products",
             "overflow_cost")  # fmt: skip
    for attribute in known:  # what was worked out and is remembered
        assert not getattr(scenario, attribute).flags.writeable, attribute
    inside = dict(arrays(scenario))
    assert len(inside) > 35
    assert [where for where, array in inside.items() if array.flags.writeable] == []


def test_writing_says_so() -> None:
    with pytest.raises(ValueError, match="read-only"):
        retail_chain(2).points.on_hand[0] = 5.0


def test_arrays_that_were_given_stay_writable_and_change_nothing() -> None:
    base = chain([1], 5.0, on_hand=6.0)
    mean, price = np.full((1, 4), 7.0), np.array([3.0])
    changed = base.replace(mean=mean, products=dataclasses.replace(base.products, price=price))
    mean[:] = 99.0
    price[:] = 99.0
    assert changed.mean.tolist() == [[7.0] * 4]
    assert changed.products.price.tolist() == [3.0]


def test_arrays_that_are_read_only_are_shared() -> None:
    mean = np.full((1, 4), 7.0)
    mean.flags.writeable = False
    assert chain([1]).replace(mean=mean).mean is mean


def test_a_scenario_shares_no_memory_with_the_tables_it_came_from() -> None:
    tables = stores(3, n_stores=2).to_tables()
    scenario = Scenario.from_tables(tables)
    before = {where: array.copy() for where, array in arrays(scenario)}
    for table in tables.values():
        for column in table.columns:
            if pd.api.types.is_numeric_dtype(table[column].dtype):
                table.loc[:, column] = 77
                table[column].array[:] = 78
    for where, array in arrays(scenario):
        np.testing.assert_array_equal(array, before[where])


def test_every_array_has_the_dtype_of_its_kind_whatever_was_given() -> None:
    whole = with_everything()
    again = whole.replace(mean=whole.mean.astype(np.float32), owed=[2])
    kinds = {array.dtype for _, array in arrays(again)}
    assert kinds == {np.dtype(t) for t in (np.float64, np.int64, np.bool_, object)}
    assert Products.filled(2, name=["A", "B"], missed_sale_cost=5, holding_cost=1).price.dtype == (
        np.float64
    )


def test_demand_keeps_its_order_in_memory() -> None:
    # Sums depend on it in their last digit.
    scenario = tree([1, 1], 2)
    by_time = np.asfortranarray(scenario.mean)
    assert scenario.replace(mean=by_time).mean.flags.f_contiguous
