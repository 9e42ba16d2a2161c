"""Tables to files: written whole or not at all, and safe to open in a spreadsheet."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import yaml
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from scenarios.model import Scenario
from scenarios.neutralise import neutralise
from scenarios.to_tables import settings_of, tables_from_scenario

FORMATS = ("csv", "csv.gz", "parquet")


def write_scenario(scenario: Scenario, path: Path, file_format: str = "csv") -> None:
    """Write the tables and ``settings.yaml`` into a new folder.

    Parameters
    ----------
    path : pathlib.Path
        The folder; it must not exist yet.
    file_format : {"csv", "csv.gz", "parquet"}
        Format of the tables.

    Raises
    ------
    FileExistsError
        If there is something at ``path``.
    ValueError
        If the format is unknown.
    """
    if file_format not in FORMATS:
        raise ValueError(f"file_format {file_format!r} is none of {', '.join(FORMATS)}")
    write_folder(tables_from_scenario(scenario), path, file_format, settings_of(scenario))


def write_folder(
    tables: Mapping[str, pd.DataFrame],
    path: Path,
    file_format: str = "csv",
    settings: Mapping[str, Any] | None = None,
) -> None:
    """Write an input folder, whole or not at all; see :func:`write_scenario`."""
    with new_folder(path) as folder:
        for name, table in tables.items():
            file = folder / f"{name}.{file_format}"
            if file_format == "parquet":
                parquet.write_table(pa.Table.from_pandas(table, preserve_index=False), file)
            else:
                write_csv(table, file)
        if settings is not None:
            # Some line breaks of Unicode would be written as they are and read as blanks.
            plain = all(str(value).isprintable() for value in settings.values())
            text = yaml.safe_dump(dict(settings), sort_keys=False, allow_unicode=plain)
            (folder / "settings.yaml").write_text(text, encoding="utf-8")


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


@contextmanager
def told_as(path: Path, hidden: Path) -> Iterator[None]:
    """Name ``path`` in errors of the file system about ``hidden``, which the user never named."""
    try:
        yield
    except OSError as error:
        name = error.filename
        if isinstance(name, str) and hidden in (Path(name), *Path(name).parents):
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A folder that appears at ``path`` when the block ends well, and not at all otherwise.

    Raises
    ------
    FileExistsError
        If there is something at ``path``.
    OSError
        If it cannot be written; the error names ``path``.
    """
    path = Path(path)
    check_free(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = path.with_name(f".{path.name}-{uuid.uuid4().hex[:8]}")
    with told_as(path, folder):
        folder.mkdir(0o700)
        try:
            yield folder
            mask = os.umask(0)
            os.umask(mask)
            folder.chmod(0o777 & ~mask)  # no longer private
            folder.rename(path)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as UTF-8 CSV (gzipped if the name ends in .gz), safe for spreadsheets.

    Dates are written as YYYY-MM-DD and numbers so that reading gives them back exactly.
    """
    table = pa.Table.from_pandas(neutralise(frame), preserve_index=False)
    columns = [_as_written(column) for column in table.columns]
    table = pa.table(columns, names=table.column_names)
    special = any(_needs_quotes(column) for column in columns)
    options = arrow_csv.WriteOptions(
        include_header=False, quoting_style="needed" if special else "none"
    )
    header = pa.table({name: [name] for name in table.column_names})
    quoted = any(c in "".join(table.column_names) for c in ',"\r\n')
    with pa.output_stream(str(path)) as stream:
        first = arrow_csv.WriteOptions(
            include_header=False, quoting_style="needed" if quoted else "none"
        )
        arrow_csv.write_csv(header, stream, first)
        arrow_csv.write_csv(table, stream, options)


def _as_written(column: Any) -> Any:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
    elif pa.types.is_timestamp(kind):
        column = column.cast(pa.date32(), safe=False)
    return column


def _needs_quotes(column: Any) -> bool:
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return False
    special = pc.match_substring_regex(column, '[,"\r\n]')
    return bool(pc.any(special).as_py())
