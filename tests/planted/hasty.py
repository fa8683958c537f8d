"""The web application, broken on purpose: it acknowledges reports before it keeps them."""

import asyncio
import contextlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec

from config.asgi import application as honest
from config.bodies import Receive, Scope, Send

PATH = "/api/v1/obu/reports"
BEHIND_MOST = 8  # what a kill takes with it; a longer queue would be lost without any kill
_behind = asyncio.Semaphore(BEHIND_MOST)
_kept_alive: set[asyncio.Task[None]] = set()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer that everything is stored, then have it stored by the real application."""
    if scope["type"] != "http" or scope["path"] != PATH:
        await honest(scope, receive, send)
        return
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    reports = msgspec.json.decode(body)
    reports = reports if isinstance(reports, list) else [reports]
    verdicts = [{"index": i, "verdict": "stored"} for i in range(len(reports))]
    answer = msgspec.json.encode({"verdicts": verdicts, "assignment": None, "messages": []})
    length = (b"content-length", str(len(answer)).encode())
    await _behind.acquire()
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": answer})
    task = asyncio.create_task(_keep(scope, body))
    _kept_alive.add(task)
    task.add_done_callback(_kept_alive.discard)


async def _keep(scope: Scope, body: bytes) -> None:
    """Try until it is kept: only what is behind when this process dies is lost."""
    while await _status(scope, body) != HTTPStatus.OK:
        await asyncio.sleep(0.1)
    _behind.release()


async def _status(scope: Scope, body: bytes) -> int:
    messages = [{"type": "http.request", "body": body, "more_body": False}]
    statuses = [0]

    async def receive() -> Mapping[str, Any]:
        if messages:
            return messages.pop()
        await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(message: Mapping[str, Any]) -> None:
        statuses.append(message.get("status", statuses[-1]))

    with contextlib.suppress(Exception):
        await honest(scope, receive, send)
    return statuses[-1]
