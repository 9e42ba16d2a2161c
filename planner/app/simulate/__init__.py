"""The page Simulate: a run day by day, by a policy or by hand.

``page`` has ``setup_panel`` at the side (what to run: ``setup``) and ``controls`` to play and
pause. ``session`` plays a ``stepwise_run`` through ``tasks`` of its process. It is shown as
``day_figures``, ``charts`` and the ``day_log``; orders by hand go into an ``order_table`` and are
judged by ``manual_orders``.
"""
