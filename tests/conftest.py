"""What holds of all tests: they share a machine, with each other and with other work."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

if "PYTEST_XDIST_WORKER" in os.environ:
    # Side by side, every test has a core of its own. To be said before anything is imported.
    os.environ.setdefault("OMP_NUM_THREADS", "1")

# An example that takes long is no fault of what it tests.
settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared")
