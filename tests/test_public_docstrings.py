"""Whoever asks for help on a public name gets it: what goes in, what comes out, what is refused."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import re
import textwrap
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from pydantic import BaseModel

PACKAGES = ("planner", "brain", "solver", "scenarios")


def public() -> dict[str, Any]:
    """Every public name of the four packages, by where it is defined."""
    found: dict[str, Any] = {}
    for package in PACKAGES:
        module = importlib.import_module(package)
        for name in module.__all__:
            value = getattr(module, name)
            if name != "__version__":
                found.setdefault(f"{getattr(value, '__module__', package)}.{name}", value)
    return found


def is_protocol(kind: type) -> bool:
    return bool(getattr(kind, "_is_protocol", False))


@cache
def methods() -> dict[str, Any]:
    """Public methods and properties that the classes among them define themselves."""
    found = {}
    for name, kind in public().items():
        if not inspect.isclass(kind) or is_protocol(kind):
            continue
        fields = set(getattr(kind, "__dataclass_fields__", ()))
        for base in kind.__mro__:
            if base.__module__.partition(".")[0] not in PACKAGES:
                continue
            for each, value in vars(base).items():
                if each in fields:  # whose default is a function
                    continue
                function = getattr(value, "__func__", value)
                callable_here = inspect.isfunction(function) or isinstance(value, property)
                if callable_here and (not each.startswith("_") or each == "__call__"):
                    found.setdefault(f"{name}.{each}", function)
    return found


def sections(text: str) -> dict[str, str]:
    """Sections of a docstring in numpydoc, by their titles."""
    parts = re.split(r"^([A-Z][a-z]+)\n-{3,}\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def named_in(section: str) -> set[str]:
    """What a section describes: names before a colon, or alone on a line that is not indented."""
    heads = [line for line in section.splitlines() if line and not line.startswith(" ")]
    return {
        name.strip().lstrip("*") for head in heads for name in head.partition(" : ")[0].split(",")
    }


def arguments(function: Any) -> list[str]:
    names = list(inspect.signature(inspect.unwrap(function)).parameters)
    return [name for name in names if name not in ("self", "cls")]


FUNCTIONS = {name: value for name, value in public().items() if inspect.isroutine(value)}
CLASSES = {name: value for name, value in public().items() if inspect.isclass(value)}
WITH_ARGUMENTS = {
    name: function
    for name, function in [*FUNCTIONS.items(), *methods().items()]
    if inspect.isroutine(function) and arguments(function)
}


@pytest.mark.parametrize("name", [*public(), *methods()])
def test_every_public_name_says_what_it_is(name: str) -> None:
    value = (public() | methods())[name]
    value = value.fget if isinstance(value, property) else value
    text = inspect.getdoc(value) or ""
    if inspect.isclass(value) and text.startswith(f"{value.__name__}("):
        text = ""  # what dataclasses write themselves
    first = text.partition("\n")[0]
    assert first, "has no docstring"
    assert len(first) <= 100


@pytest.mark.parametrize("name", WITH_ARGUMENTS)
def test_what_takes_arguments_describes_each_of_them(name: str) -> None:
    function = WITH_ARGUMENTS[name]
    told = sections(inspect.getdoc(function) or "")
    assert "Parameters" in told, "has no section Parameters"
    missing = set(arguments(function)) - named_in(told["Parameters"])
    assert missing == set()


UNCHECKED = {
    # Called in every period, or by the packages themselves with what they have made.
    "OrderUpTo.__call__", "OrderUpTo.orders", "OrderUpTo.take", "GivenOrders.__call__",
    "GivenOrders.take", "State.take", "Ages.take", "WarmStart.load", "SharedResource.use",
    "SharedResource.at", "SharedResource.paid",
}  # fmt: skip


@pytest.mark.parametrize("name", WITH_ARGUMENTS)
def test_what_takes_arguments_says_what_comes_out_and_what_is_refused(name: str) -> None:
    function = WITH_ARGUMENTS[name]
    told = sections(inspect.getdoc(function) or "")
    returns = inspect.signature(inspect.unwrap(function)).return_annotation
    if returns not in (None, "None"):
        assert {"Returns", "Yields"} & set(told), "has no section Returns"
    refuses = ".".join(name.split(".")[-2:]) not in UNCHECKED
    assert ("Raises" in told) == refuses, "has no section Raises"


def described(kind: type) -> Iterator[str]:
    """Fields of a class that its docstring, or a text below them, describes."""
    told = sections(inspect.getdoc(kind) or "")
    for title in ("Parameters", "Attributes"):
        yield from named_in(told.get(title, ""))
    yield from re.findall(r"``(\w+)``", inspect.getdoc(kind) or "")
    for base in kind.__mro__:
        if base.__module__.partition(".")[0] not in PACKAGES:
            continue
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(base))).body
        assert isinstance(tree, ast.ClassDef)
        for before, after in zip(tree.body, tree.body[1:], strict=False):
            texts = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
            if texts and isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name):
                yield before.target.id


@pytest.mark.parametrize("name", CLASSES)
def test_every_field_of_a_class_is_described(name: str) -> None:
    kind = CLASSES[name]
    if issubclass(kind, BaseModel):
        silent = {
            field
            for field, info in kind.model_fields.items()
            if not info.description and field not in set(described(kind))
        }
    elif is_protocol(kind):
        silent = set()
    elif dataclasses.is_dataclass(kind):
        silent = {field.name for field in dataclasses.fields(kind)} - set(described(kind))
    elif "__init__" in vars(kind) and not issubclass(kind, Exception):
        silent = set(arguments(kind.__init__)) - set(described(kind))
    else:
        silent = set()
    assert silent == set()
