"""`POST /api/v1/obu/reports` as a bare ASGI application beside Django: the hot path."""

from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Any

import msgspec

from fleet import clock
from fleet.api.problems import CONTENT_TYPE
from telematics.ingest.body import check_size, inflate, is_packed
from telematics.ingest.callers import caller_of, signer_of
from telematics.ingest.committer import committer
from telematics.ingest.decode import decode_reports
from telematics.ingest.gate import SMALL_BYTES, Gate
from telematics.ingest.limits import limits
from telematics.ingest.meters import meters
from telematics.ingest.refusals import WrongMethodError, refusal_of
from telematics.ingest.submission import Submission
from telematics.services.signatures import Asked, Signed, read_signed

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
        status, headers, body = _problem(error)
    headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _problem(error: Exception) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    status, named, problem = refusal_of(error)
    meters().refused(problem["code"])
    headers = [(b"content-type", CONTENT_TYPE.encode())]
    headers += [(name.lower().encode(), value.encode()) for name, value in named.items()]
    return status, headers, _encode(problem)


async def _answer(scope: Scope, receive: Receive) -> bytes:
    if scope["method"] != "POST":
        raise WrongMethodError(scope["method"])
    headers = dict(scope["headers"])
    authorization = headers.get(b"authorization", b"")
    sender = read_signed(authorization) or await caller_of(authorization)
    packed = is_packed(headers.get(b"content-encoding", b"").decode("latin-1"))
    announced = headers.get(b"content-length", b"")
    size = int(announced) if announced.isdigit() else 0
    check_size(size)
    refusal = None
    if not isinstance(sender, Signed):
        refusal = gate().refusal(sender.device_id)
        if refusal and (packed or not 0 < size <= SMALL_BYTES):
            await gate().reconsider(sender.device_id, refusal)
            refusal = None
    body = await _body(receive)
    if isinstance(sender, Signed):  # nobody is charged for what somebody else may have sent
        sender = await signer_of(sender, Asked("POST", _target(scope), body))
        refusal = gate().refusal(sender.device_id)
    decoded = decode_reports(inflate(body) if packed else body)
    rings = refusal is not None and await gate().reconsider(sender.device_id, refusal, decoded)
    is_apart = sender.is_quarantined
    submission = Submission(sender.truck_id, sender.datum, decoded, clock.now(), is_apart)
    answer = gate().keep(sender.device_id, submission, size_bytes=len(body), carries_alarm=rings)
    return _encode(await answer)


@cache
def gate() -> Gate:
    """Return this process's gate; made in the event loop, which begins the committer."""
    return Gate(committer(), limits())


def _target(scope: Scope) -> str:
    query = scope.get("query_string", b"").decode("latin-1")
    return f"{PATH}?{query}" if query else PATH


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
