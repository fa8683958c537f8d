"""What the chargers of a station do: follow the service's plan, or share the power without one."""

from dispatch.planning.charging import CHARGE_EFFICIENCY
from dispatch.simulation.bodies import SlotBody, StationBody
from dispatch.simulation.scene import Scene


def charge(station: StationBody, scene: Scene) -> None:
    """Charge the packs in the slots for one step; never above the station's power limit."""
    has_plan = scene.now_s < station.plan_until_s
    left_w = station.power_limit_w * CHARGE_EFFICIENCY
    for slot in station.slots:
        wanted_w = _planned_w(slot, scene.now_s) if has_plan else float(slot.max_power_w)
        slot.power_w = min(wanted_w, float(slot.max_power_w), left_w)
        slot.power_w = _taken_w(slot, scene)
        left_w -= slot.power_w
        if slot.pack is not None and slot.power_w > 0:
            energy_wh = slot.power_w * scene.dt_s / 3_600.0
            slot.pack.energy_wh += energy_wh
            scene.tally.charged_wh += energy_wh


def _planned_w(slot: SlotBody, now_s: float) -> float:
    for from_s, to_s, power_w in slot.windows:
        if from_s <= now_s < to_s:
            return power_w
    return 0.0


def _taken_w(slot: SlotBody, scene: Scene) -> float:
    """Return what the pack takes of the power in this step: no more than until it is full."""
    if slot.pack is None:
        return 0.0
    full_wh = slot.pack.capacity_wh * scene.params.stations.full_percent / 100.0
    missing_wh = max(0.0, full_wh - slot.pack.energy_wh)
    return min(slot.power_w, missing_wh * 3_600.0 / scene.dt_s if scene.dt_s else 0.0)
