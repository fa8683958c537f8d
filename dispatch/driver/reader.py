"""Read for many streams at once: what a plan promised a hundred drivers is six queries."""

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

from asgiref.sync import sync_to_async
from django.db import connection
from django.db.models import Count

from dispatch.driver.marks import Mark, marks_of
from dispatch.driver.motion import Motion, motions_of
from dispatch.models import PackHold, SwapAssignment
from dispatch.selectors.cards import card, live_assignments
from fleet import clock
from telematics.models import TruckState

MOST = 250


class Shown(NamedTuple):
    """What a driver's page is to show."""

    mark: Mark
    card: dict[str, Any] | None
    motion: Motion | None


class Reader:
    """Gathers what streams ask while it reads, and asks for all of it with the next read."""

    def __init__(self) -> None:
        self._asked: dict[int, asyncio.Future[Shown]] = {}
        self._task: asyncio.Task[None] | None = None

    async def read(self, driver_id: int) -> Shown:
        """Return what is promised to a driver now: read after this was asked, never before."""
        if driver_id not in self._asked:
            self._asked[driver_id] = asyncio.get_running_loop().create_future()
        answer = self._asked[driver_id]
        if self._task is None:
            self._task = asyncio.create_task(self._serve())
        return await asyncio.shield(answer)

    async def _serve(self) -> None:
        try:
            while self._asked:
                ids = list(self._asked)[:MOST]
                answers = {key: self._asked.pop(key) for key in ids}
                try:
                    shown = await read_shown(ids)
                except Exception as error:
                    for answer in answers.values():
                        answer.set_exception(error)
                        answer.exception()  # seen, also where the stream has gone
                else:
                    for key, answer in answers.items():
                        answer.set_result(shown[key])
        finally:
            self._task = None


@sync_to_async(thread_sensitive=False)
def read_shown(driver_ids: list[int]) -> dict[int, Shown]:
    """Read in a thread, and hand the connection back at once."""
    try:
        return shown_to(driver_ids)
    finally:
        connection.close()


def shown_to(driver_ids: Sequence[int]) -> dict[int, Shown]:
    """Return what each driver's page is to show, in six queries for any number."""
    lives: dict[int, SwapAssignment] = {}
    for swap in live_assignments().filter(driver__in=driver_ids):
        if swap.driver_id is not None:
            lives.setdefault(swap.driver_id, swap)
    trucks = {swap.truck_id for swap in lives.values()}
    soc_percent = dict(
        TruckState.objects.filter(truck__in=trucks).values_list("truck_id", "soc_percent")
    )
    held = PackHold.objects.filter(assignment__in=lives.values(), is_live=True)
    counted = held.values("assignment").annotate(count=Count("pk"))
    packs = dict(counted.values_list("assignment", "count"))
    marks, motions, now = marks_of(driver_ids), motions_of(driver_ids), clock.now()
    shown = {}
    for driver_id in driver_ids:
        key = marks.get(driver_id, Mark("")).key
        live = lives.get(driver_id)
        if live is None:
            shown[driver_id] = Shown(Mark(key), None, motions.get(driver_id))
            continue
        soc, count = soc_percent.get(live.truck_id), packs.get(live.pk, 0)
        told = card(live, soc_percent=soc, packs=count, now=now)
        shown[driver_id] = Shown(Mark(key, live.pk, live.version), told, motions.get(driver_id))
    return shown
