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
from telematics.ingest.keep import Keeper, News
from telematics.ingest.meters import meters
from telematics.ingest.passed import pass_on
from telematics.ingest.refusals import BusyError
from telematics.ingest.rules import RuleBook
from telematics.ingest.submission import Submission
from telematics.ingest.turns import Bounds, FullError, Share, Turns

log = logging.getLogger(__name__)

QUEUE_BYTES_MAX = 32 << 20
LIVE = Share(rows=4_000, requests_a_device=2)
BACKFILL = Share(rows=20, requests_a_device=8)
ANSWER_WITHIN_S = 1.5
BACKFILL_WITHIN_S = 10.0
LOOK_EVERY_S = 0.25
FEW_ROWS, LINGER_S = 16, 0.002
HANGS_AFTER_S = 8.0
# Statements are planned once, perhaps on the day the tables are made: arrays look small to the
# planner, and so do empty tables. Neither may be joined row by row or read whole.
PLANNED_ONCE = {
    "timezone": "UTC",
    "plan_cache_mode": "force_generic_plan",
    "enable_nestloop": "off",
    "enable_seqscan": "off",
    "jit": "off",
}
TOO_MANY = "Too many reports wait to be kept. Send them again later."


type Answer = asyncio.Future[ReportsAnswer]


@dataclass(slots=True, eq=False)
class Waiting:
    """A request that waits for its commit."""

    submission: Submission
    answer: Answer
    device_id: int
    rows: int
    size_bytes: int
    is_backfill: bool
    carries_alarm: bool


class Committer:
    """Takes requests from the event loop, keeps them in its thread, answers after the commit.

    `make_keeper` opens the connection; it is called again whenever that was lost. `rules` are those
    the last batch was held against.
    """

    def __init__(self, make_keeper: Callable[[RuleBook], Keeper]) -> None:
        self._make_keeper = make_keeper
        self._keeper: Keeper | None = None
        bounds = Bounds(settings.REPORT_QUEUE_REQUESTS, settings.REPORT_QUEUE_ROWS, QUEUE_BYTES_MAX)
        self._turns = Turns[Waiting](
            live=bounds, backfill=bounds, live_share=LIVE, backfill_share=BACKFILL
        )
        self.rules = RuleBook()
        self._came = threading.Condition()
        self._unanswered: deque[tuple[float, Answer]] = deque()
        self._unanswered_backfill: deque[tuple[float, Answer]] = deque()
        self._busy_since_s: float | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Begin, from the event loop of this process."""
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._run, name="committer", daemon=True).start()
        self._loop.call_later(LOOK_EVERY_S, self._look)

    @property
    def committing_since_s(self) -> float | None:
        """Return since when one batch is under way; None between batches."""
        return self._busy_since_s

    @property
    def is_full(self) -> bool:
        """Whether no live request would be taken."""
        return self._turns.is_full

    def submit(
        self,
        submission: Submission,
        *,
        size_bytes: int,
        is_backfill: bool = False,
        carries_alarm: bool = False,
    ) -> Answer:
        """Queue a request of so large a body; the future is done after its commit.

        Raises
        ------
        BusyError
            More waits than may wait.
        """
        assert self._loop is not None  # noqa: S101  started
        unanswered = self._unanswered_backfill if is_backfill else self._unanswered
        while unanswered and unanswered[0][1].done():
            unanswered.popleft()  # and with it the answer, while it is still in the cache
        waiting = Waiting(
            submission,
            self._loop.create_future(),
            submission.truck_id,
            len(submission.decoded),
            size_bytes,
            is_backfill,
            carries_alarm,
        )
        with self._came:
            try:
                self._turns.add(waiting)
            except FullError:
                raise BusyError(TOO_MANY) from None
            self._came.notify()
        unanswered.append((time.monotonic(), waiting.answer))
        return waiting.answer

    def _run(self) -> None:
        while True:
            self._commit(self._take())

    def _take(self) -> list[Waiting]:
        """Wait for requests and return the next batch of them.

        A few wait a moment for more: a batch costs as much as ten reports.
        """
        with self._came:
            while not self._turns.rows:
                self._came.wait()
        if self._turns.rows < FEW_ROWS:
            time.sleep(LINGER_S)  # noqa: TID251  this thread does nothing else
        with self._came:
            batch = self._turns.take()
            meters().queued(self._turns.rows)
        return [waiting for waiting in batch if not waiting.answer.done()]

    def _commit(self, batch: Sequence[Waiting]) -> None:
        if not batch:
            return
        self._busy_since_s = time.monotonic()
        answers: Sequence[ReportsAnswer | Exception]
        news: News | None = None
        try:
            answers, news = self._keep(batch)
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
        if news is not None:
            self._pass_on(news)

    def _keep(self, batch: Sequence[Waiting]) -> tuple[Sequence[ReportsAnswer], News]:
        if self._keeper is None:
            self._keeper = self._make_keeper(self.rules)
        began_s, submissions = time.monotonic(), [each.submission for each in batch]
        answers, news = self._keeper.keep(submissions)
        meters().committed(submissions, took_s=time.monotonic() - began_s)
        return answers, news

    def _pass_on(self, news: News) -> None:
        assert self._keeper is not None  # noqa: S101  it has just kept a batch
        try:
            pass_on(news, self._keeper.line)
        except psycopg.Error as error:
            log.warning("what reports brought waits for the next tick: %s", error)

    def _let_go(self) -> None:
        if self._keeper is not None:
            self._keeper.line.close()
            self._keeper = None

    def _look(self) -> None:
        """Refuse who has waited too long; cut a connection on which nothing moves."""
        assert self._loop is not None  # noqa: S101  started
        self._loop.call_later(LOOK_EVERY_S, self._look)
        now_s = time.monotonic()
        busy_s, keeper = self._busy_since_s, self._keeper
        is_stuck = busy_s is not None and now_s - busy_s > ANSWER_WITHIN_S
        _refuse(self._unanswered, before_s=now_s - ANSWER_WITHIN_S)
        within_s = ANSWER_WITHIN_S if is_stuck else BACKFILL_WITHIN_S
        _refuse(self._unanswered_backfill, before_s=now_s - within_s)
        if busy_s is not None and now_s - busy_s > HANGS_AFTER_S and keeper is not None:
            log.error("the database has not answered for %s s: letting go", HANGS_AFTER_S)
            _cut(keeper.line)


def _refuse(unanswered: deque[tuple[float, Answer]], *, before_s: float) -> None:
    """Refuse who has waited since before; they are in the order they came."""
    while unanswered:
        since_s, answer = unanswered[0]
        if not answer.done():
            if since_s >= before_s:
                break
            detail = "Keeping takes too long just now. Send the reports again."
            answer.set_exception(BusyError(detail))
        unanswered.popleft()


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


def _make_keeper(rules: RuleBook) -> Keeper:
    line = psycopg.connect(
        settings.DATABASE_URL,
        autocommit=True,
        connect_timeout=2,
        application_name="yizhan committer",
        options=" ".join(f"-c {name}={value}" for name, value in PLANNED_ONCE.items()),
    )
    retention = timedelta(days=settings.REPORT_RETENTION_DAYS)
    return Keeper(line, rules, retention)
