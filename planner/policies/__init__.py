"""Policies that order: one short file each, behind one protocol.

``registry`` has them by name. ``order_model`` plans with the optimiser, ``closed_form`` by the
echelon rule, ``review`` decides safety stocks anew, ``echelon_base_stock`` is given its levels,
``two_stage`` plans for many paths, ``oracle`` knows the demand, ``simple`` are to be better than.
The rooms ``tuned`` and ``learned`` search or train; ``rules`` is what all share.
"""

from planner.policies.rules.policy import Policy

__all__ = ["Policy"]
