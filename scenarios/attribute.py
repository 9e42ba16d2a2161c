"""What the schema says of one column of the input, and whether numbers are such."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from scenarios.arguments import Arguments
from scenarios.arrays.frozen import is_sound

AttributeType = Literal["text", "number", "integer", "date"]
HAIR = 1e-9
"""Share of the largest number by which rounding may take one below its limit."""


@dataclass(frozen=True)
class Attribute:
    """One column of one input table.

    ``default`` is what a blank cell or a missing column takes (None: nothing, the column is
    required or says nothing when blank); ``blank`` is the same in words. ``references`` names
    the table whose key the column points to; ``choices`` are the only values a text may take.
    """

    table: str
    name: str
    type: AttributeType
    meaning: str
    unit: str = ""
    default: float | str | None = None
    blank: str = ""
    key: bool = False
    required: bool = False
    column_required: bool = False
    """The column must be there, but its cells may be blank."""
    minimum: float | None = None
    below: float | None = None
    """What values must stay below; None: nothing."""
    choices: tuple[str, ...] = ()
    references: str | None = None
    inherits: Literal["products", "lanes"] | None = None
    """The table whose column of the same name a blank takes: what the product or the lane says."""

    @property
    def unlimited(self) -> bool:
        """Whether a blank means no limit; then ``inf`` may be written, too."""
        return isinstance(self.default, float) and math.isinf(self.default)

    @property
    def default_text(self) -> str:
        """The default as people read it."""
        if self.required:
            return "required"
        if self.blank or self.inherits:
            return self.blank or f"the {str(self.inherits)[:-1]}'s"
        return f"{self.default:g}" if isinstance(self.default, float) else str(self.default or "")


def check_column(check: Arguments, name: str, values: NDArray[Any], column: Attribute) -> None:
    """Refuse what the schema does: it says what a column of the input may hold."""
    rule = (column.table, column.name)
    if column.type == "text":
        if column.choices and not is_sound(values, rule, lambda v: not _unknown(v, column)):
            remedy = f"choose from {', '.join(column.choices)}"
            check.add(name, "holds what is not known", remedy, sorted(_unknown(values, column))[0])
        return
    if is_sound(values, rule, lambda v: v.size == 0 or not _problem(v, column)):
        return
    low = float(np.fmin.reduce(values, axis=None))
    least = "finite numbers" if column.minimum is None else f"{column.minimum:g} or more"
    check.add(name, _problem(values, column), f"give {least}", low)


def _unknown(values: NDArray[Any], column: Attribute) -> set[str]:
    return {str(value) for value in set(values.tolist()) - set(column.choices)}


def _problem(values: NDArray[Any], column: Attribute) -> str:
    """What is wrong with the numbers of a column; blank if nothing is."""
    low, high, least = values.min(), values.max(), column.minimum
    if math.isnan(low):
        blank = isinstance(column.default, float) and math.isnan(column.default)
        if not blank or column.inherits is not None:
            return "holds nan"
        low, high = np.fmin.reduce(values, axis=None), np.fmax.reduce(values, axis=None)
    if low == -math.inf or (high == math.inf and not column.unlimited):
        return "holds inf"
    hair = HAIR if high == math.inf else HAIR * max(1.0, abs(high))
    if least is not None and low < least - hair:
        return f"holds a number less than {least:g}"
    return ""
