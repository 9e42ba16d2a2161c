"""Arguments of public calls: everything wrong with them is told at once, each by its name.

>>> check = Arguments("backtest")
>>> _ = check.whole("n_paths", 0, least=1)
>>> _ = check.choice("model", "autp", ("auto", "boosted"))
>>> check.refuse()  # doctest: +SKIP
InputError: argument n_paths of backtest: is not 1 or more (value: '0'). Remedy: give a whole ...
"""

from __future__ import annotations

import datetime
import math
import numbers
import os
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.arrays.frozen import frozen
from scenarios.arrays.types import Floats
from scenarios.errors import Finding, InputError, did_you_mean

LONGEST = 60
"""Characters of a value that are shown."""
MOST_NAMES = 20
"""Names that are listed as possible; of more, the closest is told."""
LISTS = (list, tuple, set, frozenset, np.ndarray, pd.Index, pd.Series)
"""What several names may come in."""


class Arguments:
    """Collects what is wrong with the arguments of one call.

    Each method looks at one argument and returns whether it is sound; :meth:`refuse` raises if any
    was not.

    Parameters
    ----------
    call : str
        What the user called, for messages.
    """

    def __init__(self, call: str):
        self.call = call
        self.findings: list[Finding] = []

    def add(self, name: str, problem: str, remedy: str, value: object = None) -> bool:
        """Note that an argument is wrong; always False, so that it can be returned."""
        place = f"argument {name} of {self.call}"
        told = None if value is None else value_text(value)
        self.findings.append(Finding(place, problem, remedy, value=told))
        return False

    def refuse(self) -> None:
        """Raise what was found.

        Raises
        ------
        InputError
            If any argument was wrong, with all of them.
        """
        if self.findings:
            raise InputError(self.findings)

    def kind(
        self,
        name: str,
        value: object,
        kinds: type | tuple[type, ...],
        wanted: str,
        *,
        optional: bool = False,
    ) -> bool:
        """Whether it is an instance of some class; ``wanted`` says which, as ``give ...`` does."""
        if (optional and value is None) or isinstance(value, kinds):
            return True
        return self.add(name, "is of the wrong kind", f"give {wanted}{_or_none(optional)}", value)

    def call_of(self, name: str, value: object, *, optional: bool = False) -> bool:
        """Whether it is a function, or anything else that can be called."""
        if (optional and value is None) or callable(value):
            return True
        remedy = f"give a function{_or_none(optional)}"
        return self.add(name, "is nothing that can be called", remedy, value)

    def flag(self, name: str, value: object) -> bool:
        """Whether it is True or False."""
        if isinstance(value, bool | np.bool_):
            return True
        return self.add(name, "is neither True nor False", "give True or False", value)

    def whole(
        self,
        name: str,
        value: object,
        *,
        least: int | None = None,
        most: int | None = None,
        optional: bool = False,
    ) -> bool:
        """Whether it is a whole number within limits, both included."""
        if optional and value is None:
            return True
        remedy = f"give a whole number{_within(least, most)}{_or_none(optional)}"
        if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Integral):
            return self.add(name, "is no whole number", remedy, value)
        return self._inside(name, int(value), least, most, remedy)

    def number(
        self,
        name: str,
        value: object,
        *,
        least: float | None = None,
        most: float | None = None,
        above: float | None = None,
        optional: bool = False,
    ) -> bool:
        """Whether it is a finite number within limits, of which ``above`` is left out itself."""
        if optional and value is None:
            return True
        limits = f" above {above:g}" if above is not None else ""
        remedy = f"give a number{limits}{_within(least, most)}{_or_none(optional)}"
        if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Real):
            return self.add(name, "is no number", remedy, value)
        amount = float(value)
        if not math.isfinite(amount):
            return self.add(name, "is not finite", remedy, value)
        if above is not None and not amount > above:
            return self.add(name, f"is not above {above:g}", remedy, value)
        return self._inside(name, amount, least, most, remedy)

    def _inside(
        self, name: str, value: float, least: float | None, most: float | None, remedy: str
    ) -> bool:
        if least is not None and value < least:
            return self.add(name, f"is less than {least:,}", remedy, value)
        if most is not None and value > most:
            return self.add(name, f"is more than {most:,}", remedy, value)
        return True

    def text(self, name: str, value: object, *, optional: bool = False) -> bool:
        """Whether it is a text that says anything."""
        if optional and value is None:
            return True
        if not isinstance(value, str):
            return self.add(name, "is no text", f"give a text{_or_none(optional)}", value)
        if not value.strip():
            return self.add(name, "is blank", f"give a text{_or_none(optional)}", value)
        return True

    def choice(
        self, name: str, value: object, known: Iterable[object], *, optional: bool = False
    ) -> bool:
        """Whether it is one of some names."""
        if optional and value is None:
            return True
        names = [str(each) for each in known]
        if isinstance(value, str) and value in set(names):
            return True
        hint = did_you_mean(value, names) if isinstance(value, str) else ""
        possible = ", ".join(names) if len(names) <= MOST_NAMES else "the names that there are"
        remedy = f"choose {possible}{_or_none(optional)}{hint}"
        return self.add(name, "is not possible here", remedy, value)

    def names(
        self, name: str, value: object, known: Iterable[object], noun: str, *, empty: bool = False
    ) -> bool:
        """Whether it is a name, or several, of things there are; ``noun`` says of what."""
        given: Any = [value] if isinstance(value, str) else value
        if not isinstance(given, LISTS):
            return self.add(name, "is no name and no list of names", f"name {noun}", value)
        if not len(given) and not empty:
            return self.add(name, "is empty", f"name {noun}", value)
        there = {str(each) for each in known}
        unknown = [each for each in given if not (isinstance(each, str) and each in there)]
        for each in unknown[:3]:
            hint = did_you_mean(str(each), there)
            more = f"; {len(unknown) - 3:,} more are unknown" if unknown[3:] else ""
            self.add(name, f"is not the name of {noun}{more}", f"name {noun} there is{hint}", each)
        return not unknown

    def chosen(self, name: str, value: Any, known: NDArray[Any], noun: str) -> NDArray[np.bool_]:
        """Which of some things are named by a name or several; None: all of them."""
        if value is None:
            return np.ones(len(known), dtype=bool)
        given: Any = value if isinstance(value, (str, *LISTS)) else _listed(value)
        if not self.names(name, given, known, noun):
            return np.zeros(len(known), dtype=bool)
        wanted = {given} if isinstance(given, str) else set(given)
        return np.fromiter((each in wanted for each in known), dtype=bool, count=len(known))

    def days(
        self, first_name: str, last_name: str, first: Any, last: Any, dates: pd.DatetimeIndex
    ) -> NDArray[np.bool_]:
        """Which periods, by their first days, lie from a day to another; None: no limit."""
        use = np.ones(len(dates), dtype=bool)
        ends = {}
        for name, value in ((first_name, first), (last_name, last)):
            if value is None:
                continue
            try:
                if not isinstance(value, str | datetime.date | np.datetime64):
                    raise ValueError
                ends[name] = pd.Timestamp(value).tz_localize(None).normalize()
            except (ValueError, TypeError, OverflowError):
                remedy = "give a date such as 2026-01-31, or None"
                self.add(name, "is no date", remedy, value)
        if first_name in ends:
            use &= dates >= ends[first_name]
        if last_name in ends:
            use &= dates <= ends[last_name]
        if not use.any():
            span = f"{dates[0]:%Y-%m-%d} to {dates[-1]:%Y-%m-%d}"
            shown_ends = " to ".join(f"{day:%Y-%m-%d}" for day in ends.values())
            self.add(first_name, f"leaves no period of {span}", "give days of these", shown_ends)
        return use

    def path(self, name: str, value: object, *, optional: bool = False) -> bool:
        """Whether it can be the name of a file or folder; not whether that is there."""
        if optional and value is None:
            return True
        remedy = f"give the path of a file or folder, as text or pathlib.Path{_or_none(optional)}"
        if not isinstance(value, str | os.PathLike):
            return self.add(name, "is no path", remedy, value)
        text = os.fspath(value)
        if not isinstance(text, str):
            return self.add(name, "is no path", remedy, value)
        if not text.strip() or "\0" in text:
            return self.add(name, "cannot be the name of a file or folder", remedy, value)
        return True

    def indices(self, name: str, value: object, size: int) -> bool:
        """Whether it picks some of ``size`` things: indices, flags or a slice."""
        if isinstance(value, slice):
            return True
        remedy = f"give indices below {size:,}, or {size:,} flags"
        try:
            array = np.asarray(value)
        except ValueError:  # rows of different lengths
            return self.add(name, "is no index", remedy, value)
        if array.dtype == np.bool_:
            sound = array.shape == (size,)
        else:
            whole = array.dtype.kind in "iu" or not array.size
            sound = whole and bool(((array >= -size) & (array < size)).all())
        return sound or self.add(name, "picks what is not there", remedy, value)

    def array(self, name: str, value: object, dtype: type) -> NDArray[Any] | None:
        """The values as a read-only array of a dtype, or None if they are none."""
        try:
            typed = frozen(value, dtype)
        except (TypeError, ValueError):
            kind = "whole numbers" if dtype is np.int64 else "numbers"
            self.add(name, "holds something else", f"give {kind}", value)
            return None
        same = typed is value or dtype is not np.int64
        if not same and not np.array_equal(typed, np.asarray(value)):
            self.add(name, "must be whole numbers", "give whole numbers", value)
            return None
        return typed

    def numbers_of(
        self,
        name: str,
        value: object,
        shape: Sequence[int | str],
        meaning: str,
        *,
        least: float | None = 0.0,
        blank: bool = False,
    ) -> Floats | None:
        """The numbers of an array, or None if it is not what is allowed.

        Parameters
        ----------
        name : str
        value : array_like
        shape : sequence of int or str
            Size of every axis; a text stands for any size, and ``...`` first for leading axes.
        meaning : str
            What the axes are, such as ``points x periods``.
        least : float, optional
            The least of the numbers; None: all that are finite.
        blank : bool
            Whether nan is allowed.
        """
        try:
            array: Floats = np.asarray(value, dtype=np.float64)
        except (TypeError, ValueError):
            self.add(name, "holds something that is no number", f"give numbers, {meaning}", value)
            return None
        if not _fits(array.shape, shape):
            self.add(name, f"has the shape {array.shape}", f"give {_axes(shape)}: {meaning}")
            return None
        sound = np.isfinite(array) | (np.isnan(array) & blank)
        wrong, problem = ~sound, "holds nan or no finite number"
        if sound.all() and least is not None:
            wrong, problem = array < least, f"holds a number less than {least:g}"
        if not wrong.any():
            return array
        where = tuple(int(i) for i in np.argwhere(wrong)[0])
        place = f" at {list(where)}" if where else ""
        allowed = "finite numbers" if least is None else f"numbers of {least:g} or more"
        self.add(name, f"{problem}{place}", f"give {allowed}", float(array[where]))
        return None


