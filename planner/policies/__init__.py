"""Policies that order: one short file each, behind one protocol."""

from planner.policies.policy import Policy

__all__ = ["Policy"]
