"""The scenario as frozen data, and what follows from it alone."""
