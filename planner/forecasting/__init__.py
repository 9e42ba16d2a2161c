"""Forecasts of demand from sales history."""

from planner.forecasting.forecast import Forecast, forecast, foreseen

__all__ = ["Forecast", "forecast", "foreseen"]
