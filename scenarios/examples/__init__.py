"""Bundled examples and dense scenarios for tests."""
