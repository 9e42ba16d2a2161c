"""First prices of shared capacities: those of a sample of the products with their part of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from scenarios.arrays.types import Floats
from scenarios.model.scenario import Scenario
from scenarios.model.subset import ProductSubsets
from scenarios.resources import shared_resources
from solver.formulation.model_data import SharedData
from solver.highs.session import HighsSession
from solver.options import SolverOptions
from solver.program.basis_template import BasisTemplate
from solver.program.fixed_orders import FixedOrders
from solver.program.prepared import prepare_program

SAMPLE_ROWS, SAMPLE_SHARE = 60_000, 0.25
"""Balances of the sample, and their share of all, at most: with fewer the prices are less sure,
more take longer than they save."""


@dataclass(frozen=True, eq=False)
class Sample:
    """What a sample of the products tells of all."""

    price: Floats
    """[R] of the shared limits."""
    template: BasisTemplate | None
    highs_seconds: float


def sample_prices(
    subsets: ProductSubsets,
    safety_stock: Floats,
    shared: SharedData,
    options: SolverOptions,
    seconds: float,
) -> Sample:
    """Prices of the shared limits by a sample.

    Some products, up to ``SAMPLE_ROWS`` balances together, are drawn at random and solved as one
    program, with a part of each capacity: by what they need there of what all need. What people
    have fixed is left out. All prices are 0 if time runs out.

    Parameters
    ----------
    subsets : ProductSubsets
        Of the whole scenario.
    safety_stock : array [K, T]
    """
    scenario, limits = subsets.scenario, shared.limits
    each = max(1.0, scenario.n_points / scenario.n_products)
    rows = min(SAMPLE_ROWS, SAMPLE_SHARE * scenario.n_points * shared.n_periods)
    count = round(rows / shared.n_periods / each)
    count = int(np.clip(count, 1, scenario.n_products))
    drawn = np.random.default_rng(0).choice(scenario.n_products, count, replace=False)
    subset = subsets.of(np.sort(drawn))
    part = subsets.cut(subset)
    needs = _needs(scenario, safety_stock), _needs(part, safety_stock[subset.points])
    share = np.zeros(len(limits))
    for number, (whole, own) in enumerate(zip(*needs, strict=True)):
        mine = limits.of(number)
        share[mine] = _ratio(own, whole)[limits.place[mine]]
    own_limits = replace(
        limits,
        base=limits.base * share,
        tier_width=limits.tier_width * np.maximum(share, 1e-9)[:, None],
    )
    none = FixedOrders.of(part, None)
    ready = prepare_program(
        part, safety_stock[subset.points], none, options, replace(shared, limits=own_limits)
    )
    highs = HighsSession(ready.program)
    found = highs.solve(seconds)
    if found.termination != "optimal" or found.row_dual is None:
        return Sample(np.zeros(len(limits)), None, highs.seconds)
    price = np.maximum(-found.row_dual[ready.program.shared], 0.0)
    return Sample(price, BasisTemplate.of(ready, highs.basis), highs.seconds)


def _needs(scenario: Scenario, safety_stock: Floats) -> list[Floats]:
    """[n] of each shared resource, what products need of it at each place, about."""
    points, routes = scenario.points, scenario.routes
    wanted = np.maximum(safety_stock, 0.0).mean(axis=1) + scenario.mean.mean(axis=1)
    units = (wanted + points.on_hand)[:, None]
    return [
        resource.use(units if resource.of == "stock" else units[routes.destination])[:, 0]
        for resource in shared_resources(scenario)
    ]


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), 0.0)
