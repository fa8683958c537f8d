"""What breaks each rule of a station's screens and of what its people do."""

from datetime import timedelta
from typing import Any

from dispatch.models import PackHold, ShiftHandover, WallScreen
from fleet.models import Closure, PackQuarantine, User
from tests.builders import (
    NOW,
    make_assignment,
    make_hold,
    make_pack,
    make_station,
    make_truck,
    make_truck_model,
    make_user,
    since,
)
from tests.integration.rules.rule import Rule, Statement, change, twin

QUARANTINE = "fleet_packquarantine"
HANDOVER = "dispatch_shifthandover"


def _screen() -> WallScreen:
    return WallScreen.objects.create(
        station=make_station(), name="hall", token_sha256="x", made_at=NOW, made_by=make_user()
    )


def _quarantine(**fields: Any) -> PackQuarantine:
    values = {"pack": make_pack(), "reason": "hot", "begun_at": NOW, **fields}
    return PackQuarantine.objects.create(**values)


def _asked(by: User) -> PackQuarantine:
    return _quarantine(asked_at=NOW, asked_by=by)


def _released_by_who_asked() -> Statement:
    person = make_user()
    return change(_asked(person), released_at=NOW, released_by_id=person.pk)


def _hold_on(*, quarantined: bool = False, blocked: bool = False) -> Statement:
    """Return the insertion of a hold on a pack that may not be promised."""
    station = make_station()
    truck = make_truck(region=station.region, model=make_truck_model(pack_positions=2))
    slots = station.slots.order_by("number")
    good, bad = (make_pack(truck.model.pack_type, slot=slot) for slot in slots[:2])
    hold: PackHold = make_hold(make_assignment(truck=truck, station=station), good)
    if quarantined:
        _quarantine(pack=bad)
    if blocked:
        station.slots.filter(packs=bad).update(is_blocked=True, block_reason="fan")
    return twin(hold, pack_id=bad.pk, position=2)


def _promise_in_a_closed_lane() -> Statement:
    swap = make_assignment()
    Closure.objects.create(station=swap.station, during=since(NOW), reason="repair")
    later = type(swap.occupies)(NOW + timedelta(hours=2), NOW + timedelta(hours=3))
    truck = make_truck(region=swap.region)
    return twin(swap, truck_id=truck.pk, occupies=later, check_in_code="000000")


def _handover() -> ShiftHandover:
    return ShiftHandover.objects.create(
        station=make_station(),
        begins_at=NOW - timedelta(hours=8),
        ends_at=NOW,
        figures={},
        outgoing=make_user(),
    )


def _taken_over_by_who_left() -> Statement:
    shift = _handover()
    return change(shift, incoming_id=shift.outgoing_id, taken_at=NOW)


def _changed_after_both_signed() -> Statement:
    shift = _handover()
    change(shift, incoming_id=make_user().pk, taken_at=NOW).run()
    return change(shift, incoming_id=make_user().pk)


STATION = [
    Rule(
        "dispatch_shift_lasts",
        HANDOVER,
        lambda: twin(_handover(), begins_at=NOW + timedelta(hours=1)),
    ),
    Rule(
        "dispatch_shift_is_handed_over_once",
        HANDOVER,
        lambda: twin(_handover(), note="again"),
    ),
    Rule("dispatch_hand_over_takes_two", HANDOVER, _taken_over_by_who_left),
    Rule(
        "signed_figures_stay",
        HANDOVER,
        lambda: change(_handover(), note="other"),
        "signed_figures_stay",
        "Cannot update",
    ),
    Rule(
        "taken_over_stays",
        HANDOVER,
        _changed_after_both_signed,
        "taken_over_stays",
        "Cannot update",
    ),
    Rule(
        "hand_over_is_kept",
        HANDOVER,
        lambda: Statement(f"DELETE FROM {HANDOVER} WHERE id = %s", [_handover().pk]),
        "hand_over_is_kept",
        "Cannot delete",
    ),
    Rule(
        "dispatch_wall_screen_has_a_name",
        "dispatch_wallscreen",
        lambda: change(_screen(), name=""),
    ),
    Rule("fleet_pack_is_quarantined_once", QUARANTINE, lambda: twin(_quarantine(), reason="x")),
    Rule("fleet_quarantine_has_a_reason", QUARANTINE, lambda: change(_quarantine(), reason="")),
    Rule(
        "fleet_release_is_asked_by_somebody",
        QUARANTINE,
        lambda: change(_quarantine(), asked_at=NOW),
    ),
    Rule(
        "fleet_release_is_by_somebody",
        QUARANTINE,
        lambda: change(_quarantine(is_safety=False), released_at=NOW),
    ),
    Rule("fleet_safety_release_takes_two", QUARANTINE, _released_by_who_asked),
    Rule(
        "fleet_pack_is_quarantined_by_a_row",
        "fleet_pack",
        lambda: change(_quarantine().pack, is_quarantined=False),
        "quarantined_by_a_row",
    ),
    Rule(
        "quarantine_is_kept",
        QUARANTINE,
        lambda: Statement(f"DELETE FROM {QUARANTINE} WHERE id = %s", [_quarantine().pk]),
        "quarantine_is_kept",
        "Cannot delete",
    ),
    Rule(
        "dispatch_pack_is_safe",
        "dispatch_packhold",
        lambda: _hold_on(quarantined=True),
        "pack_is_safe",
    ),
    Rule(
        "dispatch_pack_is_in_no_blocked_slot",
        "dispatch_packhold",
        lambda: _hold_on(blocked=True),
        "pack_is_safe",
    ),
    Rule(
        "dispatch_closed_lane_takes_nobody",
        "dispatch_swapassignment",
        _promise_in_a_closed_lane,
        "lane_is_open",
    ),
]
