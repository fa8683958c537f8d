"""Returned packs charge in the order their swaps are due, under the station's power limit."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from dispatch.models import ChargeWindow
from dispatch.planning.charging import charge_schedule, power_into_packs_w
from dispatch.selectors.charging import READY_FROM_PERCENT, slot_charges
from dispatch.selectors.readiness import BEGINS_WITHIN, charge_jobs, pack_ready_at
from dispatch.services.charging.plan import plan_charging, stations_that_charge
from dispatch.snapshot.stations import packs_at, read_stations
from fleet.models import Pack, Slot, SwapStation
from fleet.services.packs import Custody, take_into_transport
from fleet.services.quarantine import quarantine_pack
from tests.builders import NOW, make_pack, make_pack_type, make_station
from tests.examples import fewer_examples
from tests.integration.dispatch.station_day import MINUTE, StationDay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]


def windows(pack: Pack) -> list[tuple[datetime, datetime, int]]:
    rows = ChargeWindow.objects.filter(pack=pack).order_by("during")
    return [(row.during.lower, row.during.upper, row.power_w) for row in rows]


def power_w(station: SwapStation, *, at: datetime) -> int:
    rows = ChargeWindow.objects.filter(slot__station=station, during__contains=at)
    return sum(rows.values_list("power_w", flat=True))


def highest_power_w(station: SwapStation) -> int:
    """Return the highest sum of power; it can only rise where a window begins."""
    rows = ChargeWindow.objects.filter(slot__station=station)
    return max((power_w(station, at=row.during.lower) for row in rows), default=0)


@st.composite
def stations(draw: st.DrawFn) -> tuple[int, list[tuple[int, float | None, int | None]]]:
    """Return a power limit and slots: highest power, charge of the pack, minutes to its swap."""
    slot = st.tuples(
        st.integers(10, 400),
        st.none() | st.floats(0, 100, allow_nan=False),
        st.none() | st.integers(1, 300),
    )
    return draw(st.integers(20, 1500)), draw(st.lists(slot, min_size=1, max_size=8))


@fewer_examples(3)
@given(given=stations(), steps=st.lists(st.integers(0, 90), min_size=1, max_size=3))
def test_the_limit_holds_at_every_instant_and_what_can_be_promised_stays_so(
    given: tuple[int, list[tuple[int, float | None, int | None]]], steps: Sequence[int]
) -> None:
    limit_kw, slots = given
    with transaction.atomic():
        day = StationDay(slots=len(slots) + 2, lanes=len(slots))
        station = day.station
        SwapStation.objects.filter(pk=station.pk).update(power_limit_kw=limit_kw)
        packs = list(day.charged)
        for lane, ((max_kw, soc_percent, due), pack) in enumerate(
            zip(slots, packs, strict=True), start=1
        ):
            Slot.objects.filter(packs=pack).update(max_power_kw=max_kw)
            day.says(pack, soc_percent=soc_percent if soc_percent is not None else 0)
            if due is not None:
                day.promise(after=due * MINUTE, pack=pack, lane=lane)
        at = NOW
        for step in steps:
            at += step * MINUTE
            schedule = plan_charging(station.pk, now=at)
            assert highest_power_w(station) <= power_into_packs_w(limit_kw * 1000)
            ready = pack_ready_at([station.pk], now=at)
            waiting = [one for one in slot_charges([station.pk], now=at) if not one.is_ready]
            soonest = charge_schedule(charge_jobs(waiting, now=at), limit_w=limit_kw * 1000)
            assert set(schedule.late) <= set(soonest.late)
            for one in waiting:
                if one.is_known and str(one.pack.pk) in soonest.ready_s:
                    sure_s = soonest.ready_s[str(one.pack.pk)] + BEGINS_WITHIN.total_seconds()
                    assert ready[one.pack.pk] == at + timedelta(seconds=sure_s)
            full = [one.pack.pk for one in slot_charges([station.pk], now=at) if one.is_ready]
            assert all(ready[pk] == at for pk in full)
            rows = read_stations(station.region, now=at)
            planned = {
                pack.id: pack.ready_s for pack in packs_at(station, rows, taken=set(), now=at)
            }
            assert planned == {
                pack.code: ceil((ready[pack.pk] - at).total_seconds())
                for pack in packs
                if pack.pk in ready
            }
        transaction.set_rollback(True)


def test_the_pack_whose_swap_starts_first_has_the_first_claim_on_power() -> None:
    day = StationDay()
    SwapStation.objects.filter(pk=day.station.pk).update(power_limit_kw=100)
    late, soon, free = day.charged[:3]
    for pack in (late, soon, free):
        day.says(pack, soc_percent=50)
    day.promise(after=200 * MINUTE, pack=late)
    day.promise(after=90 * MINUTE, pack=soon)
    plan_charging(day.station.pk, now=NOW)
    assert windows(soon)[0][0] == NOW
    assert windows(soon)[-1][1] <= windows(late)[0][1]
    assert windows(late)[-1][1] <= windows(free)[-1][1]


def test_a_new_plan_cuts_the_window_under_way_and_replaces_those_ahead() -> None:
    day = StationDay()
    pack = day.charged[0]
    day.says(pack, soc_percent=50)
    plan_charging(day.station.pk, now=NOW)
    before = windows(pack)
    plan_charging(day.station.pk, now=NOW + 5 * MINUTE)
    after = windows(pack)
    assert after[0] == (before[0][0], NOW + 5 * MINUTE, before[0][2])
    assert after[1][0] == NOW + 5 * MINUTE
    # What was charged by plan counts, so the end stays where it was.
    assert abs(after[-1][1] - before[-1][1]) < timedelta(seconds=1)


def test_a_pack_is_ready_now_when_it_holds_enough_and_when_its_charging_ends_if_not() -> None:
    day = StationDay()
    ready_pack, charging = day.charged[:2]
    day.says(ready_pack, soc_percent=READY_FROM_PERCENT)
    day.says(charging, soc_percent=50)
    plan_charging(day.station.pk, now=NOW)
    ready = pack_ready_at([day.station.pk], now=NOW)
    assert ready[ready_pack.pk] == NOW
    assert windows(ready_pack) == []
    hours = 282 * 0.47 / 280
    soonest = timedelta(hours=hours) + BEGINS_WITHIN
    assert abs(ready[charging.pk] - NOW - soonest) < timedelta(seconds=2)


def test_a_pack_no_reading_speaks_of_charges_as_if_empty_and_is_promised_to_nobody() -> None:
    station = make_station()
    slot = station.slots.order_by("number")[0]
    make_pack(make_pack_type(), slot=slot)
    plan_charging(station.pk, now=NOW)
    assert [one.energy_wh for one in slot_charges([station.pk], now=NOW)] == [0]
    assert ChargeWindow.objects.count() == 1
    assert pack_ready_at([station.pk], now=NOW) == {}


@pytest.mark.parametrize("trouble", ["blocked", "fault", "quarantined"])
def test_what_may_not_charge_does_not_and_is_never_ready(trouble: str) -> None:
    day = StationDay()
    pack = day.charged[0]
    day.says(pack, soc_percent=50, fault_code="E42" if trouble == "fault" else "")
    if trouble == "blocked":
        Slot.objects.filter(packs=pack).update(is_blocked=True, block_reason="broken")
    if trouble == "quarantined":
        quarantine_pack(pack.pk, custody=Custody(at=NOW, reason="smells"))
    plan_charging(day.station.pk, now=NOW)
    assert windows(pack) == []
    assert pack.pk not in pack_ready_at([day.station.pk], now=NOW)


def test_a_pack_that_left_its_slot_is_planned_no_more() -> None:
    day = StationDay()
    pack = day.charged[0]
    day.says(pack, soc_percent=50)
    plan_charging(day.station.pk, now=NOW)
    take_into_transport(pack.pk, custody=Custody(at=NOW, reason="to another station"))
    plan_charging(day.station.pk, now=NOW + MINUTE)
    assert windows(pack)[-1][1] == NOW + MINUTE
    assert pack.pk not in pack_ready_at([day.station.pk], now=NOW + MINUTE)


def test_the_station_reads_its_plan_with_ready_times() -> None:
    day = StationDay()
    pack = day.charged[0]
    day.says(pack, soc_percent=50)
    plan_charging(day.station.pk, now=NOW)
    body = day.get("charge-plan").json()
    assert body["power_limit_kw"] == 1200
    first, *_, last = body["slots"]
    assert (first["slot"], first["pack_code"]) == (1, pack.code)
    assert first["windows"] == [
        {"from": start.isoformat(), "to": end.isoformat(), "power_kw": power / 1000}
        for start, end, power in windows(pack)
    ]
    assert first["ready_at"].startswith(windows(pack)[-1][1].isoformat()[:16])
    assert last == {"slot": 8, "pack_code": None, "windows": [], "ready_at": None}


def test_every_station_with_a_pack_is_planned() -> None:
    day = StationDay()
    make_station()
    assert stations_that_charge() == [day.station.pk]
