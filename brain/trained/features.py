"""What a brain sees: scale-free features of a stock point and its neighbours in the chain.

One codec for training (Torch) and planning (NumPy). Quantities are divided by the standard
deviation that the point's echelon has to protect against or by its mean demand, so that products
of any volume look alike; unbounded ones go through asinh, so that extremes stay in reach.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from array_api_compat import array_namespace
from numpy.typing import NDArray
from scipy import special

from scenarios.arrays.frozen import in_library
from scenarios.arrays.segments import Pick, SegmentSum, pick, segment_sum
from scenarios.arrays.types import Array, Floats, Ints
from scenarios.demand.forecast_error import echelon_demand, own_lead_times
from scenarios.model.echelons import echelons
from scenarios.model.scenario import Scenario
from scenarios.simulation.state import State
from solver.closed_form.echelon_sum import EchelonSum, echelon_sum

FEATURE_VERSION = 2
"""Brains of another version are refused: they would read the features wrongly."""

KNOWN = (
    "std over mean of the demand to cover",
    "sqrt of the cover, in periods",
    "lead time",
    "holding cost over that where customers buy",
    "holding costs at all points above over that where customers buy",
    "stages below",
    "stages above",
    "demand is lost (1) or waits (0)",
    "std in periods of mean demand",
    "skewness of the demand to cover",
    "a unit / std where demand is whole",
    "how little it may pay to stock at all",
    "demand now over the average to cover, less 1",
)
"""Features that do not depend on the state."""
SEEN = (
    "on-hand / std",
    "arrivals of this period / std",
    "arrivals of the next / std",
    "arrivals of the one after / std",
    "in transit / std",
    "(echelon position - mean demand to cover) / std",
    "on-hand in periods of mean demand",
    "backlog / std",
)
"""Features of the state."""
FEATURES = (
    *(f"{name} {where}" for where in ("here", "below", "above") for name in KNOWN),
    "log of missed-sale over holding cost",
    *(f"{name} {where}" for where in ("here", "below", "above") for name in SEEN),
)
N_FEATURES = len(FEATURES)
RATIO_FEATURE = FEATURES.index("log of missed-sale over holding cost")
RATIO_SCALE = 5.0
"""What that logarithm is divided by."""
COVER_FEATURE = FEATURES.index("std over mean of the demand to cover here")
GATE_FEATURE = FEATURES.index("how little it may pay to stock at all here")
COVER_SHARE = 0.3
"""Share of the mean demand to cover that the second output of a brain counts in."""
MOST_COVER = 300.0
"""Largest mean demand to cover, in std, that it is counted in."""


@dataclass(frozen=True, eq=False)
class PointFacts:
    """What is known of each stock point before anything happens; arrays [K]."""

    ratio: Floats
    """Missed-sale over holding cost where customers buy, at or below the point."""
    cover: Floats
    """Periods of demand that an order of the point covers; a mean over what it serves."""
    lead: Ints
    parent: Ints
    """The point that mainly supplies it, -1: outside or nobody."""
    stages_below: Ints
    stages_above: Ints
    weight: Floats
    """Demand at and below the point, over that of its parent's echelon."""
    holding_below: Floats
    """Holding cost where customers buy."""
    holding_above: Floats
    """Sum of the holding costs at all points above: what a unit costs on its way here."""
    way: Floats
    """What a unit pays for resting at this point and those on its way to customers, over their
    missed-sale cost; 0 where customers buy, or where goods are shipped on as they arrive."""


def lasting(scenario: Scenario, cover: Floats) -> Floats:
    """[K] how many times further demand strays because forecast errors last; 1: they do not.

    It is that of steady demand over the longest ``cover`` [K] of the product, in periods.
    """
    product, rho = scenario.points.product, scenario.error_correlation
    if rho is None:
        return np.ones(scenario.n_points)
    longest = np.ones(scenario.n_products)
    np.maximum.at(longest, product, cover)
    return np.sqrt(1.0 + rho.mean(axis=1) * (longest[product] - 1.0))


