"""The version that is installed: one for all four packages."""

from __future__ import annotations

from importlib import metadata

__version__ = metadata.version("echelon-planner")
