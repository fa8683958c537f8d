"""PostgreSQL goes away under traffic and comes back: what callers are told, and how soon."""

import asyncio
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import msgspec

from tests.kill.client import REFUSED, Answer, Line
from tests.kill.history import History
from tests.kill.load import CAPACITY_WH, Request, drive
from tests.kill.run import PATH
from tests.kill.service import Service, burden

ASKED = "/api/v1/obu/assignment"  # a view of Django REST framework, behind the device's key
PATIENCE_S = 30.0
PAUSE_S = 0.05
DEADLINE_S = 2.0
RETURN_S = 10.0
ENOUGH = 20  # refusals that show a full disk
GOOD = {HTTPStatus.OK, HTTPStatus.NO_CONTENT}


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer, or none (status 0): when it was asked for, how long it took, what it said."""

    path: str
    at_s: float
    took_s: float
    status: int
    is_busy_problem: bool


@dataclass(slots=True)
class Outage:
    """What was heard, when the database went and returned, and what the web processes held."""

    heard: list[Heard] = field(default_factory=list)
    gone_s: float = 0.0
    back_s: float = 0.0
    before: dict[str, int] = field(default_factory=dict)
    most: dict[str, int] = field(default_factory=dict)

    def while_away(self, path: str) -> list[Heard]:
        """Return what was asked at `path` while the database was away, and answered meanwhile."""
        return [
            each
            for each in self.heard
            if each.path == path and self.gone_s < each.at_s < self.back_s - DEADLINE_S
        ]

    def recovered_s(self, path: str) -> float:
        """Return how long after its return the last request at `path` failed."""
        failed = [each for each in self.heard if each.path == path and each.status not in GOOD]
        late = [each.at_s + each.took_s - self.back_s for each in failed]
        return max([*late, 0.0])

    def faults(self, *, leeway: float) -> list[str]:
        """Return what is not as promised; deadlines count `leeway` times their length."""
        faults = []
        for path in (PATH, ASKED):
            away = self.while_away(path)
            if not away:
                faults.append(f"{path}: nothing was answered")
            wrong = [each for each in away if not each.is_busy_problem]
            slow = [each for each in away if each.took_s > DEADLINE_S * leeway]
            faults += [f"{path}: {len(wrong)} not 503 busy, such as {wrong[0]}"] if wrong else []
            faults += [f"{path}: {len(slow)} too slow, such as {slow[0]}"] if slow else []
            if self.recovered_s(path) > RETURN_S * leeway:
                faults.append(f"{path}: failed {self.recovered_s(path):.1f} s after the return")
        return faults

    def faults_of_full_disk(self, *, leeway: float) -> list[str]:
        """Return what is not as promised when what cannot be kept is refused, and only that."""
        reports = [each for each in self.heard if each.path == PATH]
        wrong = [each for each in reports if each.status != 200 and not each.is_busy_problem]
        slow = [each for each in self.while_away(PATH) if each.took_s > DEADLINE_S * leeway]
        faults = [f"{len(wrong)} not 503 busy, such as {wrong[0]}"] if wrong else []
        faults += [f"{len(slow)} too slow, such as {slow[0]}"] if slow else []
        if len(reports) - len(wrong) - sum(each.status == 200 for each in reports) < ENOUGH:
            faults.append("the disk was not full")
        if self.recovered_s(PATH) > RETURN_S * leeway:
            faults.append(f"failed {self.recovered_s(PATH):.1f} s after there was room")
        return faults

    def figures(self) -> dict[str, object]:
        """Return what was measured."""
        figures: dict[str, object] = {"away_s": round(self.back_s - self.gone_s, 1)}
        for path in (PATH, ASKED):
            away = self.while_away(path)
            figures[path] = {
                "503": sum(each.is_busy_problem for each in away),
                "other": sum(not each.is_busy_problem for each in away),
                "slowest_s": round(max((each.took_s for each in away), default=0), 2),
                "recovered_s": round(self.recovered_s(path), 2),
            }
        return figures | {"before": self.before, "most": self.most}


class Traffic:
    """Trucks that report and ask for their assignment, each on connections of its own."""

    def __init__(self, service: Service, history: History, *, trucks: int, seed: int) -> None:
        self.service, self.history = service, history
        self.outage = Outage()
        self.keys = service.scene(trucks=trucks)
        history.invoke("scene", 0, seed=seed, trucks=sorted(self.keys), capacity_wh=CAPACITY_WH)
        self.rng = random.Random(seed)  # noqa: S311 -- the same every time
        self.is_over = False

    async def live(
        self, *, away_s: float, leave: Callable[[], None], back: Callable[[], None]
    ) -> None:
        """Report for a while, with the database away for `away_s` seconds of it."""
        tasks = [asyncio.create_task(self._report(truck)) for truck in self.keys]
        tasks += [asyncio.create_task(self._ask(truck)) for truck in list(self.keys)[:5]]
        watcher = asyncio.create_task(self._watch())
        await asyncio.sleep(3)
        self.outage.before = dict(self.outage.most)
        loop, hands = asyncio.get_running_loop(), self.service.hands
        await loop.run_in_executor(hands, leave)
        self.outage.gone_s = time.monotonic()
        await asyncio.sleep(away_s)
        await loop.run_in_executor(hands, back)  # done when it answers: that is its return
        self.outage.back_s = time.monotonic()
        await asyncio.sleep(RETURN_S)
        self.is_over = True
        await asyncio.gather(*tasks)
        watcher.cancel()

    async def _report(self, truck: int) -> None:
        """Send one report after another, each until it is acknowledged."""
        until = datetime.now(UTC) - timedelta(minutes=1)
        with Line(self.service.port, patience_s=PATIENCE_S) as line:
            for report in drive(self.rng, count=5_000, until=until):
                request = Request(truck, self.keys[truck], (report,))
                number = self.history.invoke("report", truck, truck=truck, reports=request.reports)
                while (verdicts := await self._verdicts(line, request)) is None:
                    await asyncio.sleep(PAUSE_S)
                self.history.note(number, "ok", verdicts=verdicts)
                if self.is_over:
                    return
                await asyncio.sleep(PAUSE_S)

    async def _verdicts(self, line: Line, request: Request) -> list[str] | None:
        answer = await self._heard(line, "POST", PATH, request.key, request.body())
        if answer is None or answer.status != HTTPStatus.OK:
            return None
        return [each["verdict"] for each in msgspec.json.decode(answer.body)["verdicts"]]

    async def _ask(self, truck: int) -> None:
        with Line(self.service.port, patience_s=PATIENCE_S) as line:
            while not self.is_over:
                await self._heard(line, "GET", ASKED, self.keys[truck], b"")
                await asyncio.sleep(2 * PAUSE_S)

    async def _heard(
        self, line: Line, method: str, path: str, key: str, body: bytes
    ) -> Answer | None:
        at_s = time.monotonic()
        try:
            answer = await line.ask(method, path, key=key, body=body)
        except REFUSED:
            answer = None
        took_s = time.monotonic() - at_s
        status = answer.status if answer else 0
        busy = answer is not None and is_busy_problem(answer)
        self.outage.heard.append(Heard(path, at_s, took_s, status, busy))
        return answer

    async def _watch(self) -> None:
        while True:
            for name, value in burden(self.service).items():
                self.outage.most[name] = max(value, self.outage.most.get(name, 0))
            await asyncio.sleep(0.5)


def is_busy_problem(answer: Answer) -> bool:
    """Say whether an answer is a 503 problem `busy` that says when to come again."""
    if answer.status != HTTPStatus.SERVICE_UNAVAILABLE:
        return False
    said = json.loads(answer.body)
    is_problem = answer.headers["content-type"] == "application/problem+json"
    return is_problem and said["code"] == "busy" and int(answer.headers["retry-after"]) > 0
