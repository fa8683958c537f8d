"""The first state of a world, as its roster describes it."""

from dispatch.simulation.bodies import (
    LaneBody,
    PackBody,
    SlotBody,
    Stage,
    StationBody,
    TruckBody,
    WorldState,
)
from dispatch.simulation.obu import new_obu
from dispatch.simulation.roster import PackStart, Roster, StationStart, TruckStart
from dispatch.simulation.scene import Scene


def first_state(roster: Roster, scene: Scene) -> WorldState:
    """Put every truck and station where the roster says it begins."""
    return WorldState(
        now_s=scene.now_s,
        trucks={start.plate: _truck(start, scene) for start in roster.trucks},
        stations={start.code: _station(start) for start in roster.stations},
        tally=scene.tally,
    )


def _pack(start: PackStart) -> PackBody:
    return PackBody(
        code=start.code,
        capacity_wh=start.capacity_wh,
        energy_wh=start.capacity_wh * start.soc_percent / 100.0,
    )


def _truck(start: TruckStart, scene: Scene) -> TruckBody:
    shuttle, spread = start.shuttle, scene.params.roads.truck_energy_spread
    is_under_way = start.progress > 0.0
    truck = TruckBody(
        plate=start.plate,
        packs=[_pack(pack) for pack in start.packs],
        position=scene.positions[shuttle.origin],
        target=shuttle.destination if is_under_way else shuttle.origin,
        is_outbound=is_under_way,
        stage=Stage.DWELL,
        until_s=scene.now_s + start.ready_in_s,
        thirst=1.0 + scene.draw(start.plate, (-spread, spread)),
        obu=new_obu(start.plate, scene),
        odometer_m=scene.draw(start.plate, (2e7, 3e8)),
    )
    if is_under_way:
        truck.leg = scene.leg(truck, shuttle.destination)
        truck.leg.driven_m = truck.leg.path_m * start.progress
        truck.position, truck.stage = truck.leg.position, Stage.DRIVE
    return truck


def _station(start: StationStart) -> StationBody:
    return StationBody(
        code=start.code,
        power_limit_w=start.power_limit_w,
        lanes=[LaneBody(number=lane.number, swap_s=lane.swap_s) for lane in start.lanes],
        slots=[
            SlotBody(
                number=slot.number,
                max_power_w=slot.max_power_w,
                pack=_pack(slot.pack) if slot.pack else None,
            )
            for slot in start.slots
        ],
    )
