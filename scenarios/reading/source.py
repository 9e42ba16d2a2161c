"""Files, sheets and data frames to raw tables and settings; nothing is interpreted yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from scenarios.errors import did_you_mean
from scenarios.reading.csv_file import check_header, column_names, read_csv
from scenarios.reading.excel_file import read_workbook, sheet_table
from scenarios.reading.findings import Findings
from scenarios.reading.nixtla import from_series
from scenarios.reading.raw_table import RawTable, array_of, drop_blank_rows
from scenarios.reading.settings_file import RawSettings, settings_from_sheet, settings_from_yaml
from scenarios.schema import DEMAND_TABLES, REQUIRED_TABLES, TABLES, attributes

_SUFFIXES = (".csv", ".csv.gz", ".parquet")
_LOOKALIKES = (".xlsx", ".xls", ".ods", ".tsv", ".txt", ".json", ".feather", ".zip", ".pq")
_SETTINGS = ("settings.yaml", "settings.yml")


@dataclass(frozen=True, eq=False)
class Source:
    """What was read: raw tables by name and the settings as they stand."""

    tables: dict[str, RawTable]
    settings: RawSettings
    files: dict[str, str] = field(default_factory=dict)
    """What each table is called in messages, also where it could not be read."""

    def file(self, table: str) -> str:
        """What to call a table in a message."""
        return self.files.get(table, table)


def read_path(path: Path, report: Findings) -> Source:
    """Read a folder of tables or an .xlsx workbook."""
    if path.is_dir():
        return _read_folder(path, report)
    name = path.name or str(path)
    empty = Source({}, RawSettings.none())
    if not path.exists():
        report.add(name, "there is no such folder or file", "check the path")
    elif path.suffix.lower() == ".xlsx":
        return _read_excel(path, report)
    elif path.suffix.lower() == ".xls":
        report.add(name, "is a workbook in the old .xls format", "save it as .xlsx")
    else:
        report.add(
            name,
            "is neither a folder of tables nor an .xlsx workbook",
            "give the folder that holds products.csv and the other tables",
        )
    return empty


def _read_folder(path: Path, report: Findings) -> Source:
    tables: dict[str, RawTable] = {}
    files: dict[str, str] = {}
    settings: RawSettings | None = None
    for entry in sorted(path.iterdir()):
        lower = entry.name.lower()
        if lower.startswith((".", "~$")):
            continue
        if lower in _SETTINGS:
            if settings is not None:
                report.add(entry.name, "there are two files of settings", "keep one of them")
            else:
                settings = settings_from_yaml(entry, report)
            continue
        suffix = next((s for s in sorted(_SUFFIXES, key=len) if lower.endswith(s)), None)
        if suffix is None:
            _lookalike(entry, lower, report)
            continue
        table = lower.removesuffix(suffix)
        if table not in TABLES:
            _unknown_table(entry.name, table, report)
        elif table in files:
            report.add(
                entry.name,
                f"the table {table} is there twice, also as {files[table]}",
                "keep one of the two files",
            )
        else:
            files[table] = entry.name
            raw = _read_file(entry, table, suffix, report)
            if raw is not None:
                tables[table] = raw
    _check_present(files, path.name, ".csv", report)
    return _source(tables, settings or RawSettings.none("settings.yaml"), files, report)


def _read_file(entry: Path, table: str, suffix: str, report: Findings) -> RawTable | None:
    if entry.is_dir():
        report.add(
            entry.name,
            "is a folder where a file should be",
            f"put the table {table} there as one file",
        )
        return None
    if entry.exists() and not entry.is_file():
        report.add(entry.name, "is no ordinary file", f"put the table {table} there as a file")
        return None
    return (_read_parquet if suffix == ".parquet" else read_csv)(entry, table, report)


def _read_parquet(path: Path, name: str, report: Findings) -> RawTable | None:
    try:
        table = parquet.ParquetFile(path).read()
    except (pa.ArrowException, OSError) as error:
        first = (str(error).splitlines() or [""])[0]
        report.add(path.name, f"the file cannot be read ({first})", "write it again as parquet")
        return None
    header = [column for column in table.column_names if not column.startswith("__index_level_")]
    return _from_arrays(name, path.name, header, (table.column(c) for c in header), report)


def _from_arrays(
    name: str, file: str, header: list[str], cells: Iterator[Any], report: Findings
) -> RawTable | None:
    names = column_names(header)
    if not check_header(names, header, file, 1, report):
        return None
    columns = {n: array_of(column) for n, column in zip(names, cells, strict=True) if n}
    size = len(next(iter(columns.values()))) if columns else 0
    return RawTable(name, file, *drop_blank_rows(columns, np.arange(2, size + 2)))


def _read_excel(path: Path, report: Findings) -> Source:
    tables: dict[str, RawTable] = {}
    files: dict[str, str] = {}
    settings = RawSettings.none(f"{path.name}, sheet settings")
    sheets = read_workbook(path, report)
    for table, (title, records, rows) in sheets.items():
        file = f"{path.name}, sheet {title}"
        if table == "settings":
            settings = settings_from_sheet(file, records, rows, report)
        elif table in TABLES:
            files[table] = file
            raw = sheet_table(table, file, records, rows, report)
            if raw is not None:
                tables[table] = raw
        elif records:
            _unknown_table(file, table, report)
    if sheets:
        _check_present(files, path.name, "", report)
    return _source(tables, settings, files, report)


def from_frames(
    frames: Mapping[str, pd.DataFrame], settings: Mapping[str, Any], report: Findings
) -> Source:
    """Data frames as raw tables; a record's row is its position + 2, as in a file."""
    tables: dict[str, RawTable] = {}
    files: dict[str, str] = {}
    for key, frame in frames.items():
        table = str(key).strip().lower()
        if table not in TABLES:
            _unknown_table(str(key), table, report)
            continue
        files[table] = table
        if any(level in attributes(table) for level in frame.index.names):
            frame = frame.reset_index()
        header = [str(column) for column in frame.columns]
        cells = (frame.iloc[:, place] for place in range(frame.shape[1]))
        raw = _from_arrays(table, table, header, cells, report)
        if raw is not None:
            tables[table] = raw
    _check_present(files, "tables", "", report)
    return _source(tables, RawSettings("settings", dict(settings)), files, report)


