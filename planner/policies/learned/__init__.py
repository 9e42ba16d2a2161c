"""Policies that learn: networks and tables."""
