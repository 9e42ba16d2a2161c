"""Demand: distributions, the error of forecasts, and sampled paths."""
