"""The probes fail when they should, by real faults; and what web processes count is added up."""

import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest

from config.liveness import COMMIT_STUCK_S, LOOP_STUCK_S
from fleet.clock import now
from telematics.services.keys import make_key
from tests.builders import make_device
from tests.e2e.test_keys_under_load import URL, report
from tests.web_pair import WebPair, raised_web_pair


@pytest.fixture
def web(django_db_blocker: Any) -> Iterator[WebPair]:
    planted = "tests.planted.stuck:application"
    with raised_web_pair("probes", django_db_blocker, application=planted) as web:
        yield web


def asked(web: WebPair, path: str) -> httpx.Response | None:
    """Ask on a new connection with two seconds' patience, as a supervisor does."""
    with suppress(httpx.TransportError):
        return httpx.get(web.base_url + path, timeout=2)
    return None


def stuck(web: WebPair) -> list[str]:
    answer = asked(web, "/livez")
    return answer.json()["stuck"] if answer is not None and answer.status_code == 503 else []


def counted(web: WebPair, name: str) -> dict[str, float]:
    """Return a metric's values by their labels, as the processes wrote them within a second."""
    text = web.elsewhere("/metrics").text
    found = re.findall(rf"(?m)^{name}(?:{{(.*)}})? (\S+)$", text)
    return {labels: float(value) for labels, value in found}


def test_livez_fails_when_the_loop_or_the_committer_of_any_process_is_stuck(web: WebPair) -> None:
    for _ in range(20):  # both processes have answered and beat
        assert web.elsewhere("/livez").json()["status"] == "alive"
    web.wait_until(
        lambda: counted(web, "yizhan_web_processes") == {"": 2.0}, within_s=30, what="both beat"
    )
    hanging = threading.Thread(target=asked, args=(web, "/planted/loop"))
    hanging.start()
    [what] = web.wait_until(lambda: stuck(web), within_s=3 * LOOP_STUCK_S, what="loop is stuck")
    assert re.fullmatch(r"the event loop of process \d+", what)
    os.kill(int(what.split()[-1]), signal.SIGKILL)  # as a supervisor would: it is started anew
    web.wait_until(
        lambda: (answer := asked(web, "/livez")) and answer.status_code == 200,
        within_s=60,
        what="alive again",
    )
    hanging.join()

    key = make_key(make_device(), now=now())
    web.elsewhere("/planted/committer")
    headers = {"Authorization": f"Bearer {key}"}
    told = set()
    for seq in range(20):  # some reach the process whose committer hangs
        told.add(httpx.post(web.base_url + URL, content=report(seq), headers=headers).status_code)
    assert told <= {200, 503}
    assert 503 in told
    [what] = web.wait_until(lambda: stuck(web), within_s=3 * COMMIT_STUCK_S, what="stuck")
    assert re.fullmatch(r"the committer of process \d+", what)


def test_metrics_of_two_processes_are_added_up_and_outlive_one(web: WebPair) -> None:
    key = make_key(make_device(), now=now())
    headers = {"Authorization": f"Bearer {key}"}
    for seq in range(30):
        answer = httpx.post(web.base_url + URL, content=report(seq), headers=headers, timeout=60)
        assert answer.status_code == 200
    for _ in range(5):
        httpx.post(web.base_url + URL, content=b"[]", headers={"Authorization": "Bearer x"})

    def all_counted() -> bool:
        requests = counted(web, "yizhan_requests_total")
        return requests == {'outcome="kept"': 30.0, 'outcome="unknown_key"': 5.0}

    web.wait_until(all_counted, within_s=30, what="all requests are counted")
    assert counted(web, "yizhan_reports_total")['verdict="stored"'] == 30
    assert counted(web, "yizhan_lag_seconds_count") == {"": 30.0}
    assert sum(counted(web, "yizhan_commit_rows_sum").values()) == 30
    assert counted(web, "yizhan_database_up") == {"": 1.0}
    assert counted(web, "yizhan_keyring_age_seconds")[""] < 5

    time.sleep(1.5)  # they have written their last counts
    os.kill(killed := min(web.pids()), signal.SIGKILL)
    web.wait_until(lambda: killed not in web.pids(), within_s=30, what="it is gone")
    web.wait_until(lambda: asked(web, "/livez"), within_s=60, what="answers again")
    for _ in range(3):
        httpx.post(web.base_url + URL, content=report(99), headers=headers, timeout=60)
    web.wait_until(
        lambda: counted(web, "yizhan_requests_total").get('outcome="kept"') == 33,
        within_s=30,
        what="counts only grow",
    )
