"""Files and folders that are there whole or as they were before.

Each is written as a hidden draft beside its place, which then takes the place. What fails leaves no
draft. What is killed may leave one; it goes when something is next written to the place, a day
later or more: until then it might be that of another process.
"""

from __future__ import annotations

import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LEFT_OVER = 24 * 3600.0
"""Seconds without a change after which nobody works on a draft any more."""


def write_atomic(path: Path, content: bytes | str) -> None:
    """Write a file (text as UTF-8) so that a crash leaves the one before it.

    Raises
    ------
    OSError
        If it cannot be written; the error names ``path``.
    """
    with atomic_file(path) as draft:
        draft.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """A draft that takes the place of ``path`` when the block ends well.

    Its name ends like that of the file, for writers that choose a format by it.

    Raises
    ------
    OSError
        If it cannot be written; the error names ``path``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    clear_drafts(path.parent, path.name, older=LEFT_OVER)
    draft = _draft_of(path)
    with named_in_errors(path, draft):
        try:
            yield draft
            os.replace(draft, path)
        finally:
            draft.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: Path, *, replace: bool = False) -> Iterator[Path]:
    """A folder that appears at ``path`` when the block ends well, and not at all otherwise.

    With ``replace`` it takes the place of a folder that is there, which is put back if that fails.

    Raises
    ------
    FileExistsError
        If there is something at ``path``, without ``replace``.
    OSError
        If it cannot be written; the error names ``path``.
    """
    if not replace:
        check_free(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    clear_drafts(path.parent, path.name, older=LEFT_OVER)
    draft = _draft_of(path)
    with named_in_errors(path, draft):
        draft.mkdir(0o700)
        try:
            yield draft
            mask = os.umask(0)
            os.umask(mask)
            draft.chmod(0o777 & ~mask)  # no longer private
            if replace and path.exists():
                _swap(draft, path)
            else:
                draft.rename(path)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise


def _swap(draft: Path, path: Path) -> None:
    """Let a draft take the place of a folder; what was there stays if it cannot."""
    before = _draft_of(path)
    path.rename(before)
    try:
        draft.rename(path)
    except BaseException:
        before.rename(path)
        raise
    shutil.rmtree(before, ignore_errors=True)


def clear_drafts(folder: Path, name: str | None = None, *, older: float = 0.0) -> None:
    """Remove drafts in a folder, of all or of one name, that have not changed for some seconds."""
    mine = re.compile(r"\.[0-9a-f]{8}-" + (".*" if name is None else re.escape(name)))
    with suppress(OSError):
        for draft in [folder / entry for entry in os.listdir(folder) if mine.fullmatch(entry)]:
            with suppress(OSError):
                if time.time() - draft.lstat().st_mtime < older:
                    continue
                if draft.is_dir() and not draft.is_symlink():
                    shutil.rmtree(draft, ignore_errors=True)
                else:
                    draft.unlink()


def _draft_of(path: Path) -> Path:
    return path.with_name(f".{uuid.uuid4().hex[:8]}-{path.name}")


@contextmanager
def named_in_errors(path: Path, hidden: Path) -> Iterator[None]:
    """Name ``path`` in errors of the file system about ``hidden``, which the user never named."""
    try:
        yield
    except OSError as error:
        name = error.filename
        if isinstance(name, str) and hidden in (Path(name), *Path(name).parents):
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise


def check_free(path: Path) -> None:
    """Refuse a place where there is something already, or where no folder can be made.

    Raises
    ------
    FileExistsError
        If there is something.
    OSError
        See :func:`check_parent`.
    """
    if path.exists() or path.is_symlink():
        raise FileExistsError(f"{path} exists already; choose another place or remove it")
    check_parent(path)


def check_parent(path: Path) -> None:
    """Refuse a place that cannot be written to, be it the first folder above it that is there.

    Raises
    ------
    NotADirectoryError
        If that is no folder.
    PermissionError
        If nothing may be written into it.
    """
    above = path.parent
    while not (above.exists() or above.is_symlink()) and above != above.parent:
        above = above.parent
    if not above.is_dir():
        raise NotADirectoryError(
            f"{path} cannot be made, for {above} is no folder; choose another place"
        )
    if not os.access(above, os.W_OK | os.X_OK):
        raise PermissionError(
            f"{path} cannot be made, for {above} may not be written to; choose another place"
        )
