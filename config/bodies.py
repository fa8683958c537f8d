"""Bodies of API requests in bounded memory: what is too large is refused before it is read."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fleet.api.problems import CONTENT_TYPE, problem_body

type Scope = dict[str, Any]
type Receive = Callable[[], Awaitable[Mapping[str, Any]]]
type Send = Callable[[Mapping[str, Any]], Awaitable[None]]
type App = Callable[[Scope, Receive, Send], Awaitable[None]]

BODY_MAX_BYTES = 1 << 20
LIMITED = "/api/"


class _TooLargeError(Exception):
    """More came than was announced, or than may come."""


class BodyLimit:
    """Refuse bodies above 1 MiB under /api/, whether their length is announced or not.

    Django's ASGI handler reads a body to its end, on disk if need be, before any view can look.
    """

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a counted body, or answer 413."""
        if scope["type"] != "http" or not scope["path"].startswith(LIMITED):
            await self.app(scope, receive, send)
            return
        came = _announced(scope)
        if came > BODY_MAX_BYTES:
            await _refuse(send)
            return
        came = 0

        async def counted() -> Mapping[str, Any]:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > BODY_MAX_BYTES:
                raise _TooLargeError
            return message

        try:
            await self.app(scope, counted, send)
        except _TooLargeError:
            await _refuse(send)


def _announced(scope: Scope) -> int:
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(lengths[0]) if lengths and lengths[0].isdigit() else 0


async def _refuse(send: Send) -> None:
    detail = "The body is larger than 1 MiB. Send it in several requests."
    body = problem_body(status=413, code="too_large", detail=detail)
    headers = [(b"content-type", CONTENT_TYPE.encode()), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
