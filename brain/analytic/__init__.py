"""Textbook safety stocks, the user's own, and what empty shelves change.

``newsvendor`` splits the newsvendor quantile over the echelons; ``overrides`` are the stocks that
a user sets, or none at all, and lets none be below zero where nobody buys; ``stockouts`` says how
much stock meets demand where a shelf runs empty first.
"""
