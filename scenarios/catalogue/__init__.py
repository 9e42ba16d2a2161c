"""Named problems of the field, each with its source, exact parameters and known scores.

``entry`` says what the catalogue knows of a problem. One module a problem or family: ``reference``
(a shop behind two warehouses), ``orgym`` (a chain judged by discounted profit), ``lost_sales``
(one location, optimum known), ``serial`` (serial systems, optimum known), ``two_stores`` (fixed
costs and batches), ``ten_products`` (drawn anew in every episode), ``clearout`` (one perishable
product), ``single_sku`` (demand that grows wilder). A new one goes into :data:`ENTRIES` below.
"""

from scenarios.catalogue.clearout import CLEAROUT
from scenarios.catalogue.entry import Entry, KnownScore
from scenarios.catalogue.lost_sales import LOST_SALES
from scenarios.catalogue.orgym import ORGYM_BACKLOG, ORGYM_LOST_SALES
from scenarios.catalogue.reference import REFERENCE
from scenarios.catalogue.serial import SERIAL
from scenarios.catalogue.single_sku import SINGLE_SKU
from scenarios.catalogue.ten_products import TEN_PRODUCTS
from scenarios.catalogue.two_stores import TWO_STORES

ENTRIES: dict[str, Entry] = {
    entry.name: entry
    for entry in (
        *REFERENCE,
        *LOST_SALES,
        *SERIAL,
        ORGYM_BACKLOG,
        ORGYM_LOST_SALES,
        TWO_STORES,
        TEN_PRODUCTS,
        CLEAROUT,
        SINGLE_SKU,
    )
}
"""By name."""
MAIN = (
    "reference",
    "reference-many",
    "orgym-backlog",
    "orgym-lost-sales",
    "lost-sales-4-4",
    "serial-example-6-1",
    "two-stores",
    "ten-products",
    "clearout",
    "single-sku",
)
"""One of each kind."""

__all__ = ["ENTRIES", "MAIN", "Entry", "KnownScore"]
