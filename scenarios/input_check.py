"""What is wrong with an input, and what is odd about it, as a value instead of an error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from scenarios.arguments import Arguments
from scenarios.errors import Finding, InputError
from scenarios.model.scenario import Scenario
from scenarios.notebook import as_html, plural
from scenarios.settings import Settings
from scenarios.tables import read_scenario, scenario_from_tables


@dataclass(frozen=True, eq=False, repr=False)
class InputCheck:
    """Whether an input can be planned.

    Attributes
    ----------
    scenario : Scenario or None
        None: it cannot be used.
    findings : tuple of Finding
        All errors and warnings.
    """

    scenario: Scenario | None
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether the input can be used."""
        return self.scenario is not None

    def table(self) -> pd.DataFrame:
        """The findings, errors first.

        Returns
        -------
        DataFrame
            severity, file, row, column, value, message, remedy, count (rows that share it).
        """
        columns = ("severity", "file", "row", "column", "value", "message", "remedy", "count")
        ordered = sorted(self.findings, key=lambda finding: finding.severity != "error")
        rows = [[getattr(finding, name) for name in columns] for finding in ordered]
        return pd.DataFrame(rows, columns=list(columns)).astype({"row": "Int64"})

    def __repr__(self) -> str:
        said = "can be planned" if self.ok else "cannot be used"
        found = [str(finding) for finding in self.findings]
        return "\n".join([f"InputCheck({said}, {plural(len(found), 'finding')})", *found[:10]])

    def _repr_html_(self) -> str:
        said = "can be planned" if self.ok else "cannot be used"
        return as_html("Input", {"result": said}, self.table())


def check(
    source: str | Path | Mapping[str, pd.DataFrame],
    settings: Mapping[str, Any] | Settings | None = None,
) -> InputCheck:
    """Read an input and list everything that is wrong or odd.

    Parameters
    ----------
    source : str, Path or mapping of str to DataFrame
        A folder of tables, an .xlsx workbook, or data frames by the names of tables.
    settings : mapping or Settings, optional
        Beside data frames; a folder has its own.

    Returns
    -------
    InputCheck

    Raises
    ------
    InputError
        If ``source`` is none of these. What is wrong *in* an input is no error here.
    """
    arguments = Arguments("check")
    if not isinstance(source, Mapping):
        arguments.path("source", source)
        if settings is not None:
            remedy = "leave it out, or give data frames"
            arguments.add("settings", "goes with data frames only", remedy)
    wanted = "values by the names of settings"
    arguments.kind("settings", settings, (Mapping, Settings), wanted, optional=True)
    arguments.refuse()
    try:
        if isinstance(source, Mapping):
            scenario = scenario_from_tables(source, settings)
        else:
            scenario = read_scenario(source)
    except InputError as error:
        return InputCheck(None, error.findings)
    return InputCheck(scenario, scenario.warnings)
