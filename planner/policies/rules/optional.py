"""Policies that need what the base install leaves out."""

from __future__ import annotations

from scenarios.errors import Finding, InputError
from solver.workers.ray_cluster import missing


def needs(policy: str, *packages: str) -> None:
    """Raise InputError if packages of the extra ``train`` are missing, and say what to install."""
    if absent := missing(*packages):
        problem, remedy = f"it needs {', '.join(absent)}", "pip install 'echelon-planner[train]'"
        raise InputError([Finding("--policy", problem, remedy, value=policy)])
