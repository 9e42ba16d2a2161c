"""The variants of a study as a grid of numbers."""

from __future__ import annotations

import pandas as pd


def variant_grid(summary: pd.DataFrame) -> pd.DataFrame:
    """Variant -> numbers by change where a grid made all of them; else no columns."""
    variants = pd.Index(summary["variant"].drop_duplicates())
    rows = []
    for name in variants:
        parts = [part.split("=", 1) for part in str(name).split(", ")]
        try:
            rows.append({part[0]: float(part[1]) for part in parts})
        except (ValueError, IndexError):
            return pd.DataFrame(index=variants)
    table = pd.DataFrame(rows, index=variants)
    return pd.DataFrame(index=variants) if table.isna().any(axis=None) else table
