"""A database that is gone or silent: every door answers 503, at once."""

import asyncio
import json
import socket
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from config.bodies import Receive, Scope, Send
from config.outage import DatabaseWatch, Guard
from config.servers import free_port
from tests.builders import bearer, make_device

SILENT_S = 10.0
PATHS = ("/api/v1/obu/assignment", "/api/v1/station/arrivals", "/api/v1/fleet/trips")


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that accepts connections and never says a word."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield f"postgresql://nobody:x@127.0.0.1:{server.getsockname()[1]}/none"


@pytest.mark.django_db(transaction=True)
def test_views_without_their_database_answer_a_problem() -> None:
    headers = bearer(make_device())
    client = Client(raise_request_exception=False)
    port = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = str(free_port())
    try:
        answers = [client.get(path, headers=headers) for path in PATHS]
    finally:
        connection.settings_dict["PORT"] = port
    for answer in answers:
        assert answer.status_code == 503, answer.content
        assert answer["Content-Type"] == "application/problem+json"
        assert answer["Retry-After"] == "5"
        assert answer.json()["code"] == "busy"


def asked(guard: Guard, path: str) -> tuple[int, dict[bytes, bytes], bytes]:
    """Ask an application and return status, headers, body."""
    said: list[Mapping[str, Any]] = []

    async def receive() -> Mapping[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: Mapping[str, Any]) -> None:
        said.append(message)

    asyncio.run(asyncio.wait_for(guard({"type": "http", "path": path}, receive, send), SILENT_S))
    return said[0]["status"], dict(said[0]["headers"]), said[1]["body"]


async def hangs(scope: Scope, receive: Receive, send: Send) -> None:
    await asyncio.sleep(3600)


async def greets(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})


def test_a_request_that_hangs_on_a_silent_database_is_answered(silent: str) -> None:
    begun_s = time.monotonic()
    status, headers, body = asked(Guard(hangs, DatabaseWatch(silent)), "/api/v1/obu/assignment")
    assert time.monotonic() - begun_s < 6
    assert (status, headers[b"retry-after"]) == (503, b"5")
    assert headers[b"content-type"] == b"application/problem+json"
    assert json.loads(body)["code"] == "busy"


def test_while_the_database_is_silent_nothing_is_passed_on_but_what_needs_none(silent: str) -> None:
    watch = DatabaseWatch(silent)
    watch.start()
    end = time.monotonic() + SILENT_S
    while not watch.is_away and time.monotonic() < end:
        time.sleep(0.05)
    guard = Guard(greets, watch)
    assert asked(guard, "/api/v1/obu/assignment")[0] == 503
    assert asked(guard, "/livez")[0] == 200
    status, headers, body = asked(guard, "/admin/")
    assert (status, headers[b"content-type"]) == (503, b"text/html; charset=utf-8")
    assert "数据库".encode() in body


def test_with_the_database_there_requests_are_passed_on(settings: Any) -> None:
    watch = DatabaseWatch(settings.DATABASE_URL)
    guard = Guard(greets, watch)
    assert asked(guard, "/api/v1/obu/assignment")[0] == 200
    time.sleep(2)  # more than an answer may take: it has come
    assert not watch.is_away
    assert asked(guard, "/api/v1/obu/assignment")[0] == 200
