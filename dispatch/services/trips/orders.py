"""Trips as carriers order them: made, changed and cancelled under the carrier's own number."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from django.db import IntegrityError, transaction
from django.db.models import Q
from msgspec import Meta

from dispatch.lifecycle import LIVE
from dispatch.models import SwapAssignment, Trip
from dispatch.services.plans.replans import promise_replan
from dispatch.services.promises.moves import DispatchError
from fleet.models import Operator, Place, Truck, TruckTenure

TRIES = 3
ORDERED = ("truck_id", "origin_id", "destination_id", "load_kg", "ready_at", "due_at", "dwell_s")
"""What an order says; the rest of a trip is how it went."""

type Outcome = Literal["created", "updated", "unchanged", "refused"]
type Name = Annotated[str, Meta(pattern=r"^[^\x00-\x1f]{1,50}$")]


class TripOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A trip as a carrier orders it: truck by plate or VIN, places by code; times are aware."""

    external_id: Annotated[str, Meta(pattern=r"^[^\x00-\x1f/]{1,60}$")]
    truck: Name | None = None
    origin: Name
    destination: Name
    load_kg: Annotated[int, Meta(ge=0, le=200_000)]
    ready_at: Annotated[datetime, Meta(tz=True)]
    due_at: Annotated[datetime, Meta(tz=True)] | None = None
    dwell_s: Annotated[int, Meta(ge=0, le=86_400)] | None = None


@dataclass(frozen=True, slots=True)
class TripVerdict:
    """What became of an order; a refused one names its `field`, and says what is wrong."""

    external_id: str
    verdict: Outcome
    trip_id: int | None = None
    code: str = ""
    field: str = ""
    detail: str = ""


class UnknownTripError(DispatchError):
    """The carrier has no trip of this number."""

    code = "unknown_trip"


class TripNotAllowedNowError(DispatchError):
    """The trip is over; `state` says how."""

    code = "not_allowed_now"

    def __init__(self, state: str) -> None:
        super().__init__(f"The trip is {state} already.")
        self.state = state


