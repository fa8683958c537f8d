"""Whether PostgreSQL answers, asked so that a server that hangs does not hang the asker."""

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLateError
from functools import cache

import psycopg
from django.db import connection

WITHIN_S = 2.5
CONNECT_TIMEOUT_S = 2
THREADS = 4


def database_answers() -> bool:
    """Say whether PostgreSQL takes a new connection and answers on it within two seconds or so.

    A PostgreSQL that was stopped, or whose machine is gone, holds its askers for ever: they are
    threads of their own, four at most, and whoever comes after them is told no without a fifth.
    """
    asked = _pool().submit(_ask)
    try:
        return asked.result(WITHIN_S)
    except TooLateError:
        asked.cancel()
        return False


def _ask() -> bool:
    address = connection.get_connection_params()
    for part in ("cursor_factory", "context", "prepare_threshold"):
        address.pop(part, None)
    try:
        with psycopg.connect(**address, connect_timeout=CONNECT_TIMEOUT_S) as line:
            line.execute("SELECT 1")
    except psycopg.Error:
        return False
    return True


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="probe")
