"""What the code of functions and classes does, as text: the same in every process."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

import numpy as np

WRAPS = ("__func__", "fget", "fset", "fdel", "func", "__wrapped__")
"""Where methods of classes, properties and decorated functions keep the functions they wrap."""
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def code_identity(value: FunctionType | type) -> str:
    """SHA-256 over a function, or over a class and those it is derived from.

    Bytecode with its constants and names counts, not comments and where it stands; of a class every
    method, nested class and value as well. What it calls elsewhere does not count, nor does the
    standard library. Another version of Python may give another answer.
    """
    seen: set[int] = set()
    parts = value.__mro__ if isinstance(value, type) else [value]
    lines = [line for part in parts if not _of_python(part) for line in _said(part, seen)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _of_python(value: Any) -> bool:
    return str(value.__module__).partition(".")[0] in sys.stdlib_module_names


def _said(value: Any, seen: set[int]) -> Iterator[str]:
    """Lines that tell a value by its content; what has none by its kind."""
    if isinstance(value, FunctionType | type):
        if id(value) in seen:  # functions may enclose themselves
            return
        seen.add(id(value))
    if isinstance(value, FunctionType):
        yield from _said(value.__code__, seen)
        yield from _said([value.__defaults__, value.__kwdefaults__], seen)
        for cell in value.__closure__ or ():
            yield from _enclosed(cell, seen)
    elif isinstance(value, CodeType):
        yield f"{value.co_name} {value.co_code.hex()} {value.co_names} {value.co_varnames}"
        yield f"{value.co_freevars} {value.co_exceptiontable!r}"
        yield f"{value.co_argcount} {value.co_posonlyargcount} {value.co_kwonlyargcount}"
        yield f"{value.co_flags}"
        yield from _said(value.co_consts, seen)
    elif isinstance(value, type):
        yield from _class(value, seen)
    elif isinstance(value, np.ndarray) and value.dtype != object:
        yield f"{value.dtype} {value.shape} {hashlib.sha256(value.tobytes()).hexdigest()}"
    elif isinstance(value, list | tuple):
        yield f"{type(value).__name__} {len(value)}"
        for part in value:
            yield from _said(part, seen)
    elif isinstance(value, set | frozenset):  # in another order in every process
        yield from _said(sorted(value, key=repr), seen)
    elif isinstance(value, dict):
        yield from _said(list(value.items()), seen)
    else:
        yield ADDRESS.sub("", repr(value))
        for name in WRAPS:
            if isinstance(inner := getattr(value, name, None), FunctionType):
                yield from _said(inner, seen)


def _enclosed(cell: Any, seen: set[int]) -> Iterator[str]:
    try:
        content = cell.cell_contents
    except ValueError:  # not filled yet
        return
    # Every method that says super() encloses its class.
    yield from [content.__qualname__] if isinstance(content, type) else _said(content, seen)


def _class(kind: type, seen: set[int]) -> Iterator[str]:
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
            yield from _said(value, seen)
