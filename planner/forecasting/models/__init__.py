"""Models that forecast: averages, boosted trees, classical ones."""
