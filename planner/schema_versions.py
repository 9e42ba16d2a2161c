"""Versions of what results are written as: one of the folder, and one of each table in it.

Every folder of a result has a JSON file that states them: ``schema_version`` and, by name,
``tables``; workbooks and Parquet files carry the first among their properties. A table's version
goes up when a column goes or changes its meaning (a new column changes nothing for those who read
by name), and that of the folder with any of them, or when a file goes. Folders without a version
are of version 1. Readers take the one before as well.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from scenarios.errors import Finding, InputError

SCHEMA_VERSION = 2
OLDEST = 1
"""That can still be read."""
KEY = "schema_version"
TABLE_VERSIONS: dict[str, int] = dict.fromkeys(
    (
        "purchase_orders", "safety_stock", "projection", "problems", "capacity", "capacity_prices",
        "products", "forecast", "scores", "coverage", "summary", "paths", "stock_of_path_0",
        "orders_of_path_0", "costs_of_path_0", "safety_stock_of_path_0", "cells", "differences",
        "leaderboard", "failed",
    ),
    1,
)  # fmt: skip
"""Of every table of every result, by the name of its file."""


def with_versions(facts: Mapping[str, Any], tables: Iterable[str]) -> dict[str, Any]:
    """What a result says about itself, with the versions of its folder and tables."""
    versions = {name: TABLE_VERSIONS[name] for name in tables}
    return {KEY: SCHEMA_VERSION, **facts, "tables": versions}


def write_facts(path: Path, facts: Mapping[str, Any], tables: Iterable[str]) -> None:
    """Write what a result says about itself, with versions, as JSON."""
    text = json.dumps(with_versions(facts, tables), indent=2, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def write_parquet(table: pd.DataFrame, path: Path) -> None:
    """Write a table as Parquet, with the version of the schema among its properties."""
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    properties = (arrow.schema.metadata or {}) | {KEY.encode(): str(SCHEMA_VERSION).encode()}
    parquet.write_table(arrow.replace_schema_metadata(properties), path)


def check_version(facts: Mapping[str, Any], path: Path) -> int:
    """The version of a result, by what it says about itself.

    Raises
    ------
    InputError
        If it is newer than what can be read.
    """
    version = facts.get(KEY, OLDEST)
    if isinstance(version, int) and OLDEST <= version <= SCHEMA_VERSION:
        return version
    problem = f"a newer version wrote it (schema {version}; this one reads up to {SCHEMA_VERSION})"
    remedy = "install a newer echelon-planner, or write the result anew"
    raise InputError([Finding(str(path), problem, remedy, value=str(version))])
