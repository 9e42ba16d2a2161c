"""Networks that learn orders, not safety stocks."""
