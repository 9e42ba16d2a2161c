"""Small scenarios for tests."""

from scenarios.world import chain, column, tree, world

__all__ = ["chain", "column", "tree", "world"]
