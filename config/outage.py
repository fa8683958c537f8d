"""While PostgreSQL does not answer, requests to Django are refused at once instead of piling up.

A server that is gone refuses connections, and Django raises at once. One that hangs (stopped,
swapping, its disk stuck, its machine cut off) says nothing, and each request would hold a thread
until it does. So one thread of each web process asks for a sign of life and everybody goes by it.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Mapping
from typing import Any

import psycopg

from config.bodies import App, Receive, Scope, Send
from fleet.api.problems import busy_response

log = logging.getLogger(__name__)

ASK_EVERY_S = 0.25
ANSWER_WITHIN_S = 1.25
API = "/api/"
NEEDS_NO_DATABASE = ("/livez", "/readyz", "/static/", "/metrics")


class DatabaseWatch:
    """Whether PostgreSQL gave a sign of life when it was last asked."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._asked_s: float | None = None  # when the question was put that is still open
        self._begins = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to ask, the first time only: after the fork, in the process that serves."""
        with self._begins:
            if self._thread is None:
                self._thread = threading.Thread(target=self._ask_on, name="database", daemon=True)
                self._thread.start()

    @property
    def is_away(self) -> bool:
        """Whether a question has been open for longer than an answer may take."""
        asked_s = self._asked_s
        return asked_s is not None and time.monotonic() - asked_s > ANSWER_WITHIN_S

    def _ask_on(self) -> None:
        line: psycopg.Connection | None = None
        pause = threading.Event()
        while True:
            if self._asked_s is None:
                self._asked_s = time.monotonic()
            try:
                line = line or self._connect()
                line.execute("SELECT 1")
                self._tell_return()
                self._asked_s = None
            except psycopg.Error as error:
                if line is not None:
                    log.warning("the database went away: %s", error)
                line = None
            pause.wait(ASK_EVERY_S)

    def _tell_return(self) -> None:
        if self.is_away and self._asked_s is not None:
            away_s = time.monotonic() - self._asked_s
            log.warning("the database answers again, after %.1f s", away_s)

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            self._address,
            autocommit=True,
            connect_timeout=2,
            keepalives_idle=5,
            tcp_user_timeout=5000,
            application_name="yizhan: database watch",
        )


class Guard:
    """Pass requests on to Django; answer 503 while the database is away.

    A request that is under way when the database goes away is answered 503 as well, unless its
    answer has begun; its thread ends when the database speaks again or the connection breaks.
    """

    def __init__(self, app: App, watch: DatabaseWatch) -> None:
        self.app, self.watch = app, watch
        self._left: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request of any kind."""
        if scope["type"] != "http" or scope["path"].startswith(NEEDS_NO_DATABASE):
            await self.app(scope, receive, send)
            return
        self.watch.start()
        if self.watch.is_away:
            await _refuse(scope, send)
            return
        door = _Door(send)
        task = asyncio.create_task(_run(self.app, scope, receive, door.send))
        try:
            if await self._is_done(task, door):
                task.result()
                return
        except asyncio.CancelledError:
            task.cancel()
            raise
        door.is_shut = True
        self._left.add(task)
        task.add_done_callback(self._forget)
        await _refuse(scope, send)

    async def _is_done(self, task: "asyncio.Task[None]", door: "_Door") -> bool:
        """Wait for the end of a request; say False once the database went away before it began."""
        while not (await asyncio.wait({task}, timeout=ASK_EVERY_S))[0]:
            if self.watch.is_away and not door.has_begun:
                return False
        return True

    def _forget(self, task: "asyncio.Task[None]") -> None:
        self._left.discard(task)
        if not task.cancelled():
            task.exception()  # heard, and of no use: the caller has an answer


class _Door:
    """What an answer goes through until it is shut."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.has_begun = self.is_shut = False

    async def send(self, message: Mapping[str, Any]) -> None:
        """Pass a message on unless somebody else has answered."""
        if not self.is_shut:
            self.has_begun = True
            await self._send(message)


async def _run(app: App, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


async def _refuse(scope: Scope, send: Send) -> None:
    answer = busy_response(is_api=scope["path"].startswith(API))
    headers = [(k.lower().encode(), v.encode()) for k, v in answer.items()]
    headers.append((b"content-length", str(len(answer.content)).encode()))
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": answer.content})
