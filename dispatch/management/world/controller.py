"""A station controller's voice: readings, check-ins, swaps, lanes, and the plans it asks for."""

from http import HTTPStatus

from dispatch.management.world.speaker import Speaker
from dispatch.management.world.wire import Answer, Wire
from dispatch.simulation.messages import Kind, Message
from dispatch.simulation.roster import StationStart
from dispatch.simulation.world import World

ROOT = "/api/v1/station"
PATHS = {
    Kind.READINGS: ("POST", "/readings"),
    Kind.CHARGE_PLAN: ("GET", "/charge-plan"),
    Kind.ARRIVALS: ("GET", "/arrivals"),
    Kind.CHECK_IN: ("POST", "/check-ins"),
    Kind.SWAP: ("POST", "/swaps"),
    Kind.LANE_CLOSE: ("POST", "/lanes/{name}/close"),
    Kind.LANE_OPEN: ("POST", "/lanes/{name}/open"),
}
MAY_COME_LATER = {"queued", "accepted", "en_route", "arrived", "offered"}


class ControllerVoice(Speaker):
    """Speaks for one station with its key."""

    def __init__(self, start: StationStart, *, wire: Wire, world: World) -> None:
        super().__init__(wire=wire, world=world)
        self.code = start.code
        self.headers = {"Authorization": f"Bearer {start.key}"}
        self.hears = {
            Kind.CHARGE_PLAN: self._hear_plan,
            Kind.CHECK_IN: self._hear_check_in,
            Kind.SWAP: self._hear_swap,
        }

    async def deliver(self) -> None:
        """Send the first message and tell the world what came of it."""
        message = self.unsent[0]
        method, path = PATHS[message.kind]
        is_question = method == "GET"
        answer = await self.wire.ask(
            method,
            ROOT + path.format(name=message.name),
            headers=self.headers,
            body=None if is_question else message.body,
            tries=1 if is_question else 0,
        )
        if self.unsent and self.unsent[0] is message:  # a newer reading may have taken its place
            self.unsent.popleft()
        if answer is not None and message.kind in self.hears:
            self.hears[message.kind](message, answer)

    def _hear_plan(self, message: Message, answer: Answer) -> None:
        if answer.is_ok:
            self.world.hear_charge_plan(message.speaker, answer.body)

    def _hear_check_in(self, message: Message, answer: Answer) -> None:
        if answer.is_ok:
            self.world.hear_checked_in(message.speaker, message.name, answer.body)
            return
        is_over = answer.status == HTTPStatus.NOT_FOUND or (
            answer.code == "not_allowed_now"
            and answer.body.get("state", "queued") not in MAY_COME_LATER
        )
        self.world.hear_refused_check_in(message.speaker, message.name, is_over=is_over)

    def _hear_swap(self, message: Message, answer: Answer) -> None:
        del message
        self.world.hear_swapped(is_taken=answer.is_ok)
