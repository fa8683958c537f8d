"""Health doors for supervisors and load balancers: /livez and /readyz; neither ever hangs."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import redis
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models.functions import Now
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config import liveness
from config.database_answers import database_answers
from config.stored_metrics import days_ahead
from dispatch.selectors.roads import roads_in_use
from fleet import clock
from fleet.models import Heartbeat

RELAY_SILENT = timedelta(seconds=15)
DAYS_AHEAD = 1


@never_cache
@require_safe
def livez(_request: HttpRequest) -> JsonResponse:
    """Answer 200 while no web process is stuck; under ASGI the event loop itself answers."""
    status, body = liveness.said(settings.VERSION)
    return JsonResponse(body, status=status)


@never_cache
@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 when the service can do its work, else 503 and which part cannot."""
    found = parts()
    ready = all(said == "ok" for said in found.values())
    body = {"ready": ready, "parts": found, "told": told(found)}
    return JsonResponse(body, status=200 if ready else 503)


def _answer(check: Callable[[], str]) -> str:
    try:
        return check()
    except (Error, redis.RedisError):
        return "unreachable"


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(waiting)} not applied" if waiting else "ok"


def _broker() -> str:
    with redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2
    ) as client:
        client.ping()
    return "ok"


def _relay() -> str:
    # By the database's clock, as the relay writes it.
    alive = Heartbeat.objects.filter(name="relay", beat_at__gt=Now() - RELAY_SILENT)
    return "ok" if alive.exists() else "silent"


def _partitions() -> str:
    ahead = days_ahead(clock.now().date())
    return "ok" if ahead >= DAYS_AHEAD else f"{max(ahead, 0)} days ahead"


def _web() -> str:
    return ", ".join(f"{what} is stuck" for what in liveness.stuck()) or "ok"


# What rests on the database is not asked while that does not answer: it would only hang.
STORED: dict[str, Callable[[], str]] = {
    "migrations": _migrations,
    "relay": _relay,
    "partitions": _partitions,
}
OTHERS: dict[str, Callable[[], str]] = {"broker": _broker, "web": _web}


def told(found: Mapping[str, str]) -> dict[str, str]:
    """Return what people want to know of a service that works all the same."""
    return {"travel": _answer(roads_in_use) if found["database"] == "ok" else "unreachable"}


def parts() -> dict[str, str]:
    """Return each part the service needs and `ok` or what is wrong with it."""
    is_up = database_answers()
    found = {"database": "ok" if is_up else "unreachable"}
    found |= {name: _answer(check) if is_up else "unknown" for name, check in STORED.items()}
    return found | {name: _answer(check) for name, check in OTHERS.items()}
