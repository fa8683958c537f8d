"""A lane of a station: the swap itself, and what breaks."""

from typing import Any

from dispatch.simulation import truck as trucks_way
from dispatch.simulation.bodies import (
    LaneBody,
    LaneStage,
    SlotBody,
    Stage,
    StationBody,
    TruckBody,
)
from dispatch.simulation.messages import Kind, new_id, read_time, wire_time
from dispatch.simulation.scene import Scene

FAULT_CODE = "gripper"
_LATEST_START_S = 900.0


def live(lane: LaneBody, station: StationBody, trucks: dict[str, TruckBody], scene: Scene) -> None:
    """Let a lane live through one step: end its swap, break, or be mended."""
    if lane.stage is LaneStage.FREE:
        if scene.happens(
            station.code, scene.params.stations.lane_faults_per_h * scene.dt_s / 3_600.0
        ):
            _break(lane, station, scene)
    elif scene.now_s >= lane.until_s:
        if lane.stage is LaneStage.BUSY:
            _finish(lane, station, trucks[lane.plate], scene)
        else:
            _tell(Kind.LANE_OPEN, lane, station, scene)
        lane.stage = LaneStage.FREE
        station.readings_at_s = scene.now_s


def _break(lane: LaneBody, station: StationBody, scene: Scene) -> None:
    lane.stage = LaneStage.FAULT
    lane.until_s = scene.now_s + scene.draw(station.code, scene.params.stations.repair_s)
    scene.tally.lane_faults += 1
    station.readings_at_s = scene.now_s
    _tell(Kind.LANE_CLOSE, lane, station, scene, reason="Gripper fault, repair under way")


def _tell(kind: Kind, lane: LaneBody, station: StationBody, scene: Scene, **rest: str) -> None:
    body = {"event_id": new_id(scene.chances[station.code]), **rest}
    scene.say(kind, station.code, name=str(lane.number), body=body)


def enter(
    lane: LaneBody,
    truck: TruckBody,
    grant: dict[str, Any],
    station: StationBody,
    scene: Scene,
) -> None:
    """Take a truck in and begin the swap."""
    spread = scene.params.stations.swap_spread
    begins_s = min(max(scene.now_s, read_time(grant["starts_at"])), scene.now_s + _LATEST_START_S)
    lane.stage = LaneStage.BUSY
    lane.until_s = begins_s + lane.swap_s * scene.draw(station.code, (1 - spread, 1 + spread))
    lane.plate, lane.assignment = truck.plate, grant["assignment"]
    lane.code = truck.promise.check_in_code if truck.promise else ""
    lane.hand_out, lane.expect_in = grant["hand_out"], grant["expect_in"]
    truck.stage, truck.mind.tap_at_s = Stage.LANE, None
    station.readings_at_s = scene.now_s


def _finish(lane: LaneBody, station: StationBody, truck: TruckBody, scene: Scene) -> None:
    """Exchange the packs, tell the service, and let the truck drive on."""
    body = {
        "event_id": new_id(scene.chances[station.code]),
        "check_in_code": lane.code,
        "finished_at": wire_time(scene.now_s),
        **exchange(truck, station, lane.hand_out),
    }
    scene.say(Kind.SWAP, station.code, name=truck.plate, assignment=lane.assignment, body=body)
    station.plan_at_s = scene.now_s + 2.0
    trucks_way.leave_lane(truck, scene)


def exchange(
    truck: TruckBody, station: StationBody, hand_out: list[dict[str, Any]]
) -> dict[str, list[dict[str, Any]]]:
    """Put each pack handed out in its position, and the one from there into a slot.

    A handed-out pack that is not in this station stays where it is, and so does the truck's:
    the body then says less than the service expects, and it will refuse it.
    """
    packs_out, packs_in = [], []
    for item in hand_out:
        slot = _slot_of(station, item["code"])
        if slot is None or slot.pack is None:
            continue
        index = item["position"] - 1
        fresh, used = slot.pack, truck.packs[index]
        slot.pack = None
        home = _home_for(station, slot)
        home.pack, home.windows, home.power_w = used, [], 0.0
        truck.packs[index] = fresh
        place = {"position": item["position"]}
        packs_out.append({**place, "code": fresh.code, "slot": slot.number})
        soc_percent = round(used.soc_percent, 1)
        packs_in.append(
            {**place, "code": used.code, "slot": home.number, "soc_percent": soc_percent}
        )
    return {"packs_out": packs_out, "packs_in": packs_in}


def _slot_of(station: StationBody, code: str) -> SlotBody | None:
    for slot in station.slots:
        if slot.pack is not None and slot.pack.code == code:
            return slot
    return None


def _home_for(station: StationBody, freed: SlotBody) -> SlotBody:
    """Choose a slot for a returned pack: an empty one that charges hardest, else the freed one."""
    empty = [slot for slot in station.slots if slot.pack is None and slot is not freed]
    return max(empty, key=lambda slot: slot.max_power_w, default=freed)
