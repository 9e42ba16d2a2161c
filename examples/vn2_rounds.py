"""Let a week of the VN2 challenge pass, and write the input folder of the next round of orders.

    python examples/vn2_rounds.py vn2-0 --plan plan-0 --sales sales-1.csv --out vn2-1

The orders that the plan releases now are placed, what is due arrives, and the week's customers buy
what is there; their demand is what the challenge publishes as sales. ``sales-1.csv`` has the form
of sales.csv and a column of that week. Without it, a week of the past stands in:

    python examples/vn2_rounds.py vn2-0 --plan plan-0 --rehearse-from 2023-04-17 --out vn2-1

meets the sales of that week in the first round, of the week after it in the second, and so on. That
is a rehearsal: the forecast has seen these weeks. In the last two of eight weeks nothing is ordered
any more: leave ``--plan`` out. ``examples/README.md`` has the whole sequence.
"""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
from vn2 import DATA, KEYS, places

from scenarios.model.scenario import Scenario
from scenarios.simulation.costs import period_costs
from scenarios.simulation.rolling import longer, scenario_at
from scenarios.simulation.step import compile_scenario, initial_state, step


def released(scenario: Scenario, plan: Path) -> np.ndarray:
    """[A] units on each route that a plan of this scenario releases now.

    Raises
    ------
    SystemExit
        If the plan is of another day or of other places.
    """
    orders = pd.read_csv(plan / "purchase_orders.csv")
    orders = orders[orders["release"] == "now"]
    today = scenario.dates[0].date().isoformat()
    if not (orders["order_date"] == today).all():
        raise SystemExit(f"{plan} does not release its orders on {today}: it is of another round")
    routes, lanes, names = scenario.routes, scenario.lanes, scenario.locations.name
    key = pd.MultiIndex.from_arrays(
        [
            scenario.products.name[routes.product],
            lanes.origin_name[routes.lane],
            names[lanes.destination[routes.lane]],
        ]
    )
    route = key.get_indexer(
        pd.MultiIndex.from_frame(orders[["product", "origin", "destination"]].astype(object))
    )
    if (route < 0).any():
        raise SystemExit(f"{plan} orders what is not on any lane of the input: it is of another")
    return np.bincount(route, orders["quantity"], scenario.n_routes)


def of_week(scenario: Scenario, file: Path, week: str) -> np.ndarray:
    """[K] a week's column of a table in the form of sales.csv, at the stock points.

    Raises
    ------
    SystemExit
        If the table lacks the week or a stock point.
    """
    table = pd.read_csv(file).set_index(KEYS)
    if week not in table:
        raise SystemExit(f"{file} has no column {week}")
    place = places(table.index)
    rows = pd.MultiIndex.from_frame(place[["product", "location"]].astype(object))
    points = scenario.points
    at = rows.get_indexer(
        pd.MultiIndex.from_arrays(
            [scenario.products.name[points.product], scenario.locations.name[points.location]]
        )
    )
    if (at < 0).any():
        raise SystemExit(f"{file} lacks {int((at < 0).sum())} of the stock points of the input")
    return table[week].to_numpy()[at]


def next_round(
    scenario: Scenario, orders: np.ndarray, sales: np.ndarray, in_stock: np.ndarray
) -> tuple[Scenario, dict[str, float]]:
    """The scenario a week later, and what the week came to.

    Parameters
    ----------
    scenario : Scenario
        With a history.
    orders : array [A]
        Units ordered at the start of the week.
    sales : array [K]
        Units that customers want in the week.
    in_stock : array [K] of bool
        Whether these are all that they wanted.

    Returns
    -------
    scenario : Scenario
    week : dict
        missed (units), left (units on hand at the end), cost.
    """
    net, n_periods, past = compile_scenario(scenario), scenario.n_periods, scenario.history
    state, outcome = step(net, initial_state(scenario, net), orders, sales.astype(float), 0)
    week = {
        "missed": float(np.sum(outcome.missed)),
        "left": float(np.sum(outcome.on_hand)),
        "cost": float(sum(np.sum(v) for v in period_costs(net, outcome, 0).as_dict().values())),
    }
    later = scenario_at(longer(scenario, n_periods + 1), state, 1, n_periods)
    history = dataclasses.replace(
        past,
        quantity=np.column_stack([past.quantity, sales]),
        in_stock=np.column_stack([past.in_stock, in_stock]),
    )
    return later.replace(history=history, horizon=scenario.settings.horizon), week


def main() -> None:
    parser = argparse.ArgumentParser(description="One week of VN2: the next round's input folder")
    parser.add_argument("input", type=Path, help="input folder of this round")
    parser.add_argument("--plan", type=Path, help="plan made of it; without it nothing is ordered")
    parser.add_argument("--sales", type=Path, help="like sales.csv, with the week that passes")
    parser.add_argument("--in-stock", type=Path, help="like in_stock.csv; default: all in stock")
    parser.add_argument("--rehearse-from", help="past week that stands in for the first one")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the raw data")
    parser.add_argument("--costs", type=Path, help="CSV file to add a line on the week to")
    parser.add_argument("--out", type=Path, required=True, help="input folder to write")
    given = parser.parse_args()
    if (given.sales is None) == (given.rehearse_from is None):
        parser.error("give either --sales or --rehearse-from")
    scenario = Scenario.read(given.input)
    today = week = scenario.dates[0].date().isoformat()
    files = given.sales, given.in_stock
    if given.rehearse_from is not None:
        files = given.data / "sales.csv", given.data / "in_stock.csv"
        last = pd.read_csv(files[0], nrows=0).columns[-1]
        gone = scenario.dates[0] - pd.Timestamp(last) - pd.Timedelta(days=7)
        week = (pd.Timestamp(given.rehearse_from) + gone).date().isoformat()
    sales = of_week(scenario, files[0], week)
    known = (
        np.ones(len(sales), dtype=bool) if files[1] is None else of_week(scenario, files[1], week)
    )
    orders = np.zeros(scenario.n_routes) if given.plan is None else released(scenario, given.plan)
    later, told = next_round(scenario, orders, sales, known.astype(bool))
    later.write(given.out)
    line = pd.DataFrame([{"week": today, "ordered": orders.sum()} | told]).round(2)
    if given.costs is not None:
        line.to_csv(given.costs, mode="a", header=not given.costs.exists(), index=False)
    print(line.to_string(index=False, float_format="{:.1f}".format))


if __name__ == "__main__":
    main()
