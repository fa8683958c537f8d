from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from fleet.models import Pack, PackMove, Slot, Truck, Whereabouts
from fleet.services.packs import (
    Custody,
    PackMoveRefusedError,
    exchange_packs,
    install_on_truck,
    place_in_slot,
    retire_pack,
    take_into_transport,
)
from fleet.services.quarantine import ask_release, confirm_release, quarantine_pack
from tests.builders import (
    NOW,
    make_pack,
    make_pack_type,
    make_station,
    make_truck,
    make_truck_model,
    make_user,
)

pytestmark = pytest.mark.django_db
LATER = Custody(at=NOW + timedelta(minutes=5), reason="moved by a test", assignment_id=7)


def slots_of(count: int = 4) -> list[Slot]:
    return list(make_station(slots=count).slots.order_by("number"))


def truck_and_pack(positions: int = 1) -> tuple[Truck, Pack]:
    pack_type = make_pack_type()
    truck = make_truck(model=make_truck_model(pack_type, pack_positions=positions))
    return truck, make_pack(pack_type)


def refused(code: str) -> pytest.RaisesExc[PackMoveRefusedError]:
    return pytest.RaisesExc(PackMoveRefusedError, check=lambda error: error.code == code)


def moves(pack: Pack) -> list[tuple[str | None, str]]:
    rows = PackMove.objects.filter(pack=pack).order_by("pk")
    return list(rows.values_list("from_whereabouts", "to_whereabouts"))


def test_each_move_is_one_ledger_row_with_when_why_and_for_what() -> None:
    truck, pack = truck_and_pack()
    place_in_slot(pack.pk, slot_id=slots_of()[0].pk, custody=LATER)
    install_on_truck(pack.pk, truck_id=truck.pk, position=1, custody=LATER)
    take_into_transport(pack.pk, custody=LATER)
    assert moves(pack) == [
        (None, "transport"),
        ("transport", "slot"),
        ("slot", "truck"),
        ("truck", "transport"),
    ]
    last = PackMove.objects.filter(pack=pack).latest("pk")
    assert (last.moved_at, last.reason, last.assignment_id) == (LATER.at, LATER.reason, 7)


def test_history_says_who_moved_a_pack_and_why() -> None:
    user = make_user()
    pack = make_pack()
    place_in_slot(
        pack.pk, slot_id=slots_of()[0].pk, custody=Custody(at=NOW, reason="returned", by=user)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.metadata FROM fleet_packevent e JOIN pghistory_context c"
            " ON c.id = e.pgh_context_id WHERE e.pgh_obj_id = %s ORDER BY e.pgh_id DESC LIMIT 1",
            [pack.pk],
        )
        row = cursor.fetchone()
    assert '"returned"' in str(row[0]) or "'returned'" in str(row[0])
    assert str(user.pk) in str(row[0])


def test_a_full_slot_takes_no_second_pack_and_nothing_moves() -> None:
    slot = slots_of()[0]
    make_pack(slot=slot)
    second = make_pack()
    with refused("slot_taken"):
        place_in_slot(second.pk, slot_id=slot.pk, custody=LATER)
    assert moves(second) == [(None, "transport")]


def test_a_full_pack_position_takes_no_second_pack() -> None:
    truck, pack = truck_and_pack()
    make_pack(pack.type, truck=truck)
    with refused("position_taken"):
        install_on_truck(pack.pk, truck_id=truck.pk, position=1, custody=LATER)


@pytest.mark.parametrize("position", [0, 2])
def test_a_truck_takes_packs_only_in_positions_it_has(position: int) -> None:
    truck, pack = truck_and_pack(positions=1)
    if position == 0:
        position = 3
    with refused("does_not_fit"):
        install_on_truck(pack.pk, truck_id=truck.pk, position=position, custody=LATER)


def test_a_truck_takes_packs_of_its_type_only() -> None:
    truck, _ = truck_and_pack()
    with refused("does_not_fit"):
        install_on_truck(make_pack().pk, truck_id=truck.pk, position=1, custody=LATER)


def test_a_retired_pack_stays_retired() -> None:
    pack = make_pack()
    retire_pack(pack.pk, custody=LATER)
    with refused("pack_retired"):
        place_in_slot(pack.pk, slot_id=slots_of()[0].pk, custody=LATER)
    assert Pack.objects.get(pk=pack.pk).whereabouts == Whereabouts.RETIRED


