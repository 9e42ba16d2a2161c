"""A table of overrides: read, applied to a scenario, written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from planner.overrides.apply import OverriddenScenario, override_scenario
from planner.overrides.override import OverrideRecords
from planner.overrides.read import overrides_of
from scenarios.arguments import Arguments
from scenarios.model.scenario import Scenario, check_scenario
from scenarios.notebook import as_html, plural
from scenarios.writing.atomic import atomic_file, check_parent
from scenarios.writing.files import write_csv


@dataclass(frozen=True, repr=False)
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

        Parameters
        ----------
        table : DataFrame

        Returns
        -------
        Overrides

        Raises
        ------
        InputError
            If it is no table, or with every cell that cannot be read.
        """
        check = Arguments("Overrides.from_table")
        check.kind("table", table, pd.DataFrame, "a pandas.DataFrame")
        check.refuse()
        found = overrides_of(table)
        return cls(found.records, found.file)

    def write(self, path: str | Path) -> None:
        """Write the table as CSV, whole or not at all; an older file is replaced.

        Parameters
        ----------
        path : str or Path

        Raises
        ------
        InputError
            If it is no path.
        OSError
            If it cannot be written.
        """
        check = Arguments("Overrides.write")
        check.path("path", path)
        check.refuse()
        path = Path(path)
        check_parent(path)
        with atomic_file(path) as draft:
            write_csv(self.table(), draft)

    def apply(self, scenario: Scenario) -> OverriddenScenario:
        """What they change in a scenario.

        Parameters
        ----------
        scenario : Scenario

        Returns
        -------
        OverriddenScenario

        Raises
        ------
        InputError
            With everything that does not fit the scenario.
        """
        check = Arguments("Overrides.apply")
        check_scenario(check, scenario)
        check.refuse()
        return override_scenario(scenario, self)

    def __repr__(self) -> str:
        return f"Overrides({plural(len(self.records), 'record')})"

    def _repr_html_(self) -> str:
        facts = {"records": len(self.records), "file": self.file}
        return as_html("Overrides", facts, self.table())


def read_overrides(path: str | Path) -> Overrides:
    """Read a table of overrides (.csv, .csv.gz).

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    Overrides

    Raises
    ------
    InputError
        If it is no file, or with every cell that cannot be read.
    """
    check = Arguments("read_overrides")
    check.path("path", path)
    check.refuse()
    found = overrides_of(Path(path))
    return Overrides(found.records, found.file)
