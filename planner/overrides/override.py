"""What people set by hand: safety stocks, orders and capacities, with who, when and why.

A table with one override a row:

==================  ===========================================================================
kind                safety_stock, order, capacity or throughput
product             which product (safety_stock, order)
location            where: the safety stock, or the storage (or throughput) whose capacity it is
origin,             the lane of the order, or the lane whose capacity it is
destination
from, until         first and last day, both in force; blank: from the start, to the end. Of an
                    order, ``from`` is the order date (blank: today), and there is no ``until``
value               units; of a capacity: volume in a period, ``inf``: unlimited
who, when, why      free text, kept in the plan's report
==================  ===========================================================================

A safety stock takes the place of the one decided (it may be negative where customers buy). An
order is placed as given (0: none is), and everything else is planned around it. It must be one that
is released now, obey the lot rules, and ship whole (where orders are owed: before the next review):
what cannot ship is an error, not a smaller order. A capacity takes the place of the one in the
tables.
"""

from __future__ import annotations

import datetime
import math
import numbers
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from scenarios.arguments import Arguments

Kind = Literal["safety_stock", "order", "capacity", "throughput"]
KINDS: tuple[Kind, ...] = ("safety_stock", "order", "capacity", "throughput")
COLUMNS = (
    "kind", "product", "location", "origin", "destination", "from", "until", "value", "who", "when",
    "why",
)  # fmt: skip


@dataclass(frozen=True)
class Override:
    """One value that a person set; what its kind does not need is blank.

    Parameters
    ----------
    kind : {"safety_stock", "order", "capacity", "throughput"}
    value : float
        Units, or volume in a period for a capacity.
    product, location, origin, destination : str
    first, last : datetime.date, optional
        The columns ``from`` and ``until``.
    who, when, why : str
    row : int, optional
        Line of the table it was read from, the header being line 1.

    Raises
    ------
    InputError
        If something is of another kind. Whether it fits a scenario is seen when it is applied.
    """

    kind: Kind
    value: float
    product: str = ""
    location: str = ""
    origin: str = ""
    destination: str = ""
    first: datetime.date | None = None
    last: datetime.date | None = None
    who: str = ""
    when: str = ""
    why: str = ""
    row: int | None = None

    def __post_init__(self) -> None:
        check = Arguments("Override")
        check.choice("kind", self.kind, KINDS)
        if isinstance(self.value, bool) or not isinstance(self.value, numbers.Real):
            check.add("value", "is no number", "give units, or volume in a period", self.value)
        for name in ("product", "location", "origin", "destination", "who", "when", "why"):
            if not isinstance(text := getattr(self, name), str):
                check.add(name, "is no text", 'give a text; "": blank', text)
        for name in ("first", "last"):
            kind = datetime.date
            check.kind(name, getattr(self, name), kind, "a datetime.date", optional=True)
        check.whole("row", self.row, optional=True)
        check.refuse()

    @property
    def of_capacity(self) -> bool:
        """Whether it sets what products share: a capacity, or a throughput."""
        return self.kind not in ("safety_stock", "order")

    def cells(self) -> dict[str, Any]:
        """By the names of the columns; dates as text, blank where there is none."""
        said = asdict(self) | {"from": _text(self.first), "until": _text(self.last)}
        return {name: said[name] for name in COLUMNS}


@dataclass(frozen=True)
class OverrideRecords:
    """Overrides as data; :class:`planner.overrides.table.Overrides` can read and apply itself.

    Parameters
    ----------
    records : tuple of Override
    file : str
        What to call the table in messages.
    """

    records: tuple[Override, ...] = ()
    file: str = "overrides"

    def table(self) -> pd.DataFrame:
        """The table again, with the columns ``COLUMNS``."""
        cells = [record.cells() for record in self.records]
        table = pd.DataFrame(cells, columns=list(COLUMNS))
        return table.astype(dict.fromkeys(COLUMNS, object) | {"value": float})

    def listed(self) -> tuple[dict[str, Any], ...]:
        """As the report of a plan lists them: what is blank is left out."""
        return tuple(
            {
                name: "inf" if cell == math.inf else cell
                for name, cell in record.cells().items()
                if cell != ""
            }
            for record in self.records
        )


OverridesLike = OverrideRecords | Iterable[Override] | pd.DataFrame | str | Path | None
"""What stands for overrides: themselves, one by one, a table, or the file of one."""


def _text(day: datetime.date | None) -> str:
    return "" if day is None else day.isoformat()


def as_kind(text: str) -> Kind | None:
    """The kind of that name, None if there is none."""
    return next((kind for kind in KINDS if kind == text), None)
