"""Whose turn it is: properties of the choice of batches, and what the bounds refuse."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telematics.ingest.turns import Bounds, FullError, Share, Turns

WIDE = Bounds(requests=10_000, rows=100_000, size_bytes=1 << 30)
LIVE, BACKFILL = Share(rows=50, requests_a_device=2), Share(rows=20, requests_a_device=1)


@dataclass(frozen=True)
class Request:
    device_id: int
    rows: int = 1
    size_bytes: int = 300
    is_backfill: bool = False
    carries_alarm: bool = False
    number: int = 0


def turns(live: Bounds = WIDE, backfill: Bounds = WIDE) -> Turns[Request]:
    return Turns(live=live, backfill=backfill, live_share=LIVE, backfill_share=BACKFILL)


requests = st.lists(
    st.builds(
        Request,
        device_id=st.integers(1, 6),
        rows=st.integers(1, 30),
        is_backfill=st.booleans(),
        carries_alarm=st.booleans(),
    ),
    max_size=80,
)


@given(requests)
def test_everything_taken_in_comes_out_once_and_in_order_for_each_device(
    sent: list[Request],
) -> None:
    waiting = turns()
    numbered = [
        Request(r.device_id, r.rows, r.size_bytes, r.is_backfill, r.carries_alarm, i)
        for i, r in enumerate(sent)
    ]
    for request in numbered:
        waiting.add(request)
    came: list[Request] = []
    while batch := waiting.take():
        came += batch
    assert sorted(r.number for r in came) == list(range(len(sent)))
    assert waiting.rows == 0
    for device_id in range(1, 7):
        for kind in ((False, False), (True, False), (False, True), (True, True)):
            own = [
                r.number
                for r in came
                if r.device_id == device_id and (r.is_backfill, r.carries_alarm) == kind
            ]
            assert own == sorted(own)


@given(requests)
def test_a_batch_has_its_share_of_each_and_no_device_more_than_its_turns(
    sent: list[Request],
) -> None:
    waiting = turns()
    for request in sent:
        waiting.add(request)
    while batch := waiting.take():
        old = [r for r in batch if r.is_backfill]
        rings = [r for r in batch if r.carries_alarm and not r.is_backfill]
        live = [r for r in batch if not r.carries_alarm and not r.is_backfill]
        assert batch == rings + live + old
        for part, share in ((rings, LIVE), (live, LIVE), (old, BACKFILL)):
            rows = max(share.rows, sum(r.rows for r in rings + live) // 4 * (part is old))
            assert sum(r.rows for r in part[:-1]) < rows
            for device_id in range(1, 7):
                assert sum(r.device_id == device_id for r in part) <= share.requests_a_device


def test_one_device_with_a_thousand_requests_holds_nobody_up() -> None:
    waiting = turns()
    for _ in range(1000):
        waiting.add(Request(device_id=1))
    quiet = [Request(device_id=i) for i in range(2, 12)]
    for request in quiet:
        waiting.add(request)
    batch = waiting.take()
    assert [r for r in batch if r.device_id != 1] == quiet
    assert sum(r.device_id == 1 for r in batch) == LIVE.requests_a_device


def test_devices_take_turns_from_batch_to_batch() -> None:
    waiting = turns()
    for device_id in range(200):
        for _ in range(4):
            waiting.add(Request(device_id))
    first, second = waiting.take(), waiting.take()
    assert not {r.device_id for r in first} & {r.device_id for r in second}


def test_backfill_goes_on_beside_more_live_reports_than_fit() -> None:
    waiting = turns()
    waiting.add(Request(device_id=1, rows=20, is_backfill=True))
    for device_id in range(2, 500):
        waiting.add(Request(device_id))
    assert waiting.take()[-1].is_backfill


def test_a_batch_with_much_that_is_live_takes_more_of_backfill() -> None:
    waiting = turns()
    for device_id in range(10):
        waiting.add(Request(device_id, rows=20, is_backfill=True))
        for _ in range(2):
            waiting.add(Request(100 + device_id, rows=24))
    batch = waiting.take()
    live_rows = sum(r.rows for r in batch if not r.is_backfill)
    assert live_rows >= LIVE.rows
    assert sum(r.rows for r in batch if r.is_backfill) == BACKFILL.rows
    waiting = Turns[Request](
        live=WIDE, backfill=WIDE, live_share=Share(400, 2), backfill_share=BACKFILL
    )
    for device_id in range(10):
        waiting.add(Request(device_id, rows=20, is_backfill=True))
        waiting.add(Request(100 + device_id, rows=40))
    assert sum(r.rows for r in waiting.take() if r.is_backfill) == 100


@pytest.mark.parametrize(
    "bounds",
    [
        Bounds(requests=5, rows=1000, size_bytes=1 << 30),
        Bounds(requests=1000, rows=5, size_bytes=1 << 30),
        Bounds(requests=1000, rows=1000, size_bytes=5 * 300),
    ],
)
def test_each_bound_refuses_the_first_too_many_and_takes_again_after_a_batch(
    bounds: Bounds,
) -> None:
    waiting = turns(live=bounds)
    for device_id in range(5):
        waiting.add(Request(device_id))
    with pytest.raises(FullError):
        waiting.add(Request(device_id=9))
    waiting.take()
    waiting.add(Request(device_id=9))


def test_backfill_cannot_fill_the_place_of_live_reports_nor_either_that_of_alarms() -> None:
    few = Bounds(requests=3, rows=10_000, size_bytes=1 << 30)
    waiting = turns(live=few, backfill=few)
    for kind in ({"is_backfill": True}, {}, {"carries_alarm": True}):
        for device_id in range(3):
            waiting.add(Request(device_id, **kind))
        with pytest.raises(FullError):
            waiting.add(Request(device_id=9, **kind))


def test_a_request_larger_than_the_bound_is_taken_when_nothing_waits() -> None:
    waiting = turns(backfill=Bounds(requests=5, rows=10, size_bytes=100))
    waiting.add(Request(device_id=1, rows=1000, size_bytes=5000, is_backfill=True))
    with pytest.raises(FullError):
        waiting.add(Request(device_id=2, rows=1, is_backfill=True))
    assert len(waiting.take()) == 1


def test_it_says_when_nothing_live_would_be_taken() -> None:
    waiting = turns(live=Bounds(requests=2, rows=100, size_bytes=1 << 30))
    waiting.add(Request(device_id=1))
    assert not waiting.is_full
    waiting.add(Request(device_id=2))
    assert waiting.is_full
