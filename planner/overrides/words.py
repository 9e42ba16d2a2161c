"""Edits in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from planner.overrides.override import Override
from planner.text.numbers import amount
from scenarios.errors import Finding


def edit_text(edit: Override) -> str:
    """An edit in words."""
    value = "unlimited" if edit.value == math.inf else amount(edit.value)
    if edit.kind == "order":
        day = f" on {edit.first}" if edit.first else ""
        return f"Order {value} units of {edit.product}, {edit.origin} -> {edit.destination}{day}"
    ends = ("from", edit.first), ("until", edit.last)
    span = "".join(f" {word} {day}" for word, day in ends if day)
    if edit.kind == "safety_stock":
        return f"Safety stock of {edit.product} in {edit.location}: {value} units{span}"
    lane = f"lane {edit.origin} -> {edit.destination}"
    unit = "" if edit.value == math.inf else " volume per period"
    if edit.kind == "throughput":
        return f"Throughput of {edit.location}: {value}{unit}{span}"
    place = f"storage {edit.location}" if edit.location else lane
    return f"Capacity of {place}: {value}{unit}{span}"


def findings_of_edits(found: Sequence[Finding], edits: Sequence[Override]) -> list[Finding]:
    """Findings about rows of a table that nobody sees, as findings about edits."""
    return [
        finding
        if finding.row is None or not 0 <= finding.row - 2 < len(edits)
        else replace(finding, file=edit_text(edits[finding.row - 2]), row=None, column=None)
        for finding in found
    ]
