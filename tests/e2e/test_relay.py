"""Work that is promised is done: through a broker that forgets and a relay that is killed."""

import signal
import subprocess
import time
from collections import Counter
from functools import partial

import redis
from django.db import connection

from config.commands import manage_command
from config.process import bound, stop
from fleet.services.jobs import promise_job
from tests.builders import number
from tests.stack import Stack

AT_ONCE_S = 3.0
TICK_S = 2


def promise_work(count: int) -> list[str]:
    """Promise work that is quick and harms nobody."""
    keys = [f"test:{number()}:{k}" for k in range(count)]
    for key in keys:
        promise_job(name="dispatch.expire_offers", key=key)
    return keys


def undone(stack: Stack, keys: list[str]) -> int:
    rows = stack.sql("SELECT state FROM fleet_job WHERE key = ANY(%s)", keys)
    assert len(rows) == len(keys)
    return sum(state != "done" for (state,) in rows)


def done(stack: Stack, keys: list[str]) -> bool:
    return not undone(stack, keys)


def wait_until_done(stack: Stack, keys: list[str]) -> None:
    stack.wait_until(lambda: not undone(stack, keys), within_s=90, what="all work is done")


def test_promised_work_is_done_at_once(stack: Stack) -> None:
    wait_until_done(stack, promise_work(1))
    started_s = time.monotonic()
    wait_until_done(stack, promise_work(1))
    assert time.monotonic() - started_s < AT_ONCE_S


def test_a_broker_that_forgets_everything_loses_no_work(stack: Stack) -> None:
    broker = redis.Redis.from_url(stack.redis_url)
    keys = []
    for _ in range(10):
        keys += promise_work(10)
        broker.flushall()
    wait_until_done(stack, keys)


def test_a_killed_relay_loses_no_work(stack: Stack) -> None:
    keys = promise_work(20)
    stack.processes["relay"].send_signal(signal.SIGKILL)
    stack.processes["relay"].wait()
    keys += promise_work(20)
    stack.start("relay")
    wait_until_done(stack, keys)


def test_a_killed_worker_loses_no_work(stack: Stack) -> None:
    keys = promise_work(20)
    stack.processes["work"].send_signal(signal.SIGKILL)
    stack.processes["work"].wait()
    stack.start("work")
    stack.wait_until(lambda: not undone(stack, keys), within_s=180, what="all work is done")


def test_relay_and_workers_cut_off_from_the_database_come_back(stack: Stack) -> None:
    """A worker that kept its dead connection would fail for ever: seen before it let go of it."""
    cut = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    for _ in range(2):
        assert stack.sql(cut)
        connection.close()  # the test's own was cut as well
        keys = promise_work(5)
        stack.wait_until(partial(done, stack, keys), within_s=60, what="all work is done")
    assert stack.processes["relay"].poll() is None


def test_the_relay_leaves_signs_of_life(stack: Stack) -> None:
    [(age_s,)] = stack.sql(
        "SELECT extract(epoch FROM clock_timestamp() - beat_at)::float FROM fleet_heartbeat"
        " WHERE name = 'relay'"
    )
    assert age_s < 15


def test_two_relays_ring_each_tick_once(stack: Stack) -> None:
    [(first,)] = stack.sql("SELECT coalesce(max(id), 0) FROM fleet_job")
    with (stack.logs / "relay2.log").open("wb") as log:
        second = subprocess.Popen(
            bound(manage_command("run_relay")), env=stack.environment, stdout=log, stderr=log
        )
    done = (
        "SELECT key, attempts FROM fleet_job WHERE name = 'dispatch.expire_offers'"
        " AND key LIKE 'tick:%%' AND id > %s AND state = 'done'"
    )
    started_s = time.monotonic()
    try:
        time.sleep(12)
        stack.wait_until(
            lambda: len(stack.sql(done, first)) >= 3, within_s=48, what="three ticks are done"
        )
    finally:
        stop(second, signal.SIGTERM, within_s=30)
    assert second.returncode == 0
    rows = stack.sql(done, first)
    assert len(rows) <= (time.monotonic() - started_s) / TICK_S + 2
    assert set(Counter(key for key, _ in rows).values()) == {1}
    assert {attempts for _, attempts in rows} == {1}
