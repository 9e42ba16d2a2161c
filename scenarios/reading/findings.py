"""Collects findings while an input is read, so that all of them are told at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from scenarios.errors import Finding, InputError
from scenarios.reading.raw_table import RawTable

Severity = Literal["error", "warning"]

MOST_VALUES = 10
"""Distinct values of one complaint that are shown one by one; the rest share the last line."""
_LONGEST_VALUE = 200


class Findings:
    """The findings of one reading, in the order in which they were made."""

    def __init__(self) -> None:
        self._findings: list[Finding] = []

    def add(
        self,
        file: str,
        message: str,
        remedy: str,
        *,
        row: int | None = None,
        column: str | None = None,
        value: str | None = None,
        severity: Severity = "error",
        count: int = 1,
    ) -> None:
        """Note one finding."""
        if value is not None and len(value) > _LONGEST_VALUE:
            value = value[:_LONGEST_VALUE] + "..."
        self._findings.append(Finding(file, message, remedy, row, column, value, severity, count))

    def rows(
        self,
        table: RawTable,
        column: str | tuple[str, ...],
        rows: np.ndarray,
        message: str,
        remedy: str,
        *,
        severity: Severity = "error",
        hint: Callable[[str], str] | None = None,
        alike: bool = False,
    ) -> None:
        """Note what is wrong with some records of a table, once per distinct value.

        Parameters
        ----------
        table : RawTable
            Where the records stand.
        column : str or tuple of str
            The column, or the columns that are wrong together.
        rows : array of bool, or of positions
            Which records.
        message, remedy : str
            What is wrong and what to do.
        hint : callable, optional
            From a value to an addition to the remedy, such as "did you mean ...".
        alike : bool
            One value says it of all: note it once, with their number.
        """
        found = np.flatnonzero(rows) if rows.dtype == bool else np.asarray(rows)
        if not found.size:
            return
        columns = (column,) if isinstance(column, str) else column
        values, code = table.distinct(columns, found)
        _, first, count = np.unique(code, return_index=True, return_counts=True)
        order, most = np.argsort(first, kind="stable"), 1 if alike else MOST_VALUES
        for place, which in enumerate(order[:most]):
            last = place == most - 1
            value = values[code[first[which]]]
            value = value if value and value.strip() else None
            self.add(
                table.file,
                message,
                remedy + (hint(value) if hint and value else ""),
                row=int(table.rows[found[first[which]]]),
                column=", ".join(columns),
                value=value,
                severity=severity,
                count=int(count[order[place:]].sum() if last else count[which]),
            )

    @property
    def has_errors(self) -> bool:
        """Whether anything found so far stops the run."""
        return any(finding.severity == "error" for finding in self._findings)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything found so far, errors first; identical findings are counted, not repeated."""
        merged: dict[Finding, None] = dict.fromkeys(self._findings)
        return tuple(sorted(merged, key=lambda finding: finding.severity != "error"))

    def raise_errors(self) -> None:
        """Stop here if there are errors.

        Raises
        ------
        InputError
            With all findings, warnings included.
        """
        if self.has_errors:
            raise InputError(self.findings)
