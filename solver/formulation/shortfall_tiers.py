"""What it costs to be short of a safety stock, as linear tiers below it.

A tier is a slice of the buffer: its width in units and what one unit missing from it costs per
period. Tiers are filled cheapest first, so the cost of a shortfall is convex.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from scenarios.arrays.types import Floats, Ints
from scenarios.model.scenario import Scenario
from solver.options import SolverOptions


@dataclass(frozen=True, eq=False)
class Tiers:
    """Slices of the buffer below each safety stock, the nearest to it first."""

    width: Floats
    """[K, S, I] units; inf in the last tier where stock may be planned negative (backlog)."""
    price: Floats
    """[K, S, I] cost of a missing unit per period, never falling along I."""


def loss(x: Floats) -> Floats:
    """Standard normal loss function E[(Z - x)+]."""
    density = np.exp(-0.5 * x**2) / np.sqrt(2 * np.pi)
    return density - x * special.ndtr(-x)


def selling_tiers(
    scenario: Scenario, points: Ints, safety_stock: Floats, std: Floats, options: SolverOptions
) -> Tiers:
    """Tiers at points [K] where customers buy.

    The expected cost of a buffer b is G(b) = h b + (m + h) s Loss(b / s). s is chosen so that G is
    least at the safety stock SS (s = SS / z with Phi(z) = m / (m + h)); where SS and z differ in
    sign, G with the forecast's own s is shifted so that it is. The price of a tier is the mean
    slope of (m + h) s Loss over it; below an empty shelf a backlogged unit costs m + h. With a
    review period R a unit ordered for the end of a cycle is held through all of it, so (R - 1) h
    is added; without that the plan would stop short of the safety stock.

    Parameters
    ----------
    scenario : Scenario
    points : array [K]
        Their numbers in the scenario.
    safety_stock, std : arrays [K, S]
        Buffer wanted, and standard deviation of demand over the protection interval.
    options : SolverOptions
    """
    n = options.shortfall_tiers if options.shortfall == "risk_aware" else 1
    missed = scenario.points.missed_sale_cost[points][:, None, None]
    holding = scenario.points.holding_cost[points][:, None, None]
    both = missed + holding
    through_cycle = (scenario.settings.review_period - 1) * holding
    wanted = safety_stock[:, :, None]
    depth = np.maximum(wanted, 0.0)
    width = np.broadcast_to(depth / n, (*safety_stock.shape, n))
    if options.shortfall == "flat":
        price = np.broadcast_to(options.flat_shortfall * missed, width.shape)
        # Above its holding cost, or the plan would rather not hold the safety stock at all.
        price = np.maximum(price, 1.01 * holding)
    else:
        ratio = np.clip(missed / np.where(both > 0, both, 1.0), 1e-6, 1 - 1e-6)
        z = special.ndtri(ratio)
        fitted = wanted / np.where(np.abs(z) > 1e-9, z, 1e-9)
        own = np.maximum(std[:, :, None], 1e-9 + 0.01 * depth)
        spread = np.where(fitted > 0.05 * own, fitted, own)
        edge = z - (np.arange(n + 1) / n) * depth / spread
        fallen = np.diff(loss(edge), axis=2)
        step = np.where(depth > 0, depth / (n * spread), 1.0)
        price = np.where(depth > 0, both * fallen / step, both)
        price = np.maximum(price, holding)
        for i in range(1, n):
            price[:, :, i] = np.maximum(price[:, :, i], price[:, :, i - 1])
    if scenario.settings.unmet_demand == "backlog":
        width = np.concatenate([width, np.full_like(wanted, np.inf)], axis=2)
        price = np.concatenate([price, np.broadcast_to(both, wanted.shape)], axis=2)
    return Tiers(width, price + through_cycle)


def supplying_tiers(
    scenario: Scenario, points: Ints, safety_stock: Floats, typical: float
) -> Tiers:
    """One tier at points [K] that only supply others.

    It weighs only slightly more than the stage's own holding cost: a dearer one would keep stock
    back while a store below runs dry. As at selling points, stock is held through a review cycle.
    Where holding is free, it is a trace of the ``typical`` holding cost.
    """
    holding = scenario.points.holding_cost[points]
    cycle = scenario.settings.review_period - 1
    price = np.where(holding > 0, (1.2 + cycle) * holding, 0.01 * max(typical, 1e-6))
    shape = (*safety_stock.shape, 1)
    return Tiers(
        np.maximum(safety_stock, 0.0)[:, :, None], np.broadcast_to(price[:, None, None], shape)
    )


def shortfall_cost(tiers: Tiers, short: Floats) -> Floats:
    """Cost of being ``short`` units below the safety stock, cheapest tiers first."""
    left = np.maximum(short, 0.0)
    cost = np.zeros_like(left)
    for i in range(tiers.width.shape[-1]):
        used = np.minimum(left, tiers.width[..., i])
        cost += tiers.price[..., i] * used
        left = left - used
    return cost
