"""Public names of a package that are imported when they are first asked for."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from typing import Any


def lazy_names(package: str, homes: Mapping[str, str]) -> None:
    """Give a package its public names (PEP 562), so that importing it costs next to nothing.

    Type checkers see the package's own imports under ``TYPE_CHECKING`` and nothing else, so that
    they know a name that is not there.

    Parameters
    ----------
    package : str
        Its ``__name__``.
    homes : mapping
        Public name -> module that has it, with ``:name`` where it has another name there. A
        module of the package may be a name itself.
    """
    module = sys.modules[package]

    def attribute(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        place, _, there = homes[name].partition(":")
        home = importlib.import_module(place)
        value = home if place == f"{package}.{name}" else getattr(home, there or name)
        setattr(module, name, value)
        return value

    def names() -> list[str]:
        return sorted({*vars(module), *homes})

    module.__getattr__ = attribute  # type: ignore[method-assign]
    module.__dir__ = names  # type: ignore[method-assign]
