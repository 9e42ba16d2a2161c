"""Settings from YAML, from a sheet or from a mapping, checked with every finding at once."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from pydantic import ValidationError

from scenarios.errors import did_you_mean
from scenarios.reading.findings import Findings
from scenarios.settings import Settings


@dataclass(frozen=True, eq=False)
class RawSettings:
    """Settings as they stand, and the line of each in its file."""

    file: str
    values: dict[str, Any]
    rows: dict[str, int] = field(default_factory=dict)

    @classmethod
    def none(cls, file: str = "settings") -> RawSettings:
        """No settings at all: every default."""
        return cls(file, {})


class _Loader(yaml.SafeLoader):
    """Safe YAML; a date that the calendar does not have stays text, to be told as any other."""


def _date(loader: yaml.SafeLoader, node: Any) -> Any:
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError:
        return node.value


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _date)


def settings_from_yaml(path: Path, report: Findings) -> RawSettings:
    """Read ``settings.yaml`` (safe YAML: no objects, no code)."""
    empty = RawSettings.none(path.name)
    if path.is_dir():
        report.add(path.name, "is a folder where a file should be", "put the settings in a file")
        return empty
    if path.exists() and not path.is_file():
        report.add(path.name, "is no ordinary file", "put the settings in a file")
        return empty
    try:
        text = path.read_bytes().decode("utf-8-sig")
        node = yaml.compose(text, Loader=_Loader)
        values = yaml.load(text, Loader=_Loader)
    except UnicodeDecodeError as error:
        row = error.object.count(b"\n", 0, error.start) + 1
        report.add(path.name, "the file is not UTF-8 text", "save it as UTF-8", row=row)
        return empty
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        report.add(
            path.name,
            f"the file is not YAML ({getattr(error, 'problem', None) or error})",
            "write one 'name: value' a line",
            row=None if mark is None else mark.line + 1,
        )
        return empty
    except OSError as error:
        report.add(path.name, f"the file cannot be read ({error.strerror})", "check the file")
        return empty
    if values is None:
        return empty
    if not isinstance(values, dict):
        report.add(path.name, "holds no settings by name", "write one 'name: value' a line", row=1)
        return empty
    rows: dict[str, int] = {}
    for key, _ in node.value if node is not None else ():
        row = key.start_mark.line + 1
        if key.value in rows:
            _twice(path.name, key.value, row, report)
        rows[key.value] = row
    return RawSettings(path.name, {str(key): value for key, value in values.items()}, rows)


def settings_from_sheet(
    file: str, records: list[list[Any]], rows: list[int], report: Findings
) -> RawSettings:
    """Read a sheet with the columns setting and value."""
    header = [str(cell).strip().casefold() for cell in (records[0] if records else [])]
    if "setting" not in header or "value" not in header:
        if records:
            report.add(file, "needs the columns setting and value", "name its columns so", row=1)
        return RawSettings.none(file)
    name_at, value_at = header.index("setting"), header.index("value")
    values: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for record, row in zip(records[1:], rows[1:], strict=True):
        padded = record + [None] * len(header)
        name, value = padded[name_at], padded[value_at]
        if name is None:
            continue
        name = str(name).strip()
        if name in values:
            _twice(file, name, row, report)
        if value is not None and value != "":
            values[name], lines[name] = value, row
    return RawSettings(file, values, lines)


def _twice(file: str, name: str, row: int, report: Findings) -> None:
    report.add(file, "the setting is there twice", "keep one of them", row=row, column=name)


def checked_settings(raw: RawSettings, report: Findings) -> Settings:
    """Typed settings; each bad one is reported and takes its default, so that reading goes on."""
    values = {str(name): _plain(value) for name, value in raw.values.items()}
    values = {name: value for name, value in values.items() if value is not None}
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        bad = {str(problem["loc"][0]): problem for problem in error.errors(include_url=False)}
    for name, problem in bad.items():
        _report_setting(raw, name, values[name], problem, report)
    return Settings.model_validate({n: value for n, value in values.items() if n not in bad})


def _plain(value: Any) -> Any:
    """Midnight timestamps as dates; spreadsheets know no others."""
    if value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, datetime.datetime):
        return value.date()
    return value.strip() if isinstance(value, str) else value


def _report_setting(
    raw: RawSettings, name: str, value: Any, problem: Mapping[str, Any], report: Findings
) -> None:
    if problem["type"] == "extra_forbidden":
        message = "there is no such setting"
        remedy = f"remove or rename it{did_you_mean(name, Settings.model_fields)}"
    else:
        text = str(problem["msg"])
        message = f"is not possible here ({text[0].lower()}{text[1:]})"
        remedy = f"correct it; it means: {Settings.model_fields[name].description}".rstrip(".")
    report.add(
        raw.file,
        message,
        remedy,
        row=raw.rows.get(name),
        column=name,
        value=f"a {type(value).__name__}" if isinstance(value, list | dict | set) else str(value),
    )
