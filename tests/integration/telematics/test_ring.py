"""What rings, what does not, and what people and the clock make of it."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection, connections, transaction

from fleet.models import Job, Truck
from telematics.models import Alarm, AlarmRule, Breach, Device, RouteNeed, TruckState
from telematics.services.alarms.people import AlarmOverError, acknowledge_alarm, close_by_hand
from telematics.services.alarms.promised import promise_ringing
from telematics.services.alarms.ring import Rung, ring_breaches
from tests.builders import (
    NOW,
    make_alarm_rule,
    make_device,
    make_driver,
    make_operator,
    make_shift,
    make_user,
)
from tests.obu import post, report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]
NOTHING = Rung()
LATER = NOW + timedelta(seconds=30)


@pytest.fixture
def rule() -> AlarmRule:
    AlarmRule.objects.all().delete()
    return make_alarm_rule()


def say(device: Device, seq: int = 1, seconds_ago: float = 0, **values: Any) -> None:
    post(device, report(seq, seconds_ago, **values))


def test_a_hot_pack_rings_once_and_falls_silent_when_it_is_cool(rule: AlarmRule) -> None:
    device = make_device()
    say(device, 1, 20, pack_temperature_c=56.5)
    assert ring_breaches(now=NOW) == Rung(opened=1)
    assert ring_breaches(now=NOW) == NOTHING
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.truck, alarm.rule, alarm.level) == (
        "battery_heat",
        device.truck,
        rule,
        1,
    )
    assert alarm.detail == "56.5 ≥ 55"
    say(device, 2, 10, pack_temperature_c=51)
    assert ring_breaches(now=NOW) == NOTHING
    say(device, 3, 0, pack_temperature_c=49)
    assert ring_breaches(now=LATER) == Rung(closed=1)
    assert Alarm.objects.get().closed_at == LATER


@pytest.mark.parametrize("change", [{"is_enabled": False}, {"metric": "ambient_temperature_c"}])
def test_a_rule_out_of_force_rings_nothing_and_its_alarm_ends(
    rule: AlarmRule, change: dict[str, Any]
) -> None:
    device = make_device()
    say(device, 1, 0, pack_temperature_c=56, ambient_temperature_c=20)
    ring_breaches(now=NOW)
    AlarmRule.objects.update(**change)
    say(device, 2, -1, pack_temperature_c=56, ambient_temperature_c=20)
    ring_breaches(now=LATER)
    assert Alarm.objects.get().closed_at == LATER


def test_reports_from_before_a_change_say_nothing_of_the_rule_as_it_is_now(
    rule: AlarmRule, settings: LazySettings
) -> None:
    device = make_device()
    say(device, 1, 0, pack_temperature_c=56)
    ring_breaches(now=NOW)
    AlarmRule.objects.update(threshold=50, clear_at=45, changed_at=LATER)
    assert ring_breaches(now=LATER) == NOTHING
    settings.CLOCK_AT_S = LATER.timestamp() + 6
    say(device, 2, -36, pack_temperature_c=44)
    assert ring_breaches(now=LATER + timedelta(seconds=6)) == Rung(closed=1)


def test_what_a_person_closed_stays_closed_for_that_breach(rule: AlarmRule) -> None:
    device = make_device()
    say(device, 1, 0, pack_temperature_c=56)
    ring_breaches(now=NOW)
    close_by_hand(Alarm.objects.get().pk, by=make_user(), reason="sensor broken", now=LATER)
    assert ring_breaches(now=LATER) == NOTHING
    make_alarm_rule(threshold=60, clear_at=58, level=3)
    say(device, 2, -5, pack_temperature_c=61)
    assert ring_breaches(now=LATER) == Rung(opened=1)  # it got graver
    assert Alarm.objects.get(closed_at=None).level == 3


def test_a_breach_that_comes_again_rings_again_though_a_person_closed_the_last(
    rule: AlarmRule, settings: LazySettings
) -> None:
    device = make_device()
    say(device, 1, 0, pack_temperature_c=56)
    ring_breaches(now=NOW)
    close_by_hand(Alarm.objects.get().pk, by=make_user(), reason="sensor broken", now=NOW)
    settings.CLOCK_AT_S = LATER.timestamp()
    say(device, 2, -10, pack_temperature_c=40)
    say(device, 3, -20, pack_temperature_c=56)
    assert ring_breaches(now=LATER) == Rung(opened=1)


def test_the_first_who_acknowledges_looks_after_it(rule: AlarmRule) -> None:
    say(make_device(), pack_temperature_c=56)
    ring_breaches(now=NOW)
    alarm, first = Alarm.objects.get(), make_user()
    acknowledge_alarm(alarm.pk, by=first, reason="calling the driver", now=NOW)
    with pytest.raises(AlarmOverError) as refused:
        acknowledge_alarm(alarm.pk, by=make_user(), reason="me too", now=NOW)
    assert refused.value.code == "already_acknowledged"
    assert str(first) in str(refused.value)
    close_by_hand(alarm.pk, by=first, reason="cooled", now=NOW)
    for again in (acknowledge_alarm, close_by_hand):
        with pytest.raises(AlarmOverError) as refused:
            again(alarm.pk, by=first, reason="again", now=NOW)
        assert refused.value.code == "already_closed"
    alarm.refresh_from_db()
    assert (alarm.acknowledged_by, alarm.closed_by, alarm.note) == (first, first, "cooled")


def on_shift() -> Device:
    device = make_device()
    assert device.truck is not None
    make_shift(make_driver(make_operator()), device.truck, started_at=NOW - timedelta(hours=1))
    return device


def need(truck: Truck | None, minutes: int, **fields: Any) -> None:
    RouteNeed.objects.update_or_create(
        truck=truck,
        defaults={
            "computed_at": NOW,
            "energy_wh": 100_000,
            "reserve_wh": 40_000,
            "needs_swap_by": NOW + timedelta(minutes=minutes),
            **fields,
        },
    )


@pytest.fixture
def route_rule(rule: AlarmRule) -> AlarmRule:
    rule.delete()
    return make_alarm_rule(
        kind="low_charge", metric="swap_due_s", comparison="below", threshold=900, clear_at=1200
    )


def test_low_charge_against_the_route_rings_until_a_swap_is_promised(route_rule: AlarmRule) -> None:
    device = on_shift()
    need(device.truck, 16)
    assert ring_breaches(now=NOW) == NOTHING
    need(device.truck, 15)
    assert ring_breaches(now=NOW) == Rung(opened=1)
    need(device.truck, 19)
    assert ring_breaches(now=NOW) == NOTHING
    need(device.truck, 19, is_promised=True)
    assert ring_breaches(now=NOW) == Rung(closed=1)
    need(device.truck, 19)
    assert ring_breaches(now=NOW) == NOTHING  # between threshold and clearing nothing new rings


def test_a_truck_nobody_can_help_rings_once_as_that(route_rule: AlarmRule) -> None:
    device = on_shift()
    Alarm.objects.create(kind="stranded_risk", truck=device.truck, detail="far", opened_at=NOW)
    need(device.truck, 5)
    assert ring_breaches(now=NOW) == NOTHING


def test_an_old_need_is_stale_and_off_shift_there_is_none(route_rule: AlarmRule) -> None:
    device = on_shift()
    need(device.truck, 5)
    ring_breaches(now=NOW)
    old = NOW + timedelta(seconds=301)
    assert ring_breaches(now=old) == Rung(stale=1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE fleet_shift SET ended_at = %s", [old])
    assert ring_breaches(now=old) == Rung(stale=1, closed=1)


def test_a_breach_that_lost_its_row_begins_anew(rule: AlarmRule) -> None:
    AlarmRule.objects.update(duration_s=20)
    device = make_device()
    say(device, 1, 30, pack_temperature_c=56)
    Breach.objects.all().delete()
    assert ring_breaches(now=NOW) == NOTHING
    say(device, 2, 10, pack_temperature_c=56)
    assert ring_breaches(now=NOW) == Rung(opened=1)


def test_a_breach_the_live_state_does_not_show_is_none(rule: AlarmRule) -> None:
    device = make_device()
    say(device, pack_temperature_c=56)
    TruckState.objects.update(breaches=0)
    assert ring_breaches(now=NOW) == NOTHING


def test_a_report_that_changes_what_is_breached_has_alarms_rung(rule: AlarmRule) -> None:
    device = make_device()
    jobs = Job.objects.filter(name="telematics.ring_alarms")
    for seq, heat, promised in ((1, 40, 0), (2, 56, 1), (3, 56, 1), (4, 40, 2)):
        jobs.update(attempts=1)
        say(device, seq, -seq, pack_temperature_c=heat)
        assert jobs.count() == promised


def test_ringing_is_promised_once_for_whoever_waits() -> None:
    assert promise_ringing(connection)
    assert not promise_ringing(connection)
    Job.objects.update(attempts=1)  # begun: it may have looked too early
    assert promise_ringing(connection)
    assert not promise_ringing(connection)
    assert Job.objects.filter(name="telematics.ring_alarms").count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_who_ring_at_once_open_one_alarm(rule: AlarmRule) -> None:
    say(make_device(), pack_temperature_c=56)
    rung: list[Rung] = []

    def other() -> None:
        try:
            rung.append(ring_breaches(now=NOW))
        finally:
            connections.close_all()

    with transaction.atomic():
        assert ring_breaches(now=NOW) == Rung(opened=1)
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()  # it waits for what we make of it
    thread.join(10)
    assert rung == [NOTHING]
    assert Alarm.objects.count() == 1
