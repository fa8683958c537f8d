"""A truck's day: load, drive, unload, turn off for a swap, wait, or strand."""

from dispatch.simulation import driver
from dispatch.simulation.bodies import Stage, TruckBody
from dispatch.simulation.leg import heading_deg, road_m
from dispatch.simulation.scene import Scene

_LOOK_AGAIN_S = 10.0


def live(truck: TruckBody, scene: Scene) -> None:
    """Let a truck and its driver live through one step."""
    driver.act(truck, scene)
    if truck.stage in {Stage.DRIVE, Stage.TOWED}:
        _drive(truck, scene)
    else:
        _stand(truck, scene)


def _drive(truck: TruckBody, scene: Scene) -> None:
    leg = truck.leg
    if leg is None:
        _choose_way(truck, scene)
        return
    metres, energy_wh = leg.advance(scene.dt_s)
    truck.position = leg.position
    truck.odometer_m += metres
    scene.tally.driven_m += metres
    if truck.stage is Stage.DRIVE:
        _spend(truck, energy_wh, scene)
        if truck.energy_wh <= 0:
            _strand(truck, scene)
            return
    if leg.is_over:
        _arrive(truck, leg.goal, scene)
    elif truck.stage is Stage.DRIVE:
        _turn_if_due(truck, leg.goal, scene)


def _spend(truck: TruckBody, energy_wh: float, scene: Scene) -> None:
    before_wh = truck.energy_wh
    truck.spend(energy_wh)
    scene.tally.spent_wh += before_wh - truck.energy_wh


def _turn_if_due(truck: TruckBody, goal: str, scene: Scene) -> None:
    """Turn off towards the station when it is time, and back if the promise is gone."""
    promise = driver.kept_promise(truck)
    is_to_station = goal in scene.station_codes
    if is_to_station and (promise is None or promise.station != goal):
        _choose_way(truck, scene)
    elif not is_to_station and driver.is_time_to_go(truck, scene):
        _go_to_station(truck, scene)
    elif not is_to_station and promise is None and _runs_low(truck, scene):
        _park(truck, scene)


def _runs_low(truck: TruckBody, scene: Scene) -> bool:
    """Whether the charge lasts neither to the next stop nor, much further on, to a station."""
    leg, roads = truck.leg, scene.params.roads
    if leg is None:
        return False
    thirst_wh_per_m = max(leg.wh_per_m)
    if truck.energy_wh >= (leg.path_m - leg.driven_m) * thirst_wh_per_m:
        return False
    near_m = min(road_m(truck.position, scene.positions[code]) for code in scene.station_codes)
    stops_at_wh = truck.capacity_wh * roads.stops_at_percent / 100.0
    return truck.energy_wh < near_m * thirst_wh_per_m * roads.caution + stops_at_wh


def _park(truck: TruckBody, scene: Scene) -> None:
    """Stop where the truck is and wait for a swap."""
    if truck.stage is not Stage.WAIT and driver.kept_promise(truck) is None:
        scene.tally.parked_low += 1
    truck.stage, truck.leg = Stage.WAIT, None
    truck.until_s = scene.now_s + _LOOK_AGAIN_S


def _stand(truck: TruckBody, scene: Scene) -> None:
    _spend(truck, scene.params.roads.parked_power_w * scene.dt_s / 3_600.0, scene)
    if truck.stage is Stage.STRANDED:
        if scene.now_s >= truck.until_s:
            _tow(truck, scene)
    elif truck.stage is Stage.DWELL:
        if scene.now_s >= truck.until_s:
            _leave_place(truck, scene)
    elif truck.stage is Stage.WAIT:
        if scene.now_s >= truck.until_s:
            truck.until_s = scene.now_s + _LOOK_AGAIN_S
            _choose_way(truck, scene)
    elif truck.stage is Stage.GATE and driver.kept_promise(truck) is None:
        _choose_way(truck, scene)


def _leave_place(truck: TruckBody, scene: Scene) -> None:
    """Take the next trip of the shuttle: loaded out, back with what there is."""
    shuttle = scene.trucks[truck.plate].shuttle
    truck.is_outbound = truck.target != shuttle.destination
    truck.target = shuttle.destination if truck.is_outbound else shuttle.origin
    _choose_way(truck, scene)


