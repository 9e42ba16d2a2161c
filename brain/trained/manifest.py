"""What a brain says about itself: its name, the domain it was trained on, and how it scored."""

from __future__ import annotations

import json
import math
from typing import Any, Literal

from pydantic import ConfigDict, Field, ValidationError

from brain.trained.features import FEATURE_VERSION
from scenarios.checked_model import CheckedModel

FORMAT = 1
"""Version of the manifest."""

KEY = "echelon-planner"
"""Name under which a manifest stands in the metadata of an ONNX file."""


class Domain(CheckedModel):
    """What a brain was trained on; ranges include both ends.

    Outside it a brain guesses, so the planner uses the analytic rule there.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ratio: tuple[float, float]
    """Missed-sale over holding cost where customers buy."""
    stages: tuple[int, int]
    """Locations of a chain."""
    lead_time: tuple[int, int]
    """Periods."""
    cv: tuple[float, float]
    """Std over mean of demand in a period, typical of a product."""
    unmet_demand: tuple[Literal["lost", "backlog"], ...]
    """What the setting of that name may be."""
    timeline: tuple[Literal["order_first", "receive_first"], ...] = ("order_first",)
    """The same."""
    review_period: tuple[int, int] = (1, 1)
    """Periods."""

    @property
    def centre(self) -> float:
        """The ratio a brain is best at: the middle of its range in logarithm."""
        return float(f"{math.sqrt(self.ratio[0] * self.ratio[1]):.10g}")


class Manifest(CheckedModel):
    """The metadata of a brain file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=80)
    """What it was called when it was trained."""
    domain: Domain
    """What it was trained on."""
    format: int = FORMAT
    """Version of this manifest."""
    feature_version: int = FEATURE_VERSION
    """Version of what it is asked."""
    algorithm: str = "hdpo"
    """How it was trained: hdpo or ppo."""
    seed: int = 0
    """Of its training."""
    steps: int = 0
    """Updates of its weights."""
    scores: dict[str, float] = Field(default_factory=dict)
    """Cost relative to other policies on fresh demand, by the name of the comparison."""
    versions: dict[str, str] = Field(default_factory=dict)
    """Of the packages it was trained with."""

    def to_json(self) -> str:
        """As it stands in the metadata of a brain file."""
        return self.model_dump_json()

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """Read a manifest.

        Parameters
        ----------
        text : str

        Returns
        -------
        Manifest

        Raises
        ------
        ValueError
            With one line on what is wrong with it.
        """
        try:
            raw: Any = json.loads(text)
        except ValueError:
            raise ValueError("its manifest is not JSON") from None
        if not isinstance(raw, dict):
            raise ValueError("its manifest is not a table")
        # Versions first: a newer file may well hold fields that are unknown here.
        for key, known in (("format", FORMAT), ("feature_version", FEATURE_VERSION)):
            if raw.get(key) != known:
                what = "feature version" if key == "feature_version" else "format"
                raise ValueError(f"it has {what} {raw.get(key)}, this program reads {known}")
        try:
            return cls.model_validate(raw)
        except ValidationError as error:
            field = ".".join(str(part) for part in error.errors()[0]["loc"])
            raise ValueError(f"its manifest has a bad {field}") from None
