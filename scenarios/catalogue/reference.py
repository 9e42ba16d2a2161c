"""The two-sinusoid retail chain: a shop behind two warehouses, lead times 2, 3 and 4.

Parameters are those of the public system microsoft/bonsai-InventoryManagement (MIT), whose brain
sets safety stocks for a mixed-integer program: demand 20 + 5 sin(0.02 t) + 3 sin(0.05 t) from an
arbitrary day on, forecast exactly but for an error whose std is drawn every day from 0, 1, ... 9;
opening stock 33, 40, 100; 200 days, of which the first 20 are cut off. Its five demand profiles are
named without parameters; the first four are given a mean of 20 here. Of its nine lead-time profiles
some are computed otherwise than they are called; these are as they are called, within its bounds.
Its seven assessment profiles (6 to 12) know demand exactly and let it jump or climb. With many
products, number i is worth 1 + 0.2 i and takes 1 + 0.1 i of the room that they share at each place.

Four things are as in the rest of this project instead of there. Orders and demand may be
fractional. Orders above 100, 90 and 80 units are not cut. Stock that arrives can be shipped on the
day after. An order that its origin cannot ship is cancelled and costs nothing; there it costs as
much as a sale missed at that stage, and arrives all the same. So costs cannot be compared, but what
the source's brain and program cost together over its program alone can stand beside ours: 0.642 at
ratio 100 and stds below 10 (30.03 over 46.80 in its notebook).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scenarios.arrays.types import Floats, Ints
from scenarios.catalogue.entry import Entry
from scenarios.demand.sampling import Binomial, Geometric, Poisson, TwoSinusoids, UniformInteger
from scenarios.examples.dense import chain, column
from scenarios.model.scenario import Scenario
from scenarios.problem import Problem

SOURCE = "microsoft/bonsai-InventoryManagement; see the module for what differs"
DAYS, WARM_UP = 200, 20
LEAD_TIMES = (2, 3, 4)
HOLDING = (1.0, 0.8, 0.5)
OPENING = (33.0, 40.0, 100.0)
RATIO = 100.0
ASSESSED_DAYS, ASSESSED_WARM_UP = 60, 15
FIRST_DAYS = 306
"""An episode begins on one of so many days of the two waves."""


@dataclass(frozen=True)
class Waves:
    """The two waves from an arbitrary day on; the forecast differs from episode to episode."""

    profile: TwoSinusoids

    def forecast(
        self, rng: np.random.Generator, n_products: int, n_periods: int
    ) -> tuple[Floats, Floats]:
        """Mean and std [n_products, n_periods]."""
        drawn = [
            self.profile.draw(rng, n_periods, first=int(first))
            for first in rng.integers(1, FIRST_DAYS + 1, n_products)
        ]
        return np.stack([one.mean for one in drawn]), np.stack([one.std for one in drawn])


@dataclass(frozen=True)
class Steady:
    """The same law every day.

    ``std`` and ``distribution`` are what planners are told, which know no binomial, uniform or
    geometric law; demand is drawn from ``law``.
    """

    law: Poisson | Binomial | UniformInteger | Geometric
    std: float
    distribution: str = "normal"
    mean: float = 20.0

    def draw(self, scenario: Scenario, rng: np.random.Generator, n_paths: int) -> Floats:
        """Demand [n_paths, K, T]."""
        return dataclasses.replace(self.law, n_paths=n_paths)(scenario, rng)


WAVES = Waves(TwoSinusoids(randvar=1, sigmax=10))
DEMAND: dict[int, Waves | Steady] = {
    1: Steady(Poisson(20.0), 20.0**0.5, "poisson"),
    2: Steady(Binomial(40, 0.5), 10.0**0.5),
    3: Steady(UniformInteger(0, 40), 140.0**0.5),
    4: Steady(Geometric(0.05), 380.0**0.5, "gamma"),
    5: WAVES,
}
"""By the source's number: Poisson, binomial, uniform and geometric demand, and the two waves."""

FIXED_LEADS: dict[int, tuple[int, int, int]] = {
    1: (2, 3, 4),
    2: (3, 4, 5),
    3: (2, 4, 6),
    4: (2, 3, 6),
    5: (2, 3, 7),
    6: (3, 4, 6),
}
"""By the source's number, the shop's first."""


