"""Every table and every attribute of the input, stated once.

Loader, validation, writing and documentation (``planner schema``) are made from this table.
"""

from __future__ import annotations

import datetime
import math
import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pandas as pd

from scenarios.attribute import Attribute
from scenarios.settings import SETTING_UNITS, Settings

DISTRIBUTIONS = ("normal", "gamma", "poisson", "negative_binomial")
YES, NO = ("true", "1", "1.0", "yes", "y", "t"), ("false", "0", "0.0", "no", "n", "f")
REQUIRED_TABLES = ("products", "locations", "lanes")
DEMAND_TABLES = ("forecast", "history")
"""One of these is required, too."""

_INF, _NAN = math.inf, math.nan
_COST = "currency/unit"


def _id(table: str, name: str, meaning: str, references: str | None = None) -> Attribute:
    return Attribute(table, name, "text", meaning, key=True, required=True, references=references)


def _number(
    table: str,
    name: str,
    meaning: str,
    unit: str,
    default: float | None = None,
    blank: str = "",
    minimum: float | None = 0.0,
    **more: Any,
) -> Attribute:
    """A number; one without a default, and with nobody to inherit from, is required."""
    inherited = "inherits" in more
    return Attribute(
        table=table,
        name=name,
        meaning=meaning,
        unit=unit,
        default=_NAN if inherited else default,
        blank=blank,
        required=default is None and not inherited,
        minimum=minimum,
        **{"type": "number"} | more,
    )


def _periods(table: str, name: str, meaning: str, **more: Any) -> Attribute:
    """A whole number of periods."""
    return _number(table, name, meaning, "periods", type="integer", **more)


_P, _L, _N, _F, _H = "products", "locations", "lanes", "forecast", "history"
_PL, _PN, _C, _I, _O = (
    "product_locations",
    "product_lanes",
    "capacities",
    "inventory",
    "open_orders",
)

ATTRIBUTES: tuple[Attribute, ...] = (
    _id(_P, "product", "Name of the product."),
    _number(_P, "missed_sale_cost", "Cost of a unit of demand that is not met.", _COST),
    _number(
        _P,
        "holding_cost",
        "Cost of a unit on hand at the end of a period, at every location unless"
        " product_locations says otherwise. Not 0 together with missed_sale_cost.",
        "currency/unit/period",
    ),
    _number(
        _P,
        "unit_cost",
        "Value of a unit: what an order is worth and what an expired unit costs."
        " It is not charged when ordering.",
        _COST,
        0.0,
    ),
    _number(_P, "price", "Sales price of a unit, for reports.", _COST, 0.0),
    _number(_P, "volume", "Space of a unit in storage and on a lane.", "volume/unit", 1.0),
    Attribute(
        _P,
        "distribution",
        "text",
        "Distribution of demand about the forecast mean.",
        default="normal",
        blank="normal; with a history: negative_binomial where all quantities of"
        " the product are whole numbers, else gamma",
        choices=DISTRIBUTIONS,
    ),
    _periods(
        _P,
        "shelf_life",
        "Periods a unit can be sold after it came from an external supplier.",
        default=_INF,
        blank="keeps",
        minimum=1,
    ),
    Attribute(
        _P,
        "category",
        "text",
        "Group of similar products, of which each helps to forecast the others.",
        default="",
        blank="no group",
    ),
    _id(_L, "location", "Name of the location."),
    _number(
        _L,
        "storage_capacity",
        "Volume that fits in at the end of a period, all products together; more is charged"
        " at overflow_cost.",
        "volume",
        _INF,
        "unlimited",
    ),
    _number(
        _L,
        "throughput_capacity",
        "Volume that can leave in a period, all products and lanes together: what can be loaded,"
        " or made. What customers take does not count.",
        "volume/period",
        _INF,
        "unlimited",
    ),
    _id(_N, "origin", "A location, or any other name for an external supplier."),
    _id(_N, "destination", "Location that is supplied.", _L),
    _periods(_N, "lead_time", "From order (and shipment) to receipt; below horizon."),
    _number(
        _N,
        "capacity",
        "Volume that can be shipped in a period, all products together.",
        "volume/period",
        _INF,
        "unlimited",
    ),
    _number(_N, "unit_cost", "Cost of each unit shipped.", _COST, 0.0),
    _number(
        _N, "order_cost", "Cost of each order line (one product, one period).", "currency", 0.0
    ),
    _id(_F, "product", "Product that is bought.", _P),
    _id(_F, "location", "Location where customers buy it.", _L),
    Attribute(
        _F,
        "date",
        "date",
        "Any day of the period; dates that are left out count as no demand.",
        key=True,
        required=True,
    ),
    _number(_F, "mean", "Expected demand of the period.", "units"),
    _number(
        _F,
        "std",
        "Standard deviation of the demand of the period.",
        "units",
        _NAN,
        "0; Poisson: square root of mean",
    ),
    Attribute(
        _F,
        "error_correlation",
        "number",
        "Correlation of the forecast's errors in different periods; below 1.",
        default=0.0,
        minimum=0.0,
        below=1.0,
    ),
    Attribute(_H, "product", "text", "Product that was sold.", required=True, references=_P),
    Attribute(_H, "location", "text", "Where it was sold.", required=True, references=_L),
    Attribute(
        _H,
        "date",
        "date",
        "Any day of the period; records of one period are added up.",
        required=True,
    ),
    Attribute(
        _H,
        "quantity",
        "number",
        "Units sold; negative: returned.",
        "units",
        _NAN,
        "not known yet: the record tells price and promotion only",
        column_required=True,
    ),
    Attribute(
        _H,
        "in_stock",
        "text",
        "Whether there was stock all the time; if not, demand was at least what was sold.",
        default="true",
        choices=(*YES, *NO),
    ),
    _number(_H, "price", "Sales price, also of periods to come.", _COST, _NAN, "unknown"),
    _number(
        _H,
        "promotion",
        "Size of a promotion, also of periods to come, such as the share taken off the price;"
        " 0: none.",
        "",
        0.0,
    ),
    _id(_PL, "product", "Product.", _P),
    _id(_PL, "location", "Location that keeps it.", _L),
    _number(
        _PL,
        "holding_cost",
        "Holding cost of the product here.",
        "currency/unit/period",
        inherits="products",
    ),
    _number(
        _PL,
        "missed_sale_cost",
        "Cost of an unmet unit of demand here.",
        _COST,
        inherits="products",
    ),
    _number(
        _PL,
        "unmet_order_cost",
        "Cost of a unit ordered from here that cannot be shipped.",
        _COST,
        0.0,
    ),
    _number(
        _PL,
        "safety_stock",
        "Fixed safety stock; may be negative.",
        "units",
        _NAN,
        "the brain decides",
        minimum=None,
    ),
    _id(_PN, "product", "Product.", _P),
    _id(_PN, "origin", "Origin of an existing lane.", _N),
    _id(_PN, "destination", "Destination of that lane.", _L),
    _periods(_PN, "lead_time", "Lead time of the product on the lane.", inherits="lanes"),
    _number(_PN, "min_order_quantity", "Smallest order, if any.", "units", 0.0),
    _number(
        _PN,
        "order_multiple",
        "Orders are whole multiples of it; 0: any quantity.",
        "units",
        1.0,
    ),
    _number(
        _PN,
        "max_order_quantity",
        "Largest order; 0: never over this lane.",
        "units",
        _INF,
        "no limit",
    ),
    _number(_PN, "unit_cost", "Cost of each unit shipped.", _COST, inherits="lanes"),
    _number(_PN, "order_cost", "Cost of each order.", "currency", inherits="lanes"),
    Attribute(
        _C,
        "location",
        "text",
        "Location whose capacity differs on the date; or origin and destination.",
        key=True,
        references=_L,
    ),
    Attribute(
        _C,
        "origin",
        "text",
        "Origin of the lane whose capacity differs on the date.",
        key=True,
        references=_N,
    ),
    Attribute(_C, "destination", "text", "Destination of that lane.", key=True, references=_L),
    Attribute(
        _C,
        "kind",
        "text",
        "Which capacity of the location.",
        blank="storage of a location, and that of a lane",
        key=True,
        choices=("storage", "lane", "throughput"),
    ),
    Attribute(_C, "date", "date", "Any day of the period.", key=True, required=True),
    Attribute(
        _C,
        "capacity",
        "number",
        "Capacity in that period instead of the base one; inf: unlimited.",
        "volume",
        required=True,
        minimum=0.0,
    ),
    _id(_I, "product", "Product.", _P),
    _id(_I, "location", "Location that keeps it.", _L),
    _number(_I, "on_hand", "Stock at the start of the first period.", "units", 0.0),
    _number(_I, "backlog", "Customer demand still owed at that time.", "units", 0.0),
    Attribute(_O, "product", "text", "Product under way.", required=True, references=_P),
    Attribute(
        _O,
        "origin",
        "text",
        "Where it was ordered (an existing lane).",
        required=True,
        references=_N,
    ),
    Attribute(_O, "destination", "text", "Where it will arrive.", required=True, references=_L),
    _number(_O, "quantity", "Units under way.", "units"),
    Attribute(
        _O,
        "receipt_date",
        "date",
        "Day on which it arrives, in the horizon.",
        required=True,
    ),
)

