"""Two requests of stations at the same moment: the database decides, and both get an answer."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from dispatch.models import SwapAssignment
from fleet.models import PackMove
from telematics.models import StationEvent
from tests.builders import NOW
from tests.integration.dispatch.station_day import MINUTE, StationDay, occupied

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("standing_clock"),
]


def at_once(*requests: Callable[[], Any]) -> list[Any]:
    start = Barrier(len(requests))

    def run(request: Callable[[], Any]) -> Any:
        try:
            start.wait(timeout=10)
            return request()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(requests)) as threads:
        return list(threads.map(run, requests))


def test_the_same_swap_sent_four_times_at_once_moves_packs_once() -> None:
    day = StationDay()
    assignment = day.promise(after=0 * MINUTE)
    day.check_in(assignment)
    body = day.exchange(assignment, finished_at=NOW.isoformat(), event_id=str(uuid4()))
    answers = at_once(*[lambda: day.post("swaps", **body)] * 4)
    assert [answer.status_code for answer in answers] == [200] * 4
    assert {answer.json()["state"] for answer in answers} == {"done"}
    assert PackMove.objects.filter(assignment_id=assignment.pk).count() == 2
    assert StationEvent.objects.filter(kind="swap").count() == 1


def test_of_two_trucks_at_once_one_enters_the_lane_and_one_waits() -> None:
    day = StationDay()
    trucks = [day.promise(after=0 * MINUTE), day.promise(after=5 * MINUTE)]
    answers = at_once(*[lambda truck=truck: day.check_in(truck) for truck in trucks])
    assert sorted(answer.json()["state"] for answer in answers) == ["queued", "swapping"]
    first, second = sorted(occupied(truck) for truck in trucks)
    assert first[1] <= second[0]


def test_two_swaps_that_end_at_once_in_two_lanes_both_end() -> None:
    day = StationDay(lanes=2)
    trucks = [day.promise(after=0 * MINUTE, lane=lane) for lane in (1, 2)]
    bodies = []
    for truck, slot in zip(trucks, day.slots[-2:], strict=True):
        day.check_in(truck)
        body = day.exchange(truck, finished_at=NOW.isoformat())
        body["packs_in"][0]["slot"] = slot.number
        bodies.append(body)
    answers = at_once(*[lambda body=body: day.post("swaps", **body) for body in bodies])
    assert [answer.status_code for answer in answers] == [200, 200]
    states = SwapAssignment.objects.values_list("state", flat=True)
    assert list(states) == ["done", "done"]
