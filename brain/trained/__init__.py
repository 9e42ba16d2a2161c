"""Trained brains: features, runtime, where each applies, files."""
