"""A station's controller: lets trucks in, swaps, reports, and has its breakdowns."""

from dispatch.simulation import chargers, lane
from dispatch.simulation.bodies import LaneStage, Stage, StationBody, TruckBody, Visit
from dispatch.simulation.messages import Kind, new_id, wire_time
from dispatch.simulation.scene import Scene


def live(station: StationBody, trucks: dict[str, TruckBody], scene: Scene) -> None:
    """Let a station live through one step."""
    chargers.charge(station, scene)
    for body in station.lanes:
        lane.live(body, station, trucks, scene)
    station.queue = [visit for visit in station.queue if _is_here(visit, station, trucks)]
    _let_in(station, trucks, scene)
    _ask(station, trucks, scene)
    _report(station, scene)


def _is_here(visit: Visit, station: StationBody, trucks: dict[str, TruckBody]) -> bool:
    truck = trucks[visit.plate]
    promise = truck.promise
    return truck.stage is Stage.GATE and promise is not None and promise.station == station.code


def welcome(station: StationBody, plate: str, scene: Scene) -> None:
    """Note a truck that came to the gate; it is asked for its code soon."""
    if all(visit.plate != plate for visit in station.queue):
        wait_s = scene.draw(station.code, scene.params.stations.check_in_s)
        station.queue.append(Visit(plate=plate, came_s=scene.now_s, ask_at_s=scene.now_s + wait_s))


def _let_in(station: StationBody, trucks: dict[str, TruckBody], scene: Scene) -> None:
    for visit in list(station.queue):
        if visit.grant is None:
            continue
        for body in station.lanes:
            if body.number == visit.grant["lane"] and body.stage is LaneStage.FREE:
                station.queue.remove(visit)
                scene.tally.wait_s += scene.now_s - visit.came_s
                lane.enter(body, trucks[visit.plate], visit.grant, station, scene)


def _ask(station: StationBody, trucks: dict[str, TruckBody], scene: Scene) -> None:
    """Check trucks in: each once when it comes, then in order when a lane is free."""
    free = sum(body.stage is LaneStage.FREE for body in station.lanes)
    free -= sum(visit.is_asked or visit.grant is not None for visit in station.queue)
    for visit in station.queue:
        if visit.is_asked or visit.grant is not None or scene.now_s < visit.ask_at_s:
            continue
        if visit.is_known and free <= 0:
            continue
        free -= 1
        promise = trucks[visit.plate].promise
        assert promise is not None  # noqa: S101  _is_here has just seen it
        visit.is_asked = True
        body = {
            "event_id": new_id(scene.chances[station.code]),
            "check_in_code": promise.check_in_code,
            "plate": visit.plate,
        }
        scene.say(Kind.CHECK_IN, station.code, name=visit.plate, assignment=promise.id, body=body)


def _report(station: StationBody, scene: Scene) -> None:
    habits, now_s = scene.params.stations, scene.now_s
    if now_s >= station.readings_at_s:
        station.readings_at_s = now_s + habits.readings_s
        scene.say(Kind.READINGS, station.code, body=readings(station, now_s))
    if now_s >= station.plan_at_s:
        station.plan_at_s = now_s + habits.charge_plan_s
        scene.say(Kind.CHARGE_PLAN, station.code)
    if now_s >= station.arrivals_at_s:
        station.arrivals_at_s = now_s + habits.arrivals_s
        scene.say(Kind.ARRIVALS, station.code)


def readings(station: StationBody, now_s: float) -> dict[str, object]:
    """Return the state of all lanes and slots as the station interface wants it."""
    lanes: list[dict[str, object]] = []
    for body in station.lanes:
        row: dict[str, object] = {"lane": body.number, "state": str(body.stage)}
        if body.stage is LaneStage.FAULT:
            row["fault_code"] = lane.FAULT_CODE
        lanes.append(row)
    slots = [
        {
            "slot": slot.number,
            "pack_code": slot.pack.code if slot.pack else None,
            "soc_percent": round(slot.pack.soc_percent, 1) if slot.pack else None,
            "power_kw": round(slot.power_w / 1_000.0, 1),
            "temperature_c": round(18.0 + slot.power_w / 20_000.0, 1),
        }
        for slot in station.slots
    ]
    return {"recorded_at": wire_time(now_s), "lanes": lanes, "slots": slots}
