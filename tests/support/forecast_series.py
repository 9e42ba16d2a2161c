"""Made series and stakes for the tests of forecasts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from planner.forecasting.blend import Stakes
from planner.forecasting.series.series import Series, at_least


def series(
    sold: ArrayLike,
    in_stock: ArrayLike = True,
    *,
    days: int = 7,
    first: str = "2023-01-02",
    **other: Any,
) -> Series:
    """Series of sales [N, H] (nan: not begun); each its own product, all at one location."""
    quantity = np.atleast_2d(np.asarray(sold, dtype=float))
    known = ~np.isnan(quantity) & np.broadcast_to(np.asarray(in_stock), quantity.shape)
    n = len(quantity)
    nothing = np.zeros(n, dtype=np.int64)
    told = np.nan_to_num(quantity)
    settled = {
        "product": np.arange(n),
        "location": nothing,
        "category": nothing,
        "whole": (told == np.rint(told)).all(axis=1),
    }
    return Series(
        quantity=at_least(quantity, known, 7 // days),
        known=known,
        first=np.datetime64(first, "D"),
        days=days,
        **(settled | other),
    )


def stakes(some: Series, cover: ArrayLike = 3, missed: float = 9.0, holding: float = 1.0) -> Stakes:
    """The same costs for every series."""
    n = some.n_series
    return Stakes(
        cover=np.broadcast_to(np.asarray(cover, dtype=np.int64), (n,)).copy(),
        missed=np.full(n, missed),
        holding=np.full(n, holding),
        whole=some.whole,
    )
