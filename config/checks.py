"""System checks: what the database must be able to do."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from config.binaries import POSTGRES_MIN


@register(Tags.database)
def check_postgresql(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Refuse a PostgreSQL that is too old or cannot keep our exclusion constraints."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
            found += version_faults(cursor.fetchone()[0])
            cursor.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'btree_gist'")
            found += extension_faults(available=cursor.fetchone() is not None)
    return found


def version_faults(major: int) -> list[CheckMessage]:
    """Return what is wrong with this major version of PostgreSQL."""
    if major >= POSTGRES_MIN:
        return []
    text = f"PostgreSQL {major} is too old: {POSTGRES_MIN} or newer is needed."
    return [Error(text, hint="Upgrade the server DATABASE_URL names.", id="yizhan.E001")]


def extension_faults(*, available: bool) -> list[CheckMessage]:
    """Return what is wrong when btree_gist cannot be created."""
    if available:
        return []
    text = "PostgreSQL lacks the extension btree_gist, which keeps two promises of a pack apart."
    return [Error(text, hint="Install postgresql-contrib on the server.", id="yizhan.E002")]
