"""Numbers as people read them."""

from __future__ import annotations


def amount(value: float) -> str:
    """A number as people read it."""
    if value == 0:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"


def count(number: int, noun: str) -> str:
    """A number of things: ``1 order``, ``1,200 orders``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def shares(weights: dict[str, float]) -> str:
    """Models and what each counts."""
    return ", ".join(f"{name} {weight:.0%}" for name, weight in weights.items())
