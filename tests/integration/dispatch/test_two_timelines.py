"""Late data ends in the history it would have been in time, and nobody is woken by the past."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dispatch.services.late_credit import credit_retro_events
from fleet.models import Job, Truck
from telematics.models import (
    Alarm,
    Mark,
    RetroEvent,
    TruckDay,
    TruckDrive,
    TruckReport,
    TruckState,
    TruckStop,
)
from telematics.models.alarm_rule import REPORTED
from telematics.services.alarms.ring import ring_breaches
from telematics.services.days.due import SETTLE_TASK, promise_dirty_days, settle
from telematics.services.days.rollups import buckets_of, roll_up
from tests.builders import make_assignment, make_driver, make_operator, make_shift, make_truck
from tests.keeping import RETENTION, keep, make_keeper
from tests.traces import (
    EVERY,
    HOLE,
    START,
    Arrival,
    Trace,
    all_at_the_end,
    in_time,
    with_a_hole,
)

pytestmark = pytest.mark.django_db
OF_ARRIVAL = Mark.LATE.value | Mark.CLOCK_BEHIND.value
CHANGE_OF_SHIFT = START + (HOLE[0] + 32) * EVERY
END = START + timedelta(days=1)
TRUCKS = (0, 1)


class Run:
    """A day of several trucks, as it came in one way."""

    def __init__(self, way: Callable[[Trace], list[Arrival]]) -> None:
        carrier = make_operator()
        self.trucks = [make_truck(carrier) for _ in TRUCKS]
        self.drivers = [(make_driver(carrier), make_driver(carrier)) for _ in TRUCKS]
        self.promises = [_promise(truck) for truck in self.trucks]
        for truck, (before, after) in zip(self.trucks, self.drivers, strict=True):
            make_shift(before, truck, started_at=START, ended_at=CHANGE_OF_SHIFT)
            make_shift(after, truck, started_at=CHANGE_OF_SHIFT)
        self.live_never_went_back = True
        self._send(way)

    def _send(self, way: Callable[[Trace], list[Arrival]]) -> None:
        keeper = make_keeper()
        arrivals = [
            (at, number, reports) for number in TRUCKS for at, reports in way(Trace.make(number))
        ]
        arrivals.sort(key=lambda arrival: arrival[:2])
        shown: dict[int, Any] = {}
        for n, (at, number, reports) in enumerate(arrivals):
            truck = self.trucks[number]
            keep(keeper, truck.pk, reports, now=at)
            live = TruckState.objects.get(truck=truck)
            self.live_never_went_back &= shown.get(number, START) <= live.recorded_at
            shown[number] = live.recorded_at
            if n % 3 == 0:
                ring_breaches(now=at)
            if n % 200 == 0:
                self.settle(now=at)
        self.end = arrivals[-1][0] + timedelta(minutes=10)
        ring_breaches(now=self.end)
        self.settle(now=self.end)

    def settle(self, *, now: Any) -> None:
        """Do what the relay and the workers would."""
        promise_dirty_days()
        for job in Job.objects.filter(name=SETTLE_TASK, state="pending"):
            settle(**job.payload, now=now, retention=RETENTION)
            Job.objects.filter(pk=job.pk).update(state="done")
        for truck in self.trucks:
            credit_retro_events(truck.pk)

    def derive(self) -> None:
        """Derive the days once more, as at one and the same time."""
        for _ in range(5):
            roll_up(now=END + timedelta(days=1))
        due = [(truck.pk, START.date().isoformat()) for truck in self.trucks]
        settle(due, is_late=True, now=END + timedelta(days=2), retention=RETENTION)

    def kept(self) -> dict[str, Any]:
        """Return all that is kept but for ids and what tells of the arrival."""
        leaves = {"id", "pk", "truck", "computed_at", "late", "received_at", "boot", "pack_set"}
        kept: dict[str, Any] = {
            model.__name__: [
                (self._number(row), [_value(row, name) for name in sorted(_fields(model) - leaves)])
                for row in model._default_manager.filter(truck__in=self.trucks).order_by(
                    "truck_id", *order
                )
            ]
            for model, order in ORDER.items()
        }
        span = {"start": START - timedelta(days=1), "end": END + timedelta(days=1)}
        kept["rollups"] = [
            [replace(bucket, late=0) for bucket in buckets_of(truck.pk, **span)]
            for truck in self.trucks
        ]
        reports = TruckReport.objects.filter(truck__in=self.trucks).select_related("pack_set")
        kept["packs"] = [each.pack_codes for each in reports.order_by("truck_id", "recorded_at")]
        return kept

    def rung(self) -> list[tuple[int, str, Any, Any]]:
        """Return truck, kind, beginning and end of the alarms reports rang."""
        alarms = Alarm.objects.filter(truck__in=self.trucks, rule__metric__in=REPORTED)
        return [(self._number(a), a.kind, a.opened_at, a.closed_at or self.end) for a in alarms]

    def found(self) -> list[RetroEvent]:
        return list(
            RetroEvent.objects.filter(truck__in=self.trucks)
            .select_related("rule")
            .order_by("truck_id", "began_at", "level")
        )

    def _number(self, row: Any) -> int:
        return [truck.pk for truck in self.trucks].index(row.truck_id)


ORDER: dict[Any, list[str]] = {
    TruckReport: ["recorded_at", "seq"],
    TruckState: [],
    TruckDay: ["day"],
    TruckDrive: ["started_at"],
    TruckStop: ["started_at"],
}


def _fields(model: Any) -> Any:
    return {f.name for f in model._meta.concrete_fields}


def _value(row: Any, name: str) -> Any:
    value = getattr(row, name)
    return (name, value & ~OF_ARRIVAL if name == "marks" else value)


def _promise(truck: Truck) -> Any:
    start = START + (HOLE[0] + 10) * EVERY
    return make_assignment(
        truck,
        offered_at=start,
        start=start + timedelta(hours=4),
        state="accepted",
        answered_at=start,
    )


@pytest.mark.parametrize("way", [with_a_hole, all_at_the_end])
def test_late_data_ends_as_if_it_had_come_in_time(way: Callable[[Trace], list[Arrival]]) -> None:
    ordered = Run(in_time)
    ordered_rang = ordered.rung()
    late = Run(way)
    ordered.derive()
    late.derive()

    assert late.live_never_went_back
    first, second = ordered.kept(), late.kept()
    for name in first:
        assert second[name] == first[name], name
    assert len(first["TruckReport"]) == sum(len(Trace.make(n).reports) for n in TRUCKS)
    marks = {value for _, row in first["TruckReport"] for key, value in row if key == "marks"}
    assert {Mark.IMPLAUSIBLE_POSITION.value, Mark.IMPLAUSIBLE_CHARGE.value} <= marks

    false = [one for one in late.rung() if not any(_overlap(one, other) for other in ordered_rang)]
    assert false == [], "a present alarm the ordered run did not ring"
    assert not ordered.found(), "in time nothing is found later"
    _nothing_is_missed(ordered_rang, late)
    _credited_as_of_then(late)


def _overlap(one: Any, other: Any) -> bool:
    return bool(one[:2] == other[:2] and one[2] <= other[3] and other[2] <= one[3])


def _nothing_is_missed(rang: list[Any], late: Run) -> None:
    """What rang in time rings in time or is found later; and nothing else is found."""
    found = [(late._number(e), e.rule.kind, e.began_at, e.ended_at) for e in late.found()]
    assert {each[0] for each in found} == set(TRUCKS)
    for each in rang:
        assert any(_overlap(each, other) for other in [*found, *late.rung()]), each
    for each in found:
        assert any(_overlap(each, other) for other in rang), each


def _credited_as_of_then(late: Run) -> None:
    for event in late.found():
        number = late._number(event)
        before, after = late.drivers[number]
        then = before if event.began_at < CHANGE_OF_SHIFT else after
        assert event.driver_id == then.pk
        promise = late.promises[number]
        is_under = promise.offered_at <= event.began_at
        assert event.assignment_id == (promise.pk if is_under else None)
        assert event.found_at > event.ended_at
    assert {event.driver_id for event in late.found()} & {d.pk for d, _ in late.drivers}
