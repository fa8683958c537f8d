"""Onboard units: report now and then, fall silent, send late, and tell the wrong time."""

from typing import Any

from dispatch.simulation.bodies import ObuBody, Stage, TruckBody
from dispatch.simulation.leg import Leg
from dispatch.simulation.messages import Kind, new_id, wire_time
from dispatch.simulation.scene import Scene

_M_PER_DEG = 111_195.0


def new_obu(actor: str, scene: Scene) -> ObuBody:
    """Draw an onboard unit: when it reports first, and how wrong its clock is."""
    habits = scene.params.obus
    is_wrong = scene.happens(actor, habits.wrong_clock_share)
    return ObuBody(
        next_s=scene.now_s + scene.draw(actor, (0.0, habits.report_s)),
        boot_id=new_id(scene.chances[actor]),
        clock_off_s=scene.draw(actor, habits.wrong_clock_s) if is_wrong else 0.0,
    )


def live(truck: TruckBody, scene: Scene) -> None:
    """Report if it is time; in a silence keep the reports and send them after it."""
    obu, habits = truck.obu, scene.params.obus
    obu.clock_off_s += habits.drift_ppm * 1e-6 * scene.dt_s
    _fall_silent(truck, scene)
    if scene.now_s < obu.next_s:
        return
    obu.next_s = max(obu.next_s + habits.report_s, scene.now_s)
    obu.seq += 1
    obu.kept.append(report(truck, scene))
    if obu.silent_until_s is None:
        for body in obu.kept:
            scene.say(Kind.REPORT, truck.plate, body=body)
        obu.kept = []


def _fall_silent(truck: TruckBody, scene: Scene) -> None:
    obu, habits = truck.obu, scene.params.obus
    if obu.silent_until_s is not None:
        if scene.now_s >= obu.silent_until_s:
            obu.silent_until_s = None
    elif scene.happens(truck.plate, habits.silences_per_h * scene.dt_s / 3_600.0):
        obu.silent_until_s = scene.now_s + scene.draw(truck.plate, habits.silence_s)
        scene.tally.silences += 1


def report(truck: TruckBody, scene: Scene) -> dict[str, Any]:
    """Return what the truck measures, stamped by its own clock."""
    chance, spread_m = scene.chances[truck.plate], scene.params.obus.position_noise_m
    north_m, east_m = (float(metres) for metres in chance.normal(0.0, spread_m, 2))
    is_rolling = truck.stage in {Stage.DRIVE, Stage.TOWED} and truck.leg is not None
    return {
        "recorded_at": wire_time(scene.now_s + truck.obu.clock_off_s),
        "seq": truck.obu.seq,
        "boot_id": truck.obu.boot_id,
        "latitude_deg": round(truck.position[0] + north_m / _M_PER_DEG, 6),
        "longitude_deg": round(truck.position[1] + east_m / _M_PER_DEG, 6),
        "speed_kmh": _speed_kmh(truck.leg) if is_rolling and truck.leg else 0.0,
        "soc_percent": round(truck.soc_percent, 1),
        "heading_deg": round(truck.heading_deg, 1) % 360.0,
        "odometer_km": round(truck.odometer_m / 1_000.0, 2),
        "pack_temperature_c": 26.0 if is_rolling else 22.0,
        "ambient_temperature_c": round(scene.temperature_c(), 1),
        "gross_mass_kg": scene.mass_kg(truck),
        "pack_codes": [pack.code for pack in truck.packs],
        "alarm_level": 2 if truck.stage is Stage.STRANDED else 0,
    }


def _speed_kmh(leg: Leg) -> float:
    return round(leg.speeds_ms[leg.road_class()] * 3.6, 1)
