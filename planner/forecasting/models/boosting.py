"""Boosted trees over all series at once: they correct each series' seasonal level.

The forecast is level x season x exp(trees). What trees see is free of scale, so that a new product
learns from old ones, and a model that has learnt nothing is the seasonal average.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.forecasting.series.features import CATEGORICAL, Sight, sight
from planner.forecasting.series.season import season_of
from planner.forecasting.series.series import Predictor, Series
from scenarios.arrays.types import Floats

ROWS = 150_000
"""Examples to learn from at the most: more cost time and hardly improve the trees."""
PAIRS = 2_000
"""Pairs of origin and horizon to learn from at the most; each costs some milliseconds."""
FIRST_WEEKS = 30
"""Weeks of history before the first origin that is learnt from."""
LEAST_PERIODS = 300
"""Periods in stock of all series together that are needed to learn at all."""
LEAST_KNOWN = 4
"""Periods in stock a series needs before an origin to be learnt from."""
TREES = 80
SETTINGS: dict[str, Any] = {
    "objective": "poisson",
    "num_leaves": 15,
    "max_bin": 63,
    "learning_rate": 0.05,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 10.0,
    "cat_smooth": 50.0,
    "verbose": -1,
    "deterministic": True,
    "force_row_wise": True,
}


def learn_trees(series: Series, n_ahead: int, seed: int = 0, threads: int = 1) -> Predictor:
    """Learn from all origins of some series.

    Parameters
    ----------
    series : Series
        Nothing after its end is used.
    n_ahead : int
        Periods ahead to learn.
    seed : int
        Draws examples and trees.
    threads : int
        0: all cores. So few examples hardly gain from more than one.

    Returns
    -------
    callable
        ``(later, n_ahead) -> [N, n_ahead]`` means for the same series at the same or a later
        origin.
    """
    import lightgbm

    rng, season = np.random.default_rng(seed), season_of(series)
    seen, target, base, names = _examples(sight(series, season, n_ahead), n_ahead, rng)
    data = lightgbm.Dataset(
        seen,
        target,
        init_score=np.log(base),
        feature_name=names,
        categorical_feature=[name for name in names if name in CATEGORICAL],
    )
    least = int(np.clip(len(target) // 1000, 20, 200))
    settings = SETTINGS | {"seed": seed, "num_threads": threads, "min_data_in_leaf": least}
    booster = lightgbm.train(settings, data, TREES)

    def predict(later: Series, n_ahead: int) -> Floats:
        # The trees ask for what they were taught, whatever is told ahead by then.
        later = dataclasses.replace(later, planned=series.planned)
        here, rows = sight(later, season, n_ahead), np.arange(later.n_series)
        origin, asked = later.n_periods, range(n_ahead)
        fixed, _ = _matrix(here.at(origin, rows))
        targets = [_matrix(here.of_target(origin, ahead, rows))[0] for ahead in asked]
        seen = np.concatenate([np.concatenate([fixed, one], axis=1) for one in targets])
        correction = booster.predict(seen, raw_score=True, num_threads=threads)
        factor = np.stack([here.seasonal(origin + ahead, rows) for ahead in asked], axis=1)
        corrected = np.exp(np.asarray(correction).reshape(n_ahead, -1).T)
        return here.base(origin, rows)[:, None] * factor * corrected

    return predict


def can_boost() -> bool:
    """Whether LightGBM can be loaded: it needs a library of the system (OpenMP) as well."""
    try:
        import lightgbm  # noqa: F401
    except (ImportError, OSError):
        return False
    return True


def enough(series: Series) -> bool:
    """Whether there is enough to learn from: periods in stock, and sales in some of them.

    Those of a series that has only just begun do not count, as none is learnt from.
    """
    first = FIRST_WEEKS * series.per_week
    told = ~np.isnan(series.quantity)
    before = np.cumsum(told, axis=1) - told
    later = (series.known & (before >= LEAST_KNOWN))[:, first:]
    sold = later & (series.quantity[:, first:] > 0)
    weeks = series.n_periods / series.per_week
    return weeks >= FIRST_WEEKS + 13 and int(later.sum()) >= LEAST_PERIODS and int(sold.sum()) > 100


def _examples(
    here: Sight, n_ahead: int, rng: np.random.Generator
) -> tuple[NDArray[np.float32], Floats, Floats, list[str]]:
    """Features [rows, features], sales and base [rows], and the features' names."""
    series = here.series
    first = FIRST_WEEKS * series.per_week
    pairs = [
        (origin, ahead)
        for origin in range(first, series.n_periods)
        for ahead in range(min(n_ahead, series.n_periods - origin))
    ]
    if len(pairs) > PAIRS:
        chosen = np.sort(rng.choice(len(pairs), PAIRS, replace=False))
        pairs = [pairs[i] for i in chosen]
    share = min(1.0, ROWS / max(len(pairs) * series.n_series, 1))
    everyone = np.arange(series.n_series)
    by_origin: dict[int, list[int]] = {}
    for origin, ahead in pairs:
        by_origin.setdefault(origin, []).append(ahead)
    parts, targets, bases = [], [], []
    names: list[str] = []
    for origin, asked in by_origin.items():
        old_enough = here.adjusted.number(origin, origin, everyone) >= LEAST_KNOWN
        fixed, general = _matrix(here.at(origin, everyone))
        level = here.base(origin, everyone)
        for ahead in asked:
            learnt = old_enough & series.known[:, origin + ahead]
            if share < 1.0:
                learnt &= rng.random(series.n_series) < share
            rows = np.flatnonzero(learnt)
            if rows.size:
                of_target, special = _matrix(here.of_target(origin, ahead, rows))
                names = names or general + special
                parts.append(np.concatenate([fixed[rows], of_target], axis=1))
                targets.append(series.quantity[rows, origin + ahead])
                bases.append(level[rows] * here.seasonal(origin + ahead, rows))
    return np.concatenate(parts), np.concatenate(targets), np.concatenate(bases), names


def _matrix(columns: dict[str, Floats]) -> tuple[NDArray[np.float32], list[str]]:
    """Columns side by side, and their names."""
    return np.stack(list(columns.values()), axis=1).astype(np.float32), list(columns)
