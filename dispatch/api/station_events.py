"""Events of stations over HTTP: each happens once, and a refusal is an answer that stays too."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import OperationalError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from dispatch.services.gate.swap_errors import SwapRefusedError, UnknownCodeError, UnknownLaneError
from dispatch.services.promises.moves import DispatchError, NotAllowedNowError
from fleet.api.problems import CONTENT_TYPE, Problem, problem_body
from telematics.api.auth import station_of
from telematics.services.station_events import Answer, IdReusedError, answer_once

# Serialization failure and deadlock: the database asks to try again.
_TRY_AGAIN = {"40001", "40P01"}
TRIES = 3


def answer_event(
    request: Request, *, kind: str, event: dict[str, Any], now: datetime, act: Callable[[], Any]
) -> Response:
    """Do what an event asks for once, and answer it; the same again gets the same answer.

    Kept and compared is what was read of it: a field we do not know may hold what no row can.

    Raises
    ------
    Problem
        409 `id_reused`; 503 `busy` when the database was too contended.
    """

    def once() -> Answer:
        return answer_once(
            station_of(request).pk,
            event_id=event["event_id"],
            kind=kind,
            body=json.loads(json.dumps(event, cls=JSONEncoder)),
            now=now,
            act=lambda: _answer(act),
        )

    try:
        status, body = _with_patience(once)
    except IdReusedError as error:
        raise Problem(status=409, code=error.code, detail=str(error)) from error
    if status >= 400:
        return Response(body, status=status, content_type=CONTENT_TYPE)
    return Response(body, status=status)


def _with_patience(once: Callable[[], Answer]) -> Answer:
    for _ in range(TRIES):
        try:
            return once()
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) not in _TRY_AGAIN:
                raise
    busy = Problem(status=503, code="busy", detail="Too much at once. Send it again in a second.")
    busy.wait = 1  # type: ignore[attr-defined]  # what the problem page makes Retry-After of
    raise busy


def _answer(act: Callable[[], dict[str, Any]]) -> Answer:
    try:
        return 200, act()
    except DispatchError as error:
        facts: dict[str, Any] = error.facts if isinstance(error, SwapRefusedError) else {}
        if isinstance(error, NotAllowedNowError):
            facts = {"state": error.state}
        status = 404 if isinstance(error, UnknownCodeError | UnknownLaneError) else 409
        return status, problem_body(status=status, code=error.code, detail=str(error), **facts)
