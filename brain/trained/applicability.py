"""Which brain serves which stock point, and which products no brain was trained for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brain.trained.manifest import Domain
from brain.trained.point_facts import PointFacts, lasting
from scenarios.arrays.types import Floats, Ints
from scenarios.model.scenario import Scenario

Bools = NDArray[np.bool_]

SLACK = 1e-9
"""Relative; ratios are quotients of decimal numbers."""


@dataclass(frozen=True)
class Outside:
    """Products that no brain serves, for one reason."""

    reason: str
    allowed: str
    n_products: int
    example: str
    """Name of the first of them."""


def serves(
    scenario: Scenario, facts: PointFacts, domains: Sequence[Domain]
) -> tuple[tuple[Ints, Ints, Floats], list[Outside]]:
    """Choose the brains of every stock point.

    Parameters
    ----------
    domains : sequence of Domain
        Of the brains, in rising order of their centre.

    Returns
    -------
    lower, upper : arrays [K]
        The brains below and above each point's ratio (the same where one decides), -1: none.
    share : array [K]
        Weight of ``upper``, by the logarithm of the ratio.
    outside : list of Outside
        A product with a point outside is left out as a whole.
    """
    n_products = scenario.n_products
    product = scenario.points.product
    # Nan where nobody buys; without a holding cost the ratio is infinite, and outside.
    used = ~np.isnan(facts.ratio)
    checks = [_fits(scenario, facts, domain) for domain in domains]
    fits = np.stack([np.logical_and.reduce([good for _, good, _ in check]) for check in checks])
    ratio = np.where(facts.ratio > 0, facts.ratio, np.nan)
    lower, upper, share = by_ratio(ratio, domains, fits)
    outside: list[Outside] = []
    left_out = np.zeros(n_products, dtype=bool)

    def leave(bad: Bools, reason: str, allowed: str) -> None:
        mine = np.zeros(n_products, dtype=bool)
        mine[product[bad & used]] = True
        mine &= ~left_out
        if mine.any():
            first = str(scenario.products.name[np.flatnonzero(mine)[0]])
            outside.append(Outside(reason, allowed, int(mine.sum()), first))
        left_out[mine] = True

    # What no brain knows is named; what is left over is known to brains of other ratios only.
    for index, (reason, _, allowed) in enumerate(checks[0]):
        leave(~np.logical_or.reduce([check[index][1] for check in checks]), reason, allowed)
    least, most = min(d.ratio[0] for d in domains), max(d.ratio[1] for d in domains)
    leave(
        lower < 0,
        "the missed-sale/holding cost ratio is outside what brains know",
        f"trained from {least:g} to {most:g}",
    )
    served = used & ~left_out[product]
    return (
        np.where(served, lower, -1),
        np.where(served, upper, -1),
        np.where(served, share, 0.0),
    ), outside


def by_ratio(
    ratio: Floats, domains: Sequence[Domain], fits: Bools | None = None
) -> tuple[Ints, Ints, Floats]:
    """The brains around each ratio (nan: none), and the share of the upper one.

    Of the brains that fit a point, the nearest centre on either side counts. If both know the
    ratio, or neither does, they share it by the logarithm; if one does, it decides alone.

    Parameters
    ----------
    ratio : array [K]
    domains : sequence of Domain
        In rising order of their centre.
    fits : array [brains, K], optional
        Which brains may be asked about which point; default: all.
    """
    n = ratio.size
    lower, upper = np.full(n, -1), np.full(n, -1)
    with np.errstate(invalid="ignore", divide="ignore"):
        log = np.log(ratio)
    ends = np.log([domain.ratio for domain in domains])
    centre = np.log([domain.centre for domain in domains])
    for index in range(len(domains)):
        may = np.ones(n, dtype=bool) if fits is None else fits[index]
        lower[may & (centre[index] <= log + SLACK)] = index
        back = len(domains) - 1 - index
        may = np.ones(n, dtype=bool) if fits is None else fits[back]
        upper[may & (centre[back] >= log - SLACK)] = back

    def knows(brain: Ints) -> Bools:
        low, high = ends[brain].T
        return (brain >= 0) & (log >= low - SLACK) & (log <= high + SLACK)

    below, above = knows(lower), knows(upper)
    apart = (lower >= 0) & (upper >= 0) & ~below & ~above
    alone_below, alone_above = below & ~above, above & ~below
    nobody = ~(below | above | apart)
    start = np.where(apart, ends[lower, 1], centre[lower])
    stop = np.where(apart, ends[upper, 0], centre[upper])
    wide = stop - start > SLACK
    share = np.where(wide, (log - start) / np.where(wide, stop - start, 1.0), 0.0)
    low = np.where(alone_above, upper, lower)
    high = np.where(alone_below | ~wide, low, upper)
    high = np.where(alone_above, upper, high)
    share = np.where((low == high) | nobody, 0.0, share)
    # At the centre of one of them there is nothing to share.
    high = np.where(share <= SLACK, low, high)
    low = np.where(share >= 1 - SLACK, high, low)
    share = np.where(low == high, 0.0, share)
    return np.where(nobody, -1, low), np.where(nobody, -1, high), share


def _fits(scenario: Scenario, facts: PointFacts, domain: Domain) -> list[tuple[str, Bools, str]]:
    """(reason if not, points that fit [K], what is allowed) for everything but the ratio."""
    settings, n = scenario.settings, scenario.n_points
    with np.errstate(divide="ignore", invalid="ignore"):
        # The demand that counts is that where customers buy; quiet points hold no opinion.
        mean, variance = scenario.mean.mean(axis=1), (scenario.std**2).mean(axis=1)
        cv = np.where(variance > 0, np.sqrt(variance) / mean, 0.0) * lasting(scenario, facts.cover)
    stages = facts.stages_below + facts.stages_above + 1

    def within(values: NDArray[np.float64] | Ints, limits: tuple[float, float]) -> Bools:
        return (values >= limits[0] - SLACK) & (values <= limits[1] + SLACK)

    def all_(holds: bool) -> Bools:
        return np.full(n, holds)

    def words(limits: tuple[float, float]) -> str:
        return f"trained from {limits[0]:g} to {limits[1]:g}"

    # Steadier demand than trained on needs next to no safety stock, so only the upper end counts.
    calm = (0.0, domain.cv[1])
    return [
        ("the lead time is outside what the brain knows", within(facts.lead, domain.lead_time),
         words(domain.lead_time)),
        ("the chain is longer or shorter than the brain knows", within(stages, domain.stages),
         words(domain.stages)),
        ("demand varies more than the brain knows", within(cv, calm), words(calm)),
        ("the brain was not trained for customers who buy upstream",
         ~scenario.points.sells | (facts.stages_below == 0), "trained with customers last"),
        (f"the brain was not trained for {settings.unmet_demand} demand",
         all_(settings.unmet_demand in domain.unmet_demand),
         f"trained for {' and '.join(domain.unmet_demand)}"),
        (f"the brain was not trained for the timeline {settings.timeline}",
         all_(settings.timeline in domain.timeline), f"trained for {', '.join(domain.timeline)}"),
        ("the brain was not trained for this review period",
         all_(domain.review_period[0] <= settings.review_period <= domain.review_period[1]),
         words(domain.review_period)),
    ]  # fmt: skip
