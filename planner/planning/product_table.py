"""The products that matter: ABC by value, XYZ by variability."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.planning.projection import Projection
from planner.text.names import as_categories
from scenarios.arrays.types import Floats, Ints
from scenarios.model.scenario import Scenario

PRODUCT_COLUMNS = (
    "product", "category", "abc", "xyz", "value", "demand", "variability", "missed", "orders_now",
)  # fmt: skip
ABC = (0.8, 0.95)
"""Shares of all value up to which products, the dearest first, are A and then B; the rest is C."""
XYZ = (0.5, 1.0)
"""Variability up to which a product is X and then Y; above, or without demand, it is Z."""


def products_table(scenario: Scenario, projection: Projection) -> pd.DataFrame:
    """One row per product, in the order of the scenario.

    Parameters
    ----------
    scenario : Scenario
        With a forecast.
    projection : Projection
        What the orders lead to.

    Returns
    -------
    DataFrame
        Columns ``PRODUCT_COLUMNS``: ``value`` is that of mean demand over the horizon at the price
        (else unit cost, else missed-sale cost), ``demand`` its units, ``variability`` std over mean
        of the demand of a week (or four), all locations together, nan without demand; ``missed``
        the units lost or waiting at the end, ``orders_now`` the units of all orders released now,
        on every lane.
    """
    points = scenario.points.product
    n = scenario.n_products
    demand = np.bincount(points, scenario.mean.sum(axis=1), n).astype(np.float64)
    value = demand * _worth(scenario)
    waits = scenario.settings.unmet_demand == "backlog"
    missed = projection.missed[:, -1] if waits else projection.missed.sum(axis=1)
    now = projection.orders[:, : scenario.settings.commit_periods].sum(axis=1)
    variability = _variability(scenario, demand)
    frame = {
        "product": as_categories(scenario.products.name, np.arange(n)),
        "category": as_categories(scenario.products.category, np.arange(n)),
        "abc": as_categories(["A", "B", "C"], abc_classes(value)),
        "xyz": as_categories(["X", "Y", "Z"], xyz_classes(variability)),
        "value": value,
        "demand": demand,
        "variability": variability,
        "missed": np.bincount(points, missed, n),
        "orders_now": np.bincount(scenario.routes.product, now, n),
    }
    return pd.DataFrame({name: frame[name] for name in PRODUCT_COLUMNS}, copy=False)


def abc_classes(value: Floats) -> Ints:
    """[P] 0, 1 or 2: whether what is dearer makes up less than the shares ``ABC`` of all value."""
    order = np.argsort(-value, kind="stable")
    dearer = np.cumsum(value[order]) - value[order]
    # A last digit lost in the sum must not move a product that ends a class exactly.
    limits = np.array(ABC) * value.sum() * (1.0 - 1e-12)
    classes = np.empty(value.size, dtype=np.int64)
    classes[order] = np.searchsorted(limits, dearer, side="right")
    classes[value <= 0] = 2
    return classes


def xyz_classes(variability: Floats) -> Ints:
    """[P] 0, 1 or 2: whether variability is at most the limits ``XYZ``; nan is above them."""
    return np.searchsorted(XYZ, variability, side="left")


def _worth(scenario: Scenario) -> Floats:
    """[P] what a unit is worth, by the first of its prices that is told."""
    products = scenario.products
    return np.select(
        [products.price > 0, products.unit_cost > 0],
        [products.price, products.unit_cost],
        products.missed_sale_cost,
    )


def _variability(scenario: Scenario, demand: Floats) -> Floats:
    """[P] std over mean of an average week (or four weeks) of the horizon."""
    points, n = scenario.points.product, scenario.n_products
    variance = np.bincount(points, np.square(scenario.std).sum(axis=1), n)
    share = scenario.settings.season / scenario.n_periods
    sells = demand > 0
    of_week = np.where(sells, demand, 1.0) * share
    return np.where(sells, np.sqrt(variance * share) / of_week, np.nan)
