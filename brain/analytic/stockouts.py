"""Where a shelf runs empty before new goods can come: how much stock they shall meet demand with.

Safety stocks are made for demand over the whole protection interval. With lost sales that is too
much where the shelf will be empty for part of it: what is not sold then is not asked for again,
and only what strays after the goods have come has to be covered. The order model knows this of mean
demand; the buffer it is given must as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from brain.analytic.newsvendor import critical_ratios, demand_quantile, laws_over_time
from scenarios.arrays.types import Floats, Ints
from scenarios.demand.forecast_error import demand_variance, own_lead_times, split_variance
from scenarios.model.echelons import demand_beyond
from scenarios.model.scenario import Scenario

LEAST = 1e-3
"""Share of the demand before an arrival that has to be lost for anything to change."""


@dataclass(frozen=True, eq=False)
class Arrival:
    """What an order placed now will find when it arrives; [N] of the selling points asked about."""

    lost: Floats
    """Units of demand expected to be lost before."""
    asked: Floats
    """Units of demand expected before."""
    left: Floats
    """Units expected to be left on hand."""
    left_of_mean: Floats
    """Units left if demand is its mean: what the order model reckons with."""
    std: Floats
    """Standard deviation of later demand, up to the next arrival, less what is left on hand."""
    mean: Floats
    """Mean of the later demand."""


def corrected_for_stockouts(scenario: Scenario, wanted: Floats) -> Floats:
    """Safety stocks [K, T] for the order model, mended where shelves run empty before goods come.

    Where a share w of the demand before the first arrival is expected to be lost, the safety stock
    from the arrival on takes w of the newsvendor quantile of demand up to the next arrival less the
    stock that is left by then, and 1 - w of what was decided: a brain that sees an empty shelf
    means by its answer that state alone. Before the arrival no buffer can be below zero on purpose.
    Nothing changes where customers wait, nor at points that the user has set.
    """
    points = scenario.points
    if scenario.settings.unmet_demand != "lost":
        return wanted
    lead, _ = own_lead_times(scenario)
    free = points.sells & np.isnan(points.safety_stock) & (lead > 0)
    some = np.flatnonzero(free & (lead < wanted.shape[1]))
    if not some.size:
        return wanted
    found = at_arrival(scenario, some, lead[some])
    share = np.where(found.asked > 0, found.lost / np.maximum(found.asked, 1e-12), 0.0)
    share = np.where(share > LEAST, np.minimum(share, 1.0), 0.0)
    if not share.any():
        return wanted
    ratio, _ = critical_ratios(scenario)
    law = laws_over_time(scenario)[some]
    matters = found.mean + np.maximum(found.asked - found.lost, 0.0)
    stock = demand_quantile(ratio[some], matters[:, None], found.std[:, None], law)[:, 0]
    enough = (stock - matters) - (found.left - found.left_of_mean)
    mended = wanted.copy()
    here, w = wanted[some], share[:, None]
    after = np.arange(wanted.shape[1])[None, :] >= lead[some, None]
    changed = np.where(after, (1 - w) * here + w * enough[:, None], np.maximum(here, 0.0))
    mended[some] = np.where(w > 0, changed, here)
    return mended


def at_arrival(scenario: Scenario, points: Ints, lead: Ints) -> Arrival:
    """What orders placed now find at some selling points.

    Stock is followed period by period through mean and variance: what is left after demand D is
    max(0, X + arrivals - D), whose first two moments are those of a clipped normal law. Errors
    that last (``error_correlation``) tie stock and later demand together.
    """
    review = scenario.settings.review_period
    far = int(lead.max()) + review
    mean = demand_beyond(scenario, scenario.mean[points], far)
    rho = scenario.error_correlation
    lasting = None if rho is None else demand_beyond(scenario, rho[points], far)
    alone, shared = split_variance(
        demand_beyond(scenario, demand_variance(scenario)[points], far), lasting
    )
    shared = np.zeros(alone.shape) if shared is None else shared
    arriving = scenario.arrivals(far)

    n = points.size
    left, variance, tie = scenario.points.on_hand[points].astype(float), np.zeros(n), np.zeros(n)
    left_of_mean, lost, asked = left.copy(), np.zeros(n), np.zeros(n)
    for s in range(int(lead.max())):
        before = s < lead
        here, m = arriving[points, s], mean[:, s]
        centre = left + here - m
        spread = np.sqrt(variance + alone[:, s] + shared[:, s] ** 2 - 2 * shared[:, s] * tie)
        positive, square, chance = _clipped(centre, spread)
        lost = np.where(before, lost + positive - centre, lost)
        asked = np.where(before, asked + m, asked)
        left = np.where(before, positive, left)
        variance = np.where(before, np.maximum(square - positive**2, 0.0), variance)
        tie = np.where(before, chance * (tie - shared[:, s]), tie)
        left_of_mean = np.where(before, np.maximum(left_of_mean + here - m, 0.0), left_of_mean)
    period = np.arange(far)[None, :]
    after = (period >= lead[:, None]) & (period < lead[:, None] + review)
    later, common = np.where(after, mean, 0.0).sum(axis=1), np.where(after, shared, 0.0).sum(axis=1)
    own = np.where(after, alone, 0.0).sum(axis=1)
    return Arrival(
        lost=lost,
        asked=asked,
        left=left,
        left_of_mean=left_of_mean,
        std=np.sqrt(np.maximum(variance + own + common**2 - 2 * common * tie, 0.0)),
        mean=later,
    )


def _clipped(centre: Floats, std: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean and mean square of max(0, Z) for normal Z, and the chance that Z is above 0."""
    sure = std <= 1e-12
    safe = np.where(sure, 1.0, std)
    z = centre / safe
    chance = np.where(sure, centre > 0, special.ndtr(z))
    density = np.where(sure, 0.0, np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi))
    mean = np.where(sure, np.maximum(centre, 0.0), centre * chance + std * density)
    square = (centre**2 + std**2) * chance + centre * std * density
    return mean, np.where(sure, np.maximum(centre, 0.0) ** 2, square), chance
