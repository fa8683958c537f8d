"""Send records at their pace and say how far it got."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from dispatch.management.replay.record import Record
from dispatch.management.world.wire import Wire
from dispatch.simulation.messages import wire_time

AT_ONCE = 500
TICK_S = 0.2
LINE_EVERY_S = 10.0


@dataclass(slots=True)
class Player:
    """Plays records with `speed` recorded seconds a wall second, the first one stamped `begin_s`.

    `verdicts` counts what the service said of each; `refusal` is the problem that ended it.
    """

    wire: Wire
    key: str
    records: Sequence[Record]
    begin_s: float
    speed: float
    say: Callable[[str], None]
    verdicts: Counter[str] = field(default_factory=Counter)
    refusal: str = ""
    sent: int = 0
    boot_id: str = field(default_factory=lambda: f"replay-{uuid4().hex[:12]}")

    async def play(self) -> None:
        """Send everything; what cannot be delivered is sent again until it is."""
        began_s = said_s = time.monotonic()
        while self.sent < len(self.records) and not self.refusal:
            due = self._due((time.monotonic() - began_s) * self.speed)
            if due:
                await self._send(due)
            if len(due) < AT_ONCE:  # a unit may send few requests, so let more become due
                await asyncio.sleep(TICK_S)
            if time.monotonic() - said_s >= LINE_EVERY_S:
                said_s = time.monotonic()
                self.say(self.progress())

    def _due(self, played_s: float) -> list[dict[str, Any]]:
        first_s = self.records[0].at_s
        due = []
        for number in range(self.sent, min(self.sent + AT_ONCE, len(self.records))):
            record = self.records[number]
            offset_s = record.at_s - first_s
            if offset_s > played_s:
                break
            stamp = wire_time(self.begin_s + offset_s)
            due.append({"recorded_at": stamp, "seq": number, "boot_id": self.boot_id})
            due[-1].update(record.values)
        return due

    async def _send(self, reports: list[dict[str, Any]]) -> None:
        answer = await self.wire.ask(
            "POST",
            "/api/v1/obu/reports",
            headers={"Authorization": f"Bearer {self.key}", "may-gzip": "1"},
            body=reports,
        )
        if answer is None or answer.status != HTTPStatus.OK:
            problem = answer.body if answer and isinstance(answer.body, dict) else {}
            self.refusal = str(problem.get("detail", "The service did not take the reports."))
            return
        self.sent += len(reports)
        for verdict in answer.body["verdicts"]:
            self.verdicts[verdict["verdict"]] += 1
            if verdict["verdict"] == "refused" and self.verdicts["refused"] <= 1:
                self.say(f"first refusal: {verdict['code']} {verdict['path']} {verdict['detail']}")

    def progress(self) -> str:
        """Return how far it is."""
        total = len(self.records)
        counts = ", ".join(f"{count} {verdict}" for verdict, count in self.verdicts.items())
        return f"{self.sent}/{total} reports ({100 * self.sent // total} %): {counts or 'none yet'}"
