"""A scenario by names instead of indices: demand, stock, and what each location is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.arguments import Arguments
from scenarios.arrays.types import Floats, Ints
from scenarios.model.entities import Locations, Points, Products
from scenarios.notebook import plural


def demand_by_name(
    products: Products,
    locations: Locations,
    points: Points,
    dates: pd.DatetimeIndex,
    mean: Floats,
    std: Floats,
) -> pd.DataFrame:
    """Mean and std [K, T] where customers buy, by product, location and date."""
    order = _by_product(points)
    sells = order[points.sells[order]]
    names, codes = _places(products, locations, points, sells)
    labels = [np.repeat(code, len(dates)) for code in codes]
    labels.append(np.tile(np.arange(len(dates)), len(sells)))
    columns = {"mean": mean[sells].ravel(), "std": std[sells].ravel()}
    return pd.DataFrame(columns, index=_index([*names, dates], labels))


def stock_by_name(
    products: Products, locations: Locations, points: Points, on_order: Floats
) -> pd.DataFrame:
    """Stock at the points and ``on_order`` [K] there, by product and location."""
    order = _by_product(points)
    columns = {"on_hand": points.on_hand, "on_order": on_order, "backlog": points.backlog}
    names, codes = _places(products, locations, points, order)
    values = {name: column[order] for name, column in columns.items()}
    return pd.DataFrame(values, index=_index(names, codes))


def _by_product(points: Points) -> Ints:
    """[K] points by product and then location, as rows are looked up."""
    return np.lexsort((points.location, points.product))


def _places(
    products: Products, locations: Locations, points: Points, which: Ints
) -> tuple[list[Any], list[Ints]]:
    names = [pd.Index(each.name, dtype="str") for each in (products, locations)]
    return names, [points.product[which], points.location[which]]


def _index(names: list[Any], codes: list[Any]) -> pd.MultiIndex:
    levels = ["product", "location", "date"][: len(names)]
    return pd.MultiIndex(levels=names, codes=codes, names=levels, verify_integrity=False)


def named_points(
    check: Arguments,
    products: Products,
    locations: Locations,
    points: Points,
    product: object,
    location: object,
) -> NDArray[np.bool_]:
    """[K] points of the products and locations with these names; None: of all."""
    goods = check.chosen("product", product, products.name, "a product")
    places = check.chosen("location", location, locations.name, "a location")
    return goods[points.product] & places[points.location]


def facts_of(parts: Mapping[str, Any]) -> dict[str, str]:
    """What there is to say first of a scenario, by its fields."""
    settings, dates = parts["settings"], parts["dates"]
    unit = "day" if settings.period == "D" else "week"
    facts = {
        "products": plural(len(parts["products"]), "product"),
        "locations": plural(len(parts["locations"]), "location"),
        "lanes": plural(len(parts["lanes"]), "lane"),
        "stock points": plural(len(parts["points"]), "stock point"),
        "periods": f"{plural(len(dates), unit)} from {dates[0]:%Y-%m-%d}",
    }
    return facts | ({"demand": "still to be forecast"} if np.isnan(parts["mean"]).any() else {})


def stock_by_location(
    locations: Locations,
    points: Points,
    volume: Floats,
    demand: Floats,
    due: Floats,
) -> pd.DataFrame:
    """One row per location: what it keeps and sells, holds and has coming.

    Parameters
    ----------
    locations, points
    volume : array [K]
        Of a unit.
    demand : array [K]
        Mean units per period.
    due : array [K]
        Units of open orders.
    """
    where, n = points.location, len(locations)

    def total(values: Floats) -> Floats:
        return np.bincount(where, values, n).astype(np.float64)

    return pd.DataFrame(
        {
            "products": np.bincount(where, minlength=n),
            "selling": np.bincount(where[points.sells], minlength=n),
            "demand": total(demand),
            "on_hand": total(points.on_hand),
            "on_order": total(due),
            "backlog": total(points.backlog),
            "stored": total(points.on_hand * volume),
            "storage_capacity": locations.storage_capacity[:, 0],
        },
        index=pd.Index(locations.name, dtype="str", name="location"),
    )
