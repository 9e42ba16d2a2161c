"""Policies that order: one short file each, behind one protocol.

``registry`` is the table of those that have a name. In ``closed_form``, ``order_model``,
``two_stage``, ``echelon_base_stock`` and ``simple`` nothing is tuned or learned, ``review`` decides
safety stocks anew at every review, ``oracle`` knows demand; ``tuned`` and ``learned`` are rooms of
their own, ``rules`` has the protocol and what all of them share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.lazy_names import lazy_names

if TYPE_CHECKING:
    from planner.policies.registry import POLICIES, named
    from planner.policies.rules.flow import mean_flow
    from planner.policies.rules.policy import Policy

__all__ = ["POLICIES", "Policy", "mean_flow", "named"]

lazy_names(
    __name__,
    {
        "POLICIES": "planner.policies.registry",
        "Policy": "planner.policies.rules.policy",
        "mean_flow": "planner.policies.rules.flow",
        "named": "planner.policies.registry",
    },
)