def point_facts(scenario: Scenario) -> PointFacts:
    """Look at every stock point once. Where several customers are served, demand weighs them."""
    links, points, n = echelons(scenario), scenario.points, scenario.n_points
    demand = (scenario.mean.sum(axis=1) + 1e-12) * points.sells
    total = np.bincount(links.upper, demand[links.lower], n)
    safe = np.where(total > 0, total, 1.0)

    def below(values: Floats, pairs: bool = False) -> Floats:
        at = values if pairs else values[links.lower]
        return np.bincount(links.upper, demand[links.lower] * at, n) / safe

    lead, parent = own_lead_times(scenario)
    holding, missed = below(points.holding_cost), below(points.missed_sale_cost)
    stages_above = np.bincount(links.lower, minlength=n) - 1
    stages_below = np.zeros(n, dtype=np.int64)
    np.maximum.at(stages_below, links.upper, stages_above[links.lower])
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(total > 0, missed / holding, np.nan)
    above = np.bincount(links.lower, points.holding_cost[links.upper], n) - points.holding_cost
    rest = np.maximum(below(above) - above, 0.0) * scenario.settings.shipping_lag
    return PointFacts(
        ratio=ratio,
        cover=np.where(total > 0, below(links.cover.astype(float), pairs=True), 1.0),
        lead=lead,
        parent=parent,
        stages_below=stages_below - stages_above,
        stages_above=stages_above,
        weight=np.where(parent >= 0, total / safe[parent], 0.0),
        holding_below=np.where(holding > 0, holding, 1.0),
        holding_above=above,
        way=rest / np.where(missed > 0, missed, 1.0),
    )


@dataclass(frozen=True, eq=False)
class Codec:
    """From states to features, in the array library of a network. Made by :func:`codec`."""

    xp: Any
    std: Array
    """[T, K] std over the demand that an order of period t covers."""
    known: Array
    """[T, 3 x KNOWN + 1, K]"""
    mean: Array
    """[T, K] mean of the demand that an order of period t covers."""
    per_std: Array
    """[T, K] 1 / std, 0 where there is none."""
    per_mean: Array
    """[T, K] 1 / mean demand of a period, 0 where there is none."""
    weight: Array
    """[K] share in the demand of the point above."""
    inbound: SegmentSum
    below: EchelonSum
    at_parent: Pick
    by_parent: SegmentSum
    keeps_backlog: bool
    owes_orders: bool

    def __call__(self, state: State, period: int) -> Array:
        """Features [..., K, N_FEATURES] of a state at the start of ``period``."""
        xp = self.xp
        period = min(period, self.std.shape[0] - 1)
        per_std = self.per_std[period]
        nothing = xp.zeros_like(state.on_hand)
        arrivals = [self.inbound(slot) for slot in state.in_transit[:3]]
        arrivals += [nothing] * (3 - len(arrivals))
        on_way = self.inbound(state.on_way) if state.in_transit else nothing
        position = state.on_hand + on_way
        if self.keeps_backlog:
            position = position - state.backlog
        position = self.below(position)
        if self.owes_orders:
            position = position + self.inbound(state.owed)
        by_std = xp.stack(
            [state.on_hand, *arrivals, on_way, position - self.mean[period], state.backlog],
            axis=-2,
        )
        by_mean = state.on_hand * self.per_mean[period]
        scaled = by_std * per_std
        here = xp.asinh(
            xp.concat(
                [scaled[..., :6, :], by_mean[..., None, :], scaled[..., 6:, :]],
                axis=-2,
            )
        )
        known = self.known[period]
        if here.ndim > 2:
            known = xp.broadcast_to(known, (*here.shape[:-2], *known.shape))
        below = self.by_parent(here * self.weight)
        return xp.matrix_transpose(xp.concat([known, here, below, self.at_parent(here)], axis=-2))


