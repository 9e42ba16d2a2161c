"""How well and how fast sales are forecast."""
