"""Let every unit send its parcels at their times, patiently, and count what comes of it."""

import asyncio
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus
from random import Random

from dispatch.management.obus.line import Answer, Line, LineError
from dispatch.management.obus.tally import Tally
from dispatch.simulation.units.habits import Habits
from dispatch.simulation.units.parcels import Parcel, parcels_of

FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 20.0
_TOLD_TO_WAIT = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}


class Run:
    """One run of all units; `patience_s` after its end what has no verdict is given up."""

    def __init__(
        self,
        habits: Habits,
        *,
        url: str,
        keys: Sequence[str],
        begins_at_s: float,
        patience_s: float,
        say: Callable[[str], None],
        line_every_s: float,
    ) -> None:
        self.habits, self.url, self.keys = habits, url, keys
        self.begins_at_s, self.patience_s = begins_at_s, patience_s
        self.say, self.line_every_s = say, line_every_s
        self.tally = Tally()

    async def run(self) -> float:
        """Send everything; return the seconds it took."""
        self.began_s = time.monotonic()
        units = [asyncio.create_task(self._unit(number)) for number in range(self.habits.units)]
        telling = asyncio.create_task(self._tell())
        await asyncio.gather(*units)
        telling.cancel()
        return self._now_s()

    def _now_s(self) -> float:
        return time.monotonic() - self.began_s

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(self.line_every_s)
            self.say(self.tally.line(self._now_s()))

    async def _unit(self, number: int) -> None:
        chance = Random(number)  # noqa: S311  chance, no secret
        async with Line(self.url, self.keys[number]) as line:
            for parcel in parcels_of(self.habits, number, begins_at_s=self.begins_at_s):
                await asyncio.sleep(max(0.0, parcel.due_s - self._now_s()))
                if not parcel.is_again:
                    self.tally.sent += parcel.reports
                if parcel.cut:
                    self.tally.cut += 1
                    await line.post_cut(parcel.body, is_sent=parcel.cut == "answer")
                else:
                    await self._deliver(line, parcel, chance)

    async def _deliver(self, line: Line, parcel: Parcel, chance: Random) -> None:
        """Send until there are verdicts: waiting as told, or ever longer, with some jitter."""
        wait_s, ends_s = FIRST_WAIT_S, self.habits.seconds + self.patience_s
        while True:
            told_s: float | None = None
            began_s = time.monotonic()
            self.tally.requests += 1
            try:
                answer = await line.post(parcel.body)
            except LineError:
                self.tally.lost += 1
            else:
                if answer.status == HTTPStatus.OK:
                    self.tally.seconds.append(time.monotonic() - began_s)
                    self._count(answer)
                    return
                self._count_other(answer)
                told_s = answer.retry_after_s
                if answer.status < 500 and answer.status not in _TOLD_TO_WAIT:
                    self.tally.given_up += parcel.reports
                    return
            pause_s = (told_s or wait_s) * chance.uniform(1.0, 1.5)
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)
            if self._now_s() + pause_s > ends_s:
                self.tally.given_up += parcel.reports
                return
            await asyncio.sleep(pause_s)

    def _count(self, answer: Answer) -> None:
        for verdict in answer.body["verdicts"]:
            self.tally.verdicts[verdict["verdict"]] += 1
            if verdict["verdict"] == "refused":
                self.tally.refused[verdict["code"]] += 1

    def _count_other(self, answer: Answer) -> None:
        code = answer.body.get("code", "") if isinstance(answer.body, dict) else ""
        self.tally.statuses[f"{answer.status} {code}".strip()] += 1
