"""Arrivals and swaps said by people at the station, where its controller says nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from dispatch.lifecycle import LIVE
from dispatch.models import SwapAssignment
from dispatch.services.gate.check_ins import check_in
from dispatch.services.gate.swap_errors import RefusedPackError, UnknownCodeError, WrongPackError
from dispatch.services.gate.swaps import Exchange, MovedPack, expected_exchange, finish_swap
from dispatch.services.promises.moves import move_assignment
from fleet.models import Pack, SwapStation, User

TAIL = 7
"""So many last characters of a code tell the packs of one station apart."""


def say_arrived(station: SwapStation, assignment_id: int, *, now: datetime) -> dict[str, Any]:
    """Check a truck in that stands at the gate, as the station's controller would.

    Raises
    ------
    DispatchError
        As `check_in`; `unknown_code` if no such truck is expected.
    """
    swap = _swap(station, assignment_id)
    granted = check_in(
        station,
        check_in_code=swap.check_in_code,
        plate=swap.truck.plate,
        lane_number=None,
        now=now,
    )
    return {"state": granted.assignment.state, "lane": granted.assignment.lane.number}


def say_swapped(
    station: SwapStation,
    assignment_id: int,
    *,
    packs: Mapping[str, str],
    by: User | None,
    finished_at: datetime,
    now: datetime,
) -> dict[str, Any]:
    """Record a swap by a person's word: `packs` are the codes read, by position on the truck.

    A position nobody read counts as promised. The last characters of a code are enough.

    Raises
    ------
    WrongPackError
        A pack that was read is not the one promised; the sentence names the right one.
    DispatchError
        As `finish_swap`.
    """
    swap = _swap(station, assignment_id)
    expected = expected_exchange(swap, finished_at=finished_at)
    for pack in expected.packs_out:
        if read := packs.get(str(pack.position), "").strip().upper():
            _compare(pack, _full_code(station, read))
    if swap.state in {"arrived", "queued"}:
        move_assignment(assignment_id=swap.pk, to="swapping", now=now, reason="swapped", by=by)
    done = finish_swap(
        station,
        check_in_code=swap.check_in_code,
        exchange=Exchange(
            finished_at=finished_at, packs_out=expected.packs_out, packs_in=expected.packs_in
        ),
        now=now,
    )
    return {"state": done.state}


def _swap(station: SwapStation, assignment_id: int) -> SwapAssignment:
    rows = SwapAssignment.objects.select_related("truck", "lane")
    swap = rows.filter(pk=assignment_id, station=station, state__in=LIVE).first()
    if swap is None:
        raise UnknownCodeError(_("This truck is not expected here any more."))
    return swap


def _compare(promised: MovedPack, read: str) -> None:
    if promised.slot == 0:
        told = _("Pack %(code)s is promised, but is not in the station.")
        raise WrongPackError(told % {"code": promised.code})
    if read != promised.code:
        told = _("Wrong pack %(read)s: the right one is %(right)s in slot S%(slot)s.")
        facts = {"read": read[-TAIL:], "right": promised.code[-TAIL:], "slot": promised.slot}
        raise WrongPackError(
            told % facts,
            expected={"position": promised.position, "code": promised.code, "slot": promised.slot},
        )


def _full_code(station: SwapStation, read: str) -> str:
    """Return the code of the pack whose code ends as was read."""
    if len(read) < TAIL:
        told = _("Read at least seven characters of the code.")
        raise RefusedPackError(told, code="unknown_pack")
    found = Pack.objects.filter(code__endswith=read).values_list("code", flat=True)[:2]
    here = Pack.objects.filter(code__endswith=read, slot__station=station)
    codes = list(here.values_list("code", flat=True)[:2]) or list(found)
    return codes[0] if codes else read
