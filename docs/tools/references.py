"""Names that docstrings refer to (``:func:`` and its kin): where they stand and whether they exist.

Read from the source alone, so that no module has to be imported and private names count, too.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from docs.tools.rooms import PACKAGES, ROOT

ROLE = re.compile(r":(?:class|data|exc|func|meth|mod|attr):`~?([^`]+)`")


@dataclass(frozen=True)
class Reference:
    """A name in the docstring of a module, and the line that the docstring begins in."""

    module: str
    line: int
    target: str

    @property
    def place(self) -> str:
        """``file:line``, for people."""
        return f"{self.module.replace('.', '/')}, docstring at line {self.line}: {self.target}"


@cache
def trees() -> dict[str, ast.Module]:
    """Every module of the four packages by its name; a package by its own."""
    parsed = {}
    for file in sorted(file for top in PACKAGES for file in (ROOT / top).rglob("*.py")):
        parts = file.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        parsed[name] = ast.parse(file.read_text(encoding="utf-8"))
    return parsed


def names_in(body: list[ast.stmt]) -> Iterator[tuple[str, ast.stmt]]:
    """What statements define, import included, with the statement."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                for part in ast.walk(target):
                    if isinstance(part, ast.Name):
                        yield part.id, node
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, node
        elif isinstance(node, ast.If | ast.Try):
            yield from names_in([*node.body, *node.orelse])


def members(body: list[ast.stmt]) -> dict[str, ast.stmt]:
    """The same as a mapping; of a class also what its methods set on ``self``."""
    found = dict(names_in(body))
    for method in body:
        if isinstance(method, ast.FunctionDef):
            for node in ast.walk(method):
                if (
                    isinstance(node, ast.Attribute)
                    and isinstance(node.ctx, ast.Store)
                    and isinstance(node.value, ast.Name)
                    and node.value.id == "self"
                ):
                    found.setdefault(node.attr, method)
    return found


def defined(name: str) -> bool:
    """Whether a full name such as ``scenarios.Scenario`` stands for something."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        module = ".".join(parts[:length])
        if module in trees():
            return reachable(trees()[module].body, parts[length:])
    return False


def reachable(body: list[ast.stmt], path: list[str]) -> bool:
    """Whether a path of names leads somewhere from these statements."""
    if not path:
        return True
    node = members(body).get(path[0])
    if node is None:
        return False
    if isinstance(node, ast.ClassDef):
        # What a class inherits is not followed.
        return reachable(node.body, path[1:])
    return len(path) == 1 or isinstance(node, ast.ImportFrom)


def resolved(target: str, module: str) -> str | None:
    """The full name that a reference in a module's docstring means; None if it means nothing.

    As Sphinx does: looked up in the module, then as a full name; one that begins with a dot is
    whatever ends so.
    """
    target = target.removeprefix("~").removesuffix("()")
    if target.startswith("."):
        ends = {name for name in full_names() if name.endswith(target)}
        return min(ends, key=len) if ends else None
    classes = [node.name for node in trees()[module].body if isinstance(node, ast.ClassDef)]
    tried = [f"{module}.{target}", *(f"{module}.{name}.{target}" for name in classes), target]
    return next((name for name in tried if defined(name)), None)


@cache
def full_names() -> set[str]:
    """Every module and every name at the top of one."""
    bodies = ((module, tree.body) for module, tree in trees().items())
    return set(trees()) | {f"{module}.{name}" for module, body in bodies for name in members(body)}


def references() -> list[Reference]:
    """Every reference in every docstring, those of attributes included."""
    found = []
    for module, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                text = node.value.value
                if isinstance(text, str):
                    lines = [Reference(module, node.lineno, name) for name in ROLE.findall(text)]
                    found += lines
    return found
