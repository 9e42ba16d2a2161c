"""Flat arrays: their types, sums by segment, groups of routes, and maps over threads."""