@dataclass(frozen=True)
class Drift:
    """Lead times that change now and then and hold for all that is shipped from that day on.

    Each begins at 2, 3 or 4 where its bounds let it, and never leaves them.

    Parameters
    ----------
    step : int
        A change is a whole number from -step to step, all equally likely.
    gap : (int, int)
        Days from one change to the next, drawn uniformly, both ends included.
    alike : bool
        Whether all stages change by the same number on the same days, unless a bound holds one.
    """

    step: int
    gap: tuple[int, int]
    alike: bool = False

    def draw(self, rng: np.random.Generator, n_periods: int) -> Ints:
        """Lead times [3, n_periods]."""
        low, high = np.array(LEAST), np.array(MOST)
        now = np.clip(rng.integers(2, 5, 3), low, high)
        drawn = np.empty((3, n_periods), dtype=np.int64)
        start = 0
        while start < n_periods:
            end = start + int(rng.integers(self.gap[0], self.gap[1] + 1))
            drawn[:, start:end] = now[:, None]
            change = rng.integers(-self.step, self.step + 1, 1 if self.alike else 3)
            now, start = np.clip(now + change, low, high), end
        return drawn


LEAST, MOST = (2, 3, 4), (5, 6, 7)
DRIFTING_LEADS = {
    7: Drift(1, (20, 20), alike=True),
    8: Drift(1, (20, 20)),
    9: Drift(3, (10, 30)),
}
"""By the source's number."""


BASE, BUMP, STEP = 25.0, 10.0, 25.0


def assessment_demand(profile: int, n_periods: int) -> Floats:
    """[T] demand of an assessment profile, on days 1, 2, ...; it is known beforehand.

    6 to 8 add 10 to a demand of 25: on day 20, on days 20 to 40, and on a ramp up from day 21 to 25
    and down from day 36 to 40. 9 to 11 take as much away. 12 is nothing up to day 10, then 25.
    """
    day = np.arange(1, n_periods + 1)
    if profile == 12:
        return np.where(day > 10, STEP, 0.0)
    shape = (
        np.where(day == 20, 1.0, 0.0),
        np.where((day >= 20) & (day <= 40), 1.0, 0.0),
        np.clip(np.minimum((day - 20) / 5, (40 - day) / 5), 0.0, 1.0),
    )[(profile - 6) % 3]
    return BASE + (BUMP if profile <= 8 else -BUMP) * shape


def single(
    mean: ArrayLike,
    std: ArrayLike = 0.0,
    distribution: str = "normal",
    *,
    lead_time: tuple[int, ...] = LEAD_TIMES,
    days: int = DAYS,
) -> Scenario:
    """One product; mean and std broadcast to [1, T]."""
    return chain(
        lead_time, mean=mean, std=std, distribution=distribution, n_periods=days,
        on_hand=column(OPENING), holding_cost=column(HOLDING), missed_sale_cost=RATIO,
    )  # fmt: skip


def with_demand(rng: np.random.Generator, number: int) -> Problem:
    """An episode of a demand profile."""
    law = DEMAND[number]
    if isinstance(law, Steady):
        return Problem(single(law.mean, law.std, law.distribution), demand=law.draw)
    return Problem(single(*law.forecast(rng, 1, DAYS)))


def with_leads(rng: np.random.Generator, number: int) -> Problem:
    """An episode of a lead-time profile, demand that of the two waves.

    Where lead times drift, policies that plan anew every day go by those in force on the day, and
    policies that are made ready once, the oracle too, by those of the first day. Only searches have
    an advantage: what they simulate has the episode's lead times, though not its demand.
    """
    mean, std = WAVES.forecast(rng, 1, DAYS)
    if number in FIXED_LEADS:
        return Problem(single(mean, std, lead_time=FIXED_LEADS[number]))
    leads = DRIFTING_LEADS[number].draw(rng, DAYS)
    scenario = single(mean, std, lead_time=tuple(leads[:, 0].tolist()))
    return Problem(scenario.replace(lead_time_by_period=leads))


