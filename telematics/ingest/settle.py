"""The buckets of all processes kept as one in Redis: settled in bulk, never within a request."""

import threading
from collections.abc import Callable, Mapping, Sequence
from itertools import batched

import redis
import structlog

from telematics.ingest.buckets import BURST_S, Allowance, Buckets

SETTLE_S = 0.25
DROP_EVERY = 240  # settlements
_MOST_KEYS = 500  # a script holds up everybody else; so many take about a millisecond
_TIMEOUT_S = 0.5
# For each key: what was left, refilled by Redis's own clock, less what was spent. Thousandths,
# because a script answers whole numbers.
SETTLE = """
local time = redis.call('TIME')
local now_s = time[1] + time[2] / 1000000
local rates, burst_s, left = {tonumber(ARGV[1]), tonumber(ARGV[2])}, tonumber(ARGV[3]), {}
for i, key in ipairs(KEYS) do
  local had = redis.call('HMGET', key, 'requests', 'reports', 'at_s')
  local passed_s = had[3] and math.max(0, now_s - had[3]) or 0
  local now_left = {}
  for j = 1, 2 do
    local full = rates[j] * burst_s
    local before = math.min((had[j] or full) + passed_s * rates[j], full)
    now_left[j] = math.max(before - ARGV[2 + 2 * i - 1 + j], -full)
    left[#left + 1] = math.floor(now_left[j] * 1000)
  end
  redis.call('HSET', key, 'requests', now_left[1], 'reports', now_left[2],
             'at_s', string.format('%.6f', now_s))
  redis.call('PEXPIRE', key, math.ceil(2000 * burst_s))
end
return left
"""
log = structlog.get_logger()


class Settler:
    """Settles buckets with Redis every `SETTLE_S`, in a thread of its own.

    `named` are the buckets by the name they have in Redis. While Redis is away, all of them are
    open: nobody is refused because something of ours does not answer.
    """

    def __init__(
        self, url: str, *, named: Mapping[str, Buckets], now_s: Callable[[], float]
    ) -> None:
        self._redis = redis.Redis.from_url(
            url, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S, retry=None
        )
        self._script = self._redis.register_script(SETTLE)
        self._named = named
        self._now_s = now_s
        self._is_away = False
        self._ended = threading.Event()

    def start(self) -> None:
        """Settle from now on, as long as the process lives or until `stop`."""
        threading.Thread(target=self._run, name="settle-limits", daemon=True).start()

    def stop(self) -> None:
        """End the thread after the settlement it is in."""
        self._ended.set()

    def _run(self) -> None:
        settled = 0
        while not self._ended.wait(SETTLE_S):
            self.settle()
            settled += 1
            if settled % DROP_EVERY == 0:
                for buckets in self._named.values():
                    buckets.drop_full(now_s=self._now_s())

    def settle(self) -> None:
        """Settle once; open everything if Redis does not answer, and say so the first time."""
        try:
            spent = [(name, buckets, buckets.spent()) for name, buckets in self._named.items()]
            for name, buckets, of_devices in spent:
                for some in batched(of_devices.items(), _MOST_KEYS):
                    self._settle(name, buckets, some)
            if self._is_away or not any(of_devices for *_, of_devices in spent):
                self._redis.ping()  # who was refused last must not be so by a Redis that is gone
        except redis.RedisError as error:
            for buckets in self._named.values():
                buckets.open()
            if not self._is_away:
                log.warning("limits_open", reason=type(error).__name__)
            self._is_away = True
        else:
            if self._is_away:
                log.info("limits_shared_again")
            self._is_away = False

    def _settle(
        self, name: str, buckets: Buckets, spent: Sequence[tuple[int, tuple[int, int]]]
    ) -> None:
        allowance: Allowance = buckets.allowance
        counts = [count for _, both in spent for count in both]
        left = self._script(
            keys=[f"limits.{name}.{device_id}" for device_id, _ in spent],
            args=[allowance.requests_s, allowance.reports_s, BURST_S, *counts],
        )
        now_s = self._now_s()
        for i, (device_id, _) in enumerate(spent):
            requests, reports = left[2 * i] / 1000, left[2 * i + 1] / 1000
            buckets.settle(device_id, requests=requests, reports=reports, now_s=now_s)
