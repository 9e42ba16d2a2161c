"""A problem that a module of the catalogue states can be named."""

from __future__ import annotations

import importlib

import pytest

from docs.tools.rooms import ROOT, members
from scenarios.catalogue import ENTRIES, MAIN
from scenarios.catalogue.entry import Entry

MODULES = sorted(members(ROOT / "scenarios" / "catalogue") - {"entry"})


@pytest.mark.parametrize("module", MODULES)
def test_every_entry_of_a_module_is_in_the_list(module: str) -> None:
    names = vars(importlib.import_module(f"scenarios.catalogue.{module}")).values()
    stated = [each for value in names for each in (value if isinstance(value, tuple) else [value])]
    entries = [each for each in stated if isinstance(each, Entry)]
    assert entries
    assert [each.name for each in entries if ENTRIES.get(each.name) is not each] == []


def test_names_differ_and_the_main_problems_are_among_them() -> None:
    assert all(name == entry.name for name, entry in ENTRIES.items())
    assert set(MAIN) <= set(ENTRIES)
    assert all(entry.source and entry.about.endswith(".") for entry in ENTRIES.values())
