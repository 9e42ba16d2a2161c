"""The rooms of the house: its folders, what lies in them and what their docstrings say does."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("planner", "brain", "solver", "scenarios")
"""From the top floor down."""


def folders(*tops: str) -> list[Path]:
    """Every folder of modules under these top folders, those themselves included."""
    return sorted(file.parent for top in tops for file in (ROOT / top).rglob("__init__.py"))


def dotted(folder: Path) -> str:
    """``planner/app/plan`` as it is imported: ``planner.app.plan``."""
    return ".".join(folder.relative_to(ROOT).parts)


def members(folder: Path) -> set[str]:
    """Modules and rooms that lie in a folder, without its ``__init__``."""
    files = {file.stem for file in folder.glob("*.py")} - {"__init__", "__main__"}
    return files | {inner.parent.name for inner in folder.glob("*/__init__.py")}


def docstring(folder: Path) -> str:
    """The docstring of the folder's ``__init__``."""
    return ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""


def summary(folder: Path) -> str:
    """What the room is for: the first paragraph of its docstring, in one line of Markdown."""
    text = " ".join(docstring(folder).partition("\n\n")[0].split())
    return re.sub(r":\w+:`|``", "`", text)


def indexed(folder: Path) -> list[str]:
    """What the docstring names in double backticks, in its order."""
    return re.findall(r"``([^`]+)``", docstring(folder))
