"""The one folder that the app reads and writes: nothing outside it is ever opened."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scenarios.errors import Finding, InputError

DEEPEST = 4
"""Folders within folders that are searched for inputs."""
MOST = 200
"""Inputs and results that are listed."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")
TABLES = (".csv", ".csv.gz", ".parquet")


@dataclass(frozen=True)
class Folder:
    """A folder, and what is safe to open in it."""

    root: Path

    def inside(self, text: str) -> Path:
        """The path that a text names, which must lie in the folder.

        Raises
        ------
        InputError
            If it leads out of the folder, by links, too, or is no path at all.
        """
        try:
            path = (self.root / text).resolve()
        except (ValueError, OSError, RuntimeError):
            remedy = f"choose something in {self.root}"
            raise InputError([Finding("path", "is no path", remedy, value=text)]) from None
        if not path.is_relative_to(self.root.resolve()):
            problem = "lies outside the folder that the app was started on"
            remedy = f"choose something in {self.root}, or start the app on another folder"
            raise InputError([Finding("path", problem, remedy, value=text)])
        return path

    def source(self, text: str) -> Path:
        """An input that a text names, of which no table may be a link out of the folder.

        Raises
        ------
        InputError
            If it, or a file in it, lies elsewhere.
        """
        path = self.inside(text)
        if path.is_dir():
            for entry in path.iterdir():
                if entry.is_symlink():
                    self.inside(str(entry))
        return path

    def below(self, kind: str) -> list[Path]:
        """What lies in a folder of this name; links are left out, as they may lead anywhere."""
        kept = self.root / kind
        if kept.is_symlink():
            return []
        try:
            return sorted(path for path in kept.iterdir() if not path.is_symlink())
        except OSError:
            return []

    def named(self, kind: str, name: str, *, instead: bool = False) -> Path:
        """A place ``kind/name`` for something new, or ``instead`` of a file that is there.

        Raises
        ------
        InputError
            If the name is no plain name, or is taken.
        """
        if not NAME.fullmatch(name):
            problem = "is no name for a folder"
            remedy = "use letters, digits, blanks, dots, - and _, beginning with a letter or digit"
            raise InputError([Finding("name", problem, remedy, value=name)])
        path = self.inside(f"{kind}/{name}")
        if path.exists() and not (instead and path.is_file()):
            raise InputError(
                [Finding("name", "is taken", "choose another", value=f"{kind}/{name}")]
            )
        return path

    def free(self, kind: str, stem: str) -> str:
        """The first of stem, stem-2, stem-3 ... that is not taken."""
        number, name = 1, stem
        while (self.root / kind / name).exists():
            number += 1
            name = f"{stem}-{number}"
        return name

    def relative(self, path: Path) -> str:
        """How a path in the folder is shown."""
        return path.resolve().relative_to(self.root.resolve()).as_posix() or "."

    def inputs(self) -> list[str]:
        """Folders and workbooks that hold a table of products, nearest first."""
        return [self.relative(path) for path in self._found(_is_input)]

    def results(self, mark: str) -> list[str]:
        """Folders that hold a file of this name, nearest first."""
        return [self.relative(path) for path in self._found(lambda path: (path / mark).is_file())]

    def _found(self, test: Callable[[Path], bool]) -> list[Path]:
        found: list[Path] = []
        for path in self._walk(self.root, 0):
            if len(found) == MOST:
                break
            if test(path):
                found.append(path)
        return found

    def _walk(self, path: Path, depth: int) -> Iterator[Path]:
        yield path
        if depth == DEEPEST or not path.is_dir():
            return
        try:
            below = sorted(path.iterdir())
        except OSError:
            return
        for entry in below:
            if entry.name.startswith(".") or entry.is_symlink():
                continue
            if entry.is_dir() or entry.suffix == ".xlsx":
                yield from self._walk(entry, depth + 1)


def _is_input(path: Path) -> bool:
    if path.suffix == ".xlsx":
        return path.is_file() and not path.name.startswith("~")
    # A plan has a table of that name, too.
    if (path / "plan.json").is_file():
        return False
    return any((path / f"products{ending}").is_file() for ending in TABLES)
