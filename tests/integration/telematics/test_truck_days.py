"""What is derived from history is a function of the history, however and whenever it came."""

from datetime import date, timedelta
from itertools import groupby
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from telematics.models import DirtyDay, TruckDay, TruckDrive, TruckStop
from telematics.services.days import due, settle
from telematics.services.days.rollups import buckets_of
from tests.builders import make_driver, make_operator, make_shift, make_truck
from tests.truck_days import RETENTION, derived, do_what_is_due, instant, say
from tests.unit.telematics.days.tracks import DAY_S, START_S, Script

pytestmark = pytest.mark.django_db
HOUR_S = 3600.0
DAY = date(2026, 11, 21)


def a_day() -> Script:
    return Script().stand(60).drive(60).swap(95.0).drive(30).stand(60, charge=20)


def live_through(truck: Any, script: Script, *, hours: int = 30) -> None:
    """Report a track as it is driven, a parcel an hour, with the schedule running."""
    for hour in range(hours):
        start_s = START_S + hour * HOUR_S
        now = instant(start_s + HOUR_S)
        some = [fix for fix in script.fixes if start_s <= fix.at_s < start_s + HOUR_S]
        for _, five_minutes in groupby(some, key=lambda fix: fix.at_s // 300):
            parcel = [*five_minutes]
            say(truck, parcel, now=instant(parcel[-1].at_s + 5))
        do_what_is_due(now)


def test_a_day_is_settled_when_it_is_over() -> None:
    truck = make_truck()
    live_through(truck, a_day(), hours=24)
    assert not TruckDay.objects.exists()
    do_what_is_due(instant(START_S + DAY_S + 26 * 60))
    assert not TruckDay.objects.exists(), "reports of the first minutes of the next day may come"
    assert do_what_is_due(instant(START_S + DAY_S + 35 * 60)) == 1
    row = TruckDay.objects.get(truck=truck)
    assert (row.day, row.reports, row.late, row.missing) == (DAY, 431, 0, 0)
    assert row.completeness_percent == 100
    assert (row.drives, row.stops, row.swaps) == (2, 3, 1)
    assert row.distance_km == pytest.approx(90, abs=0.02)
    assert row.moving_s + row.stopped_s + row.unseen_s == DAY_S
    capacity_kwh = settle.capacity_kwh_of(truck.pk)
    assert row.used_kwh == pytest.approx(0.135 * capacity_kwh, rel=0.02)
    drives = TruckDrive.objects.filter(truck=truck).order_by("started_at")
    assert [round(drive.distance_km) for drive in drives] == [60, 30]
    stops = TruckStop.objects.filter(truck=truck).order_by("started_at")
    assert [stop.swaps for stop in stops] == [0, 1, 0]
    assert do_what_is_due(instant(START_S + DAY_S + 90 * 60)) == 0, "once"


def test_late_reports_derive_their_day_anew() -> None:
    truck, script = make_truck(), a_day()
    held_back = script.fixes[130:200]
    kept = [fix for fix in script.fixes if fix not in held_back]
    whole, script.fixes = script.fixes, kept
    live_through(truck, script)
    first = TruckDay.objects.get(truck=truck)
    assert first.missing == 70
    assert first.completeness_percent == pytest.approx(100 * 361 / 431)
    later = instant(START_S + 2 * DAY_S)
    say(truck, held_back, now=later)
    assert DirtyDay.objects.filter(truck=truck).count() == 1
    assert do_what_is_due(later) >= 1
    assert not DirtyDay.objects.exists()
    row = TruckDay.objects.get(truck=truck, day=DAY)
    assert (row.missing, row.late, row.reports) == (0, 70, len(whole))
    buckets = buckets_of(truck.pk, start=instant(START_S), end=instant(START_S + DAY_S))
    assert sum(bucket.reports for bucket in buckets) == len(whole)
    assert sum(bucket.late for bucket in buckets) == 70


def test_a_unit_that_comes_back_ends_the_days_it_was_dark() -> None:
    truck = make_truck()
    script = a_day().off(3 * 1440).stand(20)
    now = instant(script.fixes[-1].at_s + DAY_S)
    live_through(truck, script)
    assert TruckStop.objects.filter(truck=truck).count() == 3
    live_through(truck, script, hours=5 * 24)
    do_what_is_due(now)
    assert [*TruckDay.objects.filter(truck=truck).order_by("day").values_list("day", "stopped_s")][
        1:3
    ] == [(DAY + timedelta(days=1), DAY_S), (DAY + timedelta(days=2), DAY_S)]


def test_a_truck_on_shift_that_says_nothing_has_a_day_of_silence() -> None:
    carrier = make_operator()
    truck, other = make_truck(carrier), make_truck(carrier)
    make_shift(make_driver(carrier), other, started_at=instant(START_S - DAY_S))
    live_through(truck, a_day(), hours=26)
    row = TruckDay.objects.get(truck=other)
    assert (row.reports, row.completeness_percent, row.silent_s) == (0, 0.0, DAY_S)


def test_today_is_shown_as_far_as_it_is() -> None:
    truck, script = make_truck(), Script().drive(60)
    now = instant(script.fixes[-1].at_s + 10)
    say(truck, script.fixes[:100], now=now)
    assert due.freshen_today(now=now, retention=RETENTION) == 1
    assert due.freshen_today(now=now, retention=RETENTION) == 0
    row = TruckDay.objects.get(truck=truck)
    assert row.reports == 100
    assert row.moving_s + row.stopped_s + row.unseen_s == 3610


def test_days_whose_reports_were_dropped_are_left_as_they_are() -> None:
    truck = make_truck()
    live_through(truck, a_day())
    before = derived(truck)
    start, end = instant(START_S), instant(START_S + DAY_S)
    later = instant(START_S + 91 * DAY_S)
    newest = date(2027, 6, 1)
    settled = settle.settle_days(
        truck.pk, start=start, end=end, newest=newest, now=later, retention=RETENTION
    )
    assert settled == 0
    assert derived(truck) == before


moves = st.lists(
    st.sampled_from(["drive", "stand", "swap", "off", "long off", "tunnel"]),
    min_size=2,
    max_size=9,
)


def play(script: Script, name: str) -> None:
    if name == "drive":
        script.drive(150)
    elif name == "tunnel":
        script.drive(12, is_told=False)
    elif name == "swap":
        script.swap()
    elif name == "stand":
        script.stand(130)
    else:
        script.off(200 if name == "off" else 1700)


class AnyOrderDerivesTheSame(TestCase):
    @settings(max_examples=12)
    @given(moves, st.integers(-6, 20), st.data())
    def test_days_drives_stops_and_roll_ups(
        self, names: list[str], offset_h: int, data: st.DataObject
    ) -> None:
        script = Script(start_s=START_S + offset_h * HOUR_S, every_s=60.0)
        for name in names:
            play(script, name)
        fixes = script.fixes
        parcels = [fixes[n : n + 25] for n in range(0, len(fixes), 25)]
        delays_h = data.draw(
            st.lists(
                st.sampled_from([0, 0, 0, 1, 7, 30]),
                min_size=len(parcels),
                max_size=len(parcels),
            )
        )
        delays_h[0] = 0
        in_time, disturbed = make_truck(), make_truck()
        arrivals: list[tuple[float, Any, Any]] = []
        for parcel, delay_h in zip(parcels, delays_h, strict=True):
            at_s = parcel[-1].at_s + 5
            arrivals.append((at_s, in_time, parcel))
            arrivals.append((at_s + delay_h * HOUR_S, disturbed, parcel))
            if data.draw(st.booleans()):
                arrivals.append((at_s + 40 * HOUR_S, disturbed, parcel))
        arrivals.sort(key=lambda arrival: arrival[0])
        for at_s, truck, parcel in arrivals:
            say(truck, parcel, now=instant(at_s))
            do_what_is_due(instant(at_s))
        end = instant(arrivals[-1][0] + 3 * DAY_S)
        do_what_is_due(end)
        do_what_is_due(end)
        one, other = derived(in_time), derived(disturbed)
        for name in one:
            assert one[name] == other[name], name
        assert one["TruckDay"]
