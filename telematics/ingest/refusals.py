"""What a request with reports is refused with: status, headers, problem."""

import logging
from http import HTTPStatus
from typing import Any

import psycopg

from fleet.api.problems import problem_body
from telematics.ingest.body import BodyRefusedError
from telematics.services.keys import HINT, KeyRefusedError

log = logging.getLogger(__name__)

BUSY_RETRY_S = 5


class BusyError(Exception):
    """Reports were not kept, or nobody can say whether they were: they must be sent again."""


class WrongMethodError(Exception):
    """Something else than POST."""


def refusal_of(error: Exception) -> tuple[int, dict[str, str], dict[str, Any]]:
    """Return status, headers and problem for what went wrong; the unexpected is logged."""
    match error:
        case KeyRefusedError():
            return _refusal(401, error.code, str(error), {"WWW-Authenticate": "Bearer"}, hint=HINT)
        case BodyRefusedError():
            return _refusal(error.status, error.code, str(error), {})
        case WrongMethodError():
            detail = f"{error} is not for this address. POST reports here."
            return _refusal(405, "method_not_allowed", detail, {"Allow": "POST"})
        case BusyError():
            return _refusal(503, "busy", str(error), {"Retry-After": str(BUSY_RETRY_S)})
        case psycopg.OperationalError() | psycopg.InterfaceError():
            detail = "The database does not answer. Keep the reports and send them again."
            return _refusal(503, "busy", detail, {"Retry-After": str(BUSY_RETRY_S)})
    log.error("reports could not be taken", exc_info=error)
    detail = "Something went wrong here. Keep the reports and send them again later."
    return _refusal(500, "internal", detail, {"Retry-After": str(BUSY_RETRY_S)})


def _refusal(
    status: int, code: str, detail: str, headers: dict[str, str], **extra: Any
) -> tuple[int, dict[str, str], dict[str, Any]]:
    body = problem_body(status=HTTPStatus(status), code=code, detail=detail, **extra)
    return int(status), headers, body
