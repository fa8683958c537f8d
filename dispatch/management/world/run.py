"""Let the world live in step with the service's clock until someone stops it."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable
from pathlib import Path

from dispatch.management.scenario.paper import read_roster
from dispatch.management.world.crowd import Crowd
from dispatch.management.world.keep import Kept, kept_beside, read_kept, write_kept
from dispatch.management.world.lines import Lines
from dispatch.management.world.wire import Wire
from dispatch.simulation.messages import Kind
from dispatch.simulation.params import WorldParams
from dispatch.simulation.world import World

TICK_S = 0.5
STEP_S = 5.0
STEPS_A_TICK = 60
LINE_EVERY_S = 60.0
KEEP_EVERY_S = 5.0


class Life:
    """One run of the world: steps, messages, a line a minute, and the state kept on disk."""

    def __init__(
        self,
        *,
        base_url: str,
        secrets: Path,
        seed: int | None,
        now_s: Callable[[], float],
        say: Callable[[str], None],
    ) -> None:
        self.now_s, self.base_url = now_s, base_url
        self.roster = read_roster(secrets)
        self.path = kept_beside(secrets)
        self.kept = read_kept(self.path, begins_at_s=self.roster.begins_at_s)
        params = WorldParams(seed=self.roster.seed if seed is None else seed)
        self.world = World(
            self.roster,
            params=params,
            now_s=now_s(),
            state=self.kept.state if self.kept else None,
        )
        self.lines = Lines(self.world, say=say)

    async def run(self) -> None:
        """Live until SIGINT or SIGTERM."""
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        async with Wire(self.base_url) as wire:
            crowd = Crowd(
                self.roster,
                wire=wire,
                world=self.world,
                sessions=self.kept.sessions if self.kept else {},
            )
            for message in self.kept.unsent if self.kept else []:
                crowd.say(message)
            entering = asyncio.create_task(crowd.enter())
            await self._live(crowd, wire, stop)
            entering.cancel()
            await crowd.fall_silent()
            self._keep(crowd)
            self.lines.minute(wire.traffic)

    async def _live(self, crowd: Crowd, wire: Wire, stop: asyncio.Event) -> None:
        said_s = kept_s = time.monotonic()
        while not stop.is_set():
            is_urgent = self._tick(crowd)
            if is_urgent or time.monotonic() - kept_s >= KEEP_EVERY_S:
                self._keep(crowd)
                kept_s = time.monotonic()
            if time.monotonic() - said_s >= LINE_EVERY_S:
                self.lines.minute(wire.traffic)
                said_s += LINE_EVERY_S
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), TICK_S)

    def _tick(self, crowd: Crowd) -> bool:
        """Catch up with the clock; say whether something was said that may not be lost."""
        is_urgent = False
        for _ in range(STEPS_A_TICK):
            behind_s = self.now_s() - self.world.state.now_s
            if behind_s <= 0:
                break
            for message in self.world.step(min(STEP_S, behind_s)):
                is_urgent = is_urgent or message.kind is Kind.SWAP
                crowd.say(message)
        return is_urgent

    def _keep(self, crowd: Crowd) -> None:
        write_kept(
            self.path,
            Kept(
                begins_at_s=self.roster.begins_at_s,
                state=self.world.state,
                sessions=crowd.sessions,
                unsent=crowd.unsent,
            ),
        )
