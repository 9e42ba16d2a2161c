"""Bundled examples and dense scenarios for tests.

``bundled`` makes the inputs that the command init offers, at any size, and ``named`` finds them by
name; ``dense`` makes small scenarios straight from arrays, every product at every location.
"""
