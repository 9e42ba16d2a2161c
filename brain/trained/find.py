"""Where the file of a brain is, and what is in it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from brain.analytic.newsvendor import Analytic
from brain.analytic.overrides import NoSafetyStock
from brain.trained.registry import brain_files, open_brain


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
