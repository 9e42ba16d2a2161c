"""Hashes of scenarios and policies, to tell whether two runs are the same."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import partial
from types import FunctionType
from typing import Any

import numpy as np
from pydantic import BaseModel

from brain.trained.find import brain_identity
from planner.experiments.code_identity import code_identity
from scenarios.model.capacities import CAPACITIES
from scenarios.model.scenario import Scenario

TABLES = ("products", "locations", "lanes", "points", "routes", "open_orders")

SINCE = {"category"} | {
    field for kind, (_, field) in CAPACITIES.items() if kind not in ("storage", "lane")
}
"""Fields that came later: results that were kept before stay good where they say nothing."""


def input_hash(scenario: Scenario) -> str:
    """SHA-256 over settings, dates, names and numbers; warnings do not count."""
    digest = hashlib.sha256()
    digest.update(scenario.settings.model_dump_json().encode())
    digest.update(scenario.dates.to_numpy().astype("datetime64[D]").astype("<i8").tobytes())
    for table in TABLES:
        part = getattr(scenario, table)
        for field in dataclasses.fields(part):
            values = getattr(part, field.name)
            if field.name not in SINCE or _says(values):
                _add(digest, f"{table}.{field.name}", values)
    _add(digest, "mean", scenario.mean)
    _add(digest, "std", scenario.std)
    for name in ("error_correlation", "owed", "lead_time_by_period"):
        if (values := getattr(scenario, name)) is not None:
            _add(digest, name, values)
    if (ages := scenario.opening_ages) is not None:
        for values in (ages.on_hand, *ages.in_transit):
            _add(digest, "opening_ages", values)
    if (history := scenario.history) is not None:
        begins = np.array([history.first.astype("datetime64[D]").astype(np.int64), history.days])
        _add(digest, "history.begins", begins)
        for name in ("quantity", "in_stock", "price", "promotion"):
            if (values := getattr(history, name)) is not None:
                _add(digest, f"history.{name}", values)
    if scenario.elapsed:
        _add(digest, "elapsed", np.array([scenario.elapsed]))
    return digest.hexdigest()


def _says(values: np.ndarray) -> bool:
    """Whether anything is not blank, or limited."""
    return bool((values.astype(bool) if values.dtype == object else np.isfinite(values)).any())


def _add(digest: hashlib._Hash, name: str, values: np.ndarray) -> None:
    digest.update(f"{name}{values.shape}".encode())
    if values.dtype == object:
        digest.update(json.dumps([str(value) for value in values]).encode())
    else:
        kind = "<f8" if values.dtype.kind == "f" else "<i8"
        digest.update(np.ascontiguousarray(values, dtype=kind).tobytes())


def policy_identity(policy: Any) -> str:
    """SHA-256 over what a policy is made of: the same in every process, another once it differs.

    Dataclasses are walked field by field, but for those that do not count when two are compared. A
    field ``brain`` that is a name counts with the content
    of the files it stands for, so that a brain trained anew under its name is another one. Arrays
    count by their numbers, functions by name, code and what they enclose; all else by the code of
    its class and its ``repr``. See :mod:`planner.experiments.code_identity` for what code is.

    Raises
    ------
    ValueError
        If something in it has no name of its own, but an address in memory.
    InputError
        If there is no such brain.
    """
    return hashlib.sha256("\n".join(_said(policy, "policy")).encode()).hexdigest()


def _said(value: Any, place: str) -> Iterator[str]:
    """Lines that tell a value from every other one; ``place`` is where it stands in the policy."""
    kind = type(value)
    yield f"{place}: {kind.__module__}.{kind.__qualname__}"
    if place.endswith(".brain") and isinstance(value, str):
        yield brain_identity(value)
    elif isinstance(value, FunctionType | type) and "<lambda>" not in value.__qualname__:
        yield f"{value.__module__}.{value.__qualname__} {code_identity(value)}"
        enclosed = [cell.cell_contents for cell in getattr(value, "__closure__", None) or ()]
        yield from _said([enclosed, getattr(value, "__defaults__", None)], f"{place}()")
    elif isinstance(value, partial):
        yield from _said([value.func, value.args, value.keywords], f"{place}()")
    elif hasattr(value, "__array__"):
        array = np.asarray(value)
        yield f"{array.dtype} {array.shape}"
        if array.dtype == object:
            yield from _said(array.ravel().tolist(), place)
        else:
            yield hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()
    elif isinstance(value, BaseModel):
        yield value.model_dump_json()
    elif dataclasses.is_dataclass(value):
        yield code_identity(kind)
        for field in dataclasses.fields(value):
            if field.compare:
                yield from _said(getattr(value, field.name), f"{place}.{field.name}")
    elif isinstance(value, Mapping):
        for key in sorted(value, key=repr):
            yield from _said(value[key], f"{place}[{key!r}]")
    elif isinstance(value, list | tuple):
        for index, part in enumerate(value):
            yield from _said(part, f"{place}[{index}]")
    elif isinstance(value, set | frozenset):
        yield from _said(sorted(value, key=repr), place)
    elif " at 0x" not in repr(value):
        yield f"{code_identity(kind)} {value!r}"
    # Objects without anything in them are told by their class.
    elif repr(value) != object.__repr__(value) or getattr(value, "__dict__", True):
        raise ValueError(
            f"{place} is {value!r}, which cannot be told from others of its kind in a later run:"
            " make it a frozen dataclass or a named function, or a brain the path of its file"
        )
    else:
        yield code_identity(kind)
