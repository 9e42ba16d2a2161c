"""Policies that order: one short file each, behind one protocol."""

from planner.policies.rules.policy import Policy

__all__ = ["Policy"]
