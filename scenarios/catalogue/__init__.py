"""Named problems of the field, each with its source, exact parameters and known scores."""

from scenarios.catalogue.entry import Entry, Known
from scenarios.catalogue.orgym import ORGYM_BACKLOG, ORGYM_LOST_SALES
from scenarios.catalogue.single_sku import SINGLE_SKU
from scenarios.catalogue.ten_products import TEN_PRODUCTS

ENTRIES: dict[str, Entry] = {
    entry.name: entry for entry in (SINGLE_SKU, TEN_PRODUCTS, ORGYM_BACKLOG, ORGYM_LOST_SALES)
}
"""By name."""

__all__ = ["ENTRIES", "Entry", "Known"]
