"""One run: many connections send every report until it is acknowledged, while things are killed."""

import asyncio
import itertools
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus

import msgspec

from tests.kill.client import REFUSED, Line
from tests.kill.history import History
from tests.kill.load import CAPACITY_WH, Report, Request, requests
from tests.kill.service import Service

PATH = "/api/v1/obu/reports"
ACKNOWLEDGED = {"stored", "late", "duplicate", "odd"}
PATIENCE_S = 20.0
PAUSE_S = 0.1
SAY_EVERY_S = 5.0
KINDS = ("web", "postgres", "both")


type Work = asyncio.PriorityQueue[tuple[float, int, Request]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is sent, by whom, and how often something is killed."""

    seed: int
    reports: int
    kills: int
    trucks: int = 200
    connections: int = 60


@dataclass(slots=True)
class Tally:
    """What happened so far."""

    acknowledged: set[tuple[int, str, int]] = field(default_factory=set)
    requests: Counter[str] = field(default_factory=Counter)
    sent: int = 0
    resent: int = 0
    killed: Counter[str] = field(default_factory=Counter)
    down_s: list[float] = field(default_factory=list)


class Run:
    """The clients of a run and the one who kills."""

    def __init__(self, service: Service, plan: Plan, history: History) -> None:
        self.service, self.plan, self.history = service, plan, history
        self.rng = random.Random(plan.seed + 1)  # noqa: S311 -- the same every time
        self.tally = Tally()
        self.waiting: list[tuple[float, int, Request]] = []
        self.next = itertools.count()
        self.seen: set[tuple[int, str, int]] = set()

    async def live(self, say: Callable[[str], None]) -> Tally:
        """Send everything until it is acknowledged; return what happened."""
        self._prepare()
        work: Work = asyncio.PriorityQueue()
        for item in self.waiting:
            work.put_nowait(item)
        begun_s = time.monotonic()
        talker = asyncio.create_task(self._talk(say, begun_s))
        clients = [
            asyncio.create_task(self._send(work, client))
            for client in range(1, self.plan.connections + 1)
        ]
        killer = asyncio.create_task(self._kill())
        try:
            await _first_error(asyncio.create_task(work.join()), killer, *clients)
        finally:
            for task in (killer, talker, *clients):
                task.cancel()
            await asyncio.gather(killer, talker, *clients, return_exceptions=True)
        self._say(say, begun_s)
        return self.tally

    def _prepare(self) -> None:
        plan = self.plan
        keys = self.service.scene(trucks=plan.trucks)
        self.history.invoke(
            "scene", 0, seed=plan.seed, trucks=sorted(keys), capacity_wh=CAPACITY_WH
        )
        load = requests(keys, count=plan.reports, seed=plan.seed, until=datetime.now(UTC))
        self.waiting = [(place, next(self.next), request) for place, request in load]

    async def _send(self, work: "Work", me: int) -> None:
        with Line(self.service.port, patience_s=PATIENCE_S) as line:
            while True:
                place, _, request = await work.get()
                if not await self._ask(line, request, me):
                    later = place + self.rng.uniform(0, 0.02)
                    work.put_nowait((later, next(self.next), self._in_other_order(request)))
                    await asyncio.sleep(PAUSE_S)
                work.task_done()

    def _in_other_order(self, request: Request) -> Request:
        reports = list(request.reports)
        self.rng.shuffle(reports)
        return Request(request.truck_id, request.key, tuple(reports))

    async def _ask(self, line: Line, request: Request, me: int) -> bool:
        """Send one request; say whether every report of it was acknowledged."""
        try:
            await line.connect()
        except REFUSED:  # nothing was sent
            return False
        tally, truck = self.tally, request.truck_id
        number = self.history.invoke("report", me, truck=truck, reports=request.reports)
        tally.sent += len(request.reports)
        tally.resent += self._note_resent(request)
        try:
            answer = await line.ask("POST", PATH, key=request.key, body=request.body())
        except REFUSED as error:
            tally.requests["unknown"] += 1
            self.history.note(number, "info", why=repr(error))
            return False
        if answer.status == HTTPStatus.SERVICE_UNAVAILABLE:
            why = msgspec.json.decode(answer.body)["detail"]
            tally.requests[f"503 {why}"] += 1
            self.history.note(number, "fail", status=answer.status, why=why)
            return False
        tally.requests[str(answer.status)] += 1
        if answer.status != HTTPStatus.OK:
            raise RuntimeError(f"{answer.status}: {answer.body[:500]!r}")
        verdicts = [each["verdict"] for each in msgspec.json.decode(answer.body)["verdicts"]]
        self.history.note(number, "ok", verdicts=verdicts)
        if len(verdicts) != len(request.reports) or not ACKNOWLEDGED.issuperset(verdicts):
            raise RuntimeError(f"verdicts {verdicts} for {len(request.reports)} reports")
        tally.acknowledged.update(map(self._name, itertools.repeat(truck), request.reports))
        return True

    @staticmethod
    def _name(truck_id: int, report: Report) -> tuple[int, str, int]:
        return truck_id, report[1], report[2]

    def _note_resent(self, request: Request) -> int:
        names = {self._name(request.truck_id, report) for report in request.reports}
        known = len(names & self.seen)
        self.seen |= names
        return known

    async def _kill(self) -> None:
        """Kill at seeded points of the way, start again, and wait for the end of the run."""
        plan, loop = self.plan, asyncio.get_running_loop()
        points = sorted(
            self.rng.randrange(plan.reports // 100, plan.reports * 95 // 100)
            for _ in range(plan.kills)
        )
        kinds = [KINDS[k % 5 % 3] for k in range(plan.kills)]  # web, postgres twice each, both once
        self.rng.shuffle(kinds)
        for point, kind in zip(points, kinds, strict=True):
            while len(self.tally.acknowledged) < point:
                await asyncio.sleep(0.01)
            await asyncio.sleep(self.rng.uniform(0, 0.5))
            number = self.history.invoke("kill", 0, key=kind)
            begun_s = time.monotonic()
            await loop.run_in_executor(self.service.hands, self._kill_and_raise, kind)
            self.history.note(number, "ok")
            self.tally.killed[kind] += 1
            self.tally.down_s.append(time.monotonic() - begun_s)

    def _kill_and_raise(self, kind: str) -> None:
        if kind != "postgres":
            self.service.kill_web()
        if kind != "web":
            self.service.kill_postgres()
            self.service.start_postgres()
        if kind != "postgres":
            self.service.start_web()

    async def _talk(self, say: Callable[[str], None], begun_s: float) -> None:
        while True:
            await asyncio.sleep(SAY_EVERY_S)
            self._say(say, begun_s)

    def _say(self, say: Callable[[str], None], begun_s: float) -> None:
        tally, plan = self.tally, self.plan
        done, took_s = len(tally.acknowledged), time.monotonic() - begun_s
        say(
            f"{done:,} of {plan.reports:,} acknowledged, {tally.resent:,} sent again,"
            f" {tally.killed.total()} of {plan.kills} kills, {took_s:.0f} s,"
            f" {done / took_s:,.0f}/s, requests {dict(tally.requests)}"
        )


async def _first_error(*tasks: "asyncio.Task[None]") -> None:
    """Wait for the first two tasks, or for the first failure of any."""
    needed = set(tasks[:2])
    while not all(task.done() for task in needed):
        done, _ = await asyncio.wait(
            [task for task in tasks if not task.done()], return_when=asyncio.FIRST_COMPLETED
        )
        for task in done:
            task.result()
