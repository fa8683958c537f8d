"""What a device may send: the buckets of this process, shared with the others through Redis."""

import time
from functools import cache

from django.conf import settings

from telematics.ingest.buckets import Allowance, Buckets
from telematics.ingest.settle import Settler

ALARM_FACTOR = 10  # what alarms get beyond the rest; without an end a device would live on alarms


class Limits:
    """Whether a device may send now: in memory, and nobody is asked while a request waits."""

    def __init__(self, allowance: Allowance) -> None:
        self.ordinary = Buckets(allowance)
        self.alarms = Buckets(allowance.times(ALARM_FACTOR))

    def refusal_s(self, device_id: int, *, carries_alarm: bool = False) -> float:
        """Count a request and return 0, or return the seconds its device should wait.

        Alarms have a bucket of their own, ten times as large, that the rest cannot empty.
        """
        buckets = self.alarms if carries_alarm else self.ordinary
        return buckets.admit(device_id, now_s=time.monotonic())

    def charge(self, device_id: int, *, reports: int, carries_alarm: bool = False) -> None:
        """Count the reports of a request that was let in."""
        buckets = self.alarms if carries_alarm else self.ordinary
        buckets.charge(device_id, reports=reports)


@cache
def limits() -> Limits | None:
    """Return the limits of this process, settling from the first call on; None if there are none.

    They are seconds of the service's clock: on a faster one devices send faster.
    """
    allowed = Allowance(settings.DEVICE_REQUESTS_S, settings.DEVICE_REPORTS_S)
    if min(allowed.requests_s, allowed.reports_s) <= 0:
        return None
    made = Limits(allowed.times(max(1.0, settings.CLOCK_RATE)))
    named = {"ordinary": made.ordinary, "alarms": made.alarms}
    Settler(settings.REDIS_URL, named=named, now_s=time.monotonic).start()
    return made
