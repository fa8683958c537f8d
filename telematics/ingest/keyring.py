"""Who is calling, told from memory: a revoked key is out within 5 s, a new one is in at once."""

import hashlib
import os
import threading
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLateError

from telematics.ingest.keybook import Caller, KeyBook
from telematics.ingest.keywatch import KeyringAwayError, KeyWatch
from telematics.services.keys import NoKeyError

__all__ = ["Caller", "Keyring", "KeyringAwayError", "NotInMemoryError", "keyring"]

# A look at PostgreSQL that began longer ago vouches for nobody. Looks begin every second.
VOUCHED_S = 4.0
FIND_WITHIN_S = 1.5


class NotInMemoryError(Exception):
    """Memory cannot say; :meth:`Keyring.find` asks PostgreSQL."""


class Keyring:
    """The keys of a process, kept fresh by a thread with a connection of its own.

    :meth:`caller` costs one SHA-256 and never waits. When it raises :class:`NotInMemoryError`
    (a key made this second, the start, or PostgreSQL has not confirmed what is remembered for
    4 s) ask :meth:`find` in another thread, or wait for :meth:`ask`.
    """

    def __init__(self) -> None:
        self._book = KeyBook()
        self._watch = KeyWatch(self._book)

    def start(self) -> None:
        """Begin to load and to watch, if not begun; call it after the process was forked."""
        self._watch.start()

    def stop(self) -> None:
        """Stop the thread and close its connection."""
        self._watch.stop()

    @property
    def age_s(self) -> float:
        """Return how long ago PostgreSQL confirmed what is remembered; `inf` at the start."""
        return time.monotonic() - self._watch.confirmed_s

    def __len__(self) -> int:
        return len(self._book)

    def caller(self, authorization: bytes) -> Caller:
        """Return whose key an `Authorization` header carries, from memory.

        Raises
        ------
        NoKeyError, UnknownKeyError, RevokedKeyError, WrongKindOfKeyError
            The caller is refused (:class:`KeyRefusedError`).
        NotInMemoryError
            Ask :meth:`find`.
        """
        sha256 = _sha256(authorization)
        if time.monotonic() - self._watch.confirmed_s > VOUCHED_S:
            raise NotInMemoryError
        if (caller := self._book.caller(sha256)) is not None:
            return caller
        if (refusal := self._watch.refusal(sha256)) is not None:
            raise refusal
        raise NotInMemoryError

    def ask(self, authorization: bytes) -> Future[Caller]:
        """Ask PostgreSQL whose key this is; the answer is the future's, within two seconds or so.

        Many questions become one query, a hundred queries a second at most.
        """
        self.start()
        return self._watch.ask(_sha256(authorization))

    def find(self, authorization: bytes) -> Caller:
        """Ask PostgreSQL whose key this is, and wait for it: never in the event loop.

        Raises
        ------
        KeyRefusedError
        KeyringAwayError
            PostgreSQL did not answer within 1.5 s, or too many ask: 503 `busy`.
        """
        asked = self.ask(authorization)
        try:
            return asked.result(FIND_WITHIN_S)
        except TooLateError as error:
            asked.cancel()
            raise KeyringAwayError("PostgreSQL did not say whose key this is.") from error


def _sha256(authorization: bytes) -> bytes:
    scheme, _, key = authorization.partition(b" ")
    if scheme.lower() != b"bearer":
        raise NoKeyError
    return hashlib.sha256(key.strip()).digest()


_mine: list[Keyring] = []
_lock = threading.Lock()
os.register_at_fork(after_in_child=_mine.clear)


def keyring() -> Keyring:
    """Return this process's keyring, begun at the first call; a fork gets its own."""
    if not _mine:
        with _lock:
            if not _mine:
                begun = Keyring()
                begun.start()
                _mine.append(begun)
    return _mine[0]
