"""Demand: distributions, the error of forecasts, and sampled paths.

``distributions`` are those that demand follows about its forecast, ``quantiles`` their inverses;
``forecast_error`` says how far demand may stray over a protection interval; ``sampling`` draws
paths.
"""
