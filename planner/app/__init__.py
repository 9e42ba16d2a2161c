"""The planner as an app in the browser; docs/app.md shows it. Needs the extra app.

Its pages are rooms: ``plan``, ``simulate``, ``study``, ``train``; ``server`` puts them on one
address. They share a ``frame`` and what they know of the ``site``; the ``folder`` is all they read
and write. ``sessions`` are what pages remember, each with a ``worker`` process; ``jobs`` are
commands that run beside the app; ``live`` parts change while one looks; ``paged_table`` shows a
screen of rows.
"""
