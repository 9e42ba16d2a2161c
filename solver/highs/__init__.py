"""HiGHS: sessions that stay warm, and bases to start from.

``session`` solves a program and keeps it warm for changes, ``instance`` makes and runs HiGHS,
``basis`` is where a solution stands, ``crash_basis`` starts from each product's own optimum.
"""
