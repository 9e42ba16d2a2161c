"""Names and dates as people read them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from scenarios.arrays.types import Ints, Names
from scenarios.model.scenario import Scenario


def named(names: Names | list[str], codes: Ints) -> pd.Categorical:
    """``names[codes]`` as categories, which cost a few bytes a row; names may repeat."""
    place, unique = pd.factorize(np.asarray(names, dtype=object))
    return pd.Categorical.from_codes(place[codes], categories=pd.Index(unique))


def date_text(scenario: Scenario, period: int) -> str:
    """First day of a period, as YYYY-MM-DD."""
    return f"{scenario.dates[int(period)]:%Y-%m-%d}"
