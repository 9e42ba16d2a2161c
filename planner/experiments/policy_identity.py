"""Hashes of policies and of code, to tell whether two runs are of the same policy."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from types import CodeType, FunctionType
from typing import Any

import numpy as np
from pydantic import BaseModel

from brain.trained.registry import brain_identity

WRAPS = ("__func__", "fget", "fset", "fdel", "func", "__wrapped__")
"""Where methods of classes, properties and decorated functions keep the functions they wrap."""
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def policy_identity(policy: Any) -> str:
    """SHA-256 over what a policy is made of: the same in every process, another once it differs.

    Dataclasses are walked field by field, but for those that do not count when two are compared. A
    field ``brain`` that is a name counts with the content
    of the files it stands for, so that a brain trained anew under its name is another one. Arrays
    count by their numbers, functions by name, code and what they enclose; all else by the code of
    its class and its ``repr``. See :func:`code_identity` for what code is.

    Raises
    ------
    ValueError
        If something in it has no name of its own, but an address in memory.
    InputError
        If there is no such brain.
    """
    return hashlib.sha256("\n".join(_lines(policy, "policy")).encode()).hexdigest()


def _lines(value: Any, place: str) -> Iterator[str]:
    """Lines that tell a value from every other one; ``place`` is where it stands in the policy."""
    kind = type(value)
    yield f"{place}: {kind.__module__}.{kind.__qualname__}"
    if place.endswith(".brain") and isinstance(value, str):
        yield brain_identity(value)
    elif isinstance(value, FunctionType | type) and "<lambda>" not in value.__qualname__:
        yield f"{value.__module__}.{value.__qualname__} {code_identity(value)}"
        enclosed = [cell.cell_contents for cell in getattr(value, "__closure__", None) or ()]
        yield from _lines([enclosed, getattr(value, "__defaults__", None)], f"{place}()")
    elif isinstance(value, partial):
        yield from _lines([value.func, value.args, value.keywords], f"{place}()")
    elif hasattr(value, "__array__"):
        array = np.asarray(value)
        yield f"{array.dtype} {array.shape}"
        if array.dtype == object:
            yield from _lines(array.ravel().tolist(), place)
        else:
            yield hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()
    elif isinstance(value, BaseModel):
        yield value.model_dump_json()
    elif dataclasses.is_dataclass(value):
        yield code_identity(kind)
        for field in dataclasses.fields(value):
            if field.compare:
                yield from _lines(getattr(value, field.name), f"{place}.{field.name}")
    elif isinstance(value, Mapping):
        for key in sorted(value, key=repr):
            yield from _lines(value[key], f"{place}[{key!r}]")
    elif isinstance(value, list | tuple):
        for index, part in enumerate(value):
            yield from _lines(part, f"{place}[{index}]")
    elif isinstance(value, set | frozenset):
        yield from _lines(sorted(value, key=repr), place)
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


def code_identity(value: FunctionType | type) -> str:
    """SHA-256 over a function, or over a class and those it is derived from.

    Bytecode with its constants and names counts, not comments and where it stands; of a class every
    method, nested class and value as well. What it calls elsewhere does not count, nor does the
    standard library. Another version of Python may give another answer.
    """
    seen: set[int] = set()
    parts = value.__mro__ if isinstance(value, type) else [value]
    lines = [line for part in parts if not _of_python(part) for line in _code_lines(part, seen)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _of_python(value: Any) -> bool:
    return str(value.__module__).partition(".")[0] in sys.stdlib_module_names


def _code_lines(value: Any, seen: set[int]) -> Iterator[str]:
    """Lines that tell a value by its content; what has none by its kind."""
    if isinstance(value, FunctionType | type):
        if id(value) in seen:  # functions may enclose themselves
            return
        seen.add(id(value))
    if isinstance(value, FunctionType):
        yield from _code_lines(value.__code__, seen)
        yield from _code_lines([value.__defaults__, value.__kwdefaults__], seen)
        for cell in value.__closure__ or ():
            yield from _enclosed_lines(cell, seen)
    elif isinstance(value, CodeType):
        yield f"{value.co_name} {value.co_code.hex()} {value.co_names} {value.co_varnames}"
        yield f"{value.co_freevars} {value.co_exceptiontable!r}"
        yield f"{value.co_argcount} {value.co_posonlyargcount} {value.co_kwonlyargcount}"
        yield f"{value.co_flags}"
        yield from _code_lines(value.co_consts, seen)
    elif isinstance(value, type):
        yield from _class_lines(value, seen)
    elif isinstance(value, np.ndarray) and value.dtype != object:
        yield f"{value.dtype} {value.shape} {hashlib.sha256(value.tobytes()).hexdigest()}"
    elif isinstance(value, list | tuple):
        yield f"{type(value).__name__} {len(value)}"
        for part in value:
            yield from _code_lines(part, seen)
    elif isinstance(value, set | frozenset):  # in another order in every process
        yield from _code_lines(sorted(value, key=repr), seen)
    elif isinstance(value, dict):
        yield from _code_lines(list(value.items()), seen)
    else:
        yield ADDRESS.sub("", repr(value))
        for name in WRAPS:
            if isinstance(inner := getattr(value, name, None), FunctionType):
                yield from _code_lines(inner, seen)


def _enclosed_lines(cell: Any, seen: set[int]) -> Iterator[str]:
    try:
        content = cell.cell_contents
    except ValueError:  # not filled yet
        return
    # Every method that says super() encloses its class.
    yield from [content.__qualname__] if isinstance(content, type) else _code_lines(content, seen)


def _class_lines(kind: type, seen: set[int]) -> Iterator[str]:
    yield kind.__qualname__
    for name, value in sorted(vars(kind).items()):
        special = name.startswith("__") and name.endswith("__")
        wrapped = any(isinstance(getattr(value, way, None), FunctionType) for way in WRAPS)
        if special and not (isinstance(value, FunctionType) or wrapped):
            continue  # such as the line it begins at
        yield name
        if isinstance(value, type) and not value.__qualname__.startswith(f"{kind.__qualname__}."):
            yield f"{value.__module__}.{value.__qualname__}"
        else:
            yield from _code_lines(value, seen)