def with_known_demand(rng: np.random.Generator, number: int) -> Problem:
    """An assessment profile, the same in every episode."""
    return Problem(single(assessment_demand(number, ASSESSED_DAYS), days=ASSESSED_DAYS))


N_PRODUCTS = 30
RATIOS = (10.0, 100.0, 1000.0)
UNLIMITED = (1477.0, 2598.0, 2182.0)
"""Mean volume at each location where the analytic safety stocks are kept and room is unlimited."""
ROOM = tuple(0.7 * volume for volume in UNLIMITED)


def many(rng: np.random.Generator, room: ArrayLike = ROOM) -> Problem:
    """An episode of many products; ``room`` [3] is the volume that each location holds."""
    number = np.arange(N_PRODUCTS)
    missed = RATIO * (1.0 + 0.2 * number)
    mean, std = WAVES.forecast(rng, N_PRODUCTS, DAYS)
    scenario = chain(
        LEAD_TIMES, mean=mean, std=std, n_products=N_PRODUCTS, n_periods=DAYS,
        on_hand=column(OPENING), missed_sale_cost=missed[None, :],
        holding_cost=column(HOLDING) * missed / np.resize(RATIOS, N_PRODUCTS),
        volume=1.0 + 0.1 * number, storage_capacity=column(room),
    )  # fmt: skip
    return Problem(scenario)


def _entry(
    name: str, about: str, make: Callable[[np.random.Generator], Problem], **more: Any
) -> Entry:
    given: dict[str, Any] = {"varies": True, "warm_up": WARM_UP, "n_paths": 10} | more
    return Entry(name=name, about=about, source=SOURCE, make=make, per_period=True, **given)


CHAIN = "Shop behind two warehouses, lost sales at 100 times holding; "
LAWS = (
    "Poisson(20)",
    "binomial(40, 1/2)",
    "uniform on 0 to 40",
    "geometric(1/20)",
    "the two waves",
)
KNOWN = (
    "10 more on day 20", "10 more on days 20 to 40", "up by 10 and down again on days 20 to 40",
    "10 less on day 20", "10 less on days 20 to 40", "down by 10 and up again on days 20 to 40",
    "25 from day 11 on, nothing before",
)  # fmt: skip
DRIFTS = {
    7: "by -1, 0 or 1 every 20 days, all alike",
    8: "by -1, 0 or 1 every 20 days, each for itself",
    9: "by up to 3 after 10 to 30 days",
}
REFERENCE: tuple[Entry, ...] = (
    _entry(
        "reference",
        CHAIN + "lead times 2, 3, 4, demand two waves about 20, std 0 to 9 by day. The source's"
        " brain with its program costs 0.642 of its program alone there (other costs).",
        partial(with_demand, number=5),
    ),
    *(
        _entry(
            f"reference-demand-{number}",
            f"{CHAIN}lead times 2, 3, 4, demand {law}.",
            partial(with_demand, number=number),
            varies=number == 5,
            n_paths=10 if number == 5 else 20,
        )
        for number, law in enumerate(LAWS, 1)
    ),
    *(
        _entry(
            f"reference-lead-{number}",
            f"{CHAIN}demand two waves, lead times {', '.join(map(str, leads))}.",
            partial(with_leads, number=number),
        )
        for number, leads in FIXED_LEADS.items()
    ),
    *(
        _entry(
            f"reference-lead-{number}",
            f"{CHAIN}demand two waves, lead times that change {how}.",
            partial(with_leads, number=number),
        )
        for number, how in DRIFTS.items()
    ),
    *(
        _entry(
            f"reference-assess-{number}",
            f"{CHAIN}lead times 2, 3, 4, demand 25 and known beforehand: {what}.",
            partial(with_known_demand, number=number),
            varies=False,
            warm_up=ASSESSED_WARM_UP,
            n_paths=1,
        )
        for number, what in enumerate(KNOWN, 6)
    ),
    _entry(
        "reference-many",
        "30 products on the same chain, lost sales at 10, 100 or 1000 times holding; each location"
        " has 70% of the room that they would take.",
        many,
        n_paths=5,
    ),
)
