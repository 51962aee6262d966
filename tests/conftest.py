"""Settings of the whole suite: how many examples hypothesis tries, and how many processes share the tests.

``SNIFFER_HYPOTHESIS=fuzz`` is CI's fuzz run, two minutes; ``deep`` is for a quiet afternoon.
"""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import HealthCheck, settings

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large)

settings.register_profile("default", max_examples=60, deadline=None, suppress_health_check=SLOW)
settings.register_profile("fuzz", max_examples=1000, deadline=None, suppress_health_check=SLOW, print_blob=True)
settings.register_profile("deep", max_examples=5000, deadline=None, suppress_health_check=SLOW, print_blob=True)
settings.load_profile(os.environ.get("SNIFFER_HYPOTHESIS", "default"))


if hasattr(signal, "SIGHUP"):  # who runs the tests under nohup ignores it, and so would every program that they start
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Share the whole suite among all processors; the lab's servers and namespaces are one test's at a time."""
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    return (os.cpu_count() or 1) if whole and "not lab" in config.option.markexpr else 0
