"""What a brain sees: scale-free features of a stock point and its neighbours in the chain.

One codec for training (Torch) and planning (NumPy). Quantities are divided by the standard
deviation that the point's echelon has to protect against or by its mean demand, so that products
of any volume look alike; unbounded ones go through asinh, so that extremes stay in reach.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from array_api_compat import array_namespace
from numpy.typing import NDArray
from scipy import special

from brain.trained.point_facts import PointFacts, ordered_for, point_facts
from scenarios.arrays.frozen import in_library
from scenarios.arrays.segments import Pick, SegmentSum, pick, segment_sum
from scenarios.arrays.types import Array, Floats
from scenarios.model.scenario import Scenario
from scenarios.simulation.state import State
from solver.closed_form.echelon_sum import EchelonSum, echelon_sum

FEATURE_VERSION = 2
"""Brains of another version are refused: they would read the features wrongly."""

COVER_SHARE = 0.3
"""Share of the mean demand to cover that the second output of a brain counts in."""
MOST_COVER = 300.0
"""Largest mean demand to cover, in std, that it is counted in."""


@dataclass(frozen=True)
class Feature:
    """One thing that a brain sees of a stock point, of those below it and of the one above."""

    name: str
    value: Callable[[Any], Any]
    """Of an :class:`Outlook`, for those that do not depend on the state, and else, in units, of a
    :class:`View`."""
    per: Literal["std", "mean"] = "std"
    """What units are divided by: the std of the demand to cover, or mean demand of a period."""


@dataclass(frozen=True, eq=False)
class Outlook:
    """What is known before anything happens."""

    scenario: Scenario
    facts: PointFacts
    mean: Floats
    """[T, K] mean of the demand that an order of period t covers."""
    std: Floats
    """[T, K] its std."""
    per_std: Floats
    """[T, K] 1 / std, 0 where there is none."""
    per_mean: Floats
    """[T, K] 1 / mean demand of a period, 0 where there is none."""

    @property
    def lost(self) -> bool:
        """Whether demand that is not met is lost."""
        return self.scenario.settings.unmet_demand == "lost"


@dataclass(frozen=True, eq=False)
class View:
    """What is seen at the start of a period; arrays [..., K] or [K] of the network's library."""

    state: State
    arrivals: tuple[Array, Array, Array]
    """Of this period and the two that follow."""
    on_way: Array
    position: Array
    """Stock at and on the way to the point and all it supplies, less what is owed there."""
    mean: Array
    """Of the demand that an order covers."""


def _variation(known: Outlook) -> Floats:
    sells = known.mean > 1e-9
    return np.arcsinh(np.where(sells, known.std / np.where(sells, known.mean, 1.0), 0.0))


def _little(known: Outlook) -> Floats:
    """Near 0 where goods are cheap to bring, near 1 where their way costs as much as a missed
    sale."""
    little = special.expit(8.0 * (known.facts.way - 0.85))
    return little if known.lost else 0.0 * little


def _now(known: Outlook) -> Floats:
    """[T, K] by the mean demand of each period at and below each point."""
    sums = echelon_sum(np, known.facts.parent, known.scenario.points.location)
    now = sums(np.ascontiguousarray(known.scenario.mean[:, : len(known.mean)].T))
    return np.arcsinh(now * known.per_mean) - np.arcsinh(1.0)


