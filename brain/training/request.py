"""What is to be trained: read from the call or from the folder of a training to resume."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from brain.environments.training_chains import RandomChains
from scenarios.errors import Finding, InputError
from scenarios.writing.atomic import write_atomic

if TYPE_CHECKING:
    from brain.learning.options import TrainingOptions

FILE = "training.json"
ALGORITHMS = ("hdpo", "ppo")
RATIOS = (1e-3, 1e6)
"""Least and largest ratio to train for. Past 1e6 the textbook's quantiles, which training starts
from, are cut off; at 1e-3 all that is left to learn is to hold nothing."""


@dataclass(frozen=True)
class TrainingRequest:
    """A training of one or more brains."""

    ratios: tuple[float, ...]
    """One brain each."""
    ratio_range: tuple[float, float] | None
    """One more brain for all of these."""
    algorithm: Literal["hdpo", "ppo"]
    start: str | None
    """Name or file of the brain to start from."""
    options: TrainingOptions
    chains: RandomChains
    """What to train on; the ratio is put in its place."""

    @property
    def brains(self) -> dict[str, tuple[float, float]]:
        """Name -> range of ratios, of every brain to train."""
        named = {brain_name(ratio): (ratio, ratio) for ratio in self.ratios}
        if self.ratio_range is not None:
            low, high = self.ratio_range
            named[f"ratio-{low:.10g}-{high:.10g}"] = (low, high)
        return named

    def source(self, ratios: tuple[float, float]) -> RandomChains:
        """The chains that a brain for these ratios is trained on."""
        low, high = ratios
        if low < high:
            return dataclasses.replace(self.chains, ratio=ratios, aim=None)
        return self.chains.near(low)

    def write(self, folder: Path) -> None:
        """Leave a note in the folder, from which the training can be resumed."""
        text = json.dumps(dataclasses.asdict(self), indent=2)
        write_atomic(folder / FILE, text + "\n")


def brain_name(ratio: float) -> str:
    """What the brain of one ratio is called."""
    return f"ratio-{ratio:.10g}"


def check_request(
    ratios: Sequence[float], ratio_range: tuple[float, float] | None, algorithm: str
) -> None:
    """Refuse what cannot be trained: ratios must be within ``RATIOS`` and differ by their names.

    Raises
    ------
    InputError
        With every finding at once.
    """
    findings = []
    if not ratios and ratio_range is None:
        findings.append(
            Finding("ratios", "there is nothing to train", "give a ratio or a range of ratios")
        )
    known = [_number(ratio) for ratio in ratios]
    ends = ratio_range if isinstance(ratio_range, tuple | list) else ()
    for ratio in (*ratios, *ends):
        number = _number(ratio)
        if not (math.isfinite(number) and number > 0):
            problem = "a ratio of missed-sale to holding cost must be above 0 and finite"
            findings.append(Finding("ratios", problem, "give a positive number", value=str(ratio)))
        elif not RATIOS[0] <= number <= RATIOS[1]:
            problem = "no brain can be trained for such a ratio of missed-sale to holding cost"
            remedy = f"give one from {RATIOS[0]:g} to {RATIOS[1]:g}"
            findings.append(Finding("ratios", problem, remedy, value=str(ratio)))
    names = [brain_name(number) for number in known if math.isfinite(number)]
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        remedy = "give each ratio once; ten digits tell them apart"
        value = ", ".join(twice)
        findings.append(Finding("ratios", "a ratio is given twice", remedy, value=value))
    if ratio_range is not None and not (len(ends) == 2 and _number(ends[0]) < _number(ends[1])):
        remedy = "give two numbers, the lower first"
        findings.append(Finding("ratio range", "is no range", remedy, value=str(ratio_range)))
    if algorithm not in ALGORITHMS:
        remedy = f"choose one of {', '.join(ALGORITHMS)}"
        findings.append(Finding("algorithm", "is not known", remedy, value=algorithm))
    if findings:
        raise InputError(findings)


def _number(value: Any) -> float:
    """The value if it is a number, else nan."""
    try:
        return math.nan if isinstance(value, str) else float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan


def read_request(folder: Path) -> TrainingRequest:
    """The request that :meth:`TrainingRequest.write` left.

    Raises
    ------
    InputError
        If there is none, or it cannot be read.
    """
    from brain.learning.options import TrainingOptions

    path = folder / FILE
    remedy = "name the folder that an earlier training wrote to"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        request = TrainingRequest(
            ratios=tuple(found["ratios"]),
            ratio_range=_tuples(found["ratio_range"]),
            algorithm=found["algorithm"],
            start=found["start"],
            options=TrainingOptions(**_tuples(found["options"])),
            chains=RandomChains(**_tuples(found["chains"])),
        )
        _check_types(request.options, TrainingOptions())
        _check_types(request.chains, RandomChains())
        check_request(request.ratios, request.ratio_range, request.algorithm)
    except (FileNotFoundError, NotADirectoryError):
        raise InputError([Finding(str(path), "there is no training here", remedy)]) from None
    except InputError:
        raise
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError([Finding(str(path), "cannot be read", remedy)]) from error
    return request


def _check_types(found: Any, known: Any) -> None:
    """Raise TypeError where a value is of another kind than the default's."""
    for field in dataclasses.fields(known):
        value, default = getattr(found, field.name), getattr(known, field.name)
        number = isinstance(default, float) and isinstance(value, int)
        if default is not None and not (number or type(value) is type(default)):
            raise TypeError(f"{field.name} is {value!r}")


def _tuples(value: Any) -> Any:
    """JSON knows lists only."""
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, dict):
        return {name: _tuples(entry) for name, entry in value.items()}
    return value
