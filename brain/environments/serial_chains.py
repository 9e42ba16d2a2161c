"""Serial chains of all lengths side by side, as the products of one scenario."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from scenarios.arrays.types import Floats, Ints
from scenarios.model.entities import Lanes, Locations, OpenOrders, Points, Products, Routes
from scenarios.model.scenario import Scenario
from scenarios.settings import Settings


def chains(
    stages: Ints,
    lead_time: Ints,
    mean: Floats,
    std: Floats,
    holding_cost: Floats,
    ratio: Floats,
    distribution: np.ndarray,
    rng: np.random.Generator | None = None,
    *,
    unmet_demand: Literal["lost", "backlog"] = "lost",
    timeline: Literal["order_first", "receive_first"] = "order_first",
) -> Scenario:
    """Serial chains of different lengths as the products of one scenario.

    Parameters
    ----------
    stages : array [P]
        Stock points of each chain, longest chain first.
    lead_time, holding_cost : arrays [S, P]
        By stage, the retailer's first.
    mean, std : arrays [P, T]
        Forecast at the retailer.
    ratio : array [P]
        Missed-sale cost over the retailer's holding cost.
    distribution : array [P]
        Names of laws of demand.
    rng : numpy.random.Generator, optional
        Draws opening stock and open orders, from meagre to plenty; without it every chain opens
        with what its mean demand needs.
    """
    depth, n_chains = lead_time.shape
    stage, product = np.nonzero(np.arange(depth)[:, None] < stages[None, :])
    n_points, n_periods = stage.size, mean.shape[1]
    index = np.full((depth + 1, n_chains), -1)
    index[stage, product] = np.arange(n_points)
    lead, sells = lead_time[stage, product].astype(np.int64), stage == 0
    typical = mean.mean(axis=1)[product]
    scatter = np.sqrt((std**2).mean(axis=1))[product] * np.sqrt(lead + 1.0)

    slot = np.repeat(np.arange(n_points), lead)
    arrives = np.arange(slot.size) - np.repeat(np.cumsum(lead) - lead, lead)
    due = mean[product[slot], np.minimum(arrives, n_periods - 1)]
    if rng is None:
        on_hand, under_way = typical + scatter, due
    else:
        error = scatter[slot] / np.sqrt(lead[slot] + 1.0)
        on_hand = np.maximum(typical + scatter * rng.uniform(-1.0, 3.0, n_points), 0.0)
        under_way = np.maximum(due + error * rng.standard_normal(slot.size), 0.0)
        wild = np.asarray(rng.random(n_chains))[product] < 0.15
        on_hand = np.where(wild, on_hand * rng.uniform(0.0, 2.5, n_points), on_hand)
        share = rng.uniform(0.3, 1.7, slot.size)
        under_way = np.where(wild[slot], under_way * share, under_way)
    some = np.flatnonzero(under_way > 0)
    # Chains that end here are supplied from outside, on a lane of its own.
    lane = np.where(index[stage + 1, product] >= 0, stage, depth + stage)
    lanes = _lanes(depth, lead_time, n_periods)
    products = Products.filled(
        n_chains,
        name=np.array([f"chain {p}" for p in range(n_chains)], dtype=object),
        missed_sale_cost=ratio * holding_cost[0],
        holding_cost=holding_cost[0].copy(),
        distribution=distribution,
    )
    return Scenario(
        settings=Settings(unmet_demand=unmet_demand, timeline=timeline, currency=""),
        dates=pd.date_range("2026-01-05", periods=n_periods),
        products=products,
        locations=Locations.filled(
            depth, n_periods=n_periods, name=[f"stage {s}" for s in range(depth)]
        ),
        lanes=lanes,
        points=Points.filled(
            n_points,
            parent=(products, product),
            product=product,
            location=stage,
            holding_cost=holding_cost[stage, product],
            on_hand=on_hand,
            sells=sells,
        ),
        routes=Routes.filled(
            n_points,
            parent=(lanes, lane),
            product=product,
            lane=lane,
            origin=index[stage + 1, product],
            destination=np.arange(n_points),
            lead_time=lead,
            order_multiple=0.0,
        ),
        open_orders=OpenOrders.filled(
            some.size, route=slot[some], period=arrives[some], quantity=under_way[some]
        ),
        mean=np.where(sells[:, None], mean[product], 0.0),
        std=np.where(sells[:, None], std[product], 0.0),
    )


def _lanes(depth: int, lead_time: Ints, n_periods: int) -> Lanes:
    """Lane s leads to stage s from the one above, lane ``depth`` + s from outside."""
    stage = np.arange(depth)
    above = np.where(stage + 1 < depth, stage + 1, -1)
    return Lanes.filled(
        2 * depth,
        n_periods=n_periods,
        origin_name=[
            *(f"stage {s + 1}" if s + 1 < depth else "supplier" for s in stage),
            *["supplier"] * depth,
        ],
        origin=np.concatenate([above, np.full(depth, -1)]),
        destination=np.concatenate([stage, stage]),
        lead_time=np.tile(lead_time.max(axis=1), 2),
    )
