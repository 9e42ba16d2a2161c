"""Pyomo's modelling language, without what it brings along and nobody here asks for.

Where SciPy is there, Pyomo imports its statistics, integration and spatial packages: a quarter of
a second at every start. Stand-ins keep them out for as long as Pyomo itself is imported.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType


class _StandIn(ModuleType):
    """An empty module; who got hold of it meanwhile finds in it what is in the real one."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(import_module(self.__name__), name)


_KEPT_OUT = [
    name for name in ("scipy.stats", "scipy.integrate", "scipy.spatial") if name not in sys.modules
]
sys.modules.update((name, _StandIn(name)) for name in _KEPT_OUT)
try:
    import pyomo.core as pyo
    from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler
finally:
    for _name in _KEPT_OUT:
        del sys.modules[_name]

__all__ = ["LinearStandardFormCompiler", "pyo"]
