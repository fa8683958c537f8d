import pytest

from dispatch.simulation.casting import cast_stations, cast_trucks


def test_the_same_seed_casts_the_same_parts_and_another_seed_others() -> None:
    stations = cast_stations(6, seed=1)
    assert stations == cast_stations(6, seed=1)
    trucks = cast_trucks(60, stations=stations, seed=1)
    assert trucks == cast_trucks(60, stations=stations, seed=1)
    assert trucks != cast_trucks(60, stations=stations, seed=2)


@pytest.mark.parametrize("count", [1, 6, 23])
def test_every_truck_can_be_kept_going_and_some_need_a_swap_soon(count: int) -> None:
    trucks = cast_trucks(60, stations=cast_stations(count, seed=3), seed=3)
    assert {truck.kind.pack.code for truck in trucks} == {"lfp-282", "module-171"}
    assert all(18.0 < truck.soc_percent <= 96.0 for truck in trucks)
    assert sum(truck.soc_percent < 50.0 for truck in trucks) >= 10
    assert all(truck.kind.curb_mass_kg + truck.load_kg <= 49_000 for truck in trucks)


def test_stations_begin_with_room_and_mostly_full_packs() -> None:
    parts = cast_stations(23, seed=1)
    for part in parts:
        assert 1 <= sum(not slot.is_filled for slot in part.slots) <= 2
    filled = [slot for part in parts for slot in part.slots if slot.is_filled]
    assert 0.6 <= sum(slot.soc_percent > 94.0 for slot in filled) / len(filled) <= 0.9
