"""What cannot be handed out, or lies in a closed lane, is promised to nobody for long."""

from datetime import timedelta
from typing import Any

import pytest

from dispatch.models import DriverNotice, PackHold, SwapAssignment
from dispatch.services.gate.closed_lanes import leave_closed_lanes, wait_for_plan_s
from dispatch.services.gate.lanes import close_lane, close_station
from dispatch.services.gate.unusable import break_holds
from fleet.models import Job, Pack, SwapStation
from fleet.services.packs import Custody
from fleet.services.quarantine import BREAK_HOLDS_TASK, ask_release, confirm_release
from telematics.models import Alarm
from telematics.services.hot_packs import stop_hot_packs
from telematics.services.slot_states import SlotReport
from telematics.services.station_readings import record_slots
from tests.builders import NOW, make_assignment, make_hold, make_pack, make_user
from tests.scenes import Scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]


class Promised:
    """A station with a promise of its first pack."""

    def __init__(self, *, packs: int, **fields: Any) -> None:
        self.scene = Scene()
        self.station: SwapStation = self.scene.add_station(packs=packs, lanes=2)
        self.pack = self.station.slots.get(number=1).packs.get()
        truck = self.scene.add_truck(trips=0)
        driver = self.scene.shift_of(truck).driver
        values = {"state": "accepted", **fields}
        self.swap = make_assignment(truck=truck, station=self.station, driver=driver, **values)
        make_hold(self.swap, self.pack)

    def hot(self, temperature_c: float = 66.0) -> None:
        report = SlotReport(
            slot=1,
            pack_code=self.pack.code,
            soc_percent=99.0,
            soh_percent=None,
            power_kw=0.0,
            temperature_c=temperature_c,
            fault_code="",
        )
        later = NOW + timedelta(seconds=5)
        record_slots(self.station, [report], recorded_at=later, now=later)

    def state(self) -> tuple[str, list[int]]:
        swap = SwapAssignment.objects.get(pk=self.swap.pk)
        holds = PackHold.objects.filter(assignment=swap, is_live=True)
        return swap.state, list(holds.values_list("pack", flat=True))


@pytest.mark.parametrize(("heat_c", "is_apart"), [(66.0, True), (57.0, False)])
def test_a_pack_too_hot_is_set_apart_by_its_reading(heat_c: float, is_apart: bool) -> None:
    promised = Promised(packs=2)
    promised.hot(heat_c)
    assert Pack.objects.get(pk=promised.pack.pk).is_quarantined == is_apart
    assert Job.objects.filter(name=BREAK_HOLDS_TASK).exists() == is_apart


def test_another_pack_takes_the_place_and_again_changes_nothing() -> None:
    promised = Promised(packs=2)
    promised.hot()
    for _ in range(2):
        break_holds([promised.pack.pk], why="pack_quarantined", now=NOW)
        state, [pack] = promised.state()
        assert (state, pack != promised.pack.pk) == ("accepted", True)


def test_without_another_pack_the_promise_ends_and_the_driver_is_told() -> None:
    promised = Promised(packs=1)
    promised.hot()
    assert break_holds([promised.pack.pk], why="pack_quarantined", now=NOW).ended == 1
    assert promised.state() == ("cancelled", [])
    notice = DriverNotice.objects.filter(assignment=promised.swap).latest("pk")
    assert (notice.kind, notice.body["reason"]) == ("ended", "pack_quarantined")


def test_a_swap_under_way_goes_on() -> None:
    promised = Promised(packs=1, state="swapping")
    promised.hot()
    break_holds([promised.pack.pk], why="pack_quarantined", now=NOW)
    assert promised.state() == ("swapping", [promised.pack.pk])


def test_the_packs_of_a_truck_with_a_grave_heat_alarm_are_set_apart_once() -> None:
    scene = Scene()
    truck = scene.add_truck(trips=0)
    pack = scene.pack_on(truck)
    heat = Alarm.Kind.BATTERY_HEAT
    later = NOW + timedelta(minutes=5)
    Alarm.objects.create(truck=truck, kind=heat, level=2, detail="57 °C", opened_at=later)
    assert stop_hot_packs(now=later) == 0
    Alarm.objects.update(level=3, rung_at=later)
    assert stop_hot_packs(now=later) == 1
    ask_release(pack.pk, custody=Custody(at=later, reason="cool", by=make_user()))
    confirm_release(pack.pk, custody=Custody(at=later, reason="cool", by=make_user()))
    assert stop_hot_packs(now=later) == 0
    fresh = make_pack(pack.type)
    Pack.objects.filter(pk=pack.pk).update(whereabouts="transport", truck=None, position=None)
    Pack.objects.filter(pk=fresh.pk).update(
        whereabouts="truck", truck=truck, position=1, moved_at=later + timedelta(minutes=1)
    )
    assert stop_hot_packs(now=later) == 0


def test_what_no_plan_moved_out_of_a_closed_lane_gets_another_or_ends() -> None:
    promised = Promised(packs=2, is_pinned=True)
    first, second = promised.station.lanes.order_by("number")
    close_lane(first, reason="robot fault", by=None, now=NOW)
    assert leave_closed_lanes(promised.station.pk, now=NOW) == (1, 0)
    swap = SwapAssignment.objects.get(pk=promised.swap.pk)
    assert (swap.lane, swap.state) == (second, "accepted")
    assert DriverNotice.objects.filter(assignment=swap, kind="changed").count() == 1

    close_station(promised.station, reason="power cut", by=None, now=NOW)
    assert leave_closed_lanes(promised.station.pk, now=NOW) == (0, 1)
    assert promised.state() == ("cancelled", [])
    assert leave_closed_lanes(promised.station.pk, now=NOW) == (0, 0)


def test_the_plan_has_its_seconds_first(settings: Any) -> None:
    settings.CLOCK_RATE = 1.0
    assert wait_for_plan_s(NOW, now=NOW + timedelta(seconds=2)) == 3
    assert wait_for_plan_s(NOW, now=NOW + timedelta(seconds=9)) == 0
