"""News reaches a driver's page whatever happens to Redis, and only a driver who may be there."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import redis
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections
from django.test import Client
from pytest_django import Settings

from dispatch.driver import hub, stream
from dispatch.models import SwapAssignment
from fleet.models import Driver, Truck
from fleet.services.sign_in import make_sign_in_link, sign_out_everywhere
from telematics.models import TruckState
from tests.builders import (
    NOW,
    make_assignment,
    make_driver,
    make_operator,
    make_shift,
    make_truck,
)

pytestmark = pytest.mark.django_db(transaction=True)
type Scene = Callable[[], Awaitable[None]]


@pytest.fixture
def driver() -> Driver:
    driver = make_driver(make_operator())
    make_sign_in_link(driver, now=NOW, by=None)
    return driver


def play(scene: Scene) -> None:
    """Run a scene, within a minute, and give back what its threads opened."""

    async def closing() -> None:
        try:
            await asyncio.wait_for(scene(), 60)
        finally:
            await sync_to_async(connections.close_all, thread_sensitive=False)()

    asyncio.run(closing())


async def next_event(events: AsyncIterator[bytes]) -> str:
    return (await anext(events)).decode()


async def opened(driver: Driver) -> Any:
    """Open a stream and read its beginning: how to come back, and that nothing is promised."""
    events = stream.events(driver.pk)
    assert await next_event(events) == "retry: 1000\n\n"
    assert await next_event(events) == "id: None.None\nevent: assignment\ndata: null\n\n"
    return events


async def offer(driver: Driver) -> SwapAssignment:
    def make() -> SwapAssignment:
        try:
            return make_assignment(make_truck(driver.carrier), driver=driver)
        finally:
            connections.close_all()

    return await sync_to_async(make, thread_sensitive=False)()


def test_a_message_wakes_the_stream_at_once(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "LOOK_S", 1000.0)

    async def scene() -> None:
        events = await opened(driver)
        assignment = await offer(driver)
        waiting = asyncio.ensure_future(anext(events))
        with redis.Redis.from_url(settings.REDIS_URL) as client:
            while not client.publish(f"driver.{driver.pk}", "{}"):
                await asyncio.sleep(0.05)
            began = time.monotonic()
            text = (await waiting).decode()
        assert f'"id": {assignment.pk}' in text
        assert time.monotonic() - began < 6  # three times what is promised: this machine is shared
        await events.aclose()

    play(scene)


def test_without_redis_the_database_is_asked(
    driver: Driver, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(hub, "LOOK_S", 0.2)

    async def scene() -> None:
        events = await opened(driver)
        assignment = await offer(driver)
        assert f"id: {assignment.pk}.1\n" in await next_event(events)
        await events.aclose()

    play(scene)


def test_the_page_hears_how_fast_its_truck_moves(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "LOOK_S", 0.2)
    truck = make_truck(driver.carrier)
    make_shift(driver, truck)
    at = "2026-01-01T00:00:%02dZ"
    set_speed(truck, speed_kmh=0.0, recorded_at=at % 0)

    async def scene() -> None:
        events = await opened(driver)
        heard = await next_event(events)
        assert heard == f'event: motion\ndata: {{"speed_kmh": 0.0, "recorded_at": "{at % 0}"}}\n\n'
        set_later = sync_to_async(set_speed, thread_sensitive=False)
        await set_later(truck, speed_kmh=3.0, recorded_at=at % 5)  # as slow, and soon: no news
        await asyncio.sleep(0.5)
        await set_later(truck, speed_kmh=43.0, recorded_at=at % 10)
        assert '"speed_kmh": 43.0' in await next_event(events)
        await events.aclose()

    play(scene)


def set_speed(truck: Truck, *, speed_kmh: float, recorded_at: str) -> None:
    """Let the truck have reported its speed."""
    values = {
        "recorded_at": recorded_at,
        "received_at": recorded_at,
        "seq": 1,
        "latitude_deg": 39.0,
        "longitude_deg": 118.0,
        "soc_percent": 50.0,
        "speed_kmh": speed_kmh,
    }
    try:
        TruckState.objects.update_or_create(truck=truck, defaults=values)
    finally:
        connections.close_all()


def test_a_quiet_stream_beats(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "BEAT_S", 0.1)

    async def scene() -> None:
        events = await opened(driver)
        assert (await next_event(events)).startswith("event: beat\n")
        await events.aclose()

    play(scene)


def test_the_newest_streams_of_a_driver_win(driver: Driver) -> None:
    async def scene() -> None:
        streams = [await opened(driver) for _ in range(hub.STREAMS_A_DRIVER + 1)]
        assert await next_event(streams[0]) == "event: replaced\ndata: null\n\n"
        with pytest.raises(StopAsyncIteration):
            await anext(streams[0])
        home = hub.hub()
        assert len(home.streams[driver.pk]) == hub.STREAMS_A_DRIVER
        for events in streams[1:]:
            await events.aclose()
        assert not home.streams

    play(scene)


def test_signing_out_everywhere_ends_open_streams(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "LOOK_S", 0.2)

    async def scene() -> None:
        events = await opened(driver)
        await sync_to_async(sign_out_everywhere, thread_sensitive=False)(driver)
        with pytest.raises(StopAsyncIteration):
            await anext(events)

    play(scene)


def test_news_after_signing_out_everywhere_is_not_told(driver: Driver) -> None:
    async def scene() -> None:
        events = await opened(driver)
        await sync_to_async(sign_out_everywhere, thread_sensitive=False)(driver)
        await offer(driver)
        hub.hub().wake(driver.pk)
        with pytest.raises(StopAsyncIteration):
            await anext(events)

    play(scene)


def test_a_stream_that_opens_while_the_database_is_asked_stays_open(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "LOOK_S", 1000.0)
    monkeypatch.setattr(stream, "BEAT_S", 0.1)
    late = make_driver(driver.carrier)
    make_sign_in_link(late, now=NOW, by=None)

    async def scene() -> None:
        first = await opened(driver)
        look = asyncio.create_task(hub.hub().look())
        await asyncio.sleep(0)  # now it knows whom it asks about
        events: Any = stream.events(late.pk)
        await next_event(events)
        await look
        assert (await next_event(events)).endswith("event: assignment\ndata: null\n\n")
        assert (await next_event(events)).startswith("event: beat\n")
        await events.aclose()
        await first.aclose()

    play(scene)


def test_without_a_session_there_is_no_stream(client: Client) -> None:
    answer = client.get("/api/v1/driver/stream")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
