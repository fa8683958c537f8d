"""The web server alone, as two processes that share a port, for tests of what each knows."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from config.commands import web_command
from tests.database import copy_database
from tests.private import run_directory
from tests.stack import Stack


class WebPair(Stack):
    """Two web processes on one port; the kernel gives each connection to one of them."""

    @property
    def commands(self) -> dict[str, list[str]]:
        return {"web": web_command(port=self.port, workers=2)}


@contextmanager
def raised_web_pair(name: str, django_db_blocker: Any, **environment: str) -> Iterator[WebPair]:
    """Raise two web processes on a database of their own; the test's ORM speaks to it."""
    from django.db import connection  # noqa: PLC0415 -- needs the settings

    name = f"{name}_{os.getpid()}"
    web = WebPair(
        database_url=copy_database(name),
        redis_url=os.environ["REDIS_URL"],
        logs=run_directory() / name,
        **environment,
    )
    kept = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        web.start()
        with django_db_blocker.unblock():
            yield web
    finally:
        connection.close()
        connection.settings_dict["NAME"] = kept
        web.stop()
