"""More than can be taken, against a real web server: who is refused, who is not."""

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from config.process import stop
from tests.kill.service import Service
from tests.private import run_directory

URL = "/api/v1/obu/reports"
TRUCKS = 110
QUEUE, REQUESTS_S, BURST_S = 15, 4, 5
BURST = REQUESTS_S * BURST_S


class Scene:
    """The service with a short queue and small buckets, and the keys of some trucks."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.keys = service.scene(trucks=TRUCKS)
        self.unused = iter(self.keys.items())
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{service.port}",
            timeout=30,
            limits=httpx.Limits(max_connections=200),
        )

    def post(self, key: str, body: Any) -> httpx.Response:
        return self.http.post(URL, json=body, headers={"Authorization": f"Bearer {key}"})

    def post_many(self, keys: list[str], **fields: Any) -> list[httpx.Response]:
        """Send a report for each key, all at once."""
        with ThreadPoolExecutor(len(keys)) as pool:
            return list(pool.map(lambda key: self.post(key, report(**fields)), keys))


def report(age_s: float = 0, seq: int | None = None, **fields: Any) -> dict[str, Any]:
    return {
        "recorded_at": (datetime.now(UTC) - timedelta(seconds=age_s)).isoformat(),
        "seq": time.monotonic_ns() if seq is None else seq,
        "latitude_deg": 39.21,
        "longitude_deg": 119.02,
        "speed_kmh": 61.5,
        "soc_percent": 48.0,
        **fields,
    }


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    service = Service(run_directory() / f"overload-{os.getpid()}", workers=1)
    service.environment |= {
        "REPORT_QUEUE_REQUESTS": str(QUEUE),
        "DEVICE_REQUESTS_S": str(REQUESTS_S),
    }
    with service:
        made = Scene(service)
        yield made
        made.http.close()


def statuses(answers: list[httpx.Response]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


def test_a_full_queue_refuses_at_once_and_keeps_a_place_for_alarms(scene: Scene) -> None:
    keys = [next(scene.unused)[1] for _ in range(100)]
    assert set(statuses([scene.post(key, report()) for key in keys])) == {200}
    scene.service.freeze_postgres()
    try:
        began_s = time.monotonic()
        with ThreadPoolExecutor(2) as pool:
            live = pool.submit(scene.post_many, keys[:-QUEUE])
            time.sleep(0.3)
            alarms = pool.submit(scene.post_many, keys[-QUEUE:], alarm_level=1)
            refused, rang = live.result(), alarms.result()
        took_s = time.monotonic() - began_s
    finally:
        scene.service.thaw_postgres()
    assert set(statuses(refused)) == set(statuses(rang)) == {503}
    assert took_s < 6, "2 s, and leeway for a loaded machine"
    details = Counter(answer.json()["detail"] for answer in refused)
    too_many = details["Too many reports wait to be kept. Send them again later."]
    assert too_many >= len(refused) - 3 * QUEUE, details
    assert not any("Too many" in answer.json()["detail"] for answer in rang), "alarms waited"
    waits_s = {int(answer.headers["Retry-After"]) for answer in refused}
    assert len(waits_s) > 2, "they shall not come back together"
    assert min(waits_s) >= 2
    assert max(waits_s) <= 8
    assert {answer.json()["code"] for answer in refused} == {"busy"}
    again_s = time.monotonic() + 20
    while set(statuses([scene.post(key, report()) for key in keys[:5]])) != {200}:
        assert time.monotonic() < again_s
        time.sleep(0.5)


def test_a_device_that_sends_too_much_is_throttled_alone_but_not_its_alarms(scene: Scene) -> None:
    noisy, quiet = next(scene.unused)[1], next(scene.unused)[1]
    scene.post_many([noisy] * (2 * BURST))  # nobody agreed on its bucket yet
    time.sleep(1)
    answers = scene.post_many([noisy] * BURST)
    assert statuses(answers)[429] >= BURST / 2
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["code"] == "throttled"
    assert 1 <= int(refused.headers["Retry-After"]) <= BURST_S + 1
    assert set(statuses(scene.post_many([quiet] * 3))) == {200}
    assert set(statuses(scene.post_many([noisy] * 10, alarm_level=2))) == {200}
    assert set(statuses(scene.post_many([noisy] * 3, pack_temperature_c=90))) == {200}
    time.sleep(int(refused.headers["Retry-After"]) + BURST_S + 1)
    assert scene.post(noisy, report()).status_code == 200


def test_while_redis_is_away_nobody_is_throttled(scene: Scene) -> None:
    noisy = next(scene.unused)[1]
    servers = scene.service.servers
    scene.post_many([noisy] * (2 * BURST))
    time.sleep(1)
    assert statuses(scene.post_many([noisy] * BURST))[429] > 0
    assert servers.redis is not None
    stop(servers.redis, signal.SIGKILL, within_s=5)
    try:
        time.sleep(1.5)
        # One after the other: the short queue is not what is tried here.
        answers = [scene.post(noisy, report()) for _ in range(2 * BURST)]
        assert set(statuses(answers)) == {200}
    finally:
        servers.start_redis()


def test_a_long_request_is_kept_in_parts_and_answered_as_one(scene: Scene) -> None:
    count = 230
    sent: list[Any] = [report(age_s=10 * (i * 7 % count), seq=i) for i in range(count)]
    sent[17] = {"seq": "none"}
    sent[200] = sent[3]
    truck_id, key = next(scene.unused)
    answer = scene.post(key, sent)
    while answer.status_code == 503:  # its twelve parts need most of the short queue
        time.sleep(1)
        truck_id, key = next(scene.unused)
        answer = scene.post(key, sent)
    assert answer.status_code == 200, answer.text
    verdicts = answer.json()["verdicts"]
    assert [each["index"] for each in verdicts] == list(range(count))
    assert Counter(each["verdict"] for each in verdicts) == {
        "stored": count - 2,
        "refused": 1,
        "duplicate": 1,
    }
    assert verdicts[17]["verdict"] == "refused"
    assert verdicts[200]["verdict"] == "duplicate"
    assert [v.get("seq") for i, v in enumerate(verdicts) if i != 17] == [
        each["seq"] for i, each in enumerate(sent) if i != 17
    ]
    [(kept, late)] = scene.service.sql(
        "SELECT count(*), count(*) FILTER (WHERE marks & 1 > 0) FROM telematics_truckreport"
        " WHERE truck_id = %s",
        truck_id,
    )
    assert (kept, late) == (count - 2, 0), "in the order of their times, so none came late"
    assert json.loads(scene.post(key, sent).text)["verdicts"][0]["verdict"] == "duplicate"
