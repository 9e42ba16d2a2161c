"""What a shared capacity costs when it is planned full: expected overflow as linear tiers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenarios.arrays.segments import segment_sum
from scenarios.arrays.types import Floats, Ints
from scenarios.demand.forecast_error import stock_std
from scenarios.model.scenario import Scenario
from scenarios.model.subset import ProductSubsets
from solver.formulation.shortfall_tiers import Tiers, loss, shortfall_cost
from solver.options import SolverOptions

SOME_POINTS = 20_000
"""Stock points whose arrays are made at once."""


@dataclass(frozen=True, eq=False)
class SharedCapacities:
    """M storage limits and L lane limits, each of one place and period.

    Storage is charged for the volume planned above ``storage_base``, in tiers of rising price;
    lanes are hard.
    """

    location: Ints
    storage_period: Ints
    storage_base: Floats
    """[M] planned volume that is still free of charge."""
    tier_width: Floats
    """[M, I] volume in each tier; the last is inf."""
    tier_price: Floats
    """[M, I] cost per unit of volume and period."""
    lane: Ints
    lane_period: Ints
    lane_limit: Floats


def shared_capacities(
    scenario: Scenario, n_periods: int, sigma: Floats, options: SolverOptions
) -> SharedCapacities:
    """Every finite capacity of the scenario, its overflow priced as ``options`` say.

    Risk-aware: stock varies about its plan, so the charge is E[(X - capacity)+] with X normal about
    the planned volume: its chord slopes between -2 and +2 sigma. Flat: only what the mean plan has
    too much.

    Parameters
    ----------
    scenario : Scenario
    n_periods : int
        Periods of the model; a capacity goes on unchanged after the last of the scenario.
    sigma : array [J, n_periods]
        Standard deviation of the volume stored, see :func:`volume_std`.
    options : SolverOptions
    """
    capacity = extend(scenario.locations.storage_capacity, n_periods)
    location, period = np.nonzero(np.isfinite(capacity))
    limit, cost = capacity[location, period], scenario.overflow_cost[location]
    sigma = sigma[location, period]
    if options.capacity == "risk_aware":
        share = np.linspace(-2.0, 2.0, options.capacity_tiers + 1)
        slope = np.diff(loss(-share)) / np.diff(share)
        width = np.outer(sigma, np.diff(share))
        base = limit - 2.0 * sigma
        width = np.concatenate([width, np.full((len(limit), 1), np.inf)], axis=1)
        price = np.outer(cost, np.append(slope, 1.0))
    else:
        base, width, price = limit, np.full((len(limit), 1), np.inf), cost[:, None]
    lane_capacity = extend(scenario.lanes.capacity, n_periods)
    lane, lane_period = np.nonzero(np.isfinite(lane_capacity))
    lane_limit = lane_capacity[lane, lane_period]
    return SharedCapacities(location, period, base, width, price, lane, lane_period, lane_limit)


def expected_overflow(scenario: Scenario, volume: Floats, sigma: Floats) -> Floats:
    """[J, T] expected volume above the storage capacity, for planned ``volume`` [J, T]."""
    capacity = extend(scenario.locations.storage_capacity, volume.shape[1])
    finite = np.isfinite(capacity)
    excess = np.where(finite, volume - np.where(finite, capacity, 0.0), 0.0)
    safe = np.where(sigma > 1e-9, sigma, 1.0)
    risky = safe * loss(-excess / safe)
    return np.where(finite, np.where(sigma > 1e-9, risky, np.maximum(excess, 0.0)), 0.0)


def volume_std(scenario: Scenario, n_periods: int) -> Floats:
    """[J, n_periods] standard deviation of the volume stored, stock points being independent.

    sigma^2 = sum of (volume x std)^2 over the stock points there, std being that of their closing
    stock (``scenarios.demand.forecast_error.stock_std``).
    """
    if scenario.n_points <= 2 * SOME_POINTS:
        return np.sqrt(_volume_variance(scenario, n_periods))
    # A few products at a time: all stock points at once would take gigabytes.
    subsets = ProductSubsets(scenario)
    total = np.zeros((scenario.n_locations, n_periods))
    for subset in subsets.consecutive(SOME_POINTS):
        total += _volume_variance(subsets.cut(subset), n_periods)
    return np.sqrt(total)


def _volume_variance(scenario: Scenario, n_periods: int) -> Floats:
    square = (scenario.point_volume[:, None] * stock_std(scenario, n_periods)) ** 2
    return np.asarray(segment_sum(np, scenario.points.location, scenario.n_locations)(square.T)).T


def extend(capacity: Floats, n_periods: int) -> Floats:
    """Capacity per place and period, the last period's going on."""
    extra = max(0, n_periods - capacity.shape[1])
    return np.pad(capacity, ((0, 0), (0, extra)), mode="edge")[:, :n_periods]


def overflow_cost(limits: SharedCapacities, stored: Floats) -> float:
    """Cost of planned volumes [M] above what is free of charge."""
    tiers = Tiers(limits.tier_width, limits.tier_price)
    return float(shortfall_cost(tiers, stored - limits.storage_base).sum())
