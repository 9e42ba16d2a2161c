"""What the schema says of one column of the input."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

AttributeType = Literal["text", "number", "integer", "date"]


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
