"""A column of the input is named in the schema and in its entity, and then all knows of it."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd
import pytest

from scenarios.attribute import Attribute
from scenarios.errors import InputError
from scenarios.examples.dense import tree
from scenarios.model.entities import (
    Entity,
    Lanes,
    Locations,
    OpenOrders,
    Points,
    Products,
    Routes,
)
from scenarios.model.fingerprint import ENTITIES, input_hash
from scenarios.model.scenario import Scenario
from scenarios.schema import ATTRIBUTES

ENTITY_OF: dict[str, type[Entity]] = dict(
    zip(ENTITIES, (Products, Locations, Lanes, Points, Routes, OpenOrders), strict=True)
)
COLUMNS = [
    pytest.param(name, column, id=f"{column.table}.{column.name}")
    for name, entity in ENTITY_OF.items()
    for column in entity.columns.values()
]
PLACE_OF = {
    "products": {"product": "A"},
    "locations": {"location": "Shop"},
    "lanes": {"origin": "Depot", "destination": "Shop"},
    "product_locations": {"product": "A", "location": "Shop"},
    "inventory": {"product": "A", "location": "Shop"},
    "product_lanes": {"product": "A", "origin": "Depot", "destination": "Shop"},
    "open_orders": {"product": "A", "origin": "Depot", "destination": "Shop"},
}


def tables(**changes: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """One product in a shop behind a depot, one open order."""
    return {
        "products": pd.DataFrame([{"product": "A", "missed_sale_cost": 5, "holding_cost": 1}]),
        "locations": pd.DataFrame([{"location": "Shop"}, {"location": "Depot"}]),
        "lanes": pd.DataFrame(
            [
                {"origin": "Depot", "destination": "Shop", "lead_time": 1},
                {"origin": "Maker", "destination": "Depot", "lead_time": 2},
            ]
        ),
        "inventory": pd.DataFrame([{"product": "A", "location": "Shop"}]),
        "open_orders": pd.DataFrame(
            [PLACE_OF["open_orders"] | {"quantity": 3.0, "receipt_date": "2026-01-06"}]
        ),
        "forecast": pd.DataFrame(
            {
                "product": "A",
                "location": "Shop",
                "date": pd.date_range("2026-01-05", periods=6),
                "mean": 1.0,
            }
        ),
    } | changes


def stated(column: Attribute) -> Any:
    """A value of a column that no blank cell gives, and no other one of its kind."""
    if column.choices:
        return next(choice for choice in column.choices if choice != column.default)
    return "x" if column.type == "text" else 4.0


def with_value(column: Attribute, value: Any) -> dict[str, pd.DataFrame]:
    """The tables with the value in the first record that is about the shop."""
    base = tables()
    table = base.get(column.table, pd.DataFrame([PLACE_OF[column.table]]))
    records = table.to_dict("records")
    assert records[0].items() >= PLACE_OF[column.table].items()
    records[0][column.name] = value
    return base | {column.table: pd.DataFrame(records)}


@pytest.mark.parametrize("attribute", ATTRIBUTES, ids=lambda a: f"{a.table}.{a.name}")
def test_every_column_of_a_thing_is_a_field_of_it(attribute: Attribute) -> None:
    entities = [entity for entity in ENTITY_OF.values() if attribute.table in entity.tables]
    named = attribute.key or attribute.references is not None or attribute.type == "date"
    if entities and not named:
        assert [attribute.name in entity.dtypes for entity in entities] == [True], (
            f"give {entities[0].__name__} in scenarios/model/entities.py a field {attribute.name}"
        )


@pytest.mark.parametrize(("entity", "column"), COLUMNS)
def test_a_column_is_read_written_and_counted(entity: str, column: Attribute) -> None:
    value = stated(column)
    plain = Scenario.from_tables(tables())
    scenario = Scenario.from_tables(with_value(column, value))
    field = getattr(getattr(scenario, entity), column.name)
    assert field[0 if field.ndim == 1 else (0, 0)] == value
    again = Scenario.from_tables(scenario.to_tables(), scenario.settings.model_dump())
    for name in ENTITIES:
        one, other = getattr(scenario, name), getattr(again, name)
        for field in dataclasses.fields(one):
            np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name))
    assert input_hash(scenario) == input_hash(again) != input_hash(plain)


@pytest.mark.parametrize(("entity", "column"), COLUMNS)
def test_a_blank_takes_the_default_or_what_the_product_or_lane_says(
    entity: str, column: Attribute
) -> None:
    scenario = Scenario.from_tables(tables())
    values = getattr(getattr(scenario, entity), column.name)
    if column.inherits is not None:
        source = getattr(getattr(scenario, column.inherits), column.name)
        index = scenario.points.product if column.inherits == "products" else scenario.routes.lane
        np.testing.assert_array_equal(values, source[index])
    elif not column.required:
        expected = np.broadcast_to(np.asarray(column.default, dtype=values.dtype), values.shape)
        if column.name != "distribution":
            np.testing.assert_array_equal(values, expected)


def test_fields_that_are_filled_hold_defaults_of_their_own_kind() -> None:
    products = Products.filled(2, name=["A", "B"], missed_sale_cost=[5, 6], holding_cost=1)
    assert len(products) == 2
    assert products.missed_sale_cost.tolist() == [5.0, 6.0]
    assert {name: getattr(products, name).dtype for name in products.dtypes} == products.dtypes
    assert products.shelf_life.tolist() == [np.inf, np.inf]
    assert products.category.tolist() == ["", ""]
    locations = Locations.filled(2, n_periods=3, name=["X", "Y"], storage_capacity=[4, 5])
    assert locations.storage_capacity.tolist() == [[4, 4, 4], [5, 5, 5]]
    with pytest.raises(InputError, match=r"argument holding_cost of Products\.filled: is missing"):
        Products.filled(1, name="A", missed_sale_cost=1)
    with pytest.raises(InputError, match=r"argument colour of Products\.filled: is no field"):
        Products.filled(1, name="A", missed_sale_cost=1, holding_cost=1, colour="red")
    with pytest.raises(ValueError, match="period of OpenOrders: must be whole numbers"):
        OpenOrders.filled(1, route=0, period=1.5, quantity=3)


def test_a_part_and_other_periods_take_every_field_along() -> None:
    scenario = tree([1, 1], 2, n_products=3, n_periods=4)
    index = np.array([2, 0])
    points = scenario.points.take(index, product=[7, 8])
    assert points.product.tolist() == [7, 8]
    for name in set(points.dtypes) - {"product"}:
        values = getattr(scenario.points, name)[index]
        np.testing.assert_array_equal(getattr(points, name), values)
    locations = scenario.locations.at_periods(slice(1, 3))
    assert locations.storage_capacity.shape == (3, 2)


def test_a_scenario_keeps_the_hash_that_it_had_before_a_column_was_added() -> None:
    """Kept results stay good: a column that came later counts only where somebody uses it.

    Another hash makes all kept journals useless. So a new column is not added to those that always
    count; and whoever adds a setting, which does count, says so in CHANGELOG.md.
    """
    assert input_hash(Scenario.from_tables(tables())) == (
        "040d39a9d7390426e7964536db94a1628380ca4f8b2bbb661fc2c18fb0567a2e"
    )
