"""Two who move packs at the same moment: one wins, the other is refused, nobody waits for ever."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from fleet.models import Pack, PackMove, Slot
from fleet.services.packs import (
    Custody,
    PackMoveRefusedError,
    exchange_packs,
    install_on_truck,
    place_in_slot,
)
from tests.builders import (
    NOW,
    make_pack,
    make_pack_type,
    make_station,
    make_truck,
    make_truck_model,
)

pytestmark = pytest.mark.django_db(transaction=True)
CUSTODY = Custody(at=NOW, reason="race")


def race(*moves: Callable[[], object]) -> list[str]:
    """Make moves at the same moment, each on a connection of its own; return what came of each."""
    start = Barrier(len(moves))

    def run(move: Callable[[], object]) -> str:
        try:
            start.wait(timeout=60)
            move()
        except PackMoveRefusedError as refusal:
            return refusal.code
        else:
            return "moved"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(moves)) as threads:
        return sorted(threads.map(run, moves))


@pytest.mark.parametrize("attempt", range(5))
def test_eight_packs_race_for_one_slot(attempt: int) -> None:
    slot = Slot.objects.get(station=make_station(slots=1))
    packs = [make_pack() for _ in range(8)]
    came_of_it = race(
        *(
            lambda pack=pack: place_in_slot(pack.pk, slot_id=slot.pk, custody=CUSTODY)
            for pack in packs
        )
    )
    assert came_of_it == ["moved", *["slot_taken"] * 7]
    assert Pack.objects.filter(slot=slot).count() == 1
    assert PackMove.objects.filter(to_slot=slot).count() == 1


def test_two_trucks_race_for_one_pack() -> None:
    kind = make_pack_type()
    trucks = [make_truck(model=make_truck_model(kind)) for _ in range(2)]
    pack = make_pack(kind)
    came_of_it = race(
        *(
            lambda truck=truck: install_on_truck(
                pack.pk, truck_id=truck.pk, position=1, custody=CUSTODY
            )
            for truck in trucks
        )
    )
    assert came_of_it == ["moved", "pack_on_a_truck"]
    assert PackMove.objects.filter(pack=pack, to_whereabouts="truck").count() == 1


def test_two_packs_race_for_one_position() -> None:
    kind = make_pack_type()
    truck = make_truck(model=make_truck_model(kind))
    packs = [make_pack(kind) for _ in range(2)]
    came_of_it = race(
        *(
            lambda pack=pack: install_on_truck(
                pack.pk, truck_id=truck.pk, position=1, custody=CUSTODY
            )
            for pack in packs
        )
    )
    assert came_of_it == ["moved", "position_taken"]


@pytest.mark.parametrize("attempt", range(5))
def test_two_swaps_that_cross_each_other_both_end_without_a_deadlock(attempt: int) -> None:
    kind = make_pack_type()
    model = make_truck_model(kind)
    slots = list(make_station(slots=2).slots.order_by("number"))
    trucks = [make_truck(model=model) for _ in range(2)]
    inside = [make_pack(kind, slot=slot) for slot in slots]
    spent = [make_pack(kind, truck=truck) for truck in trucks]
    came_of_it = race(
        *(
            lambda n=n: exchange_packs(
                trucks[n].pk,
                onto_truck={1: inside[n].pk},
                into_slots={slots[n].pk: spent[n].pk},
                custody=CUSTODY,
            )
            for n in range(2)
        )
    )
    assert came_of_it == ["moved", "moved"]
    assert [Pack.objects.get(truck=truck) for truck in trucks] == inside
    assert [Pack.objects.get(slot=slot) for slot in slots] == spent
