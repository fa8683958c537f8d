"""The service's clock: wall time, or a faster one for replays and demonstrations (ADR 0002)."""

import time
from datetime import UTC, datetime

from django.conf import settings


def now() -> datetime:
    """Return the instant it is for the service, aware, in UTC.

    The clock stood at ``CLOCK_AT_S`` when the wall showed ``CLOCK_WALL_S`` (both seconds since
    1970) and has run at ``CLOCK_RATE`` since. With 0, 0 and 1, the defaults, that is wall time.
    """
    ran_s = (time.time() - settings.CLOCK_WALL_S) * settings.CLOCK_RATE
    return datetime.fromtimestamp(settings.CLOCK_AT_S + ran_s, UTC)


def wall_s(duration_s: float) -> float:
    """Return how many wall seconds the service's clock takes to run `duration_s` seconds."""
    rate: float = settings.CLOCK_RATE
    return duration_s / rate
