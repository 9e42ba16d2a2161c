"""Small scenarios for tests."""

from scenarios.examples.dense import chain, column, tree, world

__all__ = ["chain", "column", "tree", "world"]
