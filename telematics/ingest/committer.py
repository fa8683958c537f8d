"""One thread a process that keeps reports: what came during a commit is the next batch."""

import asyncio
import logging
import os
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

import psycopg
from django.conf import settings

from telematics.ingest.answer import ReportsAnswer
from telematics.ingest.keep import Keeper
from telematics.ingest.meters import meters
from telematics.ingest.refusals import BusyError
from telematics.ingest.rules import RuleBook
from telematics.ingest.submission import Submission
from telematics.services.alarms import promise_ringing

log = logging.getLogger(__name__)

QUEUE_ROWS_MAX = 20_000
BATCH_ROWS_MAX = 4_000
ANSWER_WITHIN_S = 1.5
LOOK_EVERY_S = 0.25
HANGS_AFTER_S = 8.0


type Answer = asyncio.Future[ReportsAnswer]


@dataclass(slots=True, eq=False)
class Waiting:
    """A request that waits for its commit."""

    submission: Submission
    answer: Answer


class Committer:
    """Takes requests from the event loop, keeps them in its thread, answers after the commit.

    `make_keeper` opens the connection; it is called again whenever that was lost.
    """

    def __init__(self, make_keeper: Callable[[], Keeper]) -> None:
        self._make_keeper = make_keeper
        self._keeper: Keeper | None = None
        self._queue: deque[Waiting] = deque()
        self._queued_rows = 0
        self._came = threading.Condition()
        self._unanswered: deque[tuple[float, Answer]] = deque()
        self._busy_since_s: float | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Begin, from the event loop of this process."""
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._run, name="committer", daemon=True).start()
        self._loop.call_later(LOOK_EVERY_S, self._look)

    def submit(self, submission: Submission) -> Answer:
        """Queue a request; the future is done after its commit.

        Raises
        ------
        BusyError
            More waits than may wait.
        """
        assert self._loop is not None  # noqa: S101  started
        if self._queued_rows > QUEUE_ROWS_MAX:
            raise BusyError("Too many reports wait to be kept. Send them again later.")
        while self._unanswered and self._unanswered[0][1].done():
            self._unanswered.popleft()  # and with it the answer, while it is still in the cache
        waiting = Waiting(submission, self._loop.create_future())
        self._unanswered.append((time.monotonic(), waiting.answer))
        with self._came:
            self._queue.append(waiting)
            self._queued_rows += len(submission.decoded)
            self._came.notify()
        return waiting.answer

    def _run(self) -> None:
        while True:
            self._commit(self._take())

    def _take(self) -> list[Waiting]:
        """Wait for requests and return as many as one batch takes, the oldest first."""
        batch, rows = [], 0
        with self._came:
            while not self._queue:
                self._came.wait()
            while self._queue and rows < BATCH_ROWS_MAX:
                waiting = self._queue.popleft()
                rows += len(waiting.submission.decoded)
                batch.append(waiting)
            self._queued_rows -= rows
            meters().queued(self._queued_rows)
        return [waiting for waiting in batch if not waiting.answer.done()]

    def _commit(self, batch: Sequence[Waiting]) -> None:
        if not batch:
            return
        self._busy_since_s = time.monotonic()
        answers: Sequence[ReportsAnswer | Exception]
        has_changed = False
        try:
            answers, has_changed = self._keep(batch)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            log.warning("reports were not kept, their units will send them again: %s", error)
            self._let_go()
            detail = "The database does not answer. Keep the reports and send them again."
            answers = [BusyError(detail)] * len(batch)
        except Exception as error:
            if len(batch) > 1:
                for each in batch:  # one of them is the cause: the others shall not suffer
                    self._commit([each])
                return
            log.exception("a request could not be kept")
            answers = [error]
        self._busy_since_s = None
        assert self._loop is not None  # noqa: S101  started
        self._loop.call_soon_threadsafe(_settle, batch, answers)
        if has_changed:
            self._have_alarms_rung()

    def _keep(self, batch: Sequence[Waiting]) -> tuple[Sequence[ReportsAnswer], bool]:
        if self._keeper is None:
            self._keeper = self._make_keeper()
        began_s, submissions = time.monotonic(), [each.submission for each in batch]
        answers, has_changed = self._keeper.keep(submissions)
        meters().committed(submissions, took_s=time.monotonic() - began_s)
        return answers, has_changed

    def _have_alarms_rung(self) -> None:
        assert self._keeper is not None  # noqa: S101  it has just kept a batch
        try:
            promise_ringing(self._keeper.line)
        except psycopg.Error as error:
            log.warning("alarms will ring with the next tick: %s", error)

    def _let_go(self) -> None:
        if self._keeper is not None:
            self._keeper.line.close()
            self._keeper = None

    def _look(self) -> None:
        """Refuse who has waited too long; cut a connection on which nothing moves."""
        assert self._loop is not None  # noqa: S101  started
        self._loop.call_later(LOOK_EVERY_S, self._look)
        now_s = time.monotonic()
        while self._unanswered:
            since_s, answer = self._unanswered[0]
            if not answer.done():
                if now_s - since_s <= ANSWER_WITHIN_S:
                    break
                detail = "Keeping takes too long just now. Send the reports again."
                answer.set_exception(BusyError(detail))
            self._unanswered.popleft()
        busy_s, keeper = self._busy_since_s, self._keeper
        if busy_s is not None and now_s - busy_s > HANGS_AFTER_S and keeper is not None:
            log.error("the database has not answered for %s s: letting go", HANGS_AFTER_S)
            _cut(keeper.line)


def _settle(batch: Sequence[Waiting], answers: Sequence[Any]) -> None:
    for waiting, answer in zip(batch, answers, strict=True):
        if waiting.answer.done():
            continue
        if isinstance(answer, Exception):
            waiting.answer.set_exception(answer)
        else:
            waiting.answer.set_result(answer)


def _cut(line: psycopg.Connection[Any]) -> None:
    """End a connection another thread waits on; that thread gets an OperationalError."""
    try:
        with socket.socket(fileno=os.dup(line.pgconn.socket)) as end:
            end.shutdown(socket.SHUT_RDWR)
    except (OSError, psycopg.Error):
        log.debug("the connection had ended by itself")


@cache
def committer() -> Committer:
    """Return this process's committer, begun at the first call, which the event loop makes."""
    made = Committer(_make_keeper)
    made.start()
    return made


def _make_keeper() -> Keeper:
    # Arrays look small to the planner: it must not join them by nested loops.
    options = "-c timezone=UTC -c enable_nestloop=off -c plan_cache_mode=force_generic_plan"
    line = psycopg.connect(
        settings.DATABASE_URL,
        autocommit=True,
        connect_timeout=2,
        application_name="yizhan committer",
        options=options,
    )
    retention = timedelta(days=settings.REPORT_RETENTION_DAYS)
    return Keeper(line, RuleBook(), retention)
