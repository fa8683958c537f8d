"""Run a statement over many alarms at once."""

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction


def run_statement(statement: str, values: Mapping[str, Any]) -> int:
    """Run one statement by itself and return how many rows it wrote.

    How many alarms there are changes within seconds, faster than PostgreSQL takes stock: it must
    not believe there are a few and compare each with each, or a storm takes minutes.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(statement, values)
        return int(cursor.rowcount)
