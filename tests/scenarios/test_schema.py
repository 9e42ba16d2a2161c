"""One table states every input attribute; everything else follows it."""

from __future__ import annotations

import math

import pytest

from scenarios.schema import (
    ATTRIBUTES,
    DEMAND_TABLES,
    REQUIRED_TABLES,
    TABLES,
    attributes,
    key_of,
    schema_table,
)
from scenarios.settings import Settings


def test_the_schema_names_every_table_and_column_that_users_are_promised() -> None:
    promised = {
        "products": "product missed_sale_cost holding_cost unit_cost price volume distribution"
        " shelf_life category",
        "locations": "location storage_capacity throughput_capacity",
        "lanes": "origin destination lead_time capacity unit_cost order_cost",
        "product_locations": "product location holding_cost missed_sale_cost unmet_order_cost"
        " safety_stock",
        "product_lanes": "product origin destination lead_time min_order_quantity order_multiple"
        " max_order_quantity unit_cost order_cost",
        "capacities": "location origin destination kind date capacity",
        "inventory": "product location on_hand backlog",
        "open_orders": "product origin destination quantity receipt_date",
        "forecast": "product location date mean std error_correlation",
        "history": "product location date quantity in_stock price promotion",
    }
    assert {table: " ".join(attributes(table)) for table in TABLES} == promised


def test_no_attribute_is_both_required_and_defaulted() -> None:
    assert [a for a in ATTRIBUTES if a.required and a.default is not None] == []


def test_every_attribute_says_what_it_means_and_what_a_blank_means() -> None:
    silent = [a for a in ATTRIBUTES if not a.meaning.endswith(".")]
    unsaid = [
        a for a in ATTRIBUTES if not a.default_text and (a.table, a.type) != ("capacities", "text")
    ]
    assert (silent, unsaid) == ([], [])


def test_defaults_without_a_number_are_put_in_words() -> None:
    odd = [
        a.name
        for a in ATTRIBUTES
        if isinstance(a.default, float)
        and not math.isfinite(a.default)
        and not (a.blank or a.inherits)
    ]
    assert odd == []


def test_keys_of_the_required_tables() -> None:
    assert {table: key_of(table) for table in (*REQUIRED_TABLES, *DEMAND_TABLES)} == {
        "products": ("product",),
        "locations": ("location",),
        "lanes": ("origin", "destination"),
        "forecast": ("product", "location", "date"),
        "history": (),  # records of one day are added up
    }


def test_the_printed_schema_holds_the_settings_too() -> None:
    table = schema_table()
    settings = table[table["table"] == "settings"].set_index("name")
    assert list(settings.index) == list(Settings.model_fields)
    assert settings.loc["period", "type"] == "D | W"
    assert settings.loc["start_date", "type"] == "date"
    assert settings.loc["horizon", "type"] == "integer"
    assert settings.loc["end_of_life", "default"] == "False"


@pytest.mark.parametrize(
    ("table", "name", "default"),
    [
        ("products", "missed_sale_cost", "required"),
        ("products", "volume", "1"),
        ("products", "shelf_life", "keeps"),
        ("locations", "storage_capacity", "unlimited"),
        ("product_lanes", "order_multiple", "1"),
        ("product_locations", "holding_cost", "the product's"),
    ],
)
def test_the_printed_schema_tells_the_default(table: str, name: str, default: str) -> None:
    printed = schema_table().set_index(["table", "name"])
    assert printed.loc[(table, name), "default"] == default
