"""From a scenario to a plan: phases, projection, reasons, problems, tables.

``plan`` is the main job, ``replan`` does it again in a fraction of the time, ``plan_result`` is
what comes out. ``projection`` shows where orders lead, ``deliveries`` what comes when, ``reasons``
why an order is as large as it is, ``problems`` what a person has to know. ``order_tables``,
``capacity_table`` and ``product_table`` are the other tables.
"""
