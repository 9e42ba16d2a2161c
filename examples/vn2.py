"""Turn the data of the VN2 Inventory Planning Challenge into an input folder.

    python examples/vn2.py --out vn2-0
    planner plan vn2-0 --out plan-0

67 stores are supplied from outside. Every week a missed sale costs 1 and a unit left over 0.2. The
folder holds what was sold; demand is forecast from it. ``vn2_rounds.py`` leads on to the next round
of orders.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from scenarios.model.scenario import Scenario

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "vn2"

KEYS = ["Store", "Product"]
LEAD_TIME = 2
"""The challenge orders at the end of week t and receives at the start of week t + 3.

Here orders are placed at the start of a period and arrive, before demand, ``lead_time`` periods
later. The end of week t is the start of week t + 1; from there to the start of week t + 3 it is two
weeks. What is in transit for W+1 and W+2 arrives in the first and the second period.
"""
MISSED_SALE_COST, HOLDING_COST = 1.0, 0.2
ON_THE_WAY = ("In Transit W+1", "In Transit W+2")


def vn2(data: Path, n_series: int | None = None) -> Scenario:
    """The first order round of the challenge as a scenario: sales history, and no forecast.

    Parameters
    ----------
    data : pathlib.Path
        Folder with sales.csv, in_stock.csv, master.csv and initial_state.csv.
    n_series : int, optional
        Only so many pairs of store and product, spread over all; default: all.
    """
    sales = pd.read_csv(data / "sales.csv").set_index(KEYS)
    if n_series is not None and n_series < len(sales):
        sales = sales.iloc[np.linspace(0, len(sales) - 1, n_series).astype(int)]
    in_stock, master, state = (
        pd.read_csv(data / f"{name}.csv").set_index(KEYS).loc[sales.index]
        for name in ("in_stock", "master", "initial_state")
    )
    place = places(sales.index)
    stores, products = sorted(set(place["location"])), place["product"].drop_duplicates()
    way = place.assign(origin="supplier").rename(columns={"location": "destination"})
    start = np.datetime64(sales.columns[-1], "D") + 7
    tables = {
        "products": pd.DataFrame(
            {
                "product": products,
                "missed_sale_cost": MISSED_SALE_COST,
                "holding_cost": HOLDING_COST,
                "category": master["Department"].to_numpy()[products.index].astype(str),
            }
        ).sort_values("product", ignore_index=True),
        "locations": pd.DataFrame({"location": stores}),
        "lanes": pd.DataFrame(
            {"origin": "supplier", "destination": stores, "lead_time": LEAD_TIME}
        ),
        "inventory": place.assign(on_hand=state["End Inventory"].to_numpy()),
        "open_orders": pd.concat(
            [
                way.assign(quantity=state[column].to_numpy(), receipt_date=start + 7 * week)
                for week, column in enumerate(ON_THE_WAY)
            ],
            ignore_index=True,
        ).query("quantity > 0"),
        "history": history(sales, in_stock),
    }
    return Scenario.from_tables(tables, {"period": "W", "start_date": start.astype(object)})


def places(pairs: pd.MultiIndex) -> pd.DataFrame:
    """Names of product and location of pairs of store and product."""
    return pd.DataFrame(
        {
            "product": [f"product {product:03d}" for _, product in pairs],
            "location": [f"store {store:02d}" for store, _ in pairs],
        }
    )


def history(sales: pd.DataFrame, in_stock: pd.DataFrame) -> pd.DataFrame:
    """The table of that name from tables of one row per series and one column per week.

    A series begins with its first week in stock: before, the store did not have the product.
    """
    listed = np.logical_or.accumulate(in_stock.to_numpy(dtype=bool), axis=1)
    row, week = np.nonzero(listed)
    return (
        places(sales.index)
        .loc[row]
        .assign(
            date=sales.columns.to_numpy()[week],
            quantity=sales.to_numpy()[row, week],
            in_stock=in_stock.to_numpy(dtype=bool)[row, week],
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="VN2 data to an input folder")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the raw data")
    parser.add_argument("--series", type=int, help="only so many series, for a quick try")
    parser.add_argument("--out", type=Path, required=True, help="input folder to write")
    arguments = parser.parse_args()
    vn2(arguments.data, arguments.series).write(arguments.out)


if __name__ == "__main__":
    main()
