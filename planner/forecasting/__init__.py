"""Forecasts of demand from sales history.

``forecast`` is the whole way. ``learn`` finds out which models of the room ``models`` suit the
``series``: ``rolling_origin`` forecasts from the past, ``blend`` weighs models by what their stock
would have cost, ``error_model`` learns how far demand strays, ``pooling`` lets short series lean
on older ones. ``origins`` are forecasts made in the past, one at each review.
"""

from planner.forecasting.forecast import Forecast, forecast, foreseen

__all__ = ["Forecast", "forecast", "foreseen"]
