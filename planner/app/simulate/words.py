"""What things are called on the page, and how numbers are written there."""

from __future__ import annotations

import datetime
import math

from planner.text.numbers import amount

COMPONENTS = {
    "holding": "Holding",
    "missed_sale": "Missed sales",
    "ordering": "Fixed, by order",
    "overflow": "Overflow",
    "shipping": "Shipping",
    "in_transit": "In transit",
    "unmet_order": "Unmet orders",
    "scrap": "Scrap",
}
"""Component of cost -> its name for people."""


def money(value: float, currency: str) -> str:
    """An amount of money: to the cent below 100, whole above."""
    if value == 0:
        return f"0 {currency}".strip()
    shown = f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.2f}"
    return f"{shown} {currency}".strip()


def units(value: float) -> str:
    """A quantity."""
    return amount(round(value, 1) if abs(value) < 1000 else round(value))


def share(value: float) -> str:
    """A share, so that all but everything is not everything."""
    if 0.999 < value < 1:
        return "99.9%"
    return f"{value:.1%}"


def cover(value: float) -> str:
    """Days of cover; nothing where there was no demand."""
    return "–" if math.isnan(value) else amount(round(value, 1))


def short_date(iso: str) -> str:
    """A day as on a calendar: Mon 5 Jan."""
    date = datetime.date.fromisoformat(iso)
    return f"{date:%a} {date.day} {date:%b}"


def points(difference: float) -> str:
    """A difference of two shares."""
    return f"{100 * difference:.1f} points"