TABLES: tuple[str, ...] = tuple(dict.fromkeys(attribute.table for attribute in ATTRIBUTES))


def attributes(table: str) -> dict[str, Attribute]:
    """The attributes of one table by name, in their order."""
    return {a.name: a for a in ATTRIBUTES if a.table == table}


def key_of(table: str) -> tuple[str, ...]:
    """Names of the columns that together must be unique in a table."""
    return tuple(a.name for a in ATTRIBUTES if a.table == table and a.key)


def schema_table() -> pd.DataFrame:
    """All tables, their columns, and the settings, as ``planner schema`` prints them.

    Returns
    -------
    DataFrame
        Columns table, name, type, unit, default, minimum, below, key, meaning.
    """
    rows = [
        {
            "table": a.table,
            "name": a.name,
            "type": " | ".join(a.choices) or a.type,
            "unit": a.unit,
            "default": a.default_text,
            "minimum": "" if a.minimum is None else f"{a.minimum:g}",
            "below": "" if a.below is None else f"{a.below:g}",
            "key": "key" if a.key else "",
            "meaning": a.meaning,
        }
        for a in ATTRIBUTES
    ]
    for name, field in Settings.model_fields.items():
        default = field.default
        rows.append(
            {
                "table": "settings",
                "name": name,
                "type": _type_name(field.annotation),
                "unit": SETTING_UNITS.get(name, ""),
                "default": "" if default is None else str(default),
                "minimum": "",
                "below": "",
                "key": "",
                "meaning": field.description or "",
            }
        )
    return pd.DataFrame(rows)


def _type_name(annotation: Any) -> str:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _type_name(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        inner = [a for a in get_args(annotation) if a is not type(None)]
        return " | ".join(_type_name(a) for a in inner)
    if origin is Literal:
        return " | ".join(str(choice) for choice in get_args(annotation))
    names = {
        int: "integer",
        float: "number",
        bool: "true | false",
        str: "text",
        datetime.date: "date",
    }
    return names.get(annotation, str(annotation))
