"""Where the methods of a scenario find what reads and writes tables.

Reading stands above the model, so the model does not import it: the package plugs it in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import pandas as pd


class TablePort(Protocol):
    """What :mod:`scenarios.tables` does, as the scenario sees it."""

    def read_scenario(self, path: str | Path) -> Any: ...

    def scenario_from_tables(self, tables: Mapping[str, pd.DataFrame], settings: Any) -> Any: ...

    def tables_from_scenario(self, scenario: Any) -> dict[str, pd.DataFrame]: ...

    def write_scenario(self, scenario: Any, folder: str | Path, file_format: str) -> None: ...


_load: Callable[[], TablePort] | None = None


def plug(load: Callable[[], TablePort]) -> None:
    """Say where reading and writing are; ``load`` is called when they are first needed."""
    global _load
    _load = load


def table_port() -> TablePort:
    """What reads and writes tables."""
    if _load is None:
        raise RuntimeError("nothing reads tables: import the package scenarios first")
    return _load()
