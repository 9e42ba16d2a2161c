"""Turn the data of the VN2 Inventory Planning Challenge into an input folder.

    python examples/vn2.py --out vn2
    planner plan vn2 --out vn2-plan

67 stores are supplied from outside. Every week a missed sale costs 1 and a unit left over 0.2.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from seasonal_average import seasonal_average

from scenarios.model import Scenario

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "vn2"

LEAD_TIME = 2
"""The challenge orders at the end of week t and receives at the start of week t + 3.

Here orders are placed at the start of a period and arrive, before demand, ``lead_time`` periods
later. The end of week t is the start of week t + 1; from there to the start of week t + 3 it is two
weeks. What is in transit for W+1 and W+2 arrives in the first and the second period.
"""


def vn2(data: Path, n_ahead: int = 12) -> Scenario:
    """The first order round of the challenge as a scenario.

    Parameters
    ----------
    data : pathlib.Path
        Folder with sales.csv, in_stock.csv and initial_state.csv.
    n_ahead : int
        Weeks to forecast and plan.
    """
    keys = ["Store", "Product"]
    sales = pd.read_csv(data / "sales.csv").set_index(keys)
    in_stock = pd.read_csv(data / "in_stock.csv").set_index(keys).loc[sales.index]
    state = pd.read_csv(data / "initial_state.csv").set_index(keys).loc[sales.index]
    start = np.datetime64(sales.columns[-1], "D") + 7
    mean, std = seasonal_average(
        sales.to_numpy(dtype=float), in_stock.to_numpy(dtype=bool), n_ahead
    )
    place = pd.DataFrame(
        {
            "product": [f"product {product:03d}" for _, product in sales.index],
            "location": [f"store {store:02d}" for store, _ in sales.index],
        }
    )
    stores = sorted(set(place["location"]))
    way = place[["product"]].assign(origin="supplier", destination=place["location"])
    tables = {
        "products": pd.DataFrame(
            {
                "product": sorted(set(place["product"])),
                "missed_sale_cost": 1.0,
                "holding_cost": 0.2,
                "distribution": "negative_binomial",
            }
        ),
        "locations": pd.DataFrame({"location": stores}),
        "lanes": pd.DataFrame(
            {"origin": "supplier", "destination": stores, "lead_time": LEAD_TIME}
        ),
        "inventory": place.assign(on_hand=state["End Inventory"].to_numpy()),
        "open_orders": pd.concat(
            [
                way.assign(quantity=state[column].to_numpy(), receipt_date=start + 7 * week)
                for week, column in enumerate(["In Transit W+1", "In Transit W+2"])
            ],
            ignore_index=True,
        ).query("quantity > 0"),
        "forecast": place.loc[np.repeat(place.index, n_ahead)].assign(
            date=np.tile(start + 7 * np.arange(n_ahead), len(place)),
            mean=np.round(mean.ravel(), 4),
            std=np.round(std.ravel(), 4),
        ),
    }
    return Scenario.from_tables(tables, {"period": "W", "start_date": start.astype(object)})


def main() -> None:
    parser = argparse.ArgumentParser(description="VN2 data to an input folder")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the raw data")
    parser.add_argument("--out", type=Path, required=True, help="input folder to write")
    arguments = parser.parse_args()
    vn2(arguments.data).write(arguments.out)


if __name__ == "__main__":
    main()
