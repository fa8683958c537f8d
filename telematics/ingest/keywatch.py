"""The thread that keeps a process's keys fresh and asks for those it does not know."""

import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue

import psycopg

from telematics.ingest import keysource
from telematics.ingest.keybook import Caller, KeyBook
from telematics.services.keys import KeyRefusedError, RevokedKeyError, UnknownKeyError

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
ASK_EVERY_S = 0.01  # so strangers cost at most a hundred queries a second, whatever they send
ASKED_AT_MOST = 500
RETRY_S = 0.5
RELOAD_AFTER_S = 1800.0  # changes older than an hour are forgotten: telematics.services.keys
REFUSED_FOR_S = 5.0
REFUSED_AT_MOST = 10_000

type Question = tuple[bytes, Future[Caller]]


class KeyringAwayError(Exception):
    """PostgreSQL could not be asked whose key this is: 503 `busy`, try again."""


class KeyWatch:
    """Loads a book of keys, looks every second what changed, answers questions in between."""

    def __init__(self, book: KeyBook) -> None:
        self.book = book
        self.confirmed_s = float("-inf")
        self._questions: SimpleQueue[Question] = SimpleQueue()
        self._refused: dict[bytes, tuple[float, type[KeyRefusedError]]] = {}
        self._stopped = threading.Event()
        self._begin = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, if not begun."""
        if self._thread is None:
            with self._begin:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="keyring", daemon=True)
                    self._thread.start()

    def stop(self) -> None:
        """End the thread and wait for it."""
        self._stopped.set()
        if self._thread:
            self._thread.join(timeout=5)

    def refusal(self, sha256: bytes) -> type[KeyRefusedError] | None:
        """Return why a key was refused in the last five seconds."""
        until_s, refusal = self._refused.get(sha256, (0.0, None))
        return refusal if time.monotonic() < until_s else None

    def ask(self, sha256: bytes) -> Future[Caller]:
        """Have PostgreSQL asked whose key this is."""
        asked: Future[Caller] = Future()
        if self._questions.qsize() < ASKED_AT_MOST:
            self._questions.put((sha256, asked))
        else:
            asked.set_exception(KeyringAwayError("Too many ask for keys nobody has."))
        return asked

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                with keysource.open_session() as session:
                    self._watch(session)
            except psycopg.Error as error:
                log.warning("keys cannot be confirmed: %s", type(error).__name__)
            except Exception:
                log.exception("keys cannot be confirmed")
            for _, asked in self._asked(wait_s=0):
                asked.set_exception(KeyringAwayError("PostgreSQL cannot be asked."))
            self._stopped.wait(RETRY_S)

    def _watch(self, session: keysource.Session) -> None:
        looked_s = time.monotonic()
        snapshot, rows = keysource.read_all(session)
        self.book.replace_all(rows)
        self.confirmed_s = looked_s
        while not self._stopped.is_set() and time.monotonic() - looked_s < RELOAD_AFTER_S:
            if questions := self._asked(wait_s=looked_s + LOOK_EVERY_S - time.monotonic()):
                self._answer(session, questions)
                self._stopped.wait(ASK_EVERY_S)
            if time.monotonic() - looked_s >= LOOK_EVERY_S:
                looked_s = time.monotonic()
                snapshot, devices = keysource.read_changes(session, snapshot)
                if devices:
                    self.book.replace(devices, keysource.read_devices(session, devices))
                self.confirmed_s = looked_s

    def _asked(self, *, wait_s: float) -> list[Question]:
        """Return the questions that wait, after waiting for the first."""
        asked: list[Question] = []
        try:
            asked.append(self._questions.get(timeout=max(0.0, wait_s)))
            while len(asked) < ASKED_AT_MOST:
                asked.append(self._questions.get_nowait())
        except Empty:
            pass
        return [question for question in asked if question[1].set_running_or_notify_cancel()]

    def _answer(self, session: keysource.Session, questions: Sequence[Question]) -> None:
        try:
            owners = keysource.read_owners(session, {sha256 for sha256, _ in questions})
            if devices := {*owners.values()}:
                self.book.replace(devices, keysource.read_devices(session, devices))
        except psycopg.Error:
            for _, asked in questions:
                asked.set_exception(KeyringAwayError("PostgreSQL cannot be asked."))
            raise
        for sha256, asked in questions:
            try:
                caller = self.book.caller(sha256)
            except KeyRefusedError as error:
                asked.set_exception(error)
                continue
            if caller is None:
                refusal = RevokedKeyError if sha256 in owners else UnknownKeyError
                self._remember(sha256, refusal)
                asked.set_exception(refusal())
            else:
                asked.set_result(caller)

    def _remember(self, sha256: bytes, refusal: type[KeyRefusedError]) -> None:
        while len(self._refused) >= REFUSED_AT_MOST:
            del self._refused[next(iter(self._refused))]
        self._refused.pop(sha256, None)  # again at the end: the oldest go first
        self._refused[sha256] = time.monotonic() + REFUSED_FOR_S, refusal