class _OrderRefusedError(Exception):
    def __init__(self, code: str, field: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.field = field


def upsert_trips(
    orders: Sequence[TripOrder], *, carrier: Operator, now: datetime
) -> list[TripVerdict]:
    """Make new trips and change those not yet under way; one verdict an order, in their order.

    One transaction. The same order again changes nothing. Only the carrier's own trucks and
    places may be named, and shared places. `dispatch_trip_is_ordered_once` decides between
    requests that make the same trip: the later one looks again and changes it.
    """
    for _ in range(TRIES - 1):
        try:
            return _upsert(orders, carrier=carrier, now=now)
        except IntegrityError:
            continue
    return _upsert(orders, carrier=carrier, now=now)


@transaction.atomic
def _upsert(orders: Sequence[TripOrder], *, carrier: Operator, now: datetime) -> list[TripVerdict]:
    trucks, places = _trucks(orders, carrier, now), _places(orders, carrier)
    numbers = {order.external_id for order in orders}
    rows = Trip.objects.filter(carrier=carrier, external_id__in=numbers).order_by("pk")
    trips = {trip.external_id: trip for trip in rows.select_for_update()}
    verdicts: list[TripVerdict] = []
    touched: set[int | None] = set()
    for order in orders:
        try:
            trip = _ordered(order, carrier=carrier, trucks=trucks, places=places)
            there = trips.get(order.external_id)
            was_for = there.truck_id if there else None
            verdict, kept = _write(trip, there)
        except _OrderRefusedError as error:
            verdicts.append(
                TripVerdict(order.external_id, "refused", None, error.code, error.field, str(error))
            )
        else:
            trips[order.external_id] = kept
            if verdict != "unchanged":
                touched |= {was_for, kept.truck_id}
            verdicts.append(TripVerdict(order.external_id, verdict, kept.pk))
    replan_promised(touched, now=now)
    return verdicts


def replan_promised(truck_ids: Collection[int | None], *, now: datetime) -> None:
    """Plan at once where a truck's way changed under a promise it has."""
    promised = SwapAssignment.objects.filter(truck__in=truck_ids, state__in=LIVE)
    for region_id in set(promised.values_list("region_id", flat=True)):
        promise_replan(region_id, cause="trip_changed", now=now)


def _trucks(orders: Sequence[TripOrder], carrier: Operator, now: datetime) -> dict[str, Truck]:
    """Return the carrier's trucks the orders name, by plate and by VIN."""
    names = {order.truck for order in orders if order.truck}
    held = TruckTenure.objects.filter(
        operator=carrier, role=TruckTenure.Role.CARRIER, during__contains=now
    )
    mine = Truck.objects.filter(
        Q(plate__in=names) | Q(vin__in=names), pk__in=held.values("truck"), is_active=True
    )
    return {name: truck for truck in mine for name in (truck.plate, truck.vin)}


def _places(orders: Sequence[TripOrder], carrier: Operator) -> dict[str, Place]:
    codes = {code for order in orders for code in (order.origin, order.destination)}
    usable = Q(operator__isnull=True) | Q(operator=carrier)
    return {place.code: place for place in Place.objects.filter(usable, code__in=codes)}


def _ordered(
    order: TripOrder, *, carrier: Operator, trucks: dict[str, Truck], places: dict[str, Place]
) -> Trip:
    """Return the trip an order asks for, not yet written."""
    if order.truck and order.truck not in trucks:
        sentence = f"No truck {order.truck} is yours to run. Check the plate or VIN."
        raise _OrderRefusedError("unknown_truck", "truck", sentence)
    for field, code in (("origin", order.origin), ("destination", order.destination)):
        if code not in places:
            sentence = f"No place you may use has the code {code}."
            raise _OrderRefusedError("unknown_place", field, sentence)
    if order.origin == order.destination:
        sentence = "Origin and destination are the same place."
        raise _OrderRefusedError("goes_nowhere", "destination", sentence)
    if order.due_at and order.due_at <= order.ready_at:
        sentence = "The trip is due before it may leave."
        raise _OrderRefusedError("due_before_ready", "due_at", sentence)
    trip = Trip(
        carrier=carrier,
        external_id=order.external_id,
        truck=trucks[order.truck] if order.truck else None,
        origin=places[order.origin],
        destination=places[order.destination],
        load_kg=order.load_kg,
        ready_at=order.ready_at,
        due_at=order.due_at,
    )
    if order.dwell_s is not None:
        trip.dwell_s = order.dwell_s
    return trip


def _write(
    wanted: Trip, there: Trip | None
) -> tuple[Literal["created", "updated", "unchanged"], Trip]:
    if there is None:
        wanted.save(force_insert=True)
        return "created", wanted
    changed = [name for name in ORDERED if getattr(there, name) != getattr(wanted, name)]
    if not changed:
        return "unchanged", there
    if there.state != Trip.State.PLANNED:
        sentence = f"The trip is {there.state}: it cannot be changed any more."
        raise _OrderRefusedError("not_allowed_now", "external_id", sentence)
    for name in changed:
        setattr(there, name, getattr(wanted, name))
    there.save(update_fields=changed)
    return "updated", there


@transaction.atomic
def cancel_trip(external_id: str, *, carrier: Operator, reason: str, now: datetime) -> Trip:
    """Cancel a trip that is planned or under way; one cancelled already stays as it is.

    Compare-and-set on the state: a trip that ended meanwhile is refused. The region is planned
    again at once if the trip was under way or its truck has a promise.

    Raises
    ------
    UnknownTripError, TripNotAllowedNowError
    """
    # PostgreSQL has no text with a NUL in it, so there is no such trip.
    mine = Trip.objects.filter(carrier=carrier, external_id=external_id.replace("\x00", ""))
    end = {"state": Trip.State.CANCELLED, "cancel_reason": reason[:200]}
    was_planned = mine.filter(state=Trip.State.PLANNED).update(**end)
    was_underway = mine.filter(state=Trip.State.UNDERWAY).update(**end)
    trip = mine.first()
    if trip is None:
        raise UnknownTripError(f"You have no trip {external_id}. Post it first.")
    if trip.state != Trip.State.CANCELLED:
        raise TripNotAllowedNowError(trip.state)
    if was_underway and trip.truck:
        promise_replan(trip.truck.region_id, cause="trip_cancelled", now=now)
    elif was_planned:
        replan_promised([trip.truck_id], now=now)
    return trip
