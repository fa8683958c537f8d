"""Write a round's promises together: few statements, and one that is refused spoils no other."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from dispatch.lifecycle import LIVE
from dispatch.models import DriverNotice, PackHold, SwapAssignment
from dispatch.selectors.cards import card
from dispatch.services.news import notice_of
from dispatch.services.promises.moves import DispatchError
from dispatch.services.promises.write import (
    Promise,
    PromiseRefusedError,
    history,
    holds_of,
    row_of,
    write_promise,
)
from fleet.models import Pack, Truck, TruckSight
from fleet.services.jobs import wake_relay
from telematics.models import Downlink, TruckState

BATCH = 100

type Outcome = SwapAssignment | DispatchError


def write_promises(promises: Sequence[Promise], *, now: datetime) -> list[Outcome]:
    """Promise swaps to different trucks; return the assignment or the refusal of each, in order.

    Each hundred is one transaction in which the same constraints decide as for one alone. Where
    they refuse, the hundred is halved until it is known which one was meant; those before it in
    the order win. People's promises (`decided_by`) are written one by one, with their name.
    """
    outcomes: dict[int, Outcome] = {}
    numbered = list(enumerate(promises))
    for begin in range(0, len(numbered), BATCH):
        _write(numbered[begin : begin + BATCH], outcomes, now=now)
    return [outcomes[number] for number in range(len(promises))]


def _write(part: list[tuple[int, Promise]], outcomes: dict[int, Outcome], *, now: datetime) -> None:
    if len(part) == 1:
        number, promise = part[0]
        outcomes[number] = _alone(promise, now=now)
        return
    try:
        with transaction.atomic(), history(None, "promised"):
            refused = _refused_at_once([promise for _, promise in part])
            fit = [(n, promise) for n, promise in part if promise.truck_id not in refused]
            rows = _insert([promise for _, promise in fit], now=now)
    except IntegrityError:
        middle = len(part) // 2
        _write(part[:middle], outcomes, now=now)
        _write(part[middle:], outcomes, now=now)
        return
    for number, promise in part:
        if promise.truck_id in refused:
            outcomes[number] = PromiseRefusedError(refused[promise.truck_id])
    for (number, _), row in zip(fit, rows, strict=True):
        outcomes[number] = row


def _alone(promise: Promise, *, now: datetime) -> Outcome:
    try:
        return write_promise(promise, now=now)
    except DispatchError as refusal:
        return refusal


def _refused_at_once(promises: list[Promise]) -> dict[int, str]:
    """Lock trucks and packs, in order; return the trucks that have a promise or lack a pack."""
    trucks = [promise.truck_id for promise in promises]
    locked = Truck.objects.select_for_update(of=("self",), no_key=True)
    list(locked.filter(pk__in=trucks).order_by("pk").values_list("pk"))
    live = SwapAssignment.objects.filter(truck__in=trucks, state__in=LIVE)
    refused = dict.fromkeys(live.values_list("truck_id", flat=True), "truck_taken")
    named = [pack for one in promises for pack, comes_at in one.packs if comes_at is None]
    rows = Pack.objects.select_for_update(of=("self",), no_key=True).filter(
        pk__in=named, is_quarantined=False, slot__is_blocked=False
    )
    here = dict(rows.order_by("pk").values_list("pk", "slot__station_id"))
    for one in promises:
        if any(at is None and here.get(pack) != one.station.pk for pack, at in one.packs):
            refused.setdefault(one.truck_id, "pack_gone")
    return refused


def _insert(promises: list[Promise], *, now: datetime) -> list[SwapAssignment]:
    """Insert assignments and all that hangs on them."""
    codes = _free_codes(promises)
    rows = [
        row_of(promise, check_in_code=code, now=now)
        for promise, code in zip(promises, codes, strict=True)
    ]
    SwapAssignment.objects.bulk_create(rows)
    pairs = list(zip(rows, promises, strict=True))
    PackHold.objects.bulk_create(
        [hold for row, promise in pairs for hold in holds_of(row, promise, now=now)]
    )
    TruckSight.objects.bulk_create(
        [
            TruckSight(
                truck_id=row.truck_id,
                operator_id=promise.station.operator_id,
                during=DateTimeTZRange(now, None),
                assignment_id=row.pk,
            )
            for row, promise in pairs
        ]
    )
    _tell(pairs, now=now)
    return rows


def _tell(pairs: list[tuple[SwapAssignment, Promise]], *, now: datetime) -> None:
    """Let each truck's next answer carry its offer, and leave news for the drivers."""
    trucks = {
        truck.pk: truck for truck in Truck.objects.filter(pk__in=[r.truck_id for r, _ in pairs])
    }
    states = TruckState.objects.filter(truck__in=list(trucks))
    soc_percent = dict(states.values_list("truck_id", "soc_percent"))
    rides = Downlink.objects.filter(truck__in=list(trucks), kind=Downlink.Kind.ASSIGNMENT)
    rides.delete()
    links = []
    for row, promise in pairs:
        row.truck = trucks[row.truck_id]
        soc = soc_percent.get(row.truck_id)
        links.append(
            Downlink(
                truck_id=row.truck_id,
                kind=Downlink.Kind.ASSIGNMENT,
                body=card(row, soc_percent=soc, packs=len(promise.packs), now=now),
                created_at=now,
                expires_at=row.offer_expires_at,
            )
        )
    Downlink.objects.bulk_create(links)
    kind = DriverNotice.Kind.OFFERED
    notices = [notice_of(row, kind=kind, now=now) for row, _ in pairs]
    DriverNotice.objects.bulk_create(notice for notice in notices if notice is not None)
    wake_relay()


def _free_codes(promises: list[Promise]) -> list[str]:
    """Draw a check-in code for each that no live promise of its station has."""
    stations = {promise.station.pk for promise in promises}
    live = SwapAssignment.objects.filter(station__in=stations, state__in=LIVE)
    taken = set(live.values_list("station_id", "check_in_code"))
    codes = []
    for promise in promises:
        code = _draw()
        while (promise.station.pk, code) in taken:
            code = _draw()
        taken.add((promise.station.pk, code))
        codes.append(code)
    return codes


def _draw() -> str:
    return f"{secrets.randbelow(1_000_000):06d}"
