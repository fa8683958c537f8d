"""What a request with reports is refused with: status, headers, problem."""

import logging
from http import HTTPStatus
from math import ceil
from random import randint, random
from typing import Any

import psycopg

from fleet.api.problems import problem_body
from telematics.ingest.body import BodyRefusedError
from telematics.services.keys import HINT, KeyRefusedError

log = logging.getLogger(__name__)

# Who was refused together shall not come back together: drawn anew for each.
BUSY_RETRY_S = (2, 8)


class ThrottledError(Exception):
    """A device sends more than it may; `wait_s` says when it may send again."""

    def __init__(self, wait_s: float) -> None:
        super().__init__("This device sends more than it may. Send fewer requests, more in each.")
        self.wait_s = wait_s


class BusyError(Exception):
    """Reports were not kept, or nobody can say whether they were: they must be sent again."""


class WrongMethodError(Exception):
    """Something else than POST."""


def refusal_of(error: Exception) -> tuple[int, dict[str, str], dict[str, Any]]:
    """Return status, headers and problem for what went wrong; the unexpected is logged.

    The error lets go of its frames, which hold it in turn: refused requests would wait for the
    collector, with all that was read of them.
    """
    try:
        return _told(error)
    finally:
        error.__traceback__ = None


def _told(error: Exception) -> tuple[int, dict[str, str], dict[str, Any]]:
    match error:
        case KeyRefusedError():
            return _refusal(401, error.code, str(error), {"WWW-Authenticate": "Bearer"}, hint=HINT)
        case BodyRefusedError():
            return _refusal(error.status, error.code, str(error), {})
        case WrongMethodError():
            detail = f"{error} is not for this address. POST reports here."
            return _refusal(405, "method_not_allowed", detail, {"Allow": "POST"})
        case ThrottledError():
            retry = {"Retry-After": str(ceil(error.wait_s + random()))}  # noqa: S311  no secret
            return _refusal(429, "throttled", str(error), retry)
        case BusyError():
            return _refusal(503, "busy", str(error), _later())
        case psycopg.OperationalError() | psycopg.InterfaceError():
            detail = "The database does not answer. Keep the reports and send them again."
            return _refusal(503, "busy", detail, _later())
    log.error("reports could not be taken", exc_info=error)
    detail = "Something went wrong here. Keep the reports and send them again later."
    return _refusal(500, "internal", detail, _later())


def _later() -> dict[str, str]:
    return {"Retry-After": str(randint(*BUSY_RETRY_S))}  # noqa: S311  no secret


def _refusal(
    status: int, code: str, detail: str, headers: dict[str, str], **extra: Any
) -> tuple[int, dict[str, str], dict[str, Any]]:
    body = problem_body(status=HTTPStatus(status), code=code, detail=detail, **extra)
    return int(status), headers, body
