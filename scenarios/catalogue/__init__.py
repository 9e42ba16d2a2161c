"""Named problems of the field, each with its source, exact parameters and known scores."""

from scenarios.catalogue.entry import Entry, Known
from scenarios.catalogue.single_sku import SINGLE_SKU

ENTRIES: dict[str, Entry] = {entry.name: entry for entry in (SINGLE_SKU,)}
"""By name."""

__all__ = ["ENTRIES", "Entry", "Known"]
