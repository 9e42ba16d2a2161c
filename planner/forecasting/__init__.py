"""Forecasts of demand from sales history."""

from planner.forecasting.forecasting import Forecast, forecast

__all__ = ["Forecast", "forecast"]
