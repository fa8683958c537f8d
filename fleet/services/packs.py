"""Move packs: every change of custody goes through here, and each is a row of the ledger."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pghistory
from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from fleet.models import Pack, Slot, Truck, User, Whereabouts
from fleet.services.constraints import violated_constraint

_ONE_PACK_A_PLACE = "fleet_slot_holds_one_pack, fleet_pack_position_holds_one_pack"
_REFUSALS = {
    "fleet_slot_holds_one_pack": ("slot_taken", "Another pack is in this slot. Move it out first."),
    "fleet_pack_position_holds_one_pack": (
        "position_taken",
        "Another pack is in this position of the truck. Take it off first.",
    ),
    "fleet_pack_fits_its_truck": (
        "does_not_fit",
        "The pack is of another type than the truck takes, or the truck has no such position.",
    ),
}


class PackMoveRefusedError(Exception):
    """A pack cannot go where it was sent.

    Codes: `unknown_pack`, `unknown_place`, `pack_retired`, `pack_quarantined`, `pack_on_a_truck`,
    `slot_taken`, `position_taken`, `does_not_fit`. Nothing was written.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Custody:
    """When and why packs move, who moved them (None: a machine), and for which assignment."""

    at: datetime
    reason: str
    by: User | None = None
    assignment_id: int | None = None


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a pack goes: a slot, a position of a truck, transport, or out of service."""

    whereabouts: Whereabouts
    slot_id: int | None = None
    truck_id: int | None = None
    position: int | None = None

    @classmethod
    def slot(cls, slot_id: int) -> "Destination":
        """Return the slot as a destination."""
        return cls(Whereabouts.SLOT, slot_id=slot_id)

    @classmethod
    def truck(cls, truck_id: int, *, position: int) -> "Destination":
        """Return the position of the truck, counted from 1, as a destination."""
        return cls(Whereabouts.TRUCK, truck_id=truck_id, position=position)


def place_in_slot(pack_id: int, *, slot_id: int, custody: Custody) -> None:
    """Put a pack into a free slot."""
    _move({pack_id: Destination.slot(slot_id)}, custody=custody)


def install_on_truck(pack_id: int, *, truck_id: int, position: int, custody: Custody) -> None:
    """Put a pack into a free position of a truck it fits, if it is safe and on no other truck."""
    _move({pack_id: Destination.truck(truck_id, position=position)}, custody=custody, safely=True)


def take_into_transport(pack_id: int, *, custody: Custody) -> None:
    """Take a pack out of its slot or off its truck, on its way to elsewhere."""
    _move({pack_id: Destination(Whereabouts.TRANSPORT)}, custody=custody)


def retire_pack(pack_id: int, *, custody: Custody) -> None:
    """Take a pack out of service for good."""
    _move({pack_id: Destination(Whereabouts.RETIRED)}, custody=custody)


def exchange_packs(
    truck_id: int,
    *,
    onto_truck: Mapping[int, int],
    into_slots: Mapping[int, int],
    custody: Custody,
    displace: bool = False,
) -> list[int]:
    """Swap: packs out of slots onto a truck and the truck's into slots, in one transaction.

    Parameters
    ----------
    truck_id
        The truck in the lane.
    onto_truck
        Position (from 1) to the pack that is now there.
    into_slots
        Slot to the pack that is now in it.
    custody
        When, why, by whom, for which assignment.
    displace
        Record what a station saw against what the books say: a pack that the books have where
        another now is goes into transport.

    Returns
    -------
    list[int]
        The packs that were displaced.

    Raises
    ------
    PackMoveRefusedError
        With its code; then neither the truck nor the slots changed.
    """
    moves = {
        pack: Destination.truck(truck_id, position=position)
        for position, pack in onto_truck.items()
    }
    moves |= {pack: Destination.slot(slot) for slot, pack in into_slots.items()}
    if not displace:
        _move(moves, custody=custody)
        return []
    with transaction.atomic():
        in_the_way = Pack.objects.filter(
            Q(slot__in=into_slots) | Q(truck=truck_id, position__in=onto_truck)
        ).exclude(pk__in=moves)
        displaced = list(in_the_way.order_by("pk").values_list("pk", flat=True))
        _move(moves | dict.fromkeys(displaced, Destination(Whereabouts.TRANSPORT)), custody=custody)
    return displaced


@contextmanager
def told(*, by: User | None, why: str) -> Iterator[None]:
    """Give the history of every change inside who made it and why."""
    facts: dict[str, Any] = {"reason": why} | ({"user": by.pk} if by else {})
    with pghistory.context(**facts):
        yield


def _move(moves: Mapping[int, Destination], *, custody: Custody, safely: bool = False) -> None:
    try:
        with transaction.atomic(), told(by=custody.by, why=custody.reason):
            packs = _locked(moves)
            for pack in packs:
                _refuse(pack, moves[pack.pk], safely=safely)
                _write(pack, moves[pack.pk], custody)
            # Deferred up to here, where a swap must come out even. A race for one place ends
            # here too: the second waits for the first, and is refused.
            with connection.cursor() as cursor:
                cursor.execute(f"SET CONSTRAINTS {_ONE_PACK_A_PLACE} IMMEDIATE")
                cursor.execute(f"SET CONSTRAINTS {_ONE_PACK_A_PLACE} DEFERRED")
    except IntegrityError as error:
        name = violated_constraint(error)
        if name not in _REFUSALS:
            raise
        raise PackMoveRefusedError(*_REFUSALS[name]) from error


def _locked(moves: Mapping[int, Destination]) -> list[Pack]:
    """Lock packs, then slots, then trucks, each by number, so that no two moves wait in a ring."""
    packs = list(Pack.objects.select_for_update(no_key=True).filter(pk__in=moves).order_by("pk"))
    if len(packs) < len(moves):
        raise PackMoveRefusedError("unknown_pack", "There is no such pack.")
    slots = {move.slot_id for move in moves.values() if move.slot_id is not None}
    trucks = {move.truck_id for move in moves.values() if move.truck_id is not None}
    for model, wanted in ((Slot, slots), (Truck, trucks)):
        rows = model._default_manager.select_for_update(no_key=True).filter(pk__in=wanted)
        if len(rows.order_by("pk").values_list("pk", flat=True)) < len(wanted):
            raise PackMoveRefusedError("unknown_place", "There is no such slot or truck.")
    return packs


def _refuse(pack: Pack, to: Destination, *, safely: bool) -> None:
    if pack.whereabouts == Whereabouts.RETIRED:
        raise PackMoveRefusedError("pack_retired", f"Pack {pack.code} is retired.")
    if safely and pack.is_quarantined:
        raise PackMoveRefusedError("pack_quarantined", f"Pack {pack.code} is quarantined.")
    if safely and pack.truck_id not in {None, to.truck_id}:
        raise PackMoveRefusedError("pack_on_a_truck", f"Pack {pack.code} is on another truck.")


def _write(pack: Pack, to: Destination, custody: Custody) -> None:
    pack.whereabouts = to.whereabouts
    pack.slot_id = to.slot_id
    pack.truck_id = to.truck_id
    pack.position = to.position
    pack.moved_at = custody.at
    pack.move_reason = custody.reason
    pack.move_assignment_id = custody.assignment_id
    pack.save(
        update_fields=[
            "whereabouts",
            "slot",
            "truck",
            "position",
            "moved_at",
            "move_reason",
            "move_assignment_id",
        ]
    )
