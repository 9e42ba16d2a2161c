"""What products share, as rows of a program: each limits one resource at one place in one period.

A limit that is hard cannot be passed. One with a price charges expected overflow, as linear tiers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.arrays.segments import segment_sum
from scenarios.arrays.types import Floats, Ints
from scenarios.demand.forecast_error import stock_std
from scenarios.model.scenario import Scenario
from scenarios.model.subset import ProductSubsets
from scenarios.resources import SharedResource, hard_flows, shared_resources
from solver.formulation.shortfall_tiers import Tiers, loss, shortfall_cost
from solver.options import SolverOptions

SOME_POINTS = 20_000
"""Stock points whose arrays are made at once."""


@dataclass(frozen=True, eq=False)
class SharedLimits:
    """R limits, those of one resource after those of another.

    What is used above ``base`` is charged in tiers of rising price.
    """

    resource: Ints
    """[R] which of the scenario's shared resources, ascending."""
    place: Ints
    """[R] of the resource."""
    period: Ints
    base: Floats
    """[R] units of the resource that are free of charge; of a hard limit all there are."""
    tier_width: Floats
    """[R, I] units in each tier; the last is inf. 0 where the limit is hard."""
    tier_price: Floats
    """[R, I] cost per unit of the resource and period."""
    hard: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.place)

    @property
    def soft(self) -> Ints:
        """[M] numbers of the limits that have a price."""
        return np.flatnonzero(~self.hard)

    @property
    def top_price(self) -> Floats:
        """[R] the dearest that a unit of the resource can be: the price of the last tier."""
        return np.where(self.hard, np.inf, self.tier_price[:, -1])

    def of(self, resource: int) -> slice:
        """The limits of one resource."""
        first, last = np.searchsorted(self.resource, [resource, resource + 1])
        return slice(int(first), int(last))

    def any_of(self, resource: int) -> bool:
        """Whether a resource is limited anywhere."""
        rows = self.of(resource)
        return rows.stop > rows.start

    def take(self, rows: Ints | slice) -> SharedLimits:
        """Some of the limits (numbers ascending)."""
        return SharedLimits(*(column[rows] for column in self.columns))

    @property
    def columns(self) -> tuple[NDArray[Any], ...]:
        """All arrays, in their order."""
        return tuple(getattr(self, field.name) for field in fields(self))

    def numbers(self, resource: int, where: Ints, n_periods: int) -> NDArray[np.int32]:
        """[n, n_periods] the limit of a resource at each place ``where`` [n] (-1: nowhere) in each
        period, -1 without any."""
        rows = self.of(resource)
        # The last row is that of nowhere.
        known = np.full((int(where.max(initial=-1)) + 2, n_periods), -1, dtype=np.int32)
        here = np.flatnonzero(self.place[rows] < len(known) - 1)
        known[self.place[rows][here], self.period[rows][here]] = rows.start + here
        return known[where]

    def by_place(self, values: Floats, resource: int, n_places: int, n_periods: int) -> Floats:
        """[n_places, n_periods] of values [R] those of one resource, 0 without a limit."""
        rows = self.of(resource)
        found = np.zeros((n_places, n_periods))
        found[self.place[rows], self.period[rows]] = values[rows]
        return found


def shared_limits(
    scenario: Scenario, n_periods: int, sigma: Sequence[Floats | None], options: SolverOptions
) -> SharedLimits:
    """Every finite capacity of the scenario, overflow priced as ``options`` say.

    Risk-aware: what is used varies about its plan, so the charge is E[(X - capacity)+] with X
    normal about the planned use: its chord slopes between -2 and +2 sigma. Flat: only what the mean
    plan has too much.

    Parameters
    ----------
    scenario : Scenario
    n_periods : int
        Periods of the model; a capacity goes on unchanged after the last of the scenario.
    sigma : arrays [n, n_periods], or None
        Standard deviation of the use of each resource, see :func:`use_std`.
    options : SolverOptions
    """
    some = [
        _limits_of(number, resource, sigma[number], n_periods, options)
        for number, resource in enumerate(shared_resources(scenario))
    ]
    together = zip(*(limits.columns for limits in some), strict=True)
    return SharedLimits(*(np.concatenate(columns) for columns in together))


def no_limits() -> SharedLimits:
    """Where nothing is shared."""
    none, nothing = np.empty(0, dtype=np.int64), np.empty(0)
    tiers = np.empty((0, 1))
    return SharedLimits(none, none, none, nothing, tiers, tiers, none.astype(bool))


