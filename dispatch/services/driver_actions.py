"""What a driver's phone sends: done once, however often it is sent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch.lifecycle import ACCEPTED, ARRIVED, DECLINED, DONE, EN_ROUTE, QUEUED, SWAPPING
from dispatch.models import DriverAction, SwapAssignment
from dispatch.selectors.cards import assignment_card, live_assignment_of_driver
from dispatch.selectors.drivers import shift_json
from dispatch.services.moves import DispatchError, NotAllowedNowError, move_assignment
from dispatch.services.replans import promise_replan
from fleet.models import Driver, Pack
from fleet.services.packs import Custody, PackMoveRefusedError, exchange_packs
from fleet.services.shifts import ShiftRefusedError, end_shift, start_shift

DECLINE_REASONS = (
    "too_far",
    "have_enough_charge",
    "road_blocked",
    "truck_fault",
    "rest_time",
    "other",
)
TARGETS = {"accept": ACCEPTED, "decline": DECLINED, "leave": EN_ROUTE, "arrive": ARRIVED}


class IdReusedError(DispatchError):
    """The same action id came with another content."""

    code = "id_reused"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call is answered: a status, and JSON; of a refusal its `code`, `detail` and more."""

    status: int
    body: dict[str, Any]


def once(
    driver: Driver,
    *,
    action_id: UUID,
    kind: str,
    body: Mapping[str, Any],
    now: datetime,
    act: Callable[[], Answer],
) -> Answer:
    """Do what the phone asks and keep the answer with it, in one transaction.

    `dispatch_driver_action_happens_once` decides between two deliveries of one action: the second
    waits for the first, and gets its answer. An expected refusal is an answer too: its effects are
    rolled back and it is kept.

    Raises
    ------
    IdReusedError
        The id was used for something else.
    """
    with transaction.atomic():
        row, is_new = DriverAction.objects.get_or_create(
            driver=driver,
            action_id=action_id,
            defaults={
                "kind": kind,
                "body": dict(body),
                "received_at": now,
                "status": 0,
                "answer": {},
            },
        )
        if not is_new:
            if (row.kind, row.body) != (kind, dict(body)):
                raise IdReusedError(_("This action id was used for something else."))
            return Answer(row.status, row.answer)
        try:
            with transaction.atomic():
                answer = act()
        except (DispatchError, ShiftRefusedError) as refusal:
            answer = _refused(refusal)
        row.status, row.answer = answer.status, answer.body
        row.save(update_fields=["status", "answer"])
    return answer


def _refused(error: DispatchError | ShiftRefusedError) -> Answer:
    extra = error.extra if isinstance(error, ShiftRefusedError) else {}
    if isinstance(error, NotAllowedNowError):
        extra = {"state": error.state}
    sentences = {
        "offer_expired": _("This offer has run out; nothing was booked. A new one will come."),
        "not_allowed_now": _("This is no longer possible; look at what the screen shows now."),
    }
    detail = sentences.get(error.code, str(error))
    return Answer(409, {"code": error.code, "detail": detail, **extra})


def answer_assignment(
    driver: Driver, *, assignment: SwapAssignment, action: str, reason: str, now: datetime
) -> Answer:
    """Move the driver's assignment as the action says; the answer shows what is promised then."""
    if action == "done":
        _finish(assignment, driver=driver, now=now)
    else:
        move_assignment(
            assignment_id=assignment.pk,
            to=TARGETS[action],
            now=now,
            reason=reason or f"driver: {action}",
            by=driver.user,
        )
    live = live_assignment_of_driver(driver.pk)
    return Answer(200, {"assignment": assignment_card(live, now=now) if live else None})


def _finish(assignment: SwapAssignment, *, driver: Driver, now: datetime) -> None:
    """Finish a swap on the driver's word: the fallback for a station that said nothing."""
    row = SwapAssignment.objects.select_for_update(no_key=True).get(pk=assignment.pk)
    if row.state in {ARRIVED, QUEUED}:
        why = "driver: the station did not say that it began"
        move_assignment(assignment_id=row.pk, to=SWAPPING, now=now, reason=why, by=driver.user)
        row.state = SWAPPING
    if row.state == SWAPPING:
        _exchange_as_promised(row, driver=driver, now=now)
    move_assignment(assignment_id=row.pk, to=DONE, now=now, reason="driver: done", by=driver.user)


def _exchange_as_promised(assignment: SwapAssignment, *, driver: Driver, now: datetime) -> None:
    """Write down that the promised packs and those of the truck changed places.

    Where the registry knows better (a pack is elsewhere by now) it stays as it is; the station's
    next word about its slots mends the rest.
    """
    on_truck = {p.position: p.pk for p in Pack.objects.filter(truck=assignment.truck_id)}
    holds = list(assignment.holds.filter(is_live=True).select_related("pack"))
    onto_truck = {hold.position: hold.pack_id for hold in holds if hold.pack.slot_id}
    into_slots = {
        hold.pack.slot_id: on_truck[hold.position]
        for hold in holds
        if hold.pack.slot_id and hold.position in on_truck
    }
    custody = Custody(now, "swap, by the driver's word", driver.user, assignment.pk)
    try:
        exchange_packs(
            assignment.truck_id, onto_truck=onto_truck, into_slots=into_slots, custody=custody
        )
    except PackMoveRefusedError:
        return


def begin_shift(
    driver: Driver, *, truck_id: int, pack_codes: Sequence[str], now: datetime
) -> Answer:
    """Start the shift and answer it."""
    shift = start_shift(driver, truck_id=truck_id, pack_codes=pack_codes, now=now)
    promise_replan(shift.truck.region_id, cause="shift_started", now=now)
    return Answer(201, shift_json(shift))


def finish_shift(driver: Driver, *, now: datetime) -> Answer:
    """End the shift: promises not begun are cancelled, one under way keeps the shift open.

    Raises
    ------
    ShiftRefusedError
        `swap_open`: nothing was written.
    """
    while (live := live_assignment_of_driver(driver.pk)) is not None:
        if live.state in {ARRIVED, QUEUED, SWAPPING}:
            sentence = _("A swap is under way. End the shift when it is done.")
            raise ShiftRefusedError("swap_open", sentence)
        move_assignment(
            assignment_id=live.pk,
            to="cancelled",
            now=now,
            reason="driver: end of shift",
            by=driver.user,
        )
    shift = end_shift(driver, now=now)
    return Answer(200, {"shift": shift_json(shift) if shift else None})
