"""What people at a station do from its board: each act happens once, however often it is sent."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch.services.gate import lanes, slots
from dispatch.services.gate.swap_acts import say_arrived, say_swapped
from dispatch.services.gate.swap_errors import (
    RefusedPackError,
    SwapRefusedError,
    UnknownLaneError,
    UnknownSlotError,
)
from dispatch.services.plans.replans import promise_replan
from dispatch.services.promises.moves import DispatchError
from fleet.models import Lane, Pack, Slot, SwapStation, User
from fleet.services import quarantine
from fleet.services.packs import Custody, PackMoveRefusedError
from telematics.services.station_events import Answer, answer_once


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardAct:
    """An act: `verb` on `what` (`station`, `lane-2`, `slot-4`, `pack-71`, `swap-9`), why, by whom.

    `packs` are codes read by position; `said_at` is when it was said, if the line was cut then.
    """

    id: UUID
    verb: str
    what: str
    reason: str
    by: User | None
    packs: dict[str, str] = field(default_factory=dict)
    said_at: datetime | None = None

    @property
    def number(self) -> int:
        """Return the number of the lane or slot, or what names the record."""
        number = self.what.partition("-")[2]
        return int(number) if number.isdecimal() else 0

    @property
    def body(self) -> dict[str, Any]:
        """Return what makes an act sent again the same act."""
        by = self.by.pk if self.by else None
        return {"what": self.what, "reason": self.reason, "packs": self.packs, "by": by}


class UnknownActError(SwapRefusedError):
    """There is no such act on such a thing."""

    code = "unknown_act"


def act_once(
    station: SwapStation,
    act: BoardAct,
    *,
    refused: Callable[[Exception], Answer],
    now: datetime,
) -> Answer:
    """Do what a person at the station asks, once; the same again gets the first answer.

    `refused` turns an expected refusal into the answer that stays.

    Raises
    ------
    IdReusedError
        The id came with another act before.
    """

    def do() -> Answer:
        try:
            with transaction.atomic():
                return 200, perform(station, act, now=now)
        except DispatchError as error:
            return refused(error)

    return answer_once(
        station.pk, event_id=act.id, kind=f"board_{act.verb}", body=act.body, now=now, act=do
    )


def perform(station: SwapStation, act: BoardAct, *, now: datetime) -> dict[str, Any]:
    """Do an act and say what became of it.

    Raises
    ------
    DispatchError
        With its code; nothing was changed.
    """
    kind = act.what.partition("-")[0]
    does = ACTS.get((act.verb, kind))
    if does is None:
        raise UnknownActError("There is no such act.")
    return does(station, act, now) or {}


def _close_station(station: SwapStation, act: BoardAct, now: datetime) -> dict[str, Any]:
    _, losing = lanes.close_station(station, reason=act.reason, by=act.by, now=now)
    return {"losing": losing, "undo": "open"}


def _open_station(station: SwapStation, act: BoardAct, now: datetime) -> None:
    lanes.open_station(station, reason=act.reason, by=act.by, now=now)


def _close_lane(station: SwapStation, act: BoardAct, now: datetime) -> dict[str, Any]:
    _, losing = lanes.close_lane(_lane(station, act), reason=act.reason, by=act.by, now=now)
    return {"losing": losing, "undo": "open"}


def _open_lane(station: SwapStation, act: BoardAct, now: datetime) -> None:
    lanes.open_lane(_lane(station, act), reason=act.reason, by=act.by, now=now)


def _block_slot(station: SwapStation, act: BoardAct, now: datetime) -> dict[str, Any]:
    slots.block_slot(_slot(station, act), reason=act.reason, by=act.by, now=now)
    return {"undo": "open"}


def _unblock_slot(station: SwapStation, act: BoardAct, now: datetime) -> None:
    slots.unblock_slot(_slot(station, act), reason=act.reason, by=act.by, now=now)


def _set_apart(station: SwapStation, act: BoardAct, now: datetime) -> dict[str, Any]:
    pack = _pack(station, act)
    quarantine.quarantine_pack(pack.pk, custody=_custody(act, now))
    promise_replan(station.region_id, cause="pack_quarantined", now=now)
    return {}


def _hold_back(station: SwapStation, act: BoardAct, now: datetime) -> dict[str, Any]:
    pack = _pack(station, act)
    is_new = quarantine.quarantine_pack(pack.pk, custody=_custody(act, now), is_safety=False)
    promise_replan(station.region_id, cause="pack_quarantined", now=now)
    return {"undo": "ask"} if is_new else {}


def _ask_release(station: SwapStation, act: BoardAct, now: datetime) -> dict[str, Any]:
    pack = _pack(station, act)
    with _pack_refusals():
        asked = quarantine.ask_release(pack.pk, custody=_custody(act, now))
    if asked.released_at:
        promise_replan(station.region_id, cause="pack_released", now=now)
    return {"released": asked.released_at is not None}


def _confirm_release(station: SwapStation, act: BoardAct, now: datetime) -> dict[str, Any]:
    pack = _pack(station, act)
    with _pack_refusals():
        quarantine.confirm_release(pack.pk, custody=_custody(act, now))
    promise_replan(station.region_id, cause="pack_released", now=now)
    return {"released": True}


def _refuse_release(station: SwapStation, act: BoardAct, now: datetime) -> None:
    pack = _pack(station, act)
    with _pack_refusals():
        quarantine.refuse_release(pack.pk, custody=_custody(act, now))


def _arrived(station: SwapStation, act: BoardAct, now: datetime) -> dict[str, Any]:
    return say_arrived(station, act.number, now=now)


def _swapped(station: SwapStation, act: BoardAct, now: datetime) -> dict[str, Any]:
    return say_swapped(
        station,
        act.number,
        packs=act.packs,
        by=act.by,
        finished_at=min(act.said_at or now, now),
        now=now,
    )


@contextmanager
def _pack_refusals() -> Iterator[None]:
    try:
        yield
    except PackMoveRefusedError as error:
        raise RefusedPackError(error.detail, code=error.code) from error


def _custody(act: BoardAct, now: datetime) -> Custody:
    return Custody(at=now, reason=act.reason, by=act.by)


def _pack(station: SwapStation, act: BoardAct) -> Pack:
    """Return a pack in a slot of the station: nobody here decides about packs elsewhere."""
    pack = Pack.objects.filter(pk=act.number, slot__station=station).first()
    if pack is None:
        raise RefusedPackError(_("The pack is not in this station."), code="unknown_pack")
    return pack


def _lane(station: SwapStation, act: BoardAct) -> Lane:
    lane = Lane.objects.filter(station=station, number=act.number).first()
    if lane is None:
        raise UnknownLaneError(f"The station has no lane {act.number}.")
    return lane


def _slot(station: SwapStation, act: BoardAct) -> Slot:
    slot = Slot.objects.select_related("station").filter(station=station, number=act.number).first()
    if slot is None:
        raise UnknownSlotError(f"The station has no slot {act.number}.")
    return slot


type Doing = Callable[[SwapStation, BoardAct, datetime], dict[str, Any] | None]
ACTS: dict[tuple[str, str], Doing] = {
    ("close", "station"): _close_station,
    ("open", "station"): _open_station,
    ("close", "lane"): _close_lane,
    ("open", "lane"): _open_lane,
    ("close", "slot"): _block_slot,
    ("open", "slot"): _unblock_slot,
    ("isolate", "pack"): _set_apart,
    ("hold", "pack"): _hold_back,
    ("ask", "pack"): _ask_release,
    ("confirm", "pack"): _confirm_release,
    ("refuse", "pack"): _refuse_release,
    ("arrived", "swap"): _arrived,
    ("swapped", "swap"): _swapped,
}
