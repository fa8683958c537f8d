"""A small roster, and a dispatcher that answers the world's messages as the service would."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from dispatch.simulation.leg import road_s
from dispatch.simulation.messages import Message, wire_time
from dispatch.simulation.params import RoadHabits, WorldParams
from dispatch.simulation.roster import (
    LaneStart,
    PackStart,
    Roster,
    ShuttleStart,
    SlotStart,
    StationStart,
    TruckStart,
)
from dispatch.simulation.world import World

BEGIN_S = 1_795_248_000.0
CAPACITY_WH = 282_000


def pack(number: int, soc_percent: float) -> PackStart:
    return PackStart(code=f"PACK{number:04d}", capacity_wh=CAPACITY_WH, soc_percent=soc_percent)


def truck(number: int, soc_percent: float, **rest: Any) -> TruckStart:
    shuttle = ShuttleStart(
        origin="port", destination="mill", load_out_kg=31_000, load_back_kg=0, dwell_s=900
    )
    values = {"progress": 0.1 * (number % 8), "ready_in_s": 60.0 * number, **rest}
    return TruckStart(
        id=number,
        plate=f"T{number}",
        vin=f"VIN{number}",
        obu_key="",
        driver_token="",
        curb_mass_kg=18_000,
        packs=[pack(number, soc_percent)],
        shuttle=shuttle,
        **values,
    )


def station(number: int, position: tuple[float, float]) -> StationStart:
    slots = [
        SlotStart(
            number=n, max_power_w=280_000, pack=pack(100 * number + n, 95.0) if n < 8 else None
        )
        for n in range(1, 9)
    ]
    return StationStart(
        code=f"S{number}",
        key="",
        position=position,
        power_limit_w=1_200_000,
        lanes=[LaneStart(number=1, swap_s=300)],
        slots=slots,
    )


def roster(trucks: int = 8, soc_percent: float = 45.0) -> Roster:
    return Roster(
        seed=1,
        begins_at_s=BEGIN_S,
        places={"port": (38.96, 118.44), "mill": (39.35, 118.60)},
        trucks=[truck(number, soc_percent) for number in range(1, trucks + 1)],
        stations=[station(1, (39.05, 118.50)), station(2, (39.30, 118.55))],
    )


@dataclass
class Service:
    """Offers the nearest station to trucks below 50 %, and grants lanes first come first served."""

    world: World
    offers_below_percent: float = 50.0
    numbers: Any = field(default_factory=lambda: count(1))
    live: dict[str, dict[str, Any]] = field(default_factory=dict)
    heard: list[Message] = field(default_factory=list)

    def run(self, seconds: float, dt_s: float = 5.0) -> None:
        for _ in range(int(seconds / dt_s)):
            for message in self.world.step(dt_s):
                self.heard.append(message)
                getattr(self, f"on_{message.kind}", self.ignore)(message)

    def ignore(self, message: Message) -> None:
        """A message this service does not answer."""

    @property
    def now(self) -> str:
        return wire_time(self.world.state.now_s)

    def tell(self, plate: str) -> None:
        self.world.hear_assignment(plate, self.live.get(plate), server_time=self.now)

    def on_report(self, message: Message) -> None:
        plate = message.speaker
        if message.body["soc_percent"] < self.offers_below_percent and plate not in self.live:
            self.live[plate] = self.offer(plate)
        self.tell(plate)

    def offer(self, plate: str) -> dict[str, Any]:
        body, scene = self.world.state.trucks[plate], self.world.scene
        ways = {
            code: road_s(body.position, scene.positions[code], is_loaded=True)
            for code in scene.station_codes
        }
        code = min(ways, key=lambda at: ways[at])
        now_s = self.world.state.now_s
        number = next(self.numbers)
        return {
            "id": number,
            "version": 1,
            "state": "offered",
            "station": {"code": code},
            "eta": wire_time(now_s + ways[code] + 180),
            "leave_by_at": wire_time(now_s + 180),
            "window_from": wire_time(now_s + ways[code]),
            "window_to": wire_time(now_s + ways[code] + 900),
            "offer_expires_at": wire_time(now_s + 120),
            "check_in_code": f"{number:06d}",
        }

    def on_action(self, message: Message) -> None:
        plate = message.speaker
        promise = self.live.get(plate)
        is_taken = promise is not None and promise["id"] == message.assignment
        self.world.hear_answered(message.name, is_taken=is_taken)
        if promise is None or not is_taken:
            return
        if message.name == "decline":
            del self.live[plate]
        elif message.name == "accept":
            promise["state"] = "accepted"
        self.tell(plate)

    def on_check_in(self, message: Message) -> None:
        promise = self.live.get(message.name)
        if promise is None or promise["check_in_code"] != message.body["check_in_code"]:
            self.world.hear_refused_check_in(message.speaker, message.name, is_over=True)
            return
        place = self.world.state.stations[message.speaker]
        fullest = max(
            (slot for slot in place.slots if slot.pack),
            key=lambda slot: slot.pack.energy_wh if slot.pack else 0.0,
        )
        assert fullest.pack is not None
        is_free = all(lane.stage == "free" for lane in place.lanes)
        answer = {
            "assignment": promise["id"],
            "lane": 1,
            "state": "swapping" if is_free else "queued",
            "starts_at": self.now,
            "hand_out": [{"position": 1, "code": fullest.pack.code, "slot": fullest.number}],
            "expect_in": [],
        }
        self.world.hear_checked_in(message.speaker, message.name, answer)

    def on_swap(self, message: Message) -> None:
        self.live.pop(message.name, None)
        self.world.hear_swapped(is_taken=len(message.body["packs_out"]) == 1)
        self.tell(message.name)


def service(seed: int = 1, roads: RoadHabits | None = None, **roster_values: Any) -> Service:
    params = WorldParams(seed=seed, roads=roads or RoadHabits())
    return Service(World(roster(**roster_values), params=params, now_s=BEGIN_S))
