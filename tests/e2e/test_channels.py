"""News through the real relay, workers and gateways that fail: nothing lost, nothing silent."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from config.process import stop
from dispatch.management.gateways.play import Gateways
from dispatch.management.gateways.server import GatewayServer
from dispatch.models import DriverNotice, NoticeDelivery
from dispatch.services.news import tell_driver
from fleet import clock
from tests.builders import make_assignment, make_user
from tests.gateways import environment, open_gateways
from tests.scenes import Scene
from tests.stack import Stack, raised_stack

SECOND_S, SMS_S = 2.0, 5.0
DRIVERS = 40
KILLS = 5


@contextmanager
def written_to(stack: Stack) -> Iterator[None]:
    """Let this process's ORM write to the stack's database."""
    kept = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = stack.database_url.rpartition("/")[2]
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = kept


@pytest.fixture(scope="module")
def gateway_stack(django_db_blocker: Any) -> Iterator[tuple[Stack, Gateways]]:
    with (
        open_gateways() as server,
        _stack(server) as stack,
        django_db_blocker.unblock(),
        written_to(stack),
    ):
        yield stack, server.gateways


def _stack(server: GatewayServer) -> Any:
    quick = {"NOTICE_SECOND_S": str(SECOND_S), "NOTICE_SMS_S": str(SMS_S)}
    return raised_stack(f"channels_{os.getpid()}", **environment(server), **quick)


def offer_to(count: int) -> list[DriverNotice]:
    """Offer swaps to drivers who have no page open."""
    now = clock.now()
    scene = Scene(now=now)
    station = scene.add_station(lanes=count, slots=1, packs=0)
    lanes = list(station.lanes.all())
    for lane in lanes:
        truck = scene.add_truck(trips=0)
        driver = scene.shift_of(truck).driver
        driver.user = make_user(scene.carrier, "driver", language="zh-hans")
        driver.phone = f"138{driver.pk:08d}"
        driver.save()
        values: dict[str, Any] = {
            "lane": lane,
            "start": now + timedelta(minutes=40),
            "leave_by_at": now + timedelta(minutes=12),
            "offered_at": now,
            "offer_expires_at": now + timedelta(minutes=30),
        }
        tell_driver(make_assignment(truck, station, driver, **values), kind="offered", now=now)
    drivers = scene.carrier.drivers.values("pk")
    return list(DriverNotice.objects.filter(driver__in=drivers, kind="offered").order_by("pk"))


def test_what_nobody_sees_is_texted_and_then_told(
    gateway_stack: tuple[Stack, Gateways],
) -> None:
    stack, gateways = gateway_stack
    gateways.messages.clear()
    [notice] = offer_to(1)
    [text] = stack.wait_until(lambda: list(gateways.messages), within_s=90, what="a text message")
    assert text.key == f"{notice.pk}-sms"
    assert len(text.text) <= 70
    rows = NoticeDelivery.objects.filter(notice=notice).order_by("pk")
    stack.wait_until(
        lambda: rows.filter(channel="sms", outcome="sent").exists(), within_s=30, what="an outcome"
    )
    assert [row.channel for row in rows] == ["page", "obu", "wechat", "sms"]
    sent = rows.get(channel="sms")
    assert (sent.at - notice.created_at).total_seconds() >= SMS_S


@pytest.mark.long
def test_through_kills_between_mark_and_send_nothing_is_lost_or_sent_twice(
    gateway_stack: tuple[Stack, Gateways],
) -> None:
    """Five times, the worker is killed while letters are in the gateway's hands."""
    stack, gateways = gateway_stack
    gateways.messages.clear()
    gateways.calls.clear()
    notices = offer_to(DRIVERS)
    for _ in range(KILLS):
        gateways.faults = {"sms": "hangs"}
        seen = len(gateways.calls)
        stack.wait_until(
            lambda seen=seen: len(gateways.calls) > seen or not _open(notices),  # type: ignore[misc]
            within_s=120,
            what="letters on their way",
        )
        stop(stack.processes["work"], within_s=0)
        gateways.faults = {}
        gateways.released.set()
        gateways.released.clear()
        stack.start("work")
    stack.wait_until(lambda: not _open(notices), within_s=400, what="every notice came to an end")

    keys = Counter(message.key for message in gateways.messages)
    told = {notice.pk for notice in notices if keys[f"{notice.pk}-sms"]}
    given_up = set(
        DriverNotice.objects.filter(
            pk__in=[n.pk for n in notices], given_up_at__isnull=False
        ).values_list("pk", flat=True)
    )
    outcomes = Counter(NoticeDelivery.objects.values_list("channel", "outcome"))
    print(len(gateways.calls), "calls,", len(keys), "messages:", dict(outcomes))
    assert max(keys.values()) == 1
    assert told | given_up == {notice.pk for notice in notices}  # nobody is silently unseen
    assert len(told) > DRIVERS / 2
    assert outcomes["sms", "unknown"] > 0  # the kills did cut attempts short


def _open(notices: list[DriverNotice]) -> bool:
    ids = [notice.pk for notice in notices]
    sending = NoticeDelivery.objects.filter(notice__in=ids, outcome="sending")
    climbing = DriverNotice.objects.filter(pk__in=ids, look_at__isnull=False)
    return sending.exists() or climbing.exists()
