"""Where the file of a brain is."""

from __future__ import annotations

from pathlib import Path

from brain.registry import brain_files, open_brain


def brain_path(name: str) -> Path:
    """The file of a brain, by its name or its own path.

    Raises
    ------
    InputError
        If there is no such brain, or it is refused (:func:`brain.runtime.load_brain`).
    """
    open_brain(name)
    return brain_files().get(name, Path(name))
