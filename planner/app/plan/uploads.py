"""Uploaded files: fixed names only, into a new folder; nothing in them is run."""

from __future__ import annotations

import asyncio
import datetime
import gzip
import shutil
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from planner.app.folder import TABLES as ENDINGS
from planner.app.folder import Folder
from scenarios.errors import Finding, InputError
from scenarios.schema import TABLES

KIND = "uploads"
WORKBOOK = "workbook.xlsx"
MOST_UNPACKED = 2**30
"""Bytes that an uploaded file may unpack to: a small one can hold more than memory does."""
PIECE = 2**20
SETTINGS = ("settings.yaml", "settings.yml")


def places(names: Sequence[str]) -> list[str]:
    """What each of the uploaded files is called on disk.

    Raises
    ------
    InputError
        For every file that is no table, workbook or settings, and for workbooks among others.
    """
    found, wrong = [], []
    for name in names:
        lower = name.lower()
        if lower.endswith(".xlsx"):
            found.append(WORKBOOK)
            if len(names) > 1:
                problem = "is a workbook, which is an input by itself"
                wrong.append(Finding(name, problem, "upload it alone, or tables instead"))
        elif lower in SETTINGS or lower in _known():
            if lower in found:
                wrong.append(Finding(name, "comes twice", "upload one of the two"))
            found.append(lower)
        else:
            wrong.append(Finding(name, "is no table of an input", _remedy()))
    if not names:
        wrong.append(Finding("upload", "holds no file", "choose the tables of an input"))
    if wrong:
        raise InputError(wrong)
    return found


async def keep(folder: Folder, files: Sequence[Any]) -> Path:
    """Save uploaded files into a new folder ``uploads/upload-DATE``, and say where the input is.

    Raises
    ------
    InputError
        See :func:`places`, and if a file unpacks to too much; then nothing is kept.
    """
    names = places([str(file.name) for file in files])
    stem = f"upload-{datetime.date.today():%Y-%m-%d}"
    target = folder.named(KIND, folder.free(KIND, stem))
    target.mkdir(parents=True)
    try:
        for name, file in zip(names, files, strict=True):
            await file.save(target / name)
            await asyncio.to_thread(_check_unpacked, target / name, str(file.name))
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    return target / WORKBOOK if names == [WORKBOOK] else target


def drop(folder: Folder, path: Path) -> None:
    """Remove an upload that cannot be used; nothing else is ever removed."""
    kept = folder.inside(KIND)
    target = path.parent if path.name == WORKBOOK else path
    if target.parent == kept:
        shutil.rmtree(target, ignore_errors=True)


def _check_unpacked(path: Path, name: str) -> None:
    """Refuse a file that unpacks to too much; one that cannot be unpacked is for the reader."""
    size = 0
    try:
        if path.suffix == ".gz":
            with gzip.open(path) as stream:
                while size <= MOST_UNPACKED and (piece := stream.read(PIECE)):
                    size += len(piece)
        elif path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as parts:
                size = sum(part.file_size for part in parts.infolist())
        elif path.suffix == ".parquet":
            from pyarrow import parquet

            found = parquet.read_metadata(path)
            size = sum(found.row_group(i).total_byte_size for i in range(found.num_row_groups))
    except (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile):
        return
    if size > MOST_UNPACKED:
        problem = f"unpacks to more than {MOST_UNPACKED // 2**20:,} MiB"
        raise InputError([Finding(name, problem, "upload less, or put it into the app's folder")])


def _known() -> set[str]:
    return {f"{table}{ending}" for table in TABLES for ending in ENDINGS}


def _remedy() -> str:
    return (
        f"name it {', '.join(TABLES)} (.csv, .csv.gz or .parquet) or settings.yaml, or upload"
        " one .xlsx workbook with sheets of these names"
    )
