"""Whatever is moved in whatever order: a pack is in one place, and the ledger tells how."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from fleet.models import Pack, PackMove, Slot, Truck
from fleet.services.packs import (
    Custody,
    PackMoveRefusedError,
    exchange_packs,
    install_on_truck,
    place_in_slot,
    retire_pack,
    take_into_transport,
)
from tests.builders import (
    NOW,
    make_pack,
    make_pack_type,
    make_station,
    make_truck,
    make_truck_model,
)
from tests.examples import fewer_examples

PACKS, SLOTS, TRUCKS, POSITIONS = 5, 3, 2, 2
any_pack = st.integers(0, PACKS - 1)
any_slot = st.integers(0, SLOTS - 1)
any_truck = st.integers(0, TRUCKS - 1)
any_position = st.integers(1, POSITIONS)


@dataclass(frozen=True)
class Place:
    """Where the model has a pack: kind, and which one."""

    kind: str
    which: Any = None


class CustodyOfPacks(RuleBasedStateMachine):
    """Moves against a dictionary that knows what must come of them."""

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        kind = make_pack_type()
        model = make_truck_model(kind, pack_positions=POSITIONS)
        self.slots: list[Slot] = list(make_station(slots=SLOTS).slots.order_by("number"))
        self.trucks: list[Truck] = [make_truck(model=model) for _ in range(TRUCKS)]
        self.packs: list[Pack] = [make_pack(kind) for _ in range(PACKS)]
        self.books = dict.fromkeys(range(PACKS), Place("transport"))
        self.moves = dict.fromkeys(range(PACKS), 1)
        self.minutes = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    def custody(self) -> Custody:
        self.minutes += 1
        return Custody(at=NOW + timedelta(minutes=self.minutes), reason="state machine")

    def expect(self, wanted: dict[int, Place], move: Any, *, refused: bool = False) -> None:
        """Make a move, and refuse it exactly if a place would hold two or a pack is retired."""
        after = {**self.books, **wanted}
        full = [place for place in after.values() if place.which is not None]
        is_retired = any(self.books[pack].kind == "retired" for pack in wanted)
        if refused or is_retired or len(set(full)) < len(full):
            with pytest.raises(PackMoveRefusedError):
                move()
            return
        move()
        for pack, place in wanted.items():
            self.moves[pack] += self.books[pack] != place
        self.books = after

    @rule(pack=any_pack, slot=any_slot)
    def place(self, pack: int, slot: int) -> None:
        self.expect(
            {pack: Place("slot", slot)},
            lambda: place_in_slot(
                self.packs[pack].pk, slot_id=self.slots[slot].pk, custody=self.custody()
            ),
        )

    @rule(pack=any_pack, truck=any_truck, position=any_position)
    def install(self, pack: int, truck: int, position: int) -> None:
        self.expect(
            {pack: Place("truck", (truck, position))},
            lambda: install_on_truck(
                self.packs[pack].pk,
                truck_id=self.trucks[truck].pk,
                position=position,
                custody=self.custody(),
            ),
            refused=self.books[pack].kind == "truck" and self.books[pack].which[0] != truck,
        )

    @rule(pack=any_pack)
    def transport(self, pack: int) -> None:
        self.expect(
            {pack: Place("transport")},
            lambda: take_into_transport(self.packs[pack].pk, custody=self.custody()),
        )

    @rule(pack=st.integers(0, 1))
    def retire(self, pack: int) -> None:
        self.expect(
            {pack: Place("retired")},
            lambda: retire_pack(self.packs[pack].pk, custody=self.custody()),
        )

    @rule(
        truck=any_truck,
        out=st.dictionaries(any_position, any_pack, max_size=POSITIONS),
        into=st.dictionaries(any_slot, any_pack, max_size=POSITIONS),
    )
    def swap(self, truck: int, out: dict[int, int], into: dict[int, int]) -> None:
        moved = [*out.values(), *into.values()]
        if len(set(moved)) < len(moved):
            return
        wanted = {pack: Place("truck", (truck, position)) for position, pack in out.items()}
        wanted |= {pack: Place("slot", slot) for slot, pack in into.items()}
        self.expect(
            wanted,
            lambda: exchange_packs(
                self.trucks[truck].pk,
                onto_truck={position: self.packs[pack].pk for position, pack in out.items()},
                into_slots={
                    self.slots[slot].pk: self.packs[pack].pk for slot, pack in into.items()
                },
                custody=self.custody(),
            ),
        )

    @rule(pack=any_pack, slot=any_slot)
    def write_by_hand(self, pack: int, slot: int) -> None:
        """Raw SQL meets the same constraints and leaves the same ledger row."""
        wanted = Place("slot", slot)
        if self.books[pack].kind == "retired":
            return
        is_free = all(self.books[other] != wanted for other in self.books if other != pack)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE fleet_pack SET whereabouts = 'slot', slot_id = %s, truck_id = NULL,"
                    " position = NULL, move_reason = 'by hand' WHERE id = %s",
                    [self.slots[slot].pk, self.packs[pack].pk],
                )
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        except IntegrityError:
            assert not is_free
            return
        assert is_free
        self.moves[pack] += self.books[pack] != wanted
        self.books[pack] = wanted

    @invariant()
    def books_and_database_agree(self) -> None:
        rows = Pack.objects.in_bulk([pack.pk for pack in self.packs])
        for number, pack in enumerate(self.packs):
            row = rows[pack.pk]
            assert (
                self.place_of(row.whereabouts, row.slot_id, row.truck_id, row.position)
                == (self.books[number])
            )

    @invariant()
    def the_ledger_folds_to_where_packs_are(self) -> None:
        for number, pack in enumerate(self.packs):
            entries = list(PackMove.objects.filter(pack=pack).order_by("pk"))
            assert len(entries) == self.moves[number]
            assert entries[0].from_whereabouts is None
            for before, after in pairwise(entries):
                assert (
                    before.to_whereabouts,
                    before.to_slot_id,
                    before.to_truck_id,
                    before.to_position,
                ) == (
                    after.from_whereabouts,
                    after.from_slot_id,
                    after.from_truck_id,
                    after.from_position,
                )
            last = entries[-1]
            assert self.books[number] == self.place_of(
                last.to_whereabouts, last.to_slot_id, last.to_truck_id, last.to_position
            )

    def place_of(
        self, kind: str, slot_id: int | None, truck_id: int | None, position: int | None
    ) -> Place:
        if slot_id is not None:
            return Place(kind, [slot.pk for slot in self.slots].index(slot_id))
        if truck_id is not None:
            return Place(kind, ([truck.pk for truck in self.trucks].index(truck_id), position))
        return Place(kind)


@pytest.mark.hypothesis  # so that the thorough profile reaches it
@pytest.mark.django_db
def test_any_sequence_of_moves_keeps_each_pack_in_one_place_and_in_the_ledger() -> None:
    run_state_machine_as_test(
        CustodyOfPacks,
        settings=fewer_examples(4, stateful_step_count=20),
    )