def _limits_of(
    number: int,
    resource: SharedResource,
    sigma: Floats | None,
    n_periods: int,
    options: SolverOptions,
) -> SharedLimits:
    capacity = extend(resource.capacity, n_periods)
    place, period = np.nonzero(np.isfinite(capacity))
    limit = capacity[place, period]
    n_tiers = options.capacity_tiers + 1 if options.capacity == "risk_aware" else 1
    shape = (len(limit), n_tiers)
    base, width, price = limit, np.zeros(shape), np.zeros(shape)
    if resource.overflow_cost is not None:
        cost = resource.overflow_cost[place]
        if options.capacity == "risk_aware":
            spread = np.zeros(len(limit)) if sigma is None else sigma[place, period]
            share = np.linspace(-2.0, 2.0, n_tiers)
            slope = np.diff(loss(-share)) / np.diff(share)
            base = limit - 2.0 * spread
            width[:, :-1] = np.outer(spread, np.diff(share))
            price = np.outer(cost, np.append(slope, 1.0))
        else:
            price = cost[:, None]
        width[:, -1] = np.inf
    hard = np.full(len(limit), resource.hard)
    return SharedLimits(np.full(len(limit), number), place, period, base, width, price, hard)


def expected_overflow(resource: SharedResource, use: Floats, sigma: Floats | None) -> Floats:
    """[n, S] expected use above the capacity, for planned ``use`` [n, S]; 0 where it is hard."""
    if resource.hard:
        return np.zeros_like(use)
    capacity = extend(resource.capacity, use.shape[1])
    finite = np.isfinite(capacity)
    excess = np.where(finite, use - np.where(finite, capacity, 0.0), 0.0)
    if sigma is None:
        return np.maximum(excess, 0.0)
    safe = np.where(sigma > 1e-9, sigma, 1.0)
    risky = safe * loss(-excess / safe)
    return np.where(finite, np.where(sigma > 1e-9, risky, np.maximum(excess, 0.0)), 0.0)


def use_std(scenario: Scenario, n_periods: int) -> tuple[Floats | None, ...]:
    """[n, n_periods] of each resource, the standard deviation of its use, points being independent.

    sigma^2 = sum of (take x std)^2 over the stock points there, std being that of their closing
    stock (``scenarios.demand.forecast_error.stock_std``). None where it is taken for certain: what
    is shipped goes by plan, and a hard limit lets nothing stray.
    """
    varies = [one.of == "stock" and not one.hard for one in shared_resources(scenario)]
    if scenario.n_points <= 2 * SOME_POINTS:
        parts: Iterable[Scenario] = [scenario]
    else:
        # A few products at a time: all stock points at once would take gigabytes.
        subsets = ProductSubsets(scenario)
        parts = map(subsets.cut, subsets.consecutive(SOME_POINTS))
    total = [np.zeros((one.n_places, n_periods)) for one in shared_resources(scenario)]
    for part in parts:
        std = stock_std(part, n_periods)
        for number, resource in enumerate(shared_resources(part)):
            if varies[number]:
                by_place = segment_sum(np, resource.place, resource.n_places)
                total[number] += by_place(((resource.take[:, None] * std) ** 2).T).T
    return tuple(np.sqrt(x) if vary else None for x, vary in zip(total, varies, strict=True))


def open_ways(scenario: Scenario, n_periods: int) -> NDArray[np.bool_]:
    """[A, n_periods] whether hard limits let anything flow on a route.

    Goods without volume take no capacity, but what is closed is closed to them, too.
    """
    ways = np.ones((scenario.n_routes, n_periods), dtype=bool)
    for resource in hard_flows(scenario):
        ways &= resource.at(extend(resource.capacity, n_periods) > 0, nowhere=True)
    return ways


def extend(capacity: Floats, n_periods: int) -> Floats:
    """Capacity per place and period, the last period's going on."""
    extra = max(0, n_periods - capacity.shape[1])
    return np.pad(capacity, ((0, 0), (0, extra)), mode="edge")[:, :n_periods]


def used(limits: SharedLimits, resources: Sequence[SharedResource], on_hand: Floats,
         shipments: Floats) -> Floats:  # fmt: skip
    """[R] what stock [K, S] and shipments [A, S] take of each limit."""
    use = np.zeros(len(limits))
    for number, resource in enumerate(resources):
        if limits.any_of(number):
            rows = limits.of(number)
            total = resource.use(on_hand if resource.of == "stock" else shipments)
            use[rows] = total[limits.place[rows], limits.period[rows]]
    return use


def overflow_cost(limits: SharedLimits, use: Floats) -> float:
    """Cost of what is used [R] above what is free of charge; what is hard costs nothing."""
    soft = limits.soft
    tiers = Tiers(limits.tier_width[soft], limits.tier_price[soft])
    return float(shortfall_cost(tiers, use[soft] - limits.base[soft]).sum())
