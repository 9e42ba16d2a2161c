"""The scenario as frozen data, and what follows from it alone.

``scenario`` is the class itself, ``entities`` its products, locations, lanes, points, routes and
open orders, ``capacities`` where each kind of capacity stands in them, ``history`` its past sales,
``opening`` what it opens with beyond its tables. ``consistency`` holds that all go together,
``horizon`` cuts periods off, ``by_name`` shows tables.
``echelons`` says who supplies whom and how far ahead an order reaches; ``memo`` works such things
out once. ``as_of`` goes back to what was known, ``what_if`` makes named changes, ``subset`` takes
some of the products, and ``fingerprint`` tells two scenarios apart.
"""
