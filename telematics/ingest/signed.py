"""Signed requests on the hot path: PostgreSQL is asked in threads of their own, each time."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

import psycopg

from telematics.ingest import keysource
from telematics.ingest.keybook import Caller, KeyBook
from telematics.ingest.keywatch import KeyringAwayError
from telematics.services.keys import UnknownKeyError, WrongKindOfKeyError
from telematics.services.signatures import (
    Asked,
    BadSignatureError,
    Signed,
    is_made_with,
    use_up,
)

THREADS = 2
_mine = threading.local()


def prove(signed: Signed, asked: Asked) -> Caller:
    """Return who signed a request, by PostgreSQL, and use its number up. It blocks.

    A number is used up without waiting for the disk: after a crash of PostgreSQL the numbers of
    its last half second may be used again, which is worth nothing to whoever recorded them: the
    reports under them are known.

    Raises
    ------
    KeyRefusedError
    KeyringAwayError
        PostgreSQL cannot be asked.
    """
    try:
        session = _session()
        rows = keysource.read_named(session, signed.serial)
        if not rows:
            raise UnknownKeyError
        book = KeyBook()
        book.replace_all(rows)
        callers = book.unit(signed.serial)
        if not callers:
            raise WrongKindOfKeyError(f"This is a key of kind {rows[0].kind}; sign as an obu.")
        for caller in callers:
            if is_made_with(caller.key_sha256, signed, asked):
                with session.cursor() as cursor:
                    use_up(cursor, key_id=caller.key_id, seq=signed.seq)
                return caller
    except psycopg.Error as error:
        _let_go()
        raise KeyringAwayError("PostgreSQL did not say whose signature this is.") from error
    raise BadSignatureError


def ask_signed(signed: Signed, asked: Asked) -> Future[Caller]:
    """Begin :func:`prove` in one of two threads; wait for it no longer than a second or so."""
    return _pool().submit(prove, signed, asked)


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="signed")


def _session() -> keysource.Session:
    session: keysource.Session | None = getattr(_mine, "session", None)
    if session is None or session.closed:
        session = _mine.session = keysource.open_session()
        session.execute("SET synchronous_commit = off")
    return session


def _let_go() -> None:
    if (session := getattr(_mine, "session", None)) is not None:
        session.close()
