"""Numbers as people read them."""

from __future__ import annotations


def amount(value: float) -> str:
    """A number as people read it."""
    if value == 0:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"
