"""CSV files to raw tables, with the line of every record.

Well-formed files go through Arrow's parallel reader. Whatever makes a record's number differ from
its line (blank lines, line breaks inside quotes, records of the wrong length) goes through the
standard library's reader, which knows the line and can say what is wrong.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from scenarios.arrays.types import Ints
from scenarios.reading.findings import Findings
from scenarios.reading.raw_table import RawTable, drop_blank_rows, trim
from scenarios.schema import attributes

_BOM = b"\xef\xbb\xbf"
_SEPARATORS = ",;\t"
_LONGEST_CELL = 1_000_000


def read_csv(path: Path, name: str, report: Findings) -> RawTable | None:
    """Read one .csv or .csv.gz file; None (and a finding) if it cannot be read."""
    data = _bytes(path, report)
    if data is None or not _is_utf8(data, path.name, report):
        return None
    first, header_line = _first_line(data)
    if not first:
        report.add(path.name, "the file is empty", "fill it, starting with the column names")
        return None
    separator = _separator(first, name)
    try:
        header = next(csv.reader([first], delimiter=separator))
    except csv.Error as error:
        report.add(path.name, f"its first line cannot be read ({error})", "repair it", row=1)
        return None
    names = column_names(header)
    if not check_header(names, header, path.name, header_line, report):
        return None
    fast = _read_fast(data, header, separator) if header_line == 1 else None
    if fast is not None:
        cells, rows = fast
    else:
        slow = _read_slow(data, len(header), separator, path.name, report)
        if slow is None:
            return None
        cells, rows = slow
    columns = {n: column for n, column in zip(names, cells, strict=True) if n}
    columns, rows = drop_blank_rows(columns, rows)
    return RawTable(name, path.name, columns, rows, separator == ";", guarded=True)


def column_names(header: list[str]) -> list[str]:
    """Names of columns as the schema spells them (``Lead Time`` is ``lead_time``)."""
    return ["_".join(cell.strip(" \t\r\n\ufeff\u00a0").casefold().split()) for cell in header]


def check_header(
    names: list[str], header: list[str], file: str, row: int, report: Findings
) -> bool:
    """Whether every named column is there once; otherwise a finding for each."""
    fine = True
    for name in dict.fromkeys(names):
        if name and names.count(name) > 1:
            again = len(names) - 1 - names[::-1].index(name)
            report.add(
                file,
                "the column appears more than once",
                "keep one of them",
                row=row,
                column=name,
                value=header[again],
            )
            fine = False
    return fine


def _bytes(path: Path, report: Findings) -> bytes | None:
    try:
        data = path.read_bytes()
        if path.name.lower().endswith(".gz"):
            data = gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        report.add(
            path.name, f"the file cannot be read ({_reason(error)})", "check or replace the file"
        )
        return None
    return data.removeprefix(_BOM)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _is_utf8(data: bytes, file: str, report: Findings) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        start = data.rfind(b"\n", 0, error.start) + 1
        stop = data.find(b"\n", error.start)
        line = data[start : stop if stop >= 0 else len(data)].decode("latin-1").strip("\r")
        separator = max(_SEPARATORS, key=line.count)
        before = line[: error.start - start].count(separator)
        first, _ = _first_line(data[:start] or b"")
        header = column_names(first.split(separator))
        report.add(
            file,
            "the file is not UTF-8 text",
            "save it as UTF-8 (in a spreadsheet: 'CSV UTF-8')",
            row=data.count(b"\n", 0, error.start) + 1,
            column=header[before] if start and before < len(header) else None,
            value=line.split(separator)[before].strip()[:80],
        )
        return False
    return True


def _first_line(data: bytes) -> tuple[str, int]:
    """The first line that is not blank, and its number; an empty text if there is none."""
    stream = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", errors="replace", newline=None)
    for number, line in enumerate(stream, start=1):
        if line.strip():
            return line.rstrip("\n"), number
    return "", 1


def _separator(line: str, table: str) -> str:
    """The separator under which most column names are known, then the most frequent."""
    known = attributes(table)

    def score(separator: str) -> tuple[int, int]:
        names = column_names(line.replace('"', "").split(separator))
        return sum(name in known for name in names), len(names)

    return max(_SEPARATORS, key=score)


def _read_fast(data: bytes, header: list[str], separator: str) -> tuple[list, Ints] | None:
    """Arrow's reader, or None where its records are not exactly the lines of the file."""
    if data.count(b"\r") != data.count(b"\r\n"):
        return None
    fields = [f"f{i}" for i in range(len(header))]
    convert = arrow_csv.ConvertOptions(
        column_types=dict.fromkeys(fields, pa.string()),
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
    )
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(data),
            read_options=arrow_csv.ReadOptions(
                block_size=1 << 24, skip_rows=1, column_names=fields
            ),
            parse_options=arrow_csv.ParseOptions(delimiter=separator),
            convert_options=convert,
        )
    except pa.ArrowInvalid:
        return None
    # Blank lines at the end move no record.
    end = len(data.rstrip(b"\r\n"))
    n_lines = data.count(b"\n", 0, end) + 1
    if table.num_rows + 1 != n_lines:
        return None
    columns = [table.column(field).combine_chunks() for field in fields]
    return columns, np.arange(2, table.num_rows + 2)


def _read_slow(
    data: bytes, width: int, separator: str, file: str, report: Findings
) -> tuple[list, Ints] | None:
    text = io.StringIO(data.decode("utf-8"), newline="")
    previous_limit = csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(text, delimiter=separator, strict=True)
    records: list[list[str]] = []
    rows: list[int] = []
    fine, header_seen, before = True, False, 0
    try:
        for record in reader:
            row, before = before + 1, reader.line_num
            if not any(trim(cell) for cell in record):
                continue
            if not header_seen:
                header_seen = True
                continue
            if len(record) > width and not any(trim(cell) for cell in record[width:]):
                record = record[:width]
            if len(record) != width:
                report.add(
                    file,
                    f"the line has {len(record)} cells where the header has {width}",
                    "repair the line; text and numbers that hold the separator need quotes",
                    row=row,
                    value=separator.join(record)[:80],
                )
                fine = False
                continue
            records.append(record)
            rows.append(row)
    except csv.Error as error:
        report.add(
            file,
            f"the line cannot be read ({error})",
            "repair the quotes in it",
            row=before + 1,
        )
        fine = False
    finally:
        csv.field_size_limit(previous_limit)
    if not fine and not records:
        return None
    columns = [
        pa.array([cell if trim(cell) else None for cell in column], type=pa.string())
        for column in (zip(*records, strict=True) if records else [()] * width)
    ]
    return columns, np.array(rows, dtype=np.int64)
