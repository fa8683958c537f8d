from datetime import datetime, timedelta

import pytest

from fleet.models import Truck
from telematics.models import Alarm, AlarmRule, LaneState, SlotState, TruckState
from telematics.services.alarms.ring import Rung, ring_breaches
from tests.builders import (
    NOW,
    make_alarm_rule,
    make_driver,
    make_operator,
    make_shift,
    make_station,
    make_truck,
)

pytestmark = pytest.mark.django_db
AGO_9 = NOW - timedelta(minutes=9)
AGO_11 = NOW - timedelta(minutes=11)


@pytest.fixture(autouse=True)
def ten_minutes() -> None:
    AlarmRule.objects.all().delete()
    for kind, metric in (("silent_truck", "silence_s"), ("silent_station", "station_silence_s")):
        make_alarm_rule(kind=kind, metric=metric, threshold=600, clear_at=600)


def truck_on_shift(started_at: datetime = AGO_11) -> Truck:
    carrier = make_operator()
    truck = make_truck(carrier)
    make_shift(make_driver(carrier), truck, started_at=started_at)
    return truck


def heard(truck: Truck, at: datetime) -> None:
    TruckState.objects.update_or_create(
        truck=truck,
        defaults={
            "recorded_at": at,
            "received_at": at,
            "seq": 1,
            "latitude_deg": 39,
            "longitude_deg": 118,
            "speed_kmh": 0,
            "soc_percent": 50,
        },
    )


def test_a_truck_on_shift_that_falls_silent_rings_once_until_it_is_heard_again() -> None:
    truck = truck_on_shift()
    heard(truck, AGO_11)
    assert ring_breaches(now=NOW) == Rung(opened=1)
    assert ring_breaches(now=NOW) == Rung()
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.truck, alarm.opened_at) == ("silent_truck", truck, NOW)
    heard(truck, NOW)
    assert ring_breaches(now=NOW) == Rung(closed=1)
    assert Alarm.objects.get().closed_at == NOW
    assert ring_breaches(now=NOW + timedelta(minutes=11)) == Rung(opened=1)


@pytest.mark.parametrize(
    ("started_at", "heard_at", "rings"),
    [(AGO_9, None, 0), (AGO_11, None, 1), (AGO_9, AGO_11, 0), (AGO_11, AGO_9, 0)],
)
def test_silence_counts_from_the_last_report_or_the_start_of_the_shift(
    started_at: datetime, heard_at: datetime | None, rings: int
) -> None:
    truck = truck_on_shift(started_at)
    if heard_at:
        heard(truck, heard_at)
    assert ring_breaches(now=NOW).opened == rings


def test_a_truck_off_shift_may_be_silent_and_its_alarm_closes() -> None:
    truck = truck_on_shift()
    heard(truck, AGO_11)
    ring_breaches(now=NOW)
    truck.shifts.update(ended_at=NOW)
    assert ring_breaches(now=NOW) == Rung(closed=1)


def test_a_station_rings_when_neither_slots_nor_lanes_were_heard_of() -> None:
    station, never_heard = make_station(), make_station()
    slot, lane = station.slots.all()[0], station.lanes.get()
    SlotState.objects.create(slot=slot, recorded_at=AGO_11, received_at=AGO_11)
    said = {"recorded_at": AGO_9, "received_at": AGO_9, "state": "free"}
    LaneState.objects.create(lane=lane, **said)
    assert ring_breaches(now=NOW) == Rung()
    LaneState.objects.update(received_at=AGO_11)
    assert ring_breaches(now=NOW) == Rung(opened=1)
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.station) == ("silent_station", station)
    SlotState.objects.update(received_at=NOW)
    assert ring_breaches(now=NOW) == Rung(closed=1)
    assert not Alarm.objects.filter(station=never_heard).exists()


def test_the_threshold_is_data_and_silence_ends_by_hysteresis() -> None:
    AlarmRule.objects.filter(kind="silent_truck").update(threshold=720, clear_at=300)
    truck = truck_on_shift(started_at=NOW - timedelta(hours=1))
    heard(truck, AGO_11)
    assert ring_breaches(now=NOW) == Rung()
    heard(truck, NOW - timedelta(minutes=12))
    assert ring_breaches(now=NOW) == Rung(opened=1)
    heard(truck, AGO_9)
    assert ring_breaches(now=NOW) == Rung()
    heard(truck, NOW - timedelta(minutes=4))
    assert ring_breaches(now=NOW) == Rung(closed=1)