def codec(
    scenario: Scenario,
    xp: Any = np,
    *,
    dtype: Any = None,
    device: Any = None,
    n_periods: int | None = None,
    demand: tuple[Floats, Floats] | None = None,
    facts: PointFacts | None = None,
) -> Codec:
    """Prepare the features of a scenario.

    Parameters
    ----------
    scenario : Scenario
    xp, dtype, device
        As in :func:`scenarios.simulation.step.network`.
    n_periods : int, optional
        How many periods will be looked at; default: all. Later ones look like the last.
    demand, facts : optional
        What :func:`scenarios.demand.forecast_error.echelon_demand` and :func:`point_facts` gave.
    """
    xp = array_namespace(xp.asarray([0.0]))
    dtype = xp.float64 if dtype is None else dtype
    facts = point_facts(scenario) if facts is None else facts
    mean, std = ordered_for(scenario, facts.lead, n_periods, demand)
    settings = scenario.settings

    def array(values: Any) -> Array:
        return in_library(xp, np.ascontiguousarray(values), dtype, device)

    some = std > 1e-9 * np.maximum(mean, 1e-9)
    per_std = np.where(some, 1.0 / np.where(some, std, 1.0), 0.0)
    sells = mean > 1e-9
    per_mean = np.where(sells, facts.cover / np.where(sells, mean, 1.0), 0.0)
    parent = facts.parent
    holding = scenario.points.holding_cost
    at_parent = pick(np, parent, parent.size)
    by_parent = segment_sum(np, parent, parent.size)
    # Near 0 where goods are cheap to bring, near 1 where their way costs as much as a missed sale.
    little = special.expit(8.0 * (facts.way - 0.85))
    own = np.stack(
        np.broadcast_arrays(
            np.arcsinh(np.where(sells, std / np.where(sells, mean, 1.0), 0.0)),
            np.sqrt(facts.cover) / 4.0,
            facts.lead / 5.0,
            holding / facts.holding_below,
            facts.holding_above / facts.holding_below,
            facts.stages_below / 2.0,
            facts.stages_above / 2.0,
            1.0 if settings.unmet_demand == "lost" else 0.0,
            np.arcsinh(std * per_mean),
            np.arcsinh(skewness(scenario, mean, std)),
            np.arcsinh(np.where(_whole(scenario), per_std, 0.0)),
            little if settings.unmet_demand == "lost" else 0.0 * little,
            np.arcsinh(_now(scenario, parent, len(mean)) * per_mean) - np.arcsinh(1.0),
        ),
        axis=1,
    )
    ratio = np.where(facts.ratio > 0, facts.ratio, 1.0)
    log_ratio = np.broadcast_to(np.log(ratio) / RATIO_SCALE, (own.shape[0], 1, own.shape[2]))
    known = [own, by_parent(own * facts.weight), at_parent(own), log_ratio]
    return Codec(
        xp=xp,
        std=array(std),
        known=array(np.concatenate(known, axis=1)),
        mean=array(mean),
        per_std=array(per_std),
        per_mean=array(per_mean),
        weight=array(facts.weight),
        inbound=segment_sum(xp, scenario.routes.destination, scenario.n_points, device),
        below=echelon_sum(xp, parent, scenario.points.location, device),
        at_parent=pick(xp, parent, parent.size, device),
        by_parent=segment_sum(xp, parent, parent.size, device),
        keeps_backlog=settings.unmet_demand == "backlog",
        owes_orders=settings.unmet_orders == "backlog",
    )


def skewness(scenario: Scenario, mean: Floats, std: Floats) -> Floats:
    """[T, K] skewness of a sum of independent demands with this mean and std [T, K].

    With d = std^2 / mean that of each period: gamma 2 d / std; negative binomial and Poisson
    (d = 1) (2 d - 1) / std; normal 0.
    """
    law = scenario.products.distribution[scenario.points.product]
    some = (mean > 1e-9) & (std > 1e-9 * mean)
    safe = np.where(some, std, 1.0)
    spread = safe**2 / np.where(some, mean, 1.0)
    discrete = 2 * np.maximum(spread, 1.0) - 1
    values = np.where(law == "gamma", 2 * spread, np.where(_whole(scenario), discrete, 0.0))
    return np.where(some, values / safe, 0.0)


def _whole(scenario: Scenario) -> NDArray[np.bool_]:
    """[K] where demand comes in whole units."""
    law = scenario.products.distribution[scenario.points.product]
    return (law == "poisson") | (law == "negative_binomial")


def _now(scenario: Scenario, parent: Ints, n_periods: int) -> Floats:
    """[n_periods, K] mean demand of each period at and below each point."""
    sums = echelon_sum(np, parent, scenario.points.location)
    return sums(np.ascontiguousarray(scenario.mean[:, :n_periods].T))


def ordered_for(
    scenario: Scenario,
    lead: Ints,
    n_periods: int | None = None,
    demand: tuple[Floats, Floats] | None = None,
) -> tuple[Floats, Floats]:
    """[n_periods, K] mean and std of the demand that an order of each period has to cover."""
    mean, std = echelon_demand(scenario) if demand is None else demand
    period = np.arange(scenario.n_periods if n_periods is None else n_periods)
    # The order of period t is the last to decide the closing stock of period t + lead time.
    column = np.minimum(period[:, None] + lead[None, :], scenario.n_periods - 1)
    row = np.arange(scenario.n_points)[None, :]
    return mean[row, column], std[row, column]
