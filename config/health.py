"""Health doors for supervisors and load balancers: /livez and /readyz."""

from collections.abc import Callable
from datetime import timedelta

import redis
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models.functions import Now
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dispatch.selectors.roads import roads_in_use
from fleet.models import Heartbeat

RELAY_SILENT = timedelta(seconds=15)


@never_cache
@require_safe
def livez(_request: HttpRequest) -> JsonResponse:
    """Answer 200 while this process can answer at all."""
    return JsonResponse({"status": "alive", "version": settings.VERSION})


@never_cache
@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 when the service can do its work, else 503 and which part cannot."""
    found = parts()
    ready = all(said == "ok" for said in found.values())
    body = {"ready": ready, "parts": found, "told": told()}
    return JsonResponse(body, status=200 if ready else 503)


def _answer(check: Callable[[], str]) -> str:
    try:
        return check()
    except (Error, redis.RedisError):
        return "unreachable"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


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


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "broker": _broker,
    "relay": _relay,
}


def told() -> dict[str, str]:
    """Return what people want to know of a service that works all the same."""
    return {"travel": _answer(roads_in_use)}


def parts() -> dict[str, str]:
    """Return each part the service needs and `ok` or what is wrong with it."""
    return {name: _answer(check) for name, check in CHECKS.items()}
