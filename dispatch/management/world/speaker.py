"""Someone who speaks to the service: one request after the other, in order."""

import asyncio
from abc import ABC, abstractmethod
from collections import deque

from dispatch.management.world.wire import Wire
from dispatch.simulation.messages import Kind, Message
from dispatch.simulation.world import World

ONLY_THE_NEWEST = {Kind.READINGS, Kind.CHARGE_PLAN, Kind.ARRIVALS}


class Speaker(ABC):
    """Keeps what is to be said until it is delivered."""

    def __init__(self, *, wire: Wire, world: World) -> None:
        self.wire, self.world = wire, world
        self.unsent: deque[Message] = deque()
        self._task: asyncio.Task[None] | None = None

    def say(self, message: Message) -> None:
        """Put a message in the queue; a newer reading takes the place of one not yet sent."""
        if message.kind in ONLY_THE_NEWEST:
            self.unsent = deque(old for old in self.unsent if old.kind != message.kind)
        self.unsent.append(message)
        self.go_on()

    def go_on(self) -> None:
        """Speak, unless speaking already."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._speak())

    async def _speak(self) -> None:
        while self.unsent:
            await self.deliver()

    @abstractmethod
    async def deliver(self) -> None:
        """Deliver the first of the unsent messages, or several, and take them out once done."""

    async def finish(self, *, within_s: float) -> None:
        """Give the messages left a little time to be delivered, then fall silent."""
        if self._task is not None:
            await asyncio.wait([self._task], timeout=within_s)
            self._task.cancel()
