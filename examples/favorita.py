"""Turn weekly sales of Corporacion Favorita into an input folder: a DC in front of 21 stores.

    python examples/favorita.py --out favorita
    planner plan favorita --out favorita-plan

The data holds sales only. Lead times, costs, stocks and capacities are made up here: the supplier
needs 2 weeks to the DC and the DC 1 week to each store; a missed sale costs 5 to 100 times the
weekly holding cost at the store, which is twice that at the DC; stocks start near where the
textbook rule would keep them; the DC has room for 8% more than a mean week's throughput and half of
the textbook safety stock, and the lane from the supplier carries 10% more than the mean weekly
sales. Demand is forecast from the sales.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import special

from scenarios.model.scenario import Scenario

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "favorita_21_stores"

TO_DC, TO_STORE = 2, 1
"""Lead times in weeks."""
QUARTER = 13
"""Weeks before the plan that what is made up goes by."""


def favorita(
    data: Path, seed: int = 0, n_weeks: int | None = None, n_products: int | None = None
) -> Scenario:
    """The week after the data as a scenario: sales history, and no forecast.

    Parameters
    ----------
    data : pathlib.Path
        Folder with weekly_sales.npz and dates_with_info.csv.
    seed : int
        Draws the cost ratios of the products and the opening stocks.
    n_weeks : int, optional
        Weeks that are known; default: all.
    n_products : int, optional
        Only so many products, spread over all; default: all.
    """
    rng = np.random.default_rng(seed)
    sales = weekly_sales(data, n_products)[:, :, :n_weeks]
    n_products, n_stores, n_weeks = sales.shape
    # The sales are the first weeks of the calendar beside them (their peaks are its Christmases).
    first = pd.read_csv(data / "dates_with_info.csv")["date"].iloc[0]
    start = np.datetime64(first, "D") + 7 * n_weeks
    recent = sales[:, :, -QUARTER:]
    weekly, spread = recent.mean(axis=2), recent.std(axis=2, ddof=1)

    product = np.array([f"product {i:03d}" for i in range(n_products)])
    store = np.array([f"store {j:02d}" for j in range(n_stores)])
    ratio = np.round(5 * 20 ** rng.random(n_products), 2)
    z = special.ndtri(ratio / (1 + ratio))
    at_store = np.maximum(z, 0)[:, None] * spread * np.sqrt(TO_STORE + 1)
    flow = weekly.sum(axis=1)
    at_dc = 0.2 * np.maximum(z, 0) * np.sqrt((spread**2).sum(axis=1) * (TO_DC + 1))

    place = pd.DataFrame(
        {"product": np.repeat(product, n_stores), "location": np.tile(store, n_products)}
    )
    stock = np.rint(at_store * rng.uniform(0.6, 1.3, at_store.shape))
    tables = {
        "products": pd.DataFrame(
            {
                "product": product,
                "missed_sale_cost": ratio,
                "holding_cost": 1.0,
            }
        ),
        "locations": pd.DataFrame(
            {
                "location": ["DC", *store],
                "storage_capacity": [
                    np.ceil(1.08 * flow.sum() + 0.5 * at_dc.sum()),
                    *[np.nan] * n_stores,
                ],
            }
        ),
        "lanes": pd.DataFrame(
            {
                "origin": ["supplier", *["DC"] * n_stores],
                "destination": ["DC", *store],
                "lead_time": [TO_DC, *[TO_STORE] * n_stores],
                "capacity": [np.ceil(1.1 * flow.sum()), *[np.nan] * n_stores],
            }
        ),
        "product_locations": pd.DataFrame(
            {"product": product, "location": "DC", "holding_cost": 0.5}
        ),
        "inventory": pd.concat(
            [
                place.assign(on_hand=stock.ravel()),
                pd.DataFrame(
                    {"product": product, "location": "DC", "on_hand": np.rint(at_dc + flow)}
                ),
            ],
            ignore_index=True,
        ),
        "open_orders": _open_orders(product, place, weekly.ravel(), flow, start),
        "history": place.loc[np.repeat(place.index, n_weeks)].assign(
            date=np.tile(start - 7 * np.arange(n_weeks, 0, -1), len(place)),
            quantity=sales.ravel(),
        ),
    }
    return Scenario.from_tables(tables, {"period": "W", "start_date": start.astype(object)})


def weekly_sales(data: Path, n_products: int | None = None) -> np.ndarray:
    """[products, stores, weeks] units sold, of all products or some that are spread over all."""
    with np.load(data / "weekly_sales.npz") as arrays:
        sales = np.clip(arrays["weekly_sales"].astype(float), 0.0, None)  # returns are no demand
    if n_products is None or n_products >= len(sales):
        return sales
    return sales[np.linspace(0, len(sales) - 1, n_products).astype(int)]


def _open_orders(
    product: np.ndarray,
    place: pd.DataFrame,
    weekly: np.ndarray,
    flow: np.ndarray,
    start: np.datetime64,
) -> pd.DataFrame:
    """A pipeline in its steady state: every week under way holds a week's sales."""
    to_stores = pd.DataFrame(
        {
            "product": place["product"],
            "origin": "DC",
            "destination": place["location"],
            "quantity": np.rint(weekly),
            "receipt_date": start,
        }
    )
    to_dc = [
        pd.DataFrame(
            {
                "product": product,
                "origin": "supplier",
                "destination": "DC",
                "quantity": np.rint(flow),
                "receipt_date": start + 7 * week,
            }
        )
        for week in range(TO_DC)
    ]
    return pd.concat([to_stores, *to_dc], ignore_index=True).query("quantity > 0")


def main() -> None:
    parser = argparse.ArgumentParser(description="Favorita data to an input folder")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the raw data")
    parser.add_argument("--out", type=Path, required=True, help="input folder to write")
    parser.add_argument("--products", type=int, help="only so many products, for a quick try")
    parser.add_argument("--seed", type=int, default=0, help="draws what the data does not hold")
    arguments = parser.parse_args()
    favorita(arguments.data, arguments.seed, n_products=arguments.products).write(arguments.out)


if __name__ == "__main__":
    main()
