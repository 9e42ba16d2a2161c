"""One program from preparing to whole lots and orders.

``monolith`` plans all products as one: ``prepared`` makes the program ready, ``solve`` relaxes,
rounds, repairs and proves, ``order_plan`` returns the result and ``gap`` says how good it is.
``lot_rules``, ``lot_rounding`` and ``lot_search`` find whole lots; ``fixed_orders`` are a
person's; ``executed_orders`` is what the world carries out. ``warm_start`` and ``basis_template``
are what is kept for the next one.
"""
