"""One palette for pictures, reports, workbooks and the app.

Colours are those of Okabe and Ito, which colour-blind people can tell apart; the rest is grey.
"""

from __future__ import annotations

NAMED_COLOURS = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "pink": "#CC79A7",
    "sky": "#56B4E9",
    "vermilion": "#D55E00",
    "yellow": "#F0E442",
    "black": "#000000",
}
COLOURS = tuple(NAMED_COLOURS.values())
BLUE, ORANGE, GREEN, PINK, SKY, RED, YELLOW, BLACK = COLOURS
ORDER = tuple(NAMED_COLOURS)
"""Names of colours in the order in which series take them."""
OURS, OTHERS, GREY, GRID = COLOURS[0], "#B0B0B0", "#606060", "#E5E5E5"
INK, PAPER, CARD = "#222222", "#F7F7F5", "#FFFFFF"
ROLES = {
    "stock": BLUE,
    "safety_stock": RED,
    "demand": BLACK,
    "forecast": GREY,
    "orders": ORANGE,
    "arrivals": GREEN,
    "capacity": PINK,
    "missed": RED,
}
"""What is always drawn in the same colour."""
COSTS = {
    "holding": BLUE,
    "missed_sale": RED,
    "overflow": PINK,
    "ordering": ORANGE,
    "shipping": GREEN,
    "in_transit": SKY,
    "unmet_order": YELLOW,
    "scrap": BLACK,
}
"""Colour of each component of cost."""


def css_variables() -> str:
    """The colours as variables of a style sheet: ``--blue``, ``--ink`` ..."""
    greys = {
        "others": OTHERS, "grey": GREY, "grid": GRID, "ink": INK, "paper": PAPER, "card": CARD,
    }  # fmt: skip
    rules = [f"--{name}:{colour}" for name, colour in (NAMED_COLOURS | greys).items()]
    return f":root{{{';'.join(rules)}}}"