def test_a_quarantined_pack_is_installed_only_after_its_release() -> None:
    truck, pack = truck_and_pack()
    quarantine_pack(pack.pk, custody=LATER)
    with refused("pack_quarantined"):
        install_on_truck(pack.pk, truck_id=truck.pk, position=1, custody=LATER)
    ask_release(pack.pk, custody=replace(LATER, by=make_user()))
    with refused("pack_quarantined"):
        install_on_truck(pack.pk, truck_id=truck.pk, position=1, custody=LATER)
    confirm_release(pack.pk, custody=replace(LATER, by=make_user()))
    install_on_truck(pack.pk, truck_id=truck.pk, position=1, custody=LATER)


def test_what_does_not_exist_is_refused() -> None:
    with refused("unknown_pack"):
        take_into_transport(0, custody=LATER)
    with refused("unknown_pack"):
        quarantine_pack(0, custody=LATER)
    with refused("unknown_place"):
        place_in_slot(make_pack().pk, slot_id=0, custody=LATER)


def test_a_swap_exchanges_packs_through_the_same_slots_at_once() -> None:
    truck, charged = truck_and_pack(positions=2)
    slots = slots_of(2)
    place_in_slot(charged.pk, slot_id=slots[0].pk, custody=LATER)
    other = make_pack(charged.type, slot=slots[1])
    spent = [make_pack(charged.type, truck=truck, position=n) for n in (1, 2)]
    exchange_packs(
        truck.pk,
        onto_truck={1: charged.pk, 2: other.pk},
        into_slots={slots[0].pk: spent[0].pk, slots[1].pk: spent[1].pk},
        custody=LATER,
    )
    on_truck = dict(Pack.objects.filter(truck=truck).values_list("position", "pk"))
    in_slots = dict(Pack.objects.filter(slot__in=slots).values_list("slot", "pk"))
    assert on_truck == {1: charged.pk, 2: other.pk}
    assert in_slots == {slots[0].pk: spent[0].pk, slots[1].pk: spent[1].pk}
    assert moves(spent[0]) == [(None, "truck"), ("truck", "slot")]


def test_a_swap_into_a_full_slot_changes_neither_truck_nor_slots() -> None:
    truck, charged = truck_and_pack()
    slots = slots_of(2)
    place_in_slot(charged.pk, slot_id=slots[0].pk, custody=LATER)
    spent = make_pack(charged.type, truck=truck)
    make_pack(slot=slots[1])
    with refused("slot_taken"):
        exchange_packs(
            truck.pk,
            onto_truck={1: charged.pk},
            into_slots={slots[1].pk: spent.pk},
            custody=LATER,
        )
    assert list(Pack.objects.filter(truck=truck)) == [spent]
    assert len(moves(charged)) == 2


def test_what_a_station_saw_displaces_what_the_books_said() -> None:
    truck, charged = truck_and_pack()
    slots = slots_of(2)
    place_in_slot(charged.pk, slot_id=slots[0].pk, custody=LATER)
    on_books = make_pack(charged.type, truck=truck)
    really = make_pack(charged.type)
    displaced = exchange_packs(
        truck.pk,
        onto_truck={1: charged.pk},
        into_slots={slots[0].pk: really.pk},
        custody=LATER,
        displace=True,
    )
    assert displaced == [on_books.pk]
    on_books.refresh_from_db()
    assert on_books.whereabouts == Whereabouts.TRANSPORT


def test_bulk_updates_and_raw_sql_write_the_ledger_and_the_history_too() -> None:
    slots = slots_of(2)
    packs = [make_pack(slot=slot) for slot in slots]
    ids = [pack.pk for pack in packs]
    Pack.objects.filter(pk__in=ids).update(
        whereabouts="transport", slot=None, moved_at=LATER.at, move_reason="truck to the depot"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE fleet_pack SET whereabouts = 'retired', move_reason = 'sold' WHERE id = %s",
            [ids[0]],
        )
        cursor.execute("SELECT count(*) FROM fleet_packevent WHERE pgh_obj_id = ANY(%s)", [ids])
        history = cursor.fetchone()[0]
    assert moves(packs[0])[1:] == [("slot", "transport"), ("transport", "retired")]
    assert moves(packs[1])[1:] == [("slot", "transport")]
    assert history == 5  # two made, two moved in bulk, one by raw SQL


def test_a_change_that_is_no_move_writes_no_ledger_row() -> None:
    pack = make_pack()
    quarantine_pack(pack.pk, custody=LATER)
    assert len(moves(pack)) == 1