KNOWN = (
    Feature("std over mean of the demand to cover", _variation),
    Feature("sqrt of the cover, in periods", lambda known: np.sqrt(known.facts.cover) / 4.0),
    Feature("lead time", lambda known: known.facts.lead / 5.0),
    Feature(
        "holding cost over that where customers buy",
        lambda known: known.scenario.points.holding_cost / known.facts.holding_below,
    ),
    Feature(
        "holding costs at all points above over that where customers buy",
        lambda known: known.facts.holding_above / known.facts.holding_below,
    ),
    Feature("stages below", lambda known: known.facts.stages_below / 2.0),
    Feature("stages above", lambda known: known.facts.stages_above / 2.0),
    Feature("demand is lost (1) or waits (0)", lambda known: float(known.lost)),
    Feature("std in periods of mean demand", lambda known: np.arcsinh(known.std * known.per_mean)),
    Feature(
        "skewness of the demand to cover",
        lambda known: np.arcsinh(skewness(known.scenario, known.mean, known.std)),
    ),
    Feature(
        "a unit / std where demand is whole",
        lambda known: np.arcsinh(np.where(_whole(known.scenario), known.per_std, 0.0)),
    ),
    Feature("how little it may pay to stock at all", _little),
    Feature("demand now over the average to cover, less 1", _now),
)
"""Features that do not depend on the state."""
SEEN = (
    Feature("on-hand / std", lambda seen: seen.state.on_hand),
    Feature("arrivals of this period / std", lambda seen: seen.arrivals[0]),
    Feature("arrivals of the next / std", lambda seen: seen.arrivals[1]),
    Feature("arrivals of the one after / std", lambda seen: seen.arrivals[2]),
    Feature("in transit / std", lambda seen: seen.on_way),
    Feature(
        "(echelon position - mean demand to cover) / std",
        lambda seen: seen.position - seen.mean,
    ),
    Feature("on-hand in periods of mean demand", lambda seen: seen.state.on_hand, per="mean"),
    Feature("backlog / std", lambda seen: seen.state.backlog),
)
"""Features of the state, in units before they are scaled; asinh is taken of all."""
PLACES = ("here", "below", "above")
FEATURES = (
    *(f"{feature.name} {place}" for place in PLACES for feature in KNOWN),
    "log of missed-sale over holding cost",
    *(f"{feature.name} {place}" for place in PLACES for feature in SEEN),
)
"""What a brain sees, in this order. One that is added, taken away or moved makes another
``FEATURE_VERSION``, and brains have to be trained anew (``python -m brain.training.ship``)."""
N_FEATURES = len(FEATURES)
RATIO_FEATURE = FEATURES.index("log of missed-sale over holding cost")
RATIO_SCALE = 5.0
"""What that logarithm is divided by."""
COVER_FEATURE = FEATURES.index("std over mean of the demand to cover here")
GATE_FEATURE = FEATURES.index("how little it may pay to stock at all here")


@dataclass(frozen=True, eq=False)
class Codec:
    """From states to features, in the array library of a network. Made by :func:`codec`."""

    xp: Any
    known: Array
    """[T, 3 x KNOWN + 1, K]"""
    mean: Array
    """[T, K] mean of the demand that an order of period t covers."""
    scale: Array
    """[T, SEEN, K] what each feature of the state is multiplied by."""
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
        period = min(period, self.mean.shape[0] - 1)
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
        seen = View(
            state=state,
            arrivals=(arrivals[0], arrivals[1], arrivals[2]),
            on_way=on_way,
            position=position,
            mean=self.mean[period],
        )
        units = xp.stack([feature.value(seen) for feature in SEEN], axis=-2)
        here = xp.asinh(units * self.scale[period])
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
        As in :func:`scenarios.simulation.step.compile_scenario`.
    n_periods : int, optional
        How many periods will be looked at; default: all. Later ones look like the last.
    demand, facts : optional
        What :func:`scenarios.demand.forecast_error.echelon_demand` and
        :func:`brain.trained.point_facts.point_facts` gave.
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
    known = Outlook(scenario, facts, mean, std, per_std, per_mean)
    per = {"std": per_std, "mean": per_mean}
    own = np.stack(np.broadcast_arrays(*(feature.value(known) for feature in KNOWN)), axis=1)
    parent = facts.parent
    at_parent = pick(np, parent, parent.size)
    by_parent = segment_sum(np, parent, parent.size)
    ratio = np.where(facts.ratio > 0, facts.ratio, 1.0)
    log_ratio = np.broadcast_to(np.log(ratio) / RATIO_SCALE, (own.shape[0], 1, own.shape[2]))
    all_known = [own, by_parent(own * facts.weight), at_parent(own), log_ratio]
    return Codec(
        xp=xp,
        known=array(np.concatenate(all_known, axis=1)),
        mean=array(mean),
        scale=array(np.stack([per[feature.per] for feature in SEEN], axis=1)),
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
