"""What late data is credited to: driver, packs and promise of then, for those it concerns."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test.utils import CaptureQueriesContext

from dispatch.selectors.as_of import AsOf, as_of, as_of_for
from fleet.models import Driver, Operator, Pack, Shift, Slot, Truck, TruckTenure
from fleet.selectors.as_of import Moment
from fleet.services.packs import Custody, exchange_packs, take_into_transport
from tests.builders import (
    NOW,
    make_assignment,
    make_driver,
    make_operator,
    make_pack,
    make_shift,
    make_station,
    make_truck,
    make_user,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


class Life:
    """A truck's changes as the service keeps them, and what was true at each minute."""

    def __init__(self, rng: random.Random) -> None:
        self.carrier = make_operator()
        self.truck = make_truck(self.carrier)
        self.rng = rng
        self.truth: dict[datetime, AsOf] = {}
        self.drivers = [make_driver(self.carrier) for _ in range(3)]
        self.station = make_station(region=self.truck.region, slots=2)
        self.slots = list(Slot.objects.filter(station=self.station))
        kind = self.truck.model.pack_type
        self.on = make_pack(kind, truck=self.truck, moved_at=NOW - 100 * HOUR)
        self.off = make_pack(kind, slot=self.slots[0], moved_at=NOW - 100 * HOUR)
        self.shift: Shift | None = None
        self.promise: Any = None

    def live(self, minutes: int) -> None:
        for minute in range(minutes):
            at = NOW + timedelta(minutes=minute)
            if self.rng.random() < 0.2:
                self.rng.choice([self.change_shift, self.swap, self.change_promise])(at)
            self.truth[at] = AsOf(
                self.shift.driver_id if self.shift else None,
                (self.on.code,),
                self.promise.pk if self.promise else None,
            )

    def change_shift(self, at: datetime) -> None:
        if self.shift:
            Shift.objects.filter(pk=self.shift.pk).update(ended_at=at)
            self.shift = None
        else:
            self.shift = make_shift(self.rng.choice(self.drivers), self.truck, started_at=at)

    def swap(self, at: datetime) -> None:
        free = Slot.objects.filter(station=self.station, packs=None).first()
        assert free is not None
        exchange_packs(
            self.truck.pk,
            onto_truck={1: self.off.pk},
            into_slots={free.pk: self.on.pk},
            custody=Custody(at=at, reason="swap"),
        )
        self.on, self.off = self.off, self.on

    def change_promise(self, at: datetime) -> None:
        if self.promise:
            type(self.promise).objects.filter(pk=self.promise.pk).update(
                state="expired", ended_at=at
            )
            self.promise = None
        else:
            self.promise = make_assignment(self.truck, self.station, offered_at=at)


@pytest.mark.parametrize("seed", range(3))
def test_driver_packs_and_promise_are_those_of_then(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311  a seeded test
    lives = [Life(rng), Life(rng)]
    for life in lives:
        life.live(120)
    asked = [
        (Moment(life.truck.pk, at), known) for life in lives for at, known in life.truth.items()
    ]
    rng.shuffle(asked)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = as_of([moment for moment, _ in asked])
    assert found == [known for _, known in asked]
    assert len(queries) == 3, "three queries however many moments"
    assert len({known.driver_id for _, known in asked}) > 3
    assert len({known.pack_codes for _, known in asked}) > 2
    assert len({known.assignment_id for _, known in asked}) > 3


def test_before_anything_was_known_there_is_nothing() -> None:
    truck = make_truck()
    assert as_of([Moment(truck.pk, NOW), Moment(0, NOW)]) == [AsOf(), AsOf()]
    assert as_of([]) == []


def test_a_swap_told_late_counts_from_when_it_was_done() -> None:
    truck, other = make_truck(), make_truck()
    pack = make_pack(truck.model.pack_type, truck=truck, moved_at=NOW)
    take_into_transport(pack.pk, custody=Custody(at=NOW + 2 * HOUR, reason="told hours later"))
    asked = [Moment(truck.pk, NOW + n * HOUR) for n in (0, 1, 2)] + [Moment(other.pk, NOW)]
    assert [known.pack_codes for known in as_of(asked)] == [(pack.code,), (pack.code,), (), ()]


def test_packs_come_in_the_order_of_their_positions() -> None:
    truck = make_truck()
    type(truck.model).objects.update(pack_positions=3)
    packs = {
        position: make_pack(truck.model.pack_type, truck=truck, position=position).code
        for position in (3, 1, 2)
    }
    known = as_of([Moment(truck.pk, NOW)])[0]
    assert known.pack_codes == (packs[1], packs[2], packs[3])


def test_an_answered_promise_counts_before_a_mere_offer() -> None:
    truck = make_truck()
    make_assignment(truck, start=NOW + HOUR)
    taken = make_assignment(truck, start=NOW + 2 * HOUR, state="accepted", answered_at=NOW + HOUR)
    asked = [Moment(truck.pk, NOW + n * HOUR) for n in (0, 1)]
    first, second = (known.assignment_id for known in as_of(asked))
    assert first != taken.pk
    assert second == taken.pk


def sell(truck: Truck, buyer: Operator, at: datetime) -> None:
    """Let a buyer own and run a truck from `at` on."""
    for tenure in TruckTenure.objects.filter(truck=truck):
        tenure.during = DateTimeTZRange(tenure.during.lower, at)
        tenure.save()
        TruckTenure.objects.create(
            truck=truck, role=tenure.role, operator=buyer, during=DateTimeTZRange(at, None)
        )


def driven_truck() -> tuple[Operator, Operator, Truck, Driver, Pack]:
    seller, buyer = make_operator(), make_operator()
    truck = make_truck(seller)
    driver = make_driver(seller)
    make_shift(driver, truck, started_at=NOW)
    return seller, buyer, truck, driver, make_pack(truck.model.pack_type, truck=truck)


def test_a_sold_truck_does_not_take_its_history_along() -> None:
    seller, buyer, truck, driver, pack = driven_truck()
    sell(truck, buyer, NOW + HOUR)
    asked = [Moment(truck.pk, NOW), Moment(truck.pk, NOW + HOUR)]
    mine = AsOf(driver.pk, (pack.code,))
    assert as_of_for(make_user(seller), asked) == [mine, None]
    assert as_of_for(make_user(buyer), asked) == [None, AsOf(None, (pack.code,))]
    assert as_of_for(make_user(), asked) == [None, None]
    assert as_of_for(make_user(is_superuser=True), asked) == [mine, mine]


def test_an_owner_and_a_supervisor_learn_no_driver() -> None:
    _, owner, truck, _, pack = driven_truck()
    TruckTenure.objects.filter(truck=truck, role="owner").update(operator=owner)
    supervisor = make_operator(Operator.Kind.SUPERVISOR)
    supervisor.regions.add(truck.region)
    for viewer in (make_user(owner), make_user(supervisor, "supervisor")):
        assert as_of_for(viewer, [Moment(truck.pk, NOW)]) == [AsOf(None, (pack.code,))]
    elsewhere = make_user(make_operator(Operator.Kind.SUPERVISOR), "supervisor")
    assert as_of_for(elsewhere, [Moment(truck.pk, NOW)]) == [None]
