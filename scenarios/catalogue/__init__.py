"""Named problems of the field, each with its source, exact parameters and known scores."""

from scenarios.catalogue.entry import Entry, Known
from scenarios.catalogue.lost_sales import LOST_SALES
from scenarios.catalogue.reference import REFERENCE
from scenarios.catalogue.serial import SERIAL
from scenarios.catalogue.single_sku import SINGLE_SKU
from scenarios.catalogue.ten_products import TEN_PRODUCTS

ENTRIES: dict[str, Entry] = {
    entry.name: entry for entry in (*REFERENCE, *LOST_SALES, *SERIAL, SINGLE_SKU, TEN_PRODUCTS)
}
"""By name."""

__all__ = ["ENTRIES", "Entry", "Known"]
