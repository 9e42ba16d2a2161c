"""Random small scenarios of every shape the order model knows."""

from __future__ import annotations

import numpy as np

from scenarios.arrays.types import Floats
from scenarios.model.scenario import Scenario
from tests.support.worlds import column, world

SHAPES = {
    "single": (["store"], [("supplier", "store", 2)]),
    "chain": (["store", "dc"], [("dc", "store", 1), ("supplier", "dc", 2)]),
    "long": (
        ["store", "dc", "port"],
        [("dc", "store", 2), ("port", "dc", 1), ("supplier", "port", 3)],
    ),
    "tree": (
        ["north", "south", "dc"],
        [("dc", "north", 1), ("dc", "south", 3), ("supplier", "dc", 2)],
    ),
    "selling_dc": (["store", "dc"], [("dc", "store", 1), ("supplier", "dc", 2)]),
    "two_sources": (
        ["store", "dc"],
        [("dc", "store", 1), ("supplier", "store", 4), ("supplier", "dc", 2)],
    ),
}
UNCOUPLED = ("single", "chain", "long", "tree")


def random_world(
    seed: int, shape: str, *, n_products: int = 2, n_periods: int = 14, **changes: object
) -> tuple[Scenario, Floats]:
    """A scenario of a shape and constant safety stocks [K, T] for it.

    Places with no lane out sell, and in ``selling_dc`` every place. Opening stock covers the mean
    until the first order can arrive.
    """
    rng = np.random.default_rng(seed)
    names, lanes = SHAPES[shape]
    origins = {origin for origin, _, _ in lanes}
    selling = np.array([name not in origins or shape == "selling_dc" for name in names])
    base = rng.uniform(2, 20, (len(names), n_products, 1)) * selling[:, None, None]
    wave = 1 + 0.3 * np.sin(rng.uniform(0, 6) + 0.7 * np.arange(n_periods))
    mean = base * wave
    holding = rng.uniform(0.5, 2.0, n_products) * np.where(selling, 1.0, 0.6)[:, None]
    if shape == "long":
        holding[2] *= 0.6
    ratio = np.exp(rng.uniform(np.log(5), np.log(500), n_products))
    arguments = {
        "mean": mean,
        "std": 0.3 * mean,
        "n_products": n_products,
        "n_periods": n_periods,
        "holding_cost": holding,
        "missed_sale_cost": np.broadcast_to(ratio * holding[0], holding.shape),
        "on_hand": rng.uniform(5, 9, holding.shape) * base.sum(axis=0).T,
        "volume": rng.uniform(0.5, 2.0, n_products),
    }
    scenario = world(names, lanes, **(arguments | changes))  # type: ignore[arg-type]
    buffer = rng.uniform(0, 1.5, holding.shape) * base.max()
    safety = np.repeat(
        buffer[scenario.points.location, scenario.points.product][:, None], n_periods, axis=1
    )
    return scenario, safety


__all__ = ["SHAPES", "UNCOUPLED", "column", "random_world"]
