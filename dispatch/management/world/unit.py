"""An onboard unit's voice: reports one by one, or many at once when they have piled up."""

from http import HTTPStatus
from typing import Any

from dispatch.management.world.speaker import Speaker
from dispatch.management.world.wire import Wire
from dispatch.simulation.roster import TruckStart
from dispatch.simulation.world import World
from telematics.protocols.datum import wgs84_to_gcj02

AT_ONCE = 500


class UnitVoice(Speaker):
    """Speaks for one truck with its unit's key."""

    def __init__(self, start: TruckStart, *, wire: Wire, world: World) -> None:
        super().__init__(wire=wire, world=world)
        self.plate, self.speaks_gcj02 = start.plate, start.datum == "gcj02"
        self.headers = {"Authorization": f"Bearer {start.obu_key}", "may-gzip": "1"}

    async def deliver(self) -> None:
        """Post what is there and hear what waits for the truck."""
        count = min(len(self.unsent), AT_ONCE)
        bodies = [self._measured(self.unsent[index].body) for index in range(count)]
        answer = await self.wire.ask(
            "POST",
            "/api/v1/obu/reports",
            headers=self.headers,
            body=bodies[0] if count == 1 else bodies,
        )
        for _ in range(count):
            self.unsent.popleft()
        if answer is None or answer.status != HTTPStatus.OK:
            return
        self.wire.traffic.reports += count
        self.world.hear_assignment(
            self.plate, answer.body["assignment"], server_time=answer.body["server_time"]
        )

    def _measured(self, body: dict[str, Any]) -> dict[str, Any]:
        if not self.speaks_gcj02:
            return body
        latitude, longitude = wgs84_to_gcj02(body["latitude_deg"], body["longitude_deg"])
        return {
            **body,
            "latitude_deg": round(latitude, 6),
            "longitude_deg": round(longitude, 6),
        }
