"""One palette and one way to write numbers, for pictures, reports, workbooks and the app.

Colours are those of Okabe and Ito, which colour-blind people can tell apart.
"""

from __future__ import annotations

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")
BLUE, ORANGE, GREEN, PINK, SKY, RED, YELLOW, BLACK = COLOURS
OTHERS, GREY, LINE = "#B0B0B0", "#606060", "#E5E5E5"
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
