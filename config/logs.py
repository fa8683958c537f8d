"""Logs as JSON lines: one for each request, with an id, never with a place, a phone or a key."""

import logging
import time
import uuid
from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any, cast

import structlog
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

type Answerer = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]

PRIVATE = ("latitude", "longitude", "phone", "password", "secret", "token", "api_key", "vin")
_log = structlog.get_logger("yizhan.request")


def hide_private(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Replace values whose names say that they are private."""
    for name in event:
        if any(word in name.lower() for word in PRIVATE):
            event[name] = "(hidden)"
    return event


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    hide_private,
]


def logging_settings(level: str) -> dict[str, Any]:
    """Return Django's LOGGING: everything as JSON lines on stderr, from `level` up."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": _SHARED,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            "httpx": {"level": "WARNING"},  # its lines hold addresses, and those hold places
            "django.request": {"level": "ERROR"},  # every request has its own line below
            "django.security.DisallowedHost": {"level": "ERROR"},
        },
    }


def _started() -> tuple[str, float]:
    request_id = uuid.uuid4().hex
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)
    return request_id, time.perf_counter()


def _answered(
    request: HttpRequest, answer: HttpResponseBase, started: tuple[str, float]
) -> HttpResponseBase:
    request_id, at = started
    answer.headers["X-Request-ID"] = request_id
    # The route, not the path: a path may hold a one-time link or somebody's number.
    route = request.resolver_match.route if request.resolver_match else "(none)"
    level = logging.ERROR if answer.status_code >= 500 else logging.INFO
    _log.log(
        level,
        "request",
        method=request.method,
        route=route,
        status=answer.status_code,
        took_ms=round((time.perf_counter() - at) * 1000, 1),
    )
    return answer


@sync_and_async_middleware
def request_log(get_response: Answerer) -> Answerer:
    """Give each request an id, say it in the answer and in every log line, and log the request."""
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            started = _started()
            return _answered(request, await get_response(request), started)

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        started = _started()
        return _answered(request, cast("HttpResponseBase", get_response(request)), started)

    return answer
