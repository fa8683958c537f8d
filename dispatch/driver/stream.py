"""`GET /api/v1/driver/stream`: what is promised, at once and at every change."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

from asgiref.sync import sync_to_async
from django.db import connection
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from dispatch.driver.hub import Hub, Listener, hub
from dispatch.driver.marks import Mark
from dispatch.selectors.cards import iso
from fleet import clock
from fleet.access import driver_of
from fleet.api.problems import problem_response

BEAT_S = 15.0
LASTS_S = 3600.0  # then the page opens a new one, and shows its session again


async def stream(request: HttpRequest) -> HttpResponseBase:
    """Open a driver's stream; events are `assignment`, `motion`, `beat` and `replaced`."""
    if request.method != "GET":
        detail = _("Only GET.")
        return problem_response(status=405, code="method_not_allowed", detail=detail)
    driver_id = await _driver_id(request)
    if driver_id is None:
        detail = _("Sign in with a link or QR code from your manager.")
        return problem_response(status=401, code="not_signed_in", detail=detail)
    response = StreamingHttpResponse(events(driver_id), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"  # a proxy must pass each event on at once
    return response


async def events(driver_id: int) -> AsyncIterator[bytes]:
    """Yield the events of one stream until its page goes away."""
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + LASTS_S
    beats_at = loop.time() + BEAT_S
    listener = Listener(driver_id)
    home = hub()
    home.join(listener)
    try:
        yield b"retry: 1000\n\n"
        listener.mark, card, listener.motion = await home.reader.read(driver_id)
        yield event("assignment", card, listener.mark)
        if listener.has_motion_news():
            yield motion_event(listener)
        while loop.time() < ends_at:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(listener.news.wait(), max(0, beats_at - loop.time()))
            if listener.is_replaced:
                yield event("replaced", None)
                return
            if not listener.is_welcome:
                return
            if loop.time() >= beats_at:
                beats_at = loop.time() + BEAT_S
                yield event("beat", {"server_time": iso(clock.now())})
            if not listener.news.is_set():
                continue
            listener.news.clear()
            if listener.has_motion_news():
                yield motion_event(listener)
            if listener.has_promise_news and (news := await promise_event(listener, home)):
                yield news
    finally:
        home.leave(listener)


def event(name: str, data: Any, mark: Mark | None = None) -> bytes:
    """Write one event; its id names the promise and its version."""
    name_line = f"event: {name}\n"
    id_line = f"id: {mark.assignment_id}.{mark.version}\n" if mark else ""
    return f"{id_line}{name_line}data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


async def promise_event(listener: Listener, home: Hub) -> bytes:
    """Tell what is promised if that is news; who was signed out since is told nothing and goes."""
    listener.has_promise_news = False
    mark, card, _motion = await home.reader.read(listener.driver_id)
    if listener.mark and mark.key != listener.mark.key:
        listener.is_welcome = False
        listener.news.set()
        return b""
    if mark == listener.mark:
        return b""
    listener.mark = mark
    return event("assignment", card, mark)


def motion_event(listener: Listener) -> bytes:
    """Tell how fast the truck moves, and remember that it was told."""
    listener.told = listener.motion
    return event("motion", listener.motion and listener.motion.to_json())


@sync_to_async
def _driver_id(request: HttpRequest) -> int | None:
    try:
        driver = driver_of(request.user)
        return driver.pk if driver else None
    finally:
        # The request ends with its stream: its connection must not wait for that.
        connection.close()
