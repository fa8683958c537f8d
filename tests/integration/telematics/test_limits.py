"""Buckets shared through a real Valkey: refused together, filled again, open when it is gone."""

import os
import signal
import time
from collections.abc import Iterator

import pytest
import redis

from config.process import stop
from config.servers import PrivateServers
from telematics.ingest.buckets import BURST_S, Allowance, Buckets
from telematics.ingest.limits import ALARM_FACTOR, Limits
from telematics.ingest.settle import Settler
from tests.builders import number
from tests.private import run_directory

ALLOWED = Allowance(requests_s=40, reports_s=4000)
FULL = int(40 * BURST_S)


class Process:
    """What one web process has: buckets and a settler."""

    def __init__(self, url: str, allowance: Allowance = ALLOWED) -> None:
        self.buckets = Buckets(allowance)
        self.settler = Settler(url, named={"test": self.buckets}, now_s=time.monotonic)

    def send(self, device_id: int, tries: int) -> int:
        """Say how many of so many requests in a row were admitted."""
        now_s = time.monotonic()
        return sum(self.buckets.admit(device_id, now_s=now_s) == 0 for _ in range(tries))


@pytest.fixture
def device_id() -> int:
    return os.getpid() * 1000 + number()


@pytest.fixture
def url() -> str:
    return os.environ["REDIS_URL"]


@pytest.fixture
def broker() -> Iterator[PrivateServers]:
    servers = PrivateServers(run_directory() / f"limits-{os.getpid()}", durable=False)
    servers.start_redis()
    yield servers
    servers.stop()


def test_two_processes_share_one_bucket(url: str, device_id: int) -> None:
    one, other = Process(url), Process(url)
    began_s, admitted = time.monotonic(), 0
    for _ in range(20):
        admitted += one.send(device_id, 40) + other.send(device_id, 40)
        one.settler.settle()
        other.settler.settle()
    allowed = FULL + ALLOWED.requests_s * (time.monotonic() - began_s)
    # Each spends what it knows of until it hears of the other: half a bucket, and one round.
    assert FULL <= admitted <= allowed + FULL
    assert one.send(device_id, 1) == other.send(device_id, 1) == 0


def test_a_bucket_fills_again_by_redis_own_clock(url: str, device_id: int) -> None:
    one = Process(url)
    one.send(device_id, FULL)
    one.settler.settle()
    emptied_s = time.monotonic()
    time.sleep(0.5)
    later = Process(url)  # knows of nothing; what it hears is what is left of all
    later.send(device_id, FULL // 2 + 1)
    later.settler.settle()
    refused_s = later.buckets.admit(device_id, now_s=time.monotonic())
    empty_s = time.monotonic() - emptied_s
    assert refused_s + empty_s == pytest.approx((FULL / 2 + 2) / ALLOWED.requests_s, abs=0.2)


def test_reports_are_shared_as_requests_are(url: str, device_id: int) -> None:
    one, other = Process(url), Process(url)
    for process in (one, other):
        process.send(device_id, 1)
        process.buckets.charge(device_id, reports=15_000)
        process.settler.settle()
    assert one.send(device_id, 1) == 1, "5,000 were left when it last heard"
    one.settler.settle()
    assert one.send(device_id, 1) == other.send(device_id, 1) == 0


def test_many_devices_are_settled_at_once(url: str) -> None:
    one = Process(url)
    first = os.getpid() * 100_000
    for device_id in range(first, first + 1200):
        one.send(device_id, 2 * FULL)
    one.settler.settle()
    assert [one.send(device_id, 1) for device_id in range(first, first + 1200)] == [0] * 1200


def test_while_redis_is_away_everything_passes_and_it_is_said_once(
    broker: PrivateServers, device_id: int, caplog: pytest.LogCaptureFixture
) -> None:
    one = Process(broker.redis_url)
    one.send(device_id, 2 * FULL)  # in debt: seconds pass until one more is allowed
    one.settler.settle()
    assert one.send(device_id, 1) == 0
    assert broker.redis is not None
    stop(broker.redis, signal.SIGKILL, within_s=5)
    assert one.send(device_id, 1) == 0
    for _ in range(3):
        one.settler.settle()
        assert one.send(device_id, 1000) == 1000
    broker.start_redis()
    one.settler.settle()
    one.send(device_id, 2 * FULL)
    one.settler.settle()
    assert one.send(device_id, 1) == 0, "it refuses again"
    said = caplog.text
    assert (said.count("'limits_open'"), said.count("'limits_shared_again'")) == (1, 1), said


def test_alarms_pass_when_the_rest_is_refused_but_not_without_end(url: str, device_id: int) -> None:
    limits = Limits(ALLOWED)
    named = {"ordinary": limits.ordinary, "alarms": limits.alarms}
    settler = Settler(url, named=named, now_s=time.monotonic)

    def send(tries: int, *, carries_alarm: bool) -> int:
        said = [limits.refusal_s(device_id, carries_alarm=carries_alarm) for _ in range(tries)]
        settler.settle()
        return sum(wait_s == 0 for wait_s in said)

    send(FULL, carries_alarm=False)
    assert send(100, carries_alarm=False) < 50
    assert send(ALARM_FACTOR * FULL, carries_alarm=True) == ALARM_FACTOR * FULL
    assert send(ALARM_FACTOR * FULL, carries_alarm=True) < FULL


def test_the_settler_works_by_itself(url: str, device_id: int) -> None:
    one = Process(url)
    one.settler.start()
    try:
        end = time.monotonic() + 10
        while one.send(device_id, FULL) == FULL:
            assert time.monotonic() < end
            time.sleep(0.05)
    finally:
        one.settler.stop()


def test_a_key_in_redis_goes_by_itself(url: str, device_id: int) -> None:
    one = Process(url)
    one.send(device_id, FULL)
    one.settler.settle()
    with redis.Redis.from_url(url) as client:
        left_ms = client.pttl(f"limits.test.{device_id}")
    assert 0 < left_ms <= 2000 * BURST_S
