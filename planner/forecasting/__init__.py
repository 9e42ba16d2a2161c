"""Forecasts of demand from sales history."""

from planner.forecasting.forecasting import Forecast, forecast, foreseen

__all__ = ["Forecast", "forecast", "foreseen"]
