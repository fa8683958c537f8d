"""`/readyz` names the part that fails, soon and whatever hangs, and is well again afterwards."""

import re
import signal
import time
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from config.servers import PrivateServers
from fleet import clock
from tests.private import run_directory
from tests.web_pair import WebPair

PARTITIONS = (
    "from fleet import clock; from datetime import timedelta as d; from telematics.services"
)
PARTITIONS += ".partitions import keep_partitions as k; k(now=clock.now(), retention=d(days=90))"
BEAT = """
    INSERT INTO fleet_heartbeat (name, beat_at, detail) VALUES ('relay', now(), '{}')
    ON CONFLICT (name) DO UPDATE SET beat_at = now()
"""


@pytest.fixture
def servers() -> Iterator[PrivateServers]:
    servers = PrivateServers(run_directory() / "readiness", durable=False)
    servers.start_postgres()
    servers.start_redis()
    yield servers
    servers.stop()


@pytest.fixture
def web(servers: PrivateServers) -> Iterator[WebPair]:
    web = WebPair(
        database_url=servers.database_url,
        redis_url=servers.redis_url,
        logs=run_directory() / "readiness" / "logs",
        METRICS_DIR=str(run_directory() / "readiness" / "metrics"),
    )
    web.workers = 1
    try:
        web.manage("migrate", "--verbosity", "0")
        web.start()
        yield web
    finally:
        web.stop()


def parts(web: WebPair) -> dict[str, str]:
    """Return what is not ok, asked with a supervisor's patience."""
    answer = httpx.get(f"{web.base_url}/readyz", timeout=15)
    body = answer.json()
    assert (answer.status_code == 200) == body["ready"]
    return {name: said for name, said in body["parts"].items() if said != "ok"}


def becomes(web: WebPair, expected: dict[str, str], *, beating: bool = True) -> None:
    """Wait until these parts fail and no others, while the relay beats."""

    def is_so() -> bool:
        if beating:
            web.sql(BEAT)
        return parts(web) == expected

    web.wait_until(is_so, within_s=60, what=f"{expected}")


def is_up(web: WebPair) -> str:
    text = httpx.get(f"{web.base_url}/metrics", timeout=15).text
    return str(re.findall(r"(?m)^yizhan_database_up (\S+)$", text)[0])


def test_each_part_that_fails_is_named_and_nothing_hangs(
    web: WebPair, servers: PrivateServers
) -> None:
    assert parts(web) == {"relay": "silent", "partitions": "0 days ahead"}
    web.manage("shell", "-c", PARTITIONS)
    becomes(web, {})

    tomorrow = f"telematics_truckreport_d{clock.now() + timedelta(days=1):%Y%m%d}"
    web.sql(f"ALTER TABLE {tomorrow} RENAME TO elsewhere")
    becomes(web, {"partitions": "0 days ahead"})
    web.sql(f"ALTER TABLE elsewhere RENAME TO {tomorrow}")
    web.sql("UPDATE fleet_heartbeat SET beat_at = now() - interval '16 s'")
    becomes(web, {"relay": "silent"}, beating=False)
    becomes(web, {})

    assert servers.redis
    servers.redis.kill()
    servers.redis.wait()
    becomes(web, {"broker": "unreachable"})
    servers.start_redis()
    becomes(web, {})

    away = {"database": "unreachable"}
    away |= dict.fromkeys(("migrations", "relay", "partitions"), "unknown")
    assert servers.postgres
    servers.postgres.send_signal(signal.SIGSTOP)  # it takes connections and never answers
    began_s = time.monotonic()
    assert parts(web) == away
    assert time.monotonic() - began_s < 10
    assert is_up(web) == "0.0"
    assert web.elsewhere("/livez").status_code == 200, "the processes are not to blame"
    servers.postgres.send_signal(signal.SIGCONT)
    becomes(web, {})

    servers.postgres.send_signal(signal.SIGINT)
    servers.postgres.wait()
    becomes(web, away, beating=False)
    assert web.elsewhere("/livez").status_code == 200
    servers.start_postgres()
    becomes(web, {})
    assert is_up(web) == "1.0"
