"""Public names of a package that are imported when they are first asked for."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any


def lazy_names(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """The ``__getattr__`` of a package (PEP 562), so that importing it costs next to nothing.

    Parameters
    ----------
    package : str
        Its ``__name__``.
    homes : mapping
        Public name -> module that has it. A module of the package may be a name itself.

    Returns
    -------
    callable
        From a name to what it stands for; AttributeError where there is none.
    """

    def attribute(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        home = importlib.import_module(homes[name])
        value = home if home.__name__.rpartition(".")[2] == name else getattr(home, name)
        setattr(sys.modules[package], name, value)
        return value

    return attribute
