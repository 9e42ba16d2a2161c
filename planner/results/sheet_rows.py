"""The rows of a plan's tables that go into sheets: all, or of large tables those that matter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.results.importance import RULE, by_importance, codes
from planner.results.plan_data import PlanData

ELSEWHERE = "Written into a folder, the plan's tables hold all of them."


@dataclass(frozen=True, eq=False)
class Rows:
    """What a sheet holds."""

    table: pd.DataFrame
    note: str = ""
    """What it does not hold, in words; empty: nothing is missing."""


def rows_for(plan: PlanData, sheet: str, name: str, most: int) -> Rows:
    """Rows of a table that fit into a sheet.

    Orders released now go before planned ones, and products that matter most before others; of a
    product all rows are there, or none. Problems stand in the order of importance already.

    Parameters
    ----------
    sheet : str
        Its name, for the note.
    name : str
        Table of the plan.
    most : int
        Rows that a sheet holds beside its header.
    """
    table: pd.DataFrame = getattr(plan, name)
    if len(table) <= most:
        return Rows(table)
    if name == "problems":
        return _first(table, sheet, most)
    if name == "purchase_orders":
        now = table[(table["release"] == "now").to_numpy()]
        if 0 < len(now) <= most:
            note = (
                f"The sheet {sheet} is cut: it holds the {len(now):,} orders released now, not the"
                f" {len(table) - len(now):,} planned for later. {ELSEWHERE}"
            )
            return Rows(now, note)
        table = now if len(now) else table
    return _of_products(plan, table, sheet, most)


def _of_products(plan: PlanData, table: pd.DataFrame, sheet: str, most: int) -> Rows:
    """Whole products, as many as fit, the rows in the order of the table."""
    names = pd.Index(plan.products["product"].astype(str))
    product = codes(table["product"], names)
    rank = by_importance(plan.products, plan.problems)
    fit = int(np.searchsorted(np.cumsum(np.bincount(product, minlength=len(names))[rank]), most,
                              side="right"))  # fmt: skip
    if fit == 0:
        return _first(table, sheet, most)
    chosen = np.zeros(len(names), dtype=bool)
    chosen[rank[:fit]] = True
    kept = table[chosen[product]]
    note = (
        f"The sheet {sheet} is cut: it holds {fit:,} of {len(names):,} products, {RULE}"
        f" ({len(kept):,} of {len(table):,} rows). {ELSEWHERE}"
    )
    return Rows(kept, note)


def _first(table: pd.DataFrame, sheet: str, most: int) -> Rows:
    note = (
        f"The sheet {sheet} is cut: it holds the first {most:,} of {len(table):,} rows. {ELSEWHERE}"
    )
    return Rows(table.iloc[:most], note)
