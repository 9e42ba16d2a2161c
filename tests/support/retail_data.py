"""Made-up data in the form of the real data sets, for their examples and benchmarks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

KEYS = ["Store", "Product"]


def write_vn2(folder: Path, n_weeks: int, start: str = "2023-01-02", more: int = 0) -> pd.DataFrame:
    """Twelve series as the VN2 challenge has them; returns sales with some more weeks.

    The first is not in stock in its first ten weeks, the second not in week 20. All open with 12 on
    hand, and 5 and 7 on the way.
    """
    rng = np.random.default_rng(5)
    pairs = pd.MultiIndex.from_product([[0, 1, 2], [10, 11, 12, 13]], names=KEYS)
    days = pd.date_range(start, periods=n_weeks + more, freq="7D")
    weeks = [day.date().isoformat() for day in days]
    sales = pd.DataFrame(rng.poisson(6.0, (12, len(weeks))), pairs, weeks).astype(float)
    in_stock = pd.DataFrame(True, pairs, weeks)
    in_stock.iloc[0, :10] = in_stock.iloc[1, 20] = False
    sales = sales.where(in_stock, 0.0)
    state = {"End Inventory": 12, "In Transit W+1": 5, "In Transit W+2": 7}
    tables = {
        "sales": sales[weeks[:n_weeks]],
        "in_stock": in_stock[weeks[:n_weeks]],
        "initial_state": pd.DataFrame(state, pairs),
        "master": pd.DataFrame({"Department": [1, 1, 2, 2] * 3}, pairs),
    }
    folder.mkdir()
    for name, table in tables.items():
        table.reset_index().to_csv(folder / f"{name}.csv", index=False)
    return sales


def write_favorita(folder: Path, n_products: int, n_stores: int, n_weeks: int) -> np.ndarray:
    """Weekly sales as the Favorita data have them; returned [products, stores, weeks]."""
    rng = np.random.default_rng(6)
    sales = rng.poisson(30.0, (n_products, n_stores, n_weeks)).astype(np.float32)
    folder.mkdir()
    np.savez(folder / "weekly_sales.npz", weekly_sales=sales)
    pd.DataFrame({"date": ["2013-01-01"]}).to_csv(folder / "dates_with_info.csv", index=False)
    return sales