def _choose_way(truck: TruckBody, scene: Scene) -> None:
    """Decide where to go from here: to the station, on with the trip, or nowhere yet."""
    if driver.is_time_to_go(truck, scene):
        _go_to_station(truck, scene)
    elif _must_stay(truck, scene):
        _park(truck, scene)
    else:
        _set_out(truck, truck.target, scene)


def _must_stay(truck: TruckBody, scene: Scene) -> bool:
    """Whether a swap is due before the next stop, or the charge does not last that far."""
    guess = scene.leg(truck, truck.target, is_sure=True)
    promise = driver.kept_promise(truck)
    if promise is not None:
        travel_s = guess.path_m / max(guess.speeds_ms)
        return promise.leave_by_s + truck.mind.late_s <= scene.now_s + travel_s
    spare_wh = truck.capacity_wh * scene.params.roads.spare_percent / 100.0
    return truck.energy_wh < guess.needs_wh() + spare_wh


def _go_to_station(truck: TruckBody, scene: Scene) -> None:
    promise = driver.kept_promise(truck)
    if promise is None:
        return
    if promise.state == "accepted" and not scene.happens(
        truck.plate, scene.params.drivers.forgets_to_tap_share
    ):
        driver.tap(truck, "leave", scene)
    _set_out(truck, promise.station, scene)


def _set_out(truck: TruckBody, goal: str, scene: Scene) -> None:
    truck.leg = scene.leg(truck, goal)
    truck.heading_deg = heading_deg(truck.leg.start, truck.leg.end)
    truck.stage = Stage.DRIVE


def _arrive(truck: TruckBody, goal: str, scene: Scene) -> None:
    truck.leg = None
    if truck.stage is Stage.TOWED:
        _recover(truck, scene)
        return
    promise = driver.kept_promise(truck)
    if goal not in scene.station_codes:
        truck.stage = Stage.DWELL
        dwell_s = scene.trucks[truck.plate].shuttle.dwell_s
        spread = scene.params.roads.dwell_spread
        truck.until_s = scene.now_s + dwell_s * scene.draw(truck.plate, (1 - spread, 1 + spread))
    elif promise is None or promise.station != goal:
        _choose_way(truck, scene)
    else:
        truck.stage = Stage.GATE
        driver.came(truck, promise, scene)


def _strand(truck: TruckBody, scene: Scene) -> None:
    truck.stage, truck.leg = Stage.STRANDED, None
    truck.until_s = scene.now_s + scene.params.roads.tow_after_s
    scene.tally.stranded += 1


def _tow(truck: TruckBody, scene: Scene) -> None:
    """Tow an empty truck to the nearest station."""
    nearest = min(
        scene.station_codes, key=lambda code: road_m(truck.position, scene.positions[code])
    )
    leg = scene.leg(truck, nearest)
    leg.speeds_ms = [scene.params.roads.tow_kmh / 3.6] * len(leg.speeds_ms)
    leg.wh_per_m = [0.0] * len(leg.wh_per_m)
    truck.leg, truck.stage = leg, Stage.TOWED


def _recover(truck: TruckBody, scene: Scene) -> None:
    """Plug a towed truck in for as much as takes it on."""
    for pack in truck.packs:
        before_wh = pack.energy_wh
        pack.energy_wh = pack.capacity_wh * scene.params.roads.towed_charge_percent / 100.0
        scene.tally.charged_wh += pack.energy_wh - before_wh
    truck.stage = Stage.WAIT
    _choose_way(truck, scene)


def leave_lane(truck: TruckBody, scene: Scene) -> None:
    """Drive out of the lane with the packs the robots put in."""
    truck.over, truck.promise = truck.mind.about, None
    _set_out(truck, truck.target, scene)


def give_up_gate(truck: TruckBody, scene: Scene) -> None:
    """Leave the gate without a swap: the service said the promise is over."""
    truck.over, truck.promise = truck.mind.about, None
    if truck.stage is Stage.GATE:
        _choose_way(truck, scene)
