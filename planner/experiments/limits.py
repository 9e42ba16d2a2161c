"""How much may be asked for: what is more is a slip of the keys, or would not fit the memory."""

from __future__ import annotations

LONGEST_RUN = 100_000
"""Periods; of days almost three centuries."""
MOST_PATHS = 100_000
"""Paths of demand, seeds, or episodes."""
