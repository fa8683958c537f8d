"""A driver's phone: signs in by the one-time link, starts the shift, and taps."""

from http import HTTPStatus
from http.cookies import SimpleCookie
from typing import Any
from uuid import uuid4

from dispatch.management.world.speaker import Speaker
from dispatch.management.world.wire import Answer, Wire
from dispatch.simulation.messages import Kind
from dispatch.simulation.roster import TruckStart
from dispatch.simulation.world import World

ROOT = "/api/v1/driver"
TRIES = 6


class PhoneVoice(Speaker):
    """Speaks for the driver of one truck; `session` outlives a restart of the world."""

    def __init__(
        self, start: TruckStart, *, wire: Wire, world: World, session: dict[str, str] | None
    ) -> None:
        super().__init__(wire=wire, world=world)
        self.start = start
        self.session = session
        self.is_out = False

    async def enter(self) -> None:
        """Sign in if need be, be on shift, and see what is promised."""
        answer = await self._ask("GET", "/me") if self.session else None
        if answer is None or not answer.is_ok:
            if not await self._sign_in():
                self.is_out = True
                return
            answer = await self._ask("GET", "/me")
        if answer is None or not answer.is_ok:
            return
        if answer.body["shift"] is None:
            await self._start_shift()
        elif answer.body["assignment"]:
            self._hear(answer.body["assignment"])

    async def _sign_in(self) -> bool:
        self.session = None
        answer = await self._ask("POST", "/session", {"token": self.start.driver_token})
        if answer is None or not answer.is_ok:
            return False
        cookies = SimpleCookie()
        for line in answer.cookies:
            cookies.load(line)
        jar = "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())
        self.session = {"Cookie": jar, "X-CSRFToken": answer.body["csrf_token"]}
        return True

    async def _start_shift(self) -> None:
        packs = self.world.state.trucks[self.start.plate].packs
        codes = [pack.code for pack in packs]
        body = {"action_id": str(uuid4()), "truck_id": self.start.id, "pack_codes": codes}
        answer = await self._ask("POST", "/shifts", body)
        if answer and answer.code == "wrong_packs":
            expected = answer.body["expected"]
            again = {**body, "action_id": str(uuid4()), "pack_codes": expected}
            await self._ask("POST", "/shifts", again)

    async def deliver(self) -> None:
        """Tap the first button waiting, and see what it did."""
        message = self.unsent[0]
        if message.kind is Kind.SEEN:
            await self._show()
            return
        path = f"/assignments/{message.assignment}/{message.name}"
        answer = None if self.is_out else await self._ask("POST", path, message.body)
        self.unsent.popleft()
        if answer is None:
            return
        self.world.hear_answered(message.name, is_taken=answer.is_ok)
        if answer.is_ok and answer.body.get("assignment"):
            self._hear(answer.body["assignment"])
        elif answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            await self.enter()

    async def _show(self) -> None:
        """Say that the first piece of news waiting was before the driver's eyes."""
        message = self.unsent.popleft()
        if not self.is_out:
            await self._ask("POST", "/seen", message.body)

    def _hear(self, wire: dict[str, Any]) -> None:
        self.world.hear_assignment(self.start.plate, wire, server_time=wire["server_time"])

    async def _ask(self, method: str, path: str, body: Any = None) -> Answer | None:
        headers = self.session or {}
        return await self.wire.ask(method, ROOT + path, headers=headers, body=body, tries=TRIES)
