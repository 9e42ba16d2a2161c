"""What is to be trained: read from the call or from the folder of a training to resume."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from brain.chains import RandomChains
from scenarios.errors import Finding, InputError

if TYPE_CHECKING:
    from brain.hdpo import TrainingOptions

FILE = "training.json"
ALGORITHMS = ("hdpo", "ppo")


@dataclass(frozen=True)
class Order:
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
        named = {f"ratio-{ratio:.10g}": (ratio, ratio) for ratio in self.ratios}
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
        (folder / FILE).write_text(text + "\n", encoding="utf-8")


def check_order(
    ratios: Sequence[float], ratio_range: tuple[float, float] | None, algorithm: str
) -> None:
    """Refuse what cannot be trained.

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
    for ratio in (*ratios, *(ratio_range or ())):
        if not (math.isfinite(ratio) and ratio > 0):
            problem = "a ratio of missed-sale to holding cost must be above 0 and finite"
            findings.append(Finding("ratios", problem, "give a positive number", value=str(ratio)))
    if len(set(ratios)) < len(ratios):
        findings.append(Finding("ratios", "a ratio is given twice", "give each ratio once"))
    if ratio_range is not None and not (len(ratio_range) == 2 and ratio_range[0] < ratio_range[1]):
        remedy = "give the lower end first"
        findings.append(Finding("ratio range", "is no range", remedy, value=str(ratio_range)))
    if algorithm not in ALGORITHMS:
        remedy = f"choose one of {', '.join(ALGORITHMS)}"
        findings.append(Finding("algorithm", "is not known", remedy, value=algorithm))
    if findings:
        raise InputError(findings)


def read_order(folder: Path) -> Order:
    """The order that :meth:`Order.write` left.

    Raises
    ------
    InputError
        If there is none, or it cannot be read.
    """
    from brain.hdpo import TrainingOptions

    path = folder / FILE
    remedy = "name the folder that an earlier training wrote to"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        order = Order(
            ratios=tuple(found["ratios"]),
            ratio_range=_tuples(found["ratio_range"]),
            algorithm=found["algorithm"],
            start=found["start"],
            options=TrainingOptions(**_tuples(found["options"])),
            chains=RandomChains(**_tuples(found["chains"])),
        )
        _check_types(order.options, TrainingOptions())
        _check_types(order.chains, RandomChains())
        check_order(order.ratios, order.ratio_range, order.algorithm)
    except (FileNotFoundError, NotADirectoryError):
        raise InputError([Finding(str(path), "there is no training here", remedy)]) from None
    except InputError:
        raise
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError([Finding(str(path), "cannot be read", remedy)]) from error
    return order


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
