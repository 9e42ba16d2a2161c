"""What holds of all tests: they share a machine with other work."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# An example that takes long is no fault of what it tests.
settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared")
