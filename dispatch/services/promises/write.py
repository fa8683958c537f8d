"""Write promises down; the database's constraints decide who gets lane, packs and truck."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pghistory
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F

from dispatch.lifecycle import LIVE
from dispatch.models import DriverNotice, PackHold, SwapAssignment
from dispatch.services.news import refresh_downlink, tell_driver
from dispatch.services.promises.moves import DispatchError, NotAllowedNowError, move_assignment
from fleet.models import Lane, Pack, SwapStation, Truck, TruckSight, User
from fleet.services.constraints import violated_constraint

OFFER_LASTS = timedelta(seconds=120)
MAY_CHANGE = ["offered", "accepted", "en_route", "arrived", "queued"]
CODE_TRIES = 20
CODE_TAKEN = "dispatch_check_in_code_opens_one_swap"
REFUSALS = {
    "dispatch_lane_takes_one_truck_at_a_time": "lane_taken",
    "dispatch_truck_is_in_one_lane_at_a_time": "truck_taken",
    "dispatch_one_live_swap_a_trip": "trip_has_a_swap",
    "dispatch_pack_is_promised_once_at_a_time": "pack_taken",
    "dispatch_position_gets_one_pack": "pack_taken",
    "dispatch_pack_fits_the_swap": "pack_does_not_fit",
    "dispatch_pack_is_safe": "pack_gone",
    "dispatch_pack_is_in_no_blocked_slot": "pack_gone",
    "dispatch_closed_lane_takes_nobody": "lane_closed",
    CODE_TAKEN: "no_code_free",
}


class PromiseRefusedError(DispatchError):
    """A constraint, or a pack that has gone meanwhile, stands against the promise."""

    def __init__(self, code: str) -> None:
        super().__init__(f"The promise cannot be written: {code}.")
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """Everything that is promised to a truck.

    `packs` are by position: the pack, and from when it is at the station (None: it is there).
    `window` is when the swap begins with `probability`; detours are what the way by the station
    takes more than the way without, and by the station that would take least.
    """

    region_id: int
    truck_id: int
    driver_id: int | None
    trip_id: int | None
    station: SwapStation
    lane: Lane
    starts_at: datetime
    eta: datetime
    window: DateTimeTZRange
    probability: float
    leave_by_at: datetime
    distance_m: int
    road_class: str
    packs_ready_at: datetime | None
    detour_s: int
    least_detour_s: int
    soc_on_arrival_percent: float
    packs: tuple[tuple[int, datetime | None], ...]
    why: dict[str, Any] = field(default_factory=dict)
    options: list[dict[str, Any]] = field(default_factory=list)
    decided_on: dict[str, Any] = field(default_factory=dict)
    plan_run_id: int | None = None
    decided_by: User | None = None
    is_pinned: bool = False
    offer_lasts: timedelta = OFFER_LASTS

    @property
    def occupies(self) -> DateTimeTZRange:
        """Return when the truck stands in the lane."""
        return DateTimeTZRange(self.starts_at, self.starts_at + timedelta(seconds=self.lane.swap_s))


def write_promise(promise: Promise, *, now: datetime) -> SwapAssignment:
    """Promise a swap: assignment, pack holds, the station's sight of the truck, and the news.

    One short transaction.

    Raises
    ------
    PromiseRefusedError
        Its code says which constraint stood against it; nothing was written.
    """
    reason = str(promise.why.get("reason") or "promised")  # a person's word, if one decided
    with _refusals_by_name(), transaction.atomic(), history(promise.decided_by, reason):
        _truck_must_be_free(promise.truck_id)
        _packs_must_be_there(promise)
        assignment = _insert(promise, now=now)
        _hold(assignment, promise, now=now)
        TruckSight.objects.create(
            truck_id=promise.truck_id,
            operator_id=promise.station.operator_id,
            during=DateTimeTZRange(now, None),
            assignment_id=assignment.pk,
        )
        refresh_downlink(promise.truck_id, now=now)
        tell_driver(assignment, kind=DriverNotice.Kind.OFFERED, now=now)
    return assignment


def change_promise(
    assignment: SwapAssignment, promise: Promise, *, now: datetime
) -> SwapAssignment:
    """Give a standing promise another lane, time or packs at the same station, and tell.

    Raises
    ------
    PromiseRefusedError
        A constraint stands against it; the promise stays as it was.
    NotAllowedNowError
        It has ended, its swap has begun, or it was changed meanwhile.
    """
    with _refusals_by_name(), transaction.atomic(), history(promise.decided_by, "changed"):
        _packs_must_be_there(promise)
        changed = SwapAssignment.objects.filter(
            pk=assignment.pk,
            station=promise.station,
            state__in=MAY_CHANGE,
            version=assignment.version,
        ).update(version=F("version") + 1, **_columns(promise))
        fresh = SwapAssignment.objects.get(pk=assignment.pk)
        if not changed:
            raise NotAllowedNowError(state=fresh.state, to="changed")
        fresh.holds.filter(is_live=True).update(is_live=False)
        _hold(fresh, promise, now=now)
        refresh_downlink(fresh.truck_id, now=now)
        tell_driver(fresh, kind=DriverNotice.Kind.CHANGED, now=now, why=promise.why)
    return fresh


def divert(assignment: SwapAssignment, promise: Promise, *, now: datetime) -> SwapAssignment:
    """End a promise because another station is better, and offer that, in one transaction.

    Raises
    ------
    PromiseRefusedError, NotAllowedNowError
        The old promise stands as it was.
    """
    with transaction.atomic():
        move_assignment(
            assignment_id=assignment.pk,
            to="diverted",
            now=now,
            reason=str(promise.why.get("reason") or promise.why.get("code", "better_station")),
            by=promise.decided_by,
            expected_version=assignment.version,
            replans=False,
        )
        return write_promise(promise, now=now)


def change_together(
    changes: list[tuple[SwapAssignment, Promise]], *, now: datetime
) -> list[SwapAssignment]:
    """Change several promises in one transaction, so that two may exchange lanes or packs.

    Raises
    ------
    PromiseRefusedError, NotAllowedNowError
        None of them is changed.
    """
    with _refusals_by_name(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SET CONSTRAINTS dispatch_lane_takes_one_truck_at_a_time,"
                " dispatch_pack_is_promised_once_at_a_time DEFERRED"
            )
        done = [change_promise(assignment, promise, now=now) for assignment, promise in changes]
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return done


def _truck_must_be_free(truck_id: int) -> None:
    """Lock the truck, so that two who promise it a swap come one after the other."""
    Truck.objects.select_for_update(of=("self",), no_key=True).get(pk=truck_id)
    if SwapAssignment.objects.filter(truck=truck_id, state__in=LIVE).exists():
        raise PromiseRefusedError("truck_taken")


def _packs_must_be_there(promise: Promise) -> None:
    """Lock the packs that are said to be at the station, and see that they still are."""
    here = [pack for pack, comes_at in promise.packs if comes_at is None]
    rows = Pack.objects.filter(
        pk__in=here,
        is_quarantined=False,
        slot__station=promise.station,
        slot__is_blocked=False,
    )
    if len(rows.select_for_update(of=("self",), no_key=True)) < len(here):
        raise PromiseRefusedError("pack_gone")


def _columns(promise: Promise) -> dict[str, Any]:
    return {
        "lane": promise.lane,
        "window": promise.window,
        "occupies": promise.occupies,
        "eta": promise.eta,
        "leave_by_at": promise.leave_by_at,
        "distance_m": max(0, promise.distance_m),
        "road_class": promise.road_class,
        "packs_ready_at": promise.packs_ready_at,
        "detour_s": promise.detour_s,
        "least_detour_s": promise.least_detour_s,
        "soc_on_arrival_percent": promise.soc_on_arrival_percent,
        "probability": promise.probability,
        "why": promise.why,
        "options": promise.options,
        "decided_on": promise.decided_on,
        "plan_run_id": promise.plan_run_id,
    }


def _insert(promise: Promise, *, now: datetime) -> SwapAssignment:
    """Insert the row under a check-in code that no live promise of the station has."""
    for _ in range(CODE_TRIES):
        row = row_of(promise, check_in_code=f"{secrets.randbelow(1_000_000):06d}", now=now)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            if violated_constraint(error) != CODE_TAKEN:
                raise
        else:
            return row
    raise PromiseRefusedError("no_code_free")


def row_of(promise: Promise, *, check_in_code: str, now: datetime) -> SwapAssignment:
    """Return the offer a promise amounts to, not yet written."""
    return SwapAssignment(
        region_id=promise.region_id,
        truck_id=promise.truck_id,
        driver_id=promise.driver_id,
        trip_id=promise.trip_id,
        station=promise.station,
        check_in_code=check_in_code,
        offered_at=now,
        offer_expires_at=now + promise.offer_lasts,
        is_pinned=promise.is_pinned,
        decided_by=promise.decided_by,
        **_columns(promise),
    )


def _hold(assignment: SwapAssignment, promise: Promise, *, now: datetime) -> None:
    for hold in holds_of(assignment, promise, now=now):
        hold.save(force_insert=True)


def holds_of(assignment: SwapAssignment, promise: Promise, *, now: datetime) -> list[PackHold]:
    """Return the holds on a promise's packs, by position, not yet written."""
    until = promise.occupies.upper
    holds = []
    for position, (pack_id, comes_at) in enumerate(promise.packs, start=1):
        start = min(max(now, comes_at or now), promise.starts_at)
        during = DateTimeTZRange(start, max(until, start + timedelta(seconds=1)))
        holds.append(
            PackHold(assignment=assignment, pack_id=pack_id, position=position, during=during)
        )
    return holds


def history(by: User | None, reason: str) -> Any:
    """Say in the history who did what is done inside, and why."""
    return pghistory.context(reason=reason, **({"user": by.pk} if by else {}))


class _refusals_by_name:  # noqa: N801  reads as a statement: with refusals by name
    """Turn the constraint that was violated into the code of a refusal."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, IntegrityError):
            name = violated_constraint(error)
            if name in REFUSALS:
                raise PromiseRefusedError(REFUSALS[name]) from error
