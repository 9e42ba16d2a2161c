"""Named problems of the field, each with its source, exact parameters and known scores."""

from scenarios.catalogue.clearout import CLEAROUT
from scenarios.catalogue.entry import Entry, Known
from scenarios.catalogue.single_sku import SINGLE_SKU
from scenarios.catalogue.ten_products import TEN_PRODUCTS
from scenarios.catalogue.two_stores import TWO_STORES

ENTRIES: dict[str, Entry] = {
    entry.name: entry for entry in (SINGLE_SKU, TEN_PRODUCTS, TWO_STORES, CLEAROUT)
}
"""By name."""

__all__ = ["ENTRIES", "Entry", "Known"]
