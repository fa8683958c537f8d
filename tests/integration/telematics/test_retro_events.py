"""Events found later: past from the beginning, true of the history as it is, for whom it was."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from fleet.models import Job, TruckTenure
from telematics.access import retro_events_for
from telematics.ingest.decode import Report
from telematics.models import Alarm, DirtyDay, RetroEvent, TruckReport, TruckState
from telematics.services.late.retro import CREDIT_TASK
from telematics.services.late.settle import find_late_events, judge_late
from tests.builders import NOW, make_alarm_rule, make_operator, make_truck, make_user
from tests.keeping import keep, make_keeper, said

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
MIDNIGHT = NOW.replace(hour=0)


class Unit:
    """A truck that was live at `NOW`, one rule, and what comes late."""

    def __init__(self, **rule: Any) -> None:
        values = {"duration_s": 120, "max_age_s": 300}
        self.rule = make_alarm_rule(
            kind=Alarm.Kind.VEHICLE,
            metric="gross_mass_kg",
            threshold=50_000,
            clear_at=48_000,
            **{**values, **rule},
        )
        self.truck, self.keeper, self.seq = make_truck(), make_keeper(), 0
        self.send(self.loaded(NOW, 20_000), now=NOW)

    def loaded(self, at: datetime, mass_kg: float | None, **fields: Any) -> Report:
        self.seq += 1
        return said(at, self.seq, gross_mass_kg=mass_kg, **fields)

    def send(self, *reports: Report, now: datetime = NOW) -> None:
        keep(self.keeper, self.truck.pk, reports, now=now)

    def late(self, start: datetime, *masses_kg: float | None) -> None:
        """Send reports a minute apart that were measured from `start` on."""
        self.send(*(self.loaded(start + n * MINUTE, mass) for n, mass in enumerate(masses_kg)))

    def settle(self, day: datetime = MIDNIGHT, *, now: datetime = NOW) -> int:
        judge_late(self.truck.pk, start=day, end=day + DAY)
        return find_late_events(self.truck.pk, start=day, end=day + DAY, now=now)

    def events(self) -> list[tuple[datetime, datetime]]:
        return list(RetroEvent.objects.order_by("began_at").values_list("began_at", "ended_at"))


START = NOW - timedelta(hours=3)


def test_what_would_have_rung_is_found_and_rings_nothing() -> None:
    unit = Unit(level=3)
    unit.late(START, 20_000, 51_000, 49_000, 53_000, 20_000)
    assert unit.settle() == 1
    event = RetroEvent.objects.get()
    assert (event.began_at, event.ended_at) == (START + MINUTE, START + 4 * MINUTE)
    assert (event.level, event.detail, event.found_at) == (3, "53000 ≥ 50000", NOW)
    assert not Alarm.objects.exists()
    assert TruckState.objects.get().gross_mass_kg == 20_000
    assert Job.objects.filter(name=CREDIT_TASK).count() == 1
    assert unit.settle(now=NOW + DAY) == 0, "found again it is the same"
    assert RetroEvent.objects.get().found_at == NOW


def test_what_would_not_have_rung_is_not_found() -> None:
    unit = Unit()
    unit.late(START, 20_000, 51_000, 51_000, 20_000)
    unit.late(START + 20 * MINUTE, 49_000, 49_500, 49_000, 49_000)
    assert unit.settle() == 0


def test_what_came_in_time_is_not_found_later() -> None:
    unit = Unit()
    for n in range(1, 8):
        at = NOW + n * MINUTE
        unit.send(unit.loaded(at, 51_000 if n < 6 else 20_000), now=at)
    assert unit.settle(now=NOW + 8 * MINUTE) == 0


@pytest.mark.parametrize(("level", "found"), [(1, 1), (2, 0)])
def test_an_alarm_of_that_time_as_grave_tells_of_it_already(level: int, found: int) -> None:
    unit = Unit(level=2)
    unit.late(START, 51_000, 51_000, 51_000, 51_000, 20_000)
    Alarm.objects.create(
        kind=unit.rule.kind,
        level=level,
        truck=unit.truck,
        detail="heavy",
        opened_at=START + 2 * MINUTE,
        closed_at=START + 5 * MINUTE,
    )
    assert unit.settle() == found


def test_still_later_reports_put_it_right() -> None:
    unit = Unit()
    unit.late(START, 51_000, None, None, None, None, None, None, 51_000, 20_000)
    assert unit.settle() == 1
    assert unit.events() == [(START, START + 8 * MINUTE)]
    unit.send(unit.loaded(START + 3.5 * MINUTE, 20_000), unit.loaded(START - 3 * MINUTE, 52_000))
    assert unit.settle(now=NOW + DAY) == 1
    assert unit.events() == [(START - 3 * MINUTE, START + 3.5 * MINUTE)]
    assert RetroEvent.objects.get().found_at == NOW, "it is as old as what it was found as"


def test_one_across_midnight_is_one_whichever_day_is_settled() -> None:
    unit = Unit()
    first = MIDNIGHT - 3 * MINUTE
    unit.late(first, 51_000, 51_000, 51_000, 49_000, 49_000, 20_000)
    days = (MIDNIGHT - DAY, MIDNIGHT)
    for day in (*days, *reversed(days)):
        unit.settle(day)
        assert unit.events() in ([], [(first, first + 5 * MINUTE)])
    assert len(unit.events()) == 1


def test_what_goes_on_is_of_the_present_until_it_is_known_how_it_ends() -> None:
    unit = Unit(duration_s=3600)
    at = NOW + MINUTE
    unit.send(unit.loaded(at, 51_000), now=at)
    unit.late(NOW - 120 * MINUTE, *[51_000] * 60)
    TruckReport.objects.filter(recorded_at=NOW).delete()
    DirtyDay.objects.all().delete()
    assert unit.settle(now=at) == 0
    assert DirtyDay.objects.filter(truck=unit.truck, day=NOW.date()).exists(), "looked at again"
    assert unit.settle(now=at + 6 * MINUTE) == 1, "a truck that fell silent rings nothing itself"


def test_it_is_shown_to_whom_the_truck_was_then() -> None:
    seller, buyer = make_operator(), make_operator()
    unit = Unit()
    for tenure in TruckTenure.objects.filter(truck=unit.truck):
        tenure.during = DateTimeTZRange(tenure.during.lower, NOW - MINUTE)
        tenure.operator = seller
        tenure.save()
        TruckTenure.objects.create(
            truck=unit.truck,
            role=tenure.role,
            operator=buyer,
            during=DateTimeTZRange(NOW - MINUTE, None),
        )
    unit.late(START, 51_000, 51_000, 51_000, 51_000, 20_000)
    unit.settle()
    assert retro_events_for(make_user(seller)).count() == 1
    assert retro_events_for(make_user(buyer)).count() == 0
    assert retro_events_for(make_user(is_superuser=True)).count() == 1
