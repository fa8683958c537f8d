"""All speakers of a world together."""

import asyncio

from dispatch.management.world.controller import ControllerVoice
from dispatch.management.world.phone import PhoneVoice
from dispatch.management.world.unit import UnitVoice
from dispatch.management.world.wire import Wire
from dispatch.simulation.messages import Kind, Message
from dispatch.simulation.roster import Roster
from dispatch.simulation.world import World

ENTER_AT_ONCE = 6
LAST_WORDS_S = 2.0
MUST_ARRIVE = {Kind.SWAP, Kind.LANE_CLOSE, Kind.LANE_OPEN, Kind.REPORT}


class Crowd:
    """Gives each message to the one who says it."""

    def __init__(
        self, roster: Roster, *, wire: Wire, world: World, sessions: dict[str, dict[str, str]]
    ) -> None:
        trucks, stations = roster.trucks, roster.stations
        self.units = {t.plate: UnitVoice(t, wire=wire, world=world) for t in trucks}
        self.phones = {
            t.plate: PhoneVoice(t, wire=wire, world=world, session=sessions.get(t.plate))
            for t in trucks
        }
        self.stations = {s.code: ControllerVoice(s, wire=wire, world=world) for s in stations}

    def say(self, message: Message) -> None:
        """Let the right one speak."""
        if message.kind is Kind.REPORT:
            self.units[message.speaker].say(message)
        elif message.kind in {Kind.ACTION, Kind.SEEN}:
            self.phones[message.speaker].say(message)
        else:
            self.stations[message.speaker].say(message)

    async def enter(self) -> None:
        """Let the drivers sign in, a few at a time."""
        gate = asyncio.Semaphore(ENTER_AT_ONCE)

        async def one(phone: PhoneVoice) -> None:
            async with gate:
                await phone.enter()

        await asyncio.gather(*[one(phone) for phone in self.phones.values()])

    @property
    def sessions(self) -> dict[str, dict[str, str]]:
        """Return the drivers' sessions, by plate."""
        return {plate: phone.session for plate, phone in self.phones.items() if phone.session}

    @property
    def unsent(self) -> list[Message]:
        """Return what must still be said after a restart."""
        voices = [*self.units.values(), *self.stations.values()]
        return [m for voice in voices for m in voice.unsent if m.kind in MUST_ARRIVE]

    async def fall_silent(self) -> None:
        """Let everybody finish the sentence."""
        voices = [*self.units.values(), *self.phones.values(), *self.stations.values()]
        await asyncio.gather(*[voice.finish(within_s=LAST_WORDS_S) for voice in voices])
