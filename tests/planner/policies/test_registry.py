"""A policy that has a file has a name."""

from __future__ import annotations

from docs.tools.import_graph import modules
from docs.tools.rooms import ROOT

GIVEN_LEVELS = "planner.policies.echelon_base_stock"
"""Without a name: its levels come from whoever makes it."""


def test_every_module_of_policies_is_used_by_one_that_has_a_name() -> None:
    policies = {name for name in modules() if name.startswith("planner.policies.")}
    policies -= {name for name in policies if (ROOT / name.replace(".", "/")).is_dir()}
    named, ahead = set(), ["planner.policies.registry"]
    while ahead:
        module = ahead.pop()
        if module not in named:
            named.add(module)
            ahead += modules()[module] & policies
    assert policies - named == {GIVEN_LEVELS}, "add a row to planner/policies/registry.py"
