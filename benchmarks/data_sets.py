"""The data sets with a sales history, and the windows of them that are scored."""

from __future__ import annotations

from pathlib import Path

from examples import favorita, vn2
from scenarios.model.scenario import Scenario

DATA = {"vn2": vn2.DATA, "favorita": favorita.DATA}
WINDOWS = {"vn2": (125, 133, 141, 149), "favorita": (139, 147, 155, 163)}
"""Weeks known at the start of each window that is scored; nothing may be tuned on them."""


def world_of(name: str, data: Path, n_series: int | None = None) -> Scenario:
    """A data set as a scenario, or some (of Favorita: about so many) of its series."""
    if name == "vn2":
        return vn2.vn2(data, n_series)
    stores = 21
    return favorita.favorita(data, n_products=n_series and -(-n_series // stores))
