"""Statements over a bare connection, values sent apart from the text."""

from typing import Any, cast

from django.db import connection
from psycopg import Connection, Cursor


def own_connection() -> Connection[Any]:
    """Return the connection Django holds for this thread, opened if need be."""
    connection.ensure_connection()
    return cast("Connection[Any]", connection.connection)


def run(line: Connection[Any], statement: str, values: Any = None) -> Cursor[Any]:
    """Run a statement; Django's own cursors would paste the values into the text."""
    return Cursor(line).execute(statement.encode(), values)
