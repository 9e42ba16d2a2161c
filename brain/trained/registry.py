"""Where brains are found: shipped with the package, and the user's own in a folder."""

from __future__ import annotations

import dataclasses
import hashlib
import os
from functools import lru_cache
from pathlib import Path

from brain.analytic.newsvendor import Analytic
from brain.analytic.overrides import NoSafetyStock
from brain.trained.runtime import BUILT_IN, BrainFile, TrainedBrains, load_brain
from scenarios.errors import Finding, InputError

SHIPPED = Path(__file__).parent.parent / "shipped"
FOLDER = "PLANNER_BRAINS"
"""Environment variable that names the user's folder."""


def user_folder() -> Path:
    """The user's own brains: ``PLANNER_BRAINS``, or a folder of the user's configuration.

    It need not be there.

    Raises
    ------
    InputError
        If there is a file in its place.
    """
    named = os.environ.get(FOLDER)
    if named:
        folder = Path(named).expanduser()
    else:
        base = os.environ.get("XDG_CONFIG_HOME") or os.environ.get("APPDATA") or "~/.config"
        folder = Path(base).expanduser() / "echelon-planner" / "brains"
    if folder.exists() and not folder.is_dir():
        remedy = f"let {FOLDER} name the folder that your brains are in"
        problem = "is a file, not the folder of your brains"
        raise InputError(
            [Finding(FOLDER if named else "brains", problem, remedy, value=str(folder))]
        )
    return folder


def brain_files() -> dict[str, Path]:
    """Name -> file of every brain that can be named; the user's win over shipped ones."""
    found: dict[str, Path] = {}
    for folder in (SHIPPED, user_folder()):
        if folder.is_dir():
            found |= {path.stem: path for path in sorted(folder.glob("*.onnx"))}
    return found


def open_brain(name: str) -> BrainFile:
    """Load a brain by its name, or by the path of its file.

    Raises
    ------
    InputError
        If there is none, it is refused (:func:`brain.trained.runtime.load_brain`), or the user's
        folder is none.
    """
    files = brain_files()
    if name in files:
        return _loaded(files[name])
    path = Path(name)
    if path.suffix == ".onnx":
        return load_brain(path)
    known = ["auto", "analytic", "none", *(name for name in files if name not in BUILT_IN)]
    remedy = f"choose {', '.join(known[:-1])} or {known[-1]}, or the path of an .onnx file"
    raise InputError([Finding("brain", "there is no such brain", remedy, value=name)])


def brain_path(name: str) -> Path:
    """The file of a brain, by its name or its own path.

    Raises
    ------
    InputError
        If there is no such brain, or it is refused (:func:`brain.trained.runtime.load_brain`).
    """
    open_brain(name)
    return brain_files().get(name, Path(name))


def brain_identity(name: str) -> str:
    """The same as long as a brain decides the same: its name, and a hash of every file it reads.

    Raises
    ------
    InputError
        If there is no such brain, or it is refused.
    """
    if name in (Analytic.name, NoSafetyStock.name):
        return name
    files = brain_files() if name == "auto" else {name: brain_path(name)}
    hashes = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files.values()]
    return " ".join([name, *(f"{n}={h}" for n, h in zip(files, hashes, strict=True))])


def trained_brain(name: str) -> TrainedBrains:
    """One brain as a safety stock policy."""
    return TrainedBrains([open_brain(name)])


def automatic() -> TrainedBrains | None:
    """All brains together, each product served by its ratio; None if there are none.

    Brains in the user's folder take part like shipped ones, and stand in for those of their name.
    One that is refused is left out, and a finding says so.
    """
    brains, refused = [], []
    for path in brain_files().values():
        try:
            brains.append(_loaded(path))
        except InputError as error:
            refused += [
                dataclasses.replace(
                    finding, severity="warning", remedy=f"{finding.remedy}, or remove the file"
                )
                for finding in error.findings
            ]
    return TrainedBrains(brains, "auto", refused) if brains else None


def _loaded(path: Path) -> BrainFile:
    return _cached(path, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=32)
def _cached(path: Path, changed: int) -> BrainFile:
    return load_brain(path)
