"""Tables to files: written whole or not at all, and safe to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import yaml
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from scenarios.arguments import Arguments
from scenarios.arrays.threads import in_order
from scenarios.model.scenario import Scenario, check_scenario
from scenarios.reading.spreadsheet_text import neutralise
from scenarios.writing.atomic import atomic_folder
from scenarios.writing.to_tables import settings_of, tables_from_scenario

FORMATS = ("csv", "csv.gz", "parquet")
PIECE = 1 << 15
"""Rows of a table that are put into text at a time."""


def write_scenario(scenario: Scenario, path: str | Path, file_format: str = "csv") -> None:
    """Write the tables and ``settings.yaml`` into a new folder.

    Parameters
    ----------
    scenario : Scenario
    path : str or Path
        The folder; it must not exist yet.
    file_format : {"csv", "csv.gz", "parquet"}
        Format of the tables.

    Raises
    ------
    InputError
        If the format is unknown, or tables cannot say something of the scenario.
    FileExistsError
        If there is something at ``path``.
    """
    check = Arguments("Scenario.write")
    check_scenario(check, scenario)
    check.path("path", path)
    check.choice("file_format", file_format, FORMATS)
    check.refuse()
    write_folder(tables_from_scenario(scenario), Path(path), file_format, settings_of(scenario))


def write_folder(
    tables: Mapping[str, pd.DataFrame],
    path: Path,
    file_format: str = "csv",
    settings: Mapping[str, Any] | None = None,
) -> None:
    """Write an input folder, whole or not at all; see :func:`write_scenario`."""
    with atomic_folder(path) as folder:
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


def write_csv(frame: pd.DataFrame, path: Path, decimals: int | None = None) -> None:
    """Write a table as UTF-8 CSV (gzipped if the name ends in .gz), safe for spreadsheets.

    Dates are written as YYYY-MM-DD and numbers so that reading gives them back exactly, or, with
    ``decimals``, rounded to as many. A long table is put into text piece by piece, on all cores, so
    that it never stands in memory as text.
    """
    table = pa.Table.from_pandas(neutralise(frame), preserve_index=False)
    special = any(_needs_quotes(column) for column in table.columns)
    options = arrow_csv.WriteOptions(
        include_header=False, quoting_style="needed" if special else "none"
    )
    header = pa.table({name: [name] for name in table.column_names})
    quoted = any(c in "".join(table.column_names) for c in ',"\r\n')

    def as_text(start: int) -> pa.Buffer:
        text = pa.BufferOutputStream()
        columns = [_as_written(c, decimals) for c in table.slice(start, PIECE).columns]
        arrow_csv.write_csv(pa.table(columns, names=table.column_names), text, options)
        return text.getvalue()

    with pa.output_stream(str(path)) as stream:
        first = arrow_csv.WriteOptions(
            include_header=False, quoting_style="needed" if quoted else "none"
        )
        arrow_csv.write_csv(header, stream, first)
        for text in in_order(as_text, range(0, table.num_rows, PIECE)):
            stream.write(text)


def _as_written(column: Any, decimals: int | None) -> Any:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
    elif pa.types.is_timestamp(kind):
        column = column.cast(pa.date32(), safe=False)
    elif pa.types.is_float64(kind) and decimals is not None:
        # Adding 0 takes the sign off a zero.
        rounded = np.round(column.to_numpy(), decimals) + 0.0
        column = pa.chunked_array([pa.array(rounded, from_pandas=True)])
    return column


def _needs_quotes(column: Any) -> bool:
    """Whether a text in a column cannot stand without quotes; a name is looked at once."""
    if not pa.types.is_dictionary(column.type):
        return bool(pc.any(_special(column)).as_py())
    for piece in column.chunks:
        special = np.flatnonzero(_special(piece.dictionary).to_numpy(zero_copy_only=False))
        if special.size:
            places = pa.array(special, type=piece.indices.type)
            if pc.any(pc.is_in(piece.indices, value_set=places)).as_py():
                return True
    return False


def _special(texts: Any) -> Any:
    """Where a text holds a separator, a quote or a line break; nowhere if these are no texts."""
    kind = texts.type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return pa.array([], type=pa.bool_())
    return pc.fill_null(pc.match_substring_regex(texts, '[,"\r\n]'), False)
