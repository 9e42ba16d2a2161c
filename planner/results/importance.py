"""Which products matter most, where there are more than a person, a page or a sheet can hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.arrays.types import Ints

RULE = (
    "those with a problem or missed demand first, then those ordered now, then the others, each by"
    " value of demand"
)
"""The order, in words."""


def by_importance(products: pd.DataFrame, problems: pd.DataFrame) -> Ints:
    """[P] rows of a plan's table of products, those that matter most first (``RULE``)."""
    ordered = products["orders_now"].to_numpy() > 0
    value = products["value"].to_numpy()
    return np.lexsort((-value, ~ordered, ~is_pressing(products, problems)))


def is_pressing(products: pd.DataFrame, problems: pd.DataFrame) -> NDArray[np.bool_]:
    """[P] whether a product is named among the problems, or demand for it is missed."""
    named = set(problems["product"].astype(str)) - {""}
    has_problem = products["product"].astype(str).isin(named).to_numpy()
    return has_problem | (products["missed"].to_numpy() > 0)


def codes(column: pd.Series, names: pd.Index) -> Ints:
    """Place of each text of a column among names; -1: it is none of them."""
    column = column.astype("category")
    place = names.get_indexer(pd.Index(column.cat.categories.astype(str)))
    return np.asarray(place, dtype=np.int64)[column.cat.codes.to_numpy()]
