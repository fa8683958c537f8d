"""`POST /api/v1/obu/reports` as a bare ASGI application beside Django: the hot path."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from fleet import clock
from fleet.api.problems import CONTENT_TYPE
from telematics.ingest.body import check_size, inflate, is_packed
from telematics.ingest.committer import committer
from telematics.ingest.decode import decode_reports
from telematics.ingest.keyring import Caller, KeyringAwayError, NotInMemoryError, keyring
from telematics.ingest.refusals import BusyError, WrongMethodError, refusal_of
from telematics.ingest.submission import Submission

type Scope = dict[str, Any]
type Receive = Callable[[], Awaitable[Mapping[str, Any]]]
type Send = Callable[[Mapping[str, Any]], Awaitable[None]]

PATH = "/api/v1/obu/reports"
_JSON = (b"content-type", b"application/json")
_encode = msgspec.json.Encoder().encode


class _GoneError(Exception):
    """The caller hung up amid its body."""


async def reports(scope: Scope, receive: Receive, send: Send) -> None:
    """Keep one report or up to 1,000 of the caller's truck and answer after the commit."""
    status, headers = 200, [_JSON]
    try:
        body = await _answer(scope, receive)
    except _GoneError:
        return
    except Exception as error:
        status, named, problem = refusal_of(error)
        body = _encode(problem)
        headers = [(b"content-type", CONTENT_TYPE.encode())]
        headers += [(name.lower().encode(), value.encode()) for name, value in named.items()]
    headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _answer(scope: Scope, receive: Receive) -> bytes:
    if scope["method"] != "POST":
        raise WrongMethodError(scope["method"])
    headers = dict(scope["headers"])
    caller = await _caller(headers.get(b"authorization", b""))
    packed = is_packed(headers.get(b"content-encoding", b"").decode("latin-1"))
    announced = headers.get(b"content-length", b"")
    check_size(int(announced) if announced.isdigit() else 0)
    body = await _body(receive)
    decoded = decode_reports(inflate(body) if packed else body)
    submission = Submission(caller.truck_id, caller.datum, decoded, clock.now())
    return _encode(await committer().submit(submission))


async def _caller(authorization: bytes) -> Caller:
    try:
        return keyring().caller(authorization)
    except NotInMemoryError:
        pass
    try:
        return await asyncio.wait_for(asyncio.wrap_future(keyring().ask(authorization)), 1.5)
    except (TimeoutError, KeyringAwayError) as error:
        raise BusyError("Nobody can say whose key this is just now. Send again.") from error


async def _body(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        check_size(len(body))
        message = await receive()
        body += message.get("body", b"")
    if message["type"] == "http.disconnect":
        raise _GoneError
    check_size(len(body))
    return body
