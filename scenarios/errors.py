"""What is wrong with an input: every finding at once, each with place, value and remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

_MOST_NAMES = 20_000


@dataclass(frozen=True)
class Finding:
    """One thing wrong (or odd) in the input.

    Parameters
    ----------
    file : str
        File or table it was found in.
    message : str
        What is wrong, in one sentence.
    remedy : str
        What the user can do about it, as an imperative.
    row : int or None
        Line of the file, the header being line 1 (so the first record is row 2).
    column : str or None
        Column of the table.
    value : str or None
        The offending value as it stands in the file.
    severity : {"error", "warning"}
        Errors stop the run; warnings do not.
    count : int
        How many rows share the finding; the first of them is shown.
    """

    file: str
    message: str
    remedy: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    severity: Literal["error", "warning"] = "error"
    count: int = 1

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", column {self.column}"
        value = "" if self.value is None else f" (value: {self.value!r})"
        more = "" if self.count == 1 else f" [and {self.count - 1:,} more like it]"
        return f"{place}: {self.message}{value}{more}. Remedy: {self.remedy}."


class InputError(ValueError):
    """The input cannot be used; ``findings`` lists every reason at once."""

    def __init__(self, findings: Sequence[Finding]):
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


def did_you_mean(name: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """A remedy's ending such as `` (did you mean 'Tennessee'?)``, or nothing."""
    names = [str(candidate) for candidate in known]
    folded = {candidate.casefold(): candidate for candidate in names}
    if (same := folded.get(name.casefold())) is not None and same != name:
        return f" (did you mean {same!r}?)"
    if len(names) > _MOST_NAMES:
        return ""
    close = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=cutoff)
    return f" (did you mean {folded[close[0]]!r}?)" if close else ""
