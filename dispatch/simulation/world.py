"""A seeded world of trucks, drivers and swap stations that knows the service only by messages.

`step` lets time pass and returns what trucks, drivers and stations say meanwhile; whoever carries
the messages tells the world the answers with the `hear_*` methods. The same roster, seed, steps
and answers give the same messages.
"""

from typing import Any

from dispatch.simulation import driver, obu, start, station, truck
from dispatch.simulation.bodies import Stage, Visit, WorldState
from dispatch.simulation.messages import Message, read_time
from dispatch.simulation.params import WorldParams
from dispatch.simulation.promise import Promise
from dispatch.simulation.roster import Roster
from dispatch.simulation.scene import scene_of
from dispatch.simulation.tally import Tally

MAX_STEP_S = 15.0


class World:
    """All trucks and stations of a roster, from a kept state or from the beginning."""

    def __init__(
        self,
        roster: Roster,
        *,
        params: WorldParams,
        now_s: float,
        state: WorldState | None = None,
    ) -> None:
        tally = state.tally if state else Tally()
        runs = state.runs + 1 if state else 0
        self.scene = scene_of(roster, params, tally=tally, now_s=now_s, runs=runs)
        self.state = state or start.first_state(roster, self.scene)
        self.state.now_s, self.state.runs = now_s, runs
        for body in self.state.stations.values():
            for visit in body.queue:
                visit.is_asked = False  # whoever was asked before has forgotten
        self._heard: dict[str, tuple[int, int, float]] = {}

    @property
    def tally(self) -> Tally:
        """What happened so far."""
        return self.scene.tally

    def step(self, dt_s: float) -> list[Message]:
        """Let `dt_s` seconds pass, 15 at most, and return what was said."""
        if not 0.0 < dt_s <= MAX_STEP_S:
            raise ValueError(f"a step lasts up to {MAX_STEP_S} s")
        scene, state = self.scene, self.state
        scene.dt_s = dt_s
        scene.now_s = state.now_s = state.now_s + dt_s
        for body in state.trucks.values():
            truck.live(body, scene)
            if body.stage is Stage.GATE and body.promise is not None:
                station.welcome(state.stations[body.promise.station], body.plate, scene)
            obu.live(body, scene)
        for place in state.stations.values():
            station.live(place, state.trucks, scene)
        said, scene.said = scene.said, []
        return said

    def hear_assignment(self, plate: str, wire: dict[str, Any] | None, *, server_time: str) -> None:
        """Tell a truck and its driver what is promised now; news older than the last is dropped.

        Promises are ordered by their number and version; that there is none, by the time.
        """
        body, at_s = self.state.trucks[plate], read_time(server_time)
        heard = self._heard.get(plate, (0, 0, 0.0))
        if wire is None:
            if at_s < heard[2]:
                return
        elif (wire["id"], wire["version"]) < heard[:2]:
            return
        else:
            self._heard[plate] = (wire["id"], wire["version"], at_s)
        if body.stage is not Stage.LANE:
            driver.hear(body, Promise.from_wire(wire) if wire else None, self.scene)

    def hear_answered(self, action: str, *, is_taken: bool) -> None:
        """Count what became of a driver's answer to an offer."""
        if action == "accept":
            self.tally.accepted += is_taken
            self.tally.expired += not is_taken
        elif action == "decline":
            self.tally.declined += is_taken

    def hear_checked_in(self, code: str, plate: str, answer: dict[str, Any]) -> None:
        """Let a truck into its lane, or leave it in the queue."""
        visit = self._visit(code, plate)
        if visit is None:
            return
        visit.is_asked, visit.is_known = False, True
        if answer["state"] == "swapping":
            visit.grant = answer
        else:
            visit.ask_at_s = self.scene.now_s + self.scene.params.stations.again_s

    def hear_refused_check_in(self, code: str, plate: str, *, is_over: bool) -> None:
        """Take note that the service lets a truck in later, or not at all."""
        self.tally.refused_check_ins += 1
        visit = self._visit(code, plate)
        if visit is None:
            return
        visit.is_asked = False
        visit.ask_at_s = self.scene.now_s + self.scene.params.stations.again_s
        if is_over:
            truck.give_up_gate(self.state.trucks[plate], self.scene)

    def hear_swapped(self, *, is_taken: bool) -> None:
        """Count a swap the service has taken down, or refused to."""
        self.tally.swaps += is_taken
        self.tally.refused_swaps += not is_taken

    def hear_charge_plan(self, code: str, answer: dict[str, Any]) -> None:
        """Give a station's chargers their orders."""
        body = self.state.stations[code]
        windows = {row["slot"]: (row["pack_code"], row["windows"]) for row in answer["slots"]}
        for slot in body.slots:
            pack_code, rows = windows.get(slot.number, (None, []))
            is_same = slot.pack is not None and slot.pack.code == pack_code
            slot.windows = [_window(row) for row in rows] if is_same else []
        habits = self.scene.params.stations
        body.plan_until_s = self.scene.now_s + 5 * habits.charge_plan_s

    def _visit(self, code: str, plate: str) -> Visit | None:
        for visit in self.state.stations[code].queue:
            if visit.plate == plate:
                return visit
        return None


def _window(row: dict[str, Any]) -> tuple[float, float, float]:
    return read_time(row["from"]), read_time(row["to"]), row["power_kw"] * 1_000.0
