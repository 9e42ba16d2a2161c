"""How results show themselves in a notebook: a heading, a few facts, the head of a table."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import pandas as pd

ROWS = 12
"""Of a table that are shown."""


def as_html(title: str, facts: Mapping[str, object], table: pd.DataFrame | None = None) -> str:
    """Facts by name, and the first rows of a table below them, as HTML.

    Parameters
    ----------
    title : str
    facts : mapping
        Name -> value, shown as text.
    table : DataFrame, optional
    """
    rows = "".join(
        f"<tr><th style='text-align:left'>{escape(name)}</th>"
        f"<td style='text-align:left'>{escape(str(value))}</td></tr>"
        for name, value in facts.items()
    )
    shown = ""
    if table is not None and len(table):
        shown = table.head(ROWS).to_html(border=0, float_format=lambda x: f"{x:,.4g}")
        if len(table) > ROWS:
            shown += f"<p>{len(table):,} rows in all</p>"
    return f"<div><b>{escape(title)}</b><table>{rows}</table>{shown}</div>"


def in_short(name: str, *facts: str) -> str:
    """``Name(fact, fact)``, as a short repr."""
    return f"{name}({', '.join(fact for fact in facts if fact)})"


def plural(number: int, noun: str) -> str:
    """``1 product``, ``2,000 products``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
