"""System checks: what the database must be able to do, and the map of the roads."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004  Django's name
from django.db import connections

from config.binaries import POSTGRES_MIN
from dispatch.services.roads.maps import read_map
from dispatch.services.roads.valhalla_config import is_installed


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


@register()
def check_road_map(**_: Any) -> list[CheckMessage]:
    """Warn of an embedded road engine that has nothing to answer from."""
    if settings.TRAVEL_PROVIDER != "valhalla":
        return []
    found: list[CheckMessage] = []
    if not is_installed():
        text = "TRAVEL_PROVIDER is valhalla, which is not installed: the great circle answers."
        found.append(Warning(text, hint="Install the extra `routing`.", id="yizhan.W001"))
    elif read_map(settings.TRAVEL_MAP_DIR) is None:
        text = f"There is no road map in {settings.TRAVEL_MAP_DIR}: the great circle answers."
        found.append(Warning(text, hint="Run `manage.py build_map`.", id="yizhan.W002"))
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
