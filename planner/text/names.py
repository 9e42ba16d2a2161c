"""Names, words and dates as people read them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from scenarios.arrays.types import Ints, Names
    from scenarios.model.scenario import Scenario

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def as_categories(names: Names | list[str], codes: Ints) -> pd.Categorical:
    """``names[codes]`` as categories, which cost a few bytes a row; names may repeat."""
    place, unique = pd.factorize(np.asarray(names, dtype=object))
    return pd.Categorical.from_codes(place[codes], categories=pd.Index(unique))


def date_text(scenario: Scenario, period: int) -> str:
    """First day of a period, as YYYY-MM-DD."""
    return f"{scenario.dates[int(period)]:%Y-%m-%d}"


def day(value: str | date | pd.Timestamp, *, year: bool = True) -> str:
    """``5 Jan 2026``, kept on one line; blank where there is no date."""
    if not isinstance(value, str) or value:
        at = pd.Timestamp(value)
        return f"{at.day}\u00a0{MONTHS[at.month - 1]}" + (f"\u00a0{at.year}" if year else "")
    return ""


def weekday(value: str | date | pd.Timestamp) -> str:
    """``Mon 5 Jan``."""
    at = pd.Timestamp(value)
    return f"{WEEKDAYS[at.weekday()]} {at.day} {MONTHS[at.month - 1]}"


def spoken(name: str) -> str:
    """A column or kind as words."""
    return name.replace("_", " ")


def upper_first(text: str) -> str:
    """The text as the start of a sentence."""
    return text[:1].upper() + text[1:]
