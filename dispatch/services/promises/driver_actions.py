"""What a driver's phone sends: done once, however often it is sent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch.lifecycle import ACCEPTED, ARRIVED, DECLINED, EN_ROUTE, QUEUED, SWAPPING
from dispatch.models import ChannelName, DriverAction, SwapAssignment
from dispatch.selectors.cards import assignment_card, live_assignment_of_driver
from dispatch.selectors.drivers import shift_json
from dispatch.services.channels.seen import Shown, note_shown
from dispatch.services.gate.swap_errors import SwapRefusedError
from dispatch.services.gate.swaps import finish_swap_by_driver
from dispatch.services.plans.replans import promise_one_truck, promise_replan
from dispatch.services.promises.moves import DispatchError, NotAllowedNowError, move_assignment
from fleet.models import Driver
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
# Where a tap finds done what it asks for: the service saw it first, or it was tapped twice.
ALREADY = {"accept": {ACCEPTED}, "leave": {EN_ROUTE}, "arrive": {ARRIVED, QUEUED}}


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
    if isinstance(error, SwapRefusedError):
        # Whatever the books have against the exchange, only the station can put it right.
        detail = _("The station must say which packs you got. Ask its people.")
        return Answer(409, {"code": "wrong_pack", "detail": detail, **error.facts})
    sentences = {
        "offer_expired": _("This offer has run out; nothing was booked. A new one will come."),
        "not_allowed_now": _("This is no longer possible; look at what the screen shows now."),
    }
    detail = sentences.get(error.code, str(error))
    return Answer(409, {"code": error.code, "detail": detail, **extra})


def answer_assignment(
    driver: Driver, *, assignment: SwapAssignment, action: str, reason: str, now: datetime
) -> Answer:
    """Move the driver's assignment as the action says; the answer shows what is promised then.

    A tap that comes after the service saw it happen changes nothing and is answered the same.
    """
    try:
        if action == "done":
            finish_swap_by_driver(assignment.pk, now=now)
        else:
            move_assignment(
                assignment_id=assignment.pk,
                to=TARGETS[action],
                now=now,
                reason=reason or f"driver: {action}",
                by=driver.user,
            )
    except NotAllowedNowError as error:
        if error.state not in ALREADY.get(action, ()):
            raise
    note_shown([Shown(assignment.pk)], driver_id=driver.pk, on=ChannelName.TAP, now=now)
    live = live_assignment_of_driver(driver.pk)
    return Answer(200, {"assignment": assignment_card(live, now=now) if live else None})


def begin_shift(
    driver: Driver, *, truck_id: int, pack_codes: Sequence[str], now: datetime
) -> Answer:
    """Start the shift and answer it."""
    shift = start_shift(driver, truck_id=truck_id, pack_codes=pack_codes, now=now)
    promise_one_truck(shift.truck_id, cause="shift_started", now=now)
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
