"""How much each device may send: token buckets, counted here and settled with other processes."""

import threading
from dataclasses import dataclass

BURST_S = 5.0  # a device that was quiet may send what it is allowed in so many seconds at once
_LOW = 0.5  # below this part of a full bucket, what other processes saw begins to matter


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a device may send in the long run: requests and reports a second, both above 0."""

    requests_s: float
    reports_s: float

    def times(self, factor: float) -> "Allowance":
        """Return `factor` times as much."""
        return Allowance(self.requests_s * factor, self.reports_s * factor)


@dataclass(slots=True)
class _Bucket:
    """What is left of both, and what was spent since it was last settled.

    `is_shared`: all processes agreed on it; only such a bucket may refuse.
    """

    requests: float
    reports: float
    at_s: float
    spent_requests: int = 0
    spent_reports: int = 0
    is_shared: bool = False


class Buckets:
    """A bucket for each device heard of lately; `now_s` is a clock that never goes back.

    A request is admitted while at least one request and any report is left, whatever it carries;
    its reports are charged once they are counted, so a bucket may go below nothing, by one full
    bucket at most.
    """

    def __init__(self, allowance: Allowance) -> None:
        self.allowance = allowance
        self.full = allowance.times(BURST_S)
        self._buckets: dict[int, _Bucket] = {}
        self._low: set[int] = set()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._buckets)

    def admit(self, device_id: int, *, now_s: float) -> float:
        """Count a request and return 0, or return the seconds until one will be admitted."""
        allowance, full = self.allowance, self.full
        with self._lock:
            bucket = self._buckets.get(device_id)
            if bucket is None:
                bucket = _Bucket(full.requests_s, full.reports_s, now_s)
                self._buckets[device_id] = bucket
            else:
                self._refill(bucket, now_s)
            if bucket.is_shared and (bucket.requests < 1 or bucket.reports <= 0):
                self._low.add(device_id)  # asked again, so that it opens when Redis is gone
                waits_s = (1 - bucket.requests) / allowance.requests_s
                return max(waits_s, -bucket.reports / allowance.reports_s, 0.001)
            bucket.requests = max(bucket.requests - 1, -full.requests_s)
            bucket.spent_requests += 1
            if bucket.is_shared or bucket.requests < _LOW * full.requests_s:
                self._low.add(device_id)
            return 0.0

    def charge(self, device_id: int, *, reports: int) -> None:
        """Count the reports of an admitted request."""
        with self._lock:
            bucket = self._buckets.get(device_id)
            if bucket is None:  # dropped meanwhile: nobody heard of it for long
                return
            bucket.reports = max(bucket.reports - reports, -self.full.reports_s)
            bucket.spent_reports += reports
            if bucket.reports < _LOW * self.full.reports_s:
                self._low.add(device_id)

    def _refill(self, bucket: _Bucket, now_s: float) -> None:
        passed_s = now_s - bucket.at_s
        bucket.at_s = now_s
        more, full = self.allowance, self.full
        bucket.requests = min(bucket.requests + passed_s * more.requests_s, full.requests_s)
        bucket.reports = min(bucket.reports + passed_s * more.reports_s, full.reports_s)

    def spent(self) -> dict[int, tuple[int, int]]:
        """Return (requests, reports) spent by each device that is to be settled, and forget them.

        Devices far from their limit are settled by nobody: a full bucket cannot be shared wrongly
        by more than half of one a process.
        """
        with self._lock:
            low, self._low = self._low, set()
            taken = {}
            for device_id in low:
                if bucket := self._buckets.get(device_id):
                    taken[device_id] = self._spent_of(bucket)
                    bucket.spent_requests = bucket.spent_reports = 0
            return taken

    def _spent_of(self, bucket: _Bucket) -> tuple[int, int]:
        if bucket.is_shared:
            return bucket.spent_requests, bucket.spent_reports
        # Nobody else knows of it yet: what counts is what is missing now, not all it ever sent.
        return (
            round(self.full.requests_s - bucket.requests),
            round(self.full.reports_s - bucket.reports),
        )

    def settle(self, device_id: int, *, requests: float, reports: float, now_s: float) -> None:
        """Set a bucket to what all processes have left of it; spent since then is taken off."""
        with self._lock:
            if bucket := self._buckets.get(device_id):
                bucket.requests = requests - bucket.spent_requests
                bucket.reports = reports - bucket.spent_reports
                bucket.at_s = now_s
                bucket.is_shared = True

    def open(self) -> None:
        """Refuse nobody until buckets are settled again."""
        for bucket in list(self._buckets.values()):
            bucket.is_shared = False

    def drop_full(self, *, now_s: float) -> None:
        """Forget devices not heard of for so long that their buckets are full again."""
        for device_id in list(self._buckets):
            if self._buckets[device_id].at_s < now_s - 2 * BURST_S:
                del self._buckets[device_id]