def _listed(value: Any) -> Any:
    """What can be gone through once, as a list; all else as it is."""
    return list(value) if isinstance(value, Iterable) else value


def value_text(value: object) -> str:
    """A value as messages show it: arrays and tables by their shape, all else cut short."""
    if isinstance(value, np.ndarray):
        return f"array {value.dtype} {value.shape}"
    if isinstance(value, pd.DataFrame | pd.Series):
        return f"{type(value).__name__} {value.shape}"
    if isinstance(value, str | bool | numbers.Number):
        text = str(value)
    else:
        text = f"{type(value).__name__} {value!r}"
    text = text.splitlines()[0] if text else text
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def argument_error(
    call: str, name: str, problem: str, remedy: str, value: object = None
) -> InputError:
    """The error of one wrong argument, to be raised."""
    check = Arguments(call)
    check.add(name, problem, remedy, value)
    return InputError(check.findings)


def _or_none(optional: bool) -> str:
    return ", or None" if optional else ""


def _within(least: float | None, most: float | None) -> str:
    if least is not None and most is not None:
        return f" from {least:,} to {most:,}"
    if least is not None:
        return f", {least:,} or more"
    return f", {most:,} or less" if most is not None else ""


def _fits(shape: tuple[int, ...], wanted: Sequence[int | str]) -> bool:
    if wanted and wanted[0] == "...":
        wanted = wanted[1:]
        shape = shape[len(shape) - len(wanted) :] if len(shape) >= len(wanted) else ()
    return len(shape) == len(wanted) and all(
        isinstance(size, str) or size == there for size, there in zip(wanted, shape, strict=True)
    )


def _axes(shape: Sequence[int | str]) -> str:
    return f"an array [{', '.join(str(size) for size in shape)}]"
