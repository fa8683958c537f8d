from collections import Counter

import msgspec
import pytest

from dispatch.simulation.bodies import Stage, WorldState
from dispatch.simulation.messages import Kind
from dispatch.simulation.params import RoadHabits
from dispatch.simulation.world import World
from tests.unit.dispatch.simulation.small_world import BEGIN_S, Service, roster, service


def packs_of(world: World) -> list[str]:
    on_trucks = [pack.code for truck in world.state.trucks.values() for pack in truck.packs]
    in_slots = [
        slot.pack.code
        for station in world.state.stations.values()
        for slot in station.slots
        if slot.pack
    ]
    return sorted(on_trucks + in_slots)


def energy_wh(world: World) -> float:
    slots = [slot for station in world.state.stations.values() for slot in station.slots]
    stored = sum(slot.pack.energy_wh for slot in slots if slot.pack)
    return stored + sum(truck.energy_wh for truck in world.state.trucks.values())


@pytest.fixture(scope="module")
def lived() -> Service:
    life = service()
    life.run(4 * 3600)
    return life


def test_the_same_seed_says_the_same_things_and_another_seed_others() -> None:
    first, second, other = service(seed=3), service(seed=3), service(seed=4)
    for life in (first, second, other):
        life.run(1800)
    assert first.heard == second.heard
    assert first.heard != other.heard


def test_trucks_swap_through_every_step_and_drive_on(lived: Service) -> None:
    tally = lived.world.tally
    assert tally.swaps >= 8
    assert tally.refused_swaps == 0
    assert tally.windows_kept <= tally.arrivals
    assert Counter(message.kind for message in lived.heard)[Kind.SWAP] == tally.swaps


def test_every_message_and_the_state_can_be_written_down_and_read_again(lived: Service) -> None:
    for message in lived.heard:
        assert msgspec.json.decode(msgspec.json.encode(message.body)) == message.body
    written = msgspec.json.encode(lived.world.state)
    assert msgspec.json.decode(written, type=WorldState) == lived.world.state


def test_energy_is_neither_made_nor_lost(lived: Service) -> None:
    tally = lived.world.tally
    expected_wh = energy_wh(service().world) + tally.charged_wh - tally.spent_wh
    assert energy_wh(lived.world) == pytest.approx(expected_wh, rel=1e-9)


def test_every_pack_is_in_exactly_one_place(lived: Service) -> None:
    assert packs_of(lived.world) == packs_of(service().world)
    assert len(set(packs_of(lived.world))) == len(packs_of(lived.world))


def test_no_truck_jumps_and_no_lane_holds_two() -> None:
    life = service()
    state = life.world.state
    for _ in range(2000):
        before = {plate: truck.odometer_m for plate, truck in state.trucks.items()}
        life.run(5)
        for plate, truck in state.trucks.items():
            assert truck.odometer_m - before[plate] <= 5 * 30
        in_lanes = [truck.plate for truck in state.trucks.values() if truck.stage is Stage.LANE]
        busy = [
            lane.plate
            for station in state.stations.values()
            for lane in station.lanes
            if lane.stage == "busy"
        ]
        assert sorted(in_lanes) == sorted(busy)


def test_stations_never_draw_more_than_their_limit() -> None:
    life = service()
    for _ in range(300):
        life.run(10)
        for station in life.world.state.stations.values():
            drawn_w = sum(slot.power_w for slot in station.slots)
            assert drawn_w <= station.power_limit_w * 0.94 + 1e-6


def test_a_truck_that_runs_empty_strands_is_towed_and_drives_again() -> None:
    careless = RoadHabits(stops_at_percent=0.0, caution=0.0)
    life = service(roads=careless, trucks=1, soc_percent=60.0)
    truck = life.world.state.trucks["T1"]
    life.offers_below_percent = 0.0
    life.run(60)
    truck.packs[0].energy_wh = 2_000.0
    life.run(1200)
    assert truck.stage is Stage.STRANDED
    assert life.world.tally.stranded == 1
    life.run(3 * 3600)
    assert truck.soc_percent > 5
    assert truck.stage not in {Stage.STRANDED, Stage.TOWED}


def test_a_careful_driver_stops_while_a_station_is_still_in_reach() -> None:
    life = service(trucks=1, soc_percent=60.0)
    truck = life.world.state.trucks["T1"]
    life.offers_below_percent = 0.0
    life.run(60)
    truck.packs[0].energy_wh = 0.2 * truck.capacity_wh
    life.run(3 * 3600)
    assert truck.stage is Stage.WAIT
    assert truck.soc_percent > 10
    life.offers_below_percent = 50.0
    life.run(2 * 3600)
    assert life.world.tally.swaps >= 1
    assert life.world.tally.stranded == 0


def test_a_step_longer_than_physics_allows_is_refused() -> None:
    with pytest.raises(ValueError, match="15"):
        service().world.step(60.0)


def test_old_news_does_not_undo_newer() -> None:
    life = service()
    life.run(60)
    wire = life.offer("T1")
    life.world.hear_assignment("T1", wire, server_time="2030-01-01T00:00:02+00:00")
    life.world.hear_assignment("T1", None, server_time="2030-01-01T00:00:01+00:00")
    assert life.world.state.trucks["T1"].promise is not None


def test_a_world_taken_up_again_stands_where_it_stood() -> None:
    life = service()
    life.run(1800)
    places = {plate: truck.position for plate, truck in life.world.state.trucks.items()}
    again = World(
        roster(), params=life.world.scene.params, now_s=BEGIN_S + 9000, state=life.world.state
    )
    assert {plate: truck.position for plate, truck in again.state.trucks.items()} == places
    assert again.state.runs == 1
    again.step(5.0)
