"""Which models to trust, by what their stock would have cost at past origins."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pandas as pd

from brain.analytic.newsvendor import demand_quantile
from planner.forecasting.error_model import Spread, dispersion, variance
from planner.forecasting.rolling_origin import PastForecasts, over_interval
from planner.forecasting.series.series import Mask
from scenarios.arrays.types import Floats, Ints, Names

STEPS = 5
"""Weights are multiples of a fifth."""
SCORES = ("model", "cost", "mae", "rmse", "bias", "intervals")
SERIES = 3000
"""Series that are asked: more would not change the choice."""


@dataclass(frozen=True, eq=False)
class Stakes:
    """What a wrong forecast costs: per series [N]."""

    cover: Ints
    """Periods of the protection interval."""
    missed: Floats
    holding: Floats
    whole: Mask

    @property
    def law(self) -> Names:
        """Law of demand: negative binomial for whole units, else gamma."""
        return np.where(self.whole, "negative_binomial", "gamma").astype(object)

    @property
    def ratio(self) -> Floats:
        """Newsvendor ratio m / (m + h)."""
        total = self.missed + self.holding
        return np.clip(self.missed / np.where(total > 0, total, 1.0), 1e-6, 1 - 1e-6)

    def take(self, rows: Ints) -> Stakes:
        """Those of some series."""
        return Stakes(self.cover[rows], self.missed[rows], self.holding[rows], self.whole[rows])


def blend(past: PastForecasts, stakes: Stakes) -> dict[str, float]:
    """Weights of models: near to the first one alone, as far as past costs (:func:`cost`) allow.

    A few origins hardly tell costs apart, so every blend counts that costs at most one standard
    error more than the cheapest (Breiman et al. 1984, Classification and Regression Trees, 3.4.3):
    that of the difference, with origins taken as independent. Of these, the one nearest to the
    first model alone is taken, so that should be one that learns: it knows more now than at past
    origins. Ties go to the cheapest and to fewer models; where nothing came true, the first gets it
    all. Without past forecasts there are no weights.
    """
    names = list(past.mean)
    if not names:
        return {}
    rows = np.arange(len(stakes.cover))
    if rows.size > SERIES:
        rows = np.random.default_rng(0).choice(rows, SERIES, replace=False)
    some, actual = stakes.take(rows), over_interval(past.actual, stakes.cover)[:, rows]
    totals = [over_interval(past.mean[name], stakes.cover)[:, rows] for name in names]
    every = _simplex(len(names))
    found = np.empty((len(every), len(actual)))
    for c, weights in enumerate(every):
        mixed = sum(w / STEPS * total for w, total in zip(weights, totals, strict=True) if w)
        found[c] = _losses(np.asarray(mixed), actual, some).sum(axis=1)
    away = np.square(np.array(every) - STEPS * np.eye(len(names), dtype=int)[0]).sum(axis=1)
    chosen = every[_steady(found, away)]
    return {name: w / STEPS for name, w in zip(names, chosen, strict=True) if w}


def _steady(found: Floats, away: Ints) -> int:
    """The blend least ``away`` [C] of those whose costs by origin [C, O] are not clearly more."""
    total, n_origins = found.sum(axis=1), found.shape[1]
    more = found - found[np.argmin(total)]
    doubt = np.sqrt(n_origins) * more.std(axis=1, ddof=1) if n_origins > 1 else np.zeros(len(more))
    rounding = 1e-9 * float(total.max())
    near = more.sum(axis=1) <= doubt + rounding
    near &= away == away[near].min()
    return int(np.flatnonzero(near & (total <= total[near].min() + rounding))[0])


def cost(mean: Floats, actual: Floats, stakes: Stakes) -> float:
    """Mean cost of stocking the newsvendor quantile of the interval, per interval and series.

    ``mean`` and ``actual`` are totals over the protection interval [O, N]: missed-sale cost for
    what is short of demand, holding cost for what is over (the pinball loss at m / (m + h)).
    """
    known = ~np.isnan(actual)
    return float(_losses(mean, actual, stakes).sum() / max(known.sum(), 1))


def _losses(mean: Floats, actual: Floats, stakes: Stakes) -> Floats:
    """[O, N] costs behind :func:`cost`; 0 where demand is not known."""
    spread = dispersion(mean.T, actual.T, stakes.whole, np.full(len(stakes.cover), 1.0))
    total = np.maximum(mean.T, 1e-9)
    std = np.sqrt(variance(total, spread, stakes.whole))
    stock = demand_quantile(stakes.ratio, total, std, stakes.law).T
    short = np.where(np.isnan(actual), 0.0, actual - stock)
    return stakes.missed * np.maximum(short, 0.0) + stakes.holding * np.maximum(-short, 0.0)


def score_table(past: PastForecasts, mixed: dict[str, Floats], stakes: Stakes) -> pd.DataFrame:
    """One row per model and blend: cost and errors over the protection interval, best first.

    Columns: model, cost (see :func:`cost`), mae, rmse, bias (units), intervals.
    """
    actual = over_interval(past.actual, stakes.cover)
    known, rows = ~np.isnan(actual), []
    for name, mean in (past.mean | mixed).items():
        total = over_interval(mean, stakes.cover)
        error = (total - actual)[known]
        some = error if error.size else np.array([np.nan])
        rows.append(
            {
                "model": name,
                "cost": cost(total, actual, stakes) if error.size else np.nan,
                "mae": float(np.abs(some).mean()),
                "rmse": float(np.sqrt((some**2).mean())),
                "bias": float(some.mean()),
                "intervals": int(known.sum()),
            }
        )
    return pd.DataFrame(rows, columns=list(SCORES)).sort_values("cost", ignore_index=True)


QUANTILES = (0.5, 0.75, 0.9, 0.95, 0.98)


def coverage_table(
    past: PastForecasts, mean: Floats | None, spread: Spread, stakes: Stakes
) -> pd.DataFrame:
    """How often demand over past protection intervals was at most a stated quantile.

    Columns: quantile; met, the share of intervals whose demand was at most the quantile. A quantile
    of 3.6 units, read between whole ones, counts 0.6 of those whose demand was 4. The spread was
    learnt from the same intervals, so this is no test of it on fresh ones.
    """
    if mean is None:
        return pd.DataFrame({"quantile": [], "met": []})
    actual = over_interval(past.actual, stakes.cover).T
    total = np.maximum(over_interval(mean, stakes.cover).T, 1e-9)
    std = np.sqrt(variance(total, spread.interval, stakes.whole))
    known = ~np.isnan(actual)
    rows = []
    for quantile in QUANTILES:
        level = np.full(len(actual), quantile)
        stock = demand_quantile(level, total, std, stakes.law)
        whole = stakes.whole[:, None]
        low = np.where(whole, np.clip(stock - actual + 1, 0, 1), actual < stock)
        rows.append((quantile, float(low[known].mean()) if known.any() else np.nan))
    return pd.DataFrame(rows, columns=["quantile", "met"])


def _simplex(n: int) -> list[tuple[int, ...]]:
    """Whole weights that add up to STEPS, those of few models, and of the first, first."""
    every = [w for w in itertools.product(range(STEPS + 1), repeat=n) if sum(w) == STEPS]
    return sorted(every, key=lambda w: (sum(x > 0 for x in w), [-x for x in w]))
