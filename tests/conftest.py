"""Settings of the whole suite: how many examples hypothesis tries (``SNIFFER_HYPOTHESIS=deep`` for CI's fuzz run)."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large)

settings.register_profile("default", max_examples=60, deadline=None, suppress_health_check=SLOW)
settings.register_profile("deep", max_examples=5000, deadline=None, suppress_health_check=SLOW, print_blob=True)
settings.load_profile(os.environ.get("SNIFFER_HYPOTHESIS", "default"))
