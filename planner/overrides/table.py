"""A table of overrides: read, applied to a scenario, written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from planner.overrides.apply import OverriddenScenario, override_scenario
from planner.overrides.override import OverrideRecords
from planner.overrides.read import overrides_of
from scenarios.model.scenario import Scenario
from scenarios.writing.atomic import atomic_file, check_parent
from scenarios.writing.files import write_csv


@dataclass(frozen=True)
class Overrides(OverrideRecords):
    """All that people set by hand.

    Parameters
    ----------
    records : tuple of Override
    file : str
        What to call the table in messages.
    """

    @classmethod
    def from_table(cls, table: pd.DataFrame) -> Overrides:
        """From a table with the columns of :mod:`planner.overrides.override`.

        All but kind and value may be missing.

        Raises
        ------
        InputError
            With every cell that cannot be read.
        """
        found = overrides_of(table)
        return cls(found.records, found.file)

    def write(self, path: str | Path) -> None:
        """Write the table as CSV, whole or not at all; an older file is replaced."""
        path = Path(path)
        check_parent(path)
        with atomic_file(path) as draft:
            write_csv(self.table(), draft)

    def apply(self, scenario: Scenario) -> OverriddenScenario:
        """What they change in a scenario.

        Raises
        ------
        InputError
            With everything that does not fit the scenario.
        """
        return override_scenario(scenario, self)


def read_overrides(path: str | Path) -> Overrides:
    """Read a table of overrides (.csv, .csv.gz).

    Raises
    ------
    InputError
        With every cell that cannot be read.
    """
    found = overrides_of(Path(path))
    return Overrides(found.records, found.file)
