"""Policies that order: one short file each, behind one protocol.

``registry`` has them by name. ``order_model`` plans with the optimiser, ``closed_form`` by the
echelon rule, ``review`` decides safety stocks anew, ``echelon_base_stock`` is given its levels,
``two_stage`` plans for many paths, ``oracle`` knows the demand, ``simple`` are to be better than.
The rooms ``tuned`` and ``learned`` search or train; ``rules`` is what all share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.lazy_names import lazy_names

if TYPE_CHECKING:
    from planner.policies.registry import POLICIES, policy_of
    from planner.policies.rules.flow import mean_flow
    from planner.policies.rules.policy import Policy

__all__ = ["POLICIES", "Policy", "mean_flow", "policy_of"]

lazy_names(
    __name__,
    {
        "POLICIES": "planner.policies.registry",
        "Policy": "planner.policies.rules.policy",
        "mean_flow": "planner.policies.rules.flow",
        "policy_of": "planner.policies.registry",
    },
)