def _source(
    tables: dict[str, RawTable], settings: RawSettings, files: dict[str, str], report: Findings
) -> Source:
    return Source(_known_columns(from_series(tables, report), report), settings, files)


def _check_present(files: Mapping[str, str], place: str, suffix: str, report: Findings) -> None:
    for table in REQUIRED_TABLES:
        if table not in files:
            report.add(
                table + suffix,
                f"the table is missing from {place}",
                f"add it with at least the columns {_wanted(table)}",
            )
    if not any(table in files for table in DEMAND_TABLES):
        either = " or ".join(f"{table} ({_wanted(table)})" for table in DEMAND_TABLES)
        report.add(
            " or ".join(table + suffix for table in DEMAND_TABLES),
            f"one of the two tables must be in {place}, and both are missing",
            f"add one of them with at least these columns: {either}",
        )


def _wanted(table: str) -> str:
    return ", ".join(n for n, a in attributes(table).items() if a.required or a.column_required)


def _known_columns(tables: dict[str, RawTable], report: Findings) -> dict[str, RawTable]:
    for table in tables.values():
        known = attributes(table.name)
        for column in table.columns:
            if column not in known:
                report.add(
                    table.file,
                    "the column is unknown and not used",
                    f"remove or rename it{did_you_mean(column, known)}",
                    row=1,
                    column=column,
                    severity="warning",
                )
    return tables


def _unknown_table(file: str, table: str, report: Findings) -> None:
    report.add(
        file,
        "the table is unknown and not used",
        f"remove or rename it{did_you_mean(table, (*TABLES, 'settings'))}",
        severity="warning",
    )


def _lookalike(entry: Path, lower: str, report: Findings) -> None:
    """A table in a format that is not read should not vanish without a word."""
    stem = lower.split(".")[0]
    if (stem in TABLES or stem == "settings") and (lower == stem or lower.endswith(_LOOKALIKES)):
        report.add(
            entry.name,
            "the file is not read, its format is none of .csv, .csv.gz and .parquet",
            "save it as .csv",
            severity="warning",
        )
