"""A history in the form of Nixtla's libraries: columns unique_id, ds, y (and optional others)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa

from scenarios.reading.columns import Labels, labels
from scenarios.reading.findings import Findings
from scenarios.reading.raw_table import RawTable

SEPARATORS = "/|_:-"
RENAMED = {"ds": "date", "y": "quantity"}

Pair = tuple[str, str]


def from_series(tables: dict[str, RawTable], report: Findings) -> dict[str, RawTable]:
    """The tables with a history of series as one of products and locations.

    ``unique_id`` is product and location on both sides of one of the separators, in the order that
    fits more of the ids (product first if both do); an id may be in the other order if that alone
    fits. Where only one location can sell, it may be the product alone. Ids that mean nothing known
    are reported, and their records left out. Tables in the usual form are returned as they are.
    """
    history = tables.get("history")
    if history is None:
        return tables
    columns = {_renamed(name, history): cells for name, cells in history.columns.items()}
    history = dataclasses.replace(history, columns=columns)
    if "unique_id" in columns and not {"product", "location"} <= columns.keys():
        history = _split(history, tables, report)
        if not history.size:  # nothing in it is known, which has been told
            return {name: table for name, table in tables.items() if name != "history"}
    return tables | {"history": history}


def _renamed(name: str, history: RawTable) -> str:
    usual = RENAMED.get(name, name)
    return name if usual in history.columns else usual


def _split(history: RawTable, tables: dict[str, RawTable], report: Findings) -> RawTable:
    ids = labels(history, "unique_id")
    products, locations = _names(tables, "products"), _names(tables, "locations")
    only = _only_seller(tables, locations)
    known, places = set(products), set(locations)
    # One look at each series, not at each record; the last pair is that of a blank id.
    pairs = [*_pairs([str(name) for name in ids.names], known, places, only), None]
    found = np.array([pair is not None for pair in pairs])
    unknown = ~found[ids.code] & (ids.code >= 0)
    # Where there are no names at all, that is the mistake, and it is told elsewhere.
    if known and places:
        report.rows(
            history,
            "unique_id",
            unknown,
            "names no known product and location",
            f"write product and location with one of {' '.join(SEPARATORS)} between them, both as"
            " in their tables",
        )
    keep = ~unknown
    mask = pa.array(keep)
    columns = {n: c.filter(mask) for n, c in history.columns.items() if n != "unique_id"}
    for place, name in enumerate(("product", "location")):
        texts = np.array([None if pair is None else pair[place] for pair in pairs], dtype=object)
        columns[name] = _column(texts, ids, keep)
    # Other columns of names are not left in it, so nothing is guarded any more.
    return dataclasses.replace(history, columns=columns, rows=history.rows[keep], guarded=False)


def _column(texts: np.ndarray, ids: Labels, keep: np.ndarray) -> pa.Array:
    code, names = pd.factorize(texts)
    row = code[ids.code][keep]
    return pa.DictionaryArray.from_arrays(
        pa.array(row, mask=row < 0, type=pa.int32()), pa.array(names, type=pa.string())
    )


def _pairs(
    ids: list[str], products: set[str], locations: set[str], only: str | None
) -> list[Pair | None]:
    """Product and location of each id, None where it has none."""
    first = [
        next((h for h in _halves(name) if h[0] in products and h[1] in locations), None)
        for name in ids
    ]
    last = [
        next((h[::-1] for h in _halves(name) if h[1] in products and h[0] in locations), None)
        for name in ids
    ]
    if sum(pair is not None for pair in last) > sum(pair is not None for pair in first):
        first, last = last, first
    alone = [(name, only) if only is not None and name in products else None for name in ids]
    return [a or b or c for a, b, c in zip(first, last, alone, strict=True)]


def _halves(name: str) -> Iterator[Pair]:
    for i, letter in enumerate(name):
        if letter in SEPARATORS:
            yield name[:i].strip(), name[i + 1 :].strip()


def _names(tables: dict[str, RawTable], table: str) -> list[str]:
    column = table[:-1]
    if table not in tables or column not in tables[table].columns:
        return []
    return [str(name) for name in labels(tables[table], column).names]


def _only_seller(tables: dict[str, RawTable], locations: list[str]) -> str | None:
    """The only location, or the only one that supplies no other."""
    lanes = tables.get("lanes")
    if lanes is not None and "origin" in lanes.columns and len(locations) > 1:
        origins = set(labels(lanes, "origin").names)
        locations = [name for name in locations if name not in origins]
    return locations[0] if len(locations) == 1 else None
