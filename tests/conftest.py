"""Settings of the whole suite: how many examples hypothesis tries.

``SNIFFER_HYPOTHESIS=fuzz`` is CI's fuzz run, two minutes; ``deep`` is for a quiet afternoon.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large)

settings.register_profile("default", max_examples=60, deadline=None, suppress_health_check=SLOW)
settings.register_profile("fuzz", max_examples=1500, deadline=None, suppress_health_check=SLOW, print_blob=True)
settings.register_profile("deep", max_examples=5000, deadline=None, suppress_health_check=SLOW, print_blob=True)
settings.load_profile(os.environ.get("SNIFFER_HYPOTHESIS", "default"))
