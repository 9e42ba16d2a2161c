"""What a shared capacity costs when it is planned full: expected overflow as linear tiers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenarios.model import Floats, Ints, Scenario
from solver.options import SolverOptions
from solver.shortfall import loss


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
    scenario: Scenario, n_periods: int, std: Floats, options: SolverOptions
) -> SharedCapacities:
    """Every finite capacity of the scenario, its overflow priced as ``options`` say.

    Risk-aware: stock varies about its plan, so the charge is E[(X - capacity)+] with X normal about
    the planned volume and sigma^2 = sum of (volume x std)^2 over the stock points there: its chord
    slopes between -2 and +2 sigma. Flat: only what the mean plan has too much.

    Parameters
    ----------
    scenario : Scenario
    n_periods : int
        Periods of the model; a capacity goes on unchanged after the last of the scenario.
    std : array [K, n_periods]
        Standard deviation of the closing stock (``scenarios.uncertainty.stock_std``).
    options : SolverOptions
    """
    capacity = extend(scenario.locations.storage_capacity, n_periods)
    location, period = np.nonzero(np.isfinite(capacity))
    limit, cost = capacity[location, period], scenario.overflow_cost[location]
    sigma = volume_std(scenario, std)[location, period]
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


def expected_overflow(scenario: Scenario, volume: Floats, std: Floats) -> Floats:
    """[J, T] expected volume above the storage capacity, for planned ``volume`` [J, T]."""
    capacity = extend(scenario.locations.storage_capacity, volume.shape[1])
    sigma = volume_std(scenario, std)
    finite = np.isfinite(capacity)
    excess = np.where(finite, volume - np.where(finite, capacity, 0.0), 0.0)
    safe = np.where(sigma > 1e-9, sigma, 1.0)
    risky = safe * loss(-excess / safe)
    return np.where(finite, np.where(sigma > 1e-9, risky, np.maximum(excess, 0.0)), 0.0)


def volume_std(scenario: Scenario, std: Floats) -> Floats:
    """[J, T] standard deviation of the volume stored, stock points being independent."""
    square = (scenario.point_volume[:, None] * std) ** 2
    total = np.zeros((scenario.n_locations, std.shape[1]))
    np.add.at(total, scenario.points.location, square)
    return np.sqrt(total)


def extend(capacity: Floats, n_periods: int) -> Floats:
    """Capacity per place and period, the last period's going on."""
    extra = max(0, n_periods - capacity.shape[1])
    return np.pad(capacity, ((0, 0), (0, extra)), mode="edge")[:, :n_periods]
