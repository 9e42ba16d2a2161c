"""Past sales as series: seasons, windows, features."""
