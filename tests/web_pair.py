"""The web server alone, as two processes that share a port, for tests of what each knows."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from config.commands import web_command
from tests.database import copy_database
from tests.private import run_directory
from tests.stack import Stack

_numbers = count(1)


class WebPair(Stack):
    """Web processes on one port; the kernel gives each connection to one of them."""

    workers = 2
    application = "config.asgi:application"

    @property
    def commands(self) -> dict[str, list[str]]:
        [*command, _] = web_command(port=self.port, workers=self.workers)
        return {"web": [*command, self.application]}

    def pids(self) -> set[int]:
        """Return the numbers of the web processes that run and have answered something."""
        files = self.logs.glob("metrics/*/[0-9]*.json")
        return {int(file.stem) for file in files if (Path("/proc") / file.stem).exists()}

    def elsewhere(self, path: str) -> httpx.Response:
        """Ask on a new connection, which any of the processes may get."""
        return httpx.get(self.base_url + path, timeout=60)


@contextmanager
def raised_web_pair(
    name: str, django_db_blocker: Any, application: str = "", **environment: str
) -> Iterator[WebPair]:
    """Raise two web processes on a database of their own; the test's ORM speaks to it."""
    from django.db import connection  # noqa: PLC0415 -- needs the settings

    name = f"{name}_{os.getpid()}_{next(_numbers)}"
    web = WebPair(
        database_url=copy_database(name),
        redis_url=os.environ["REDIS_URL"],
        logs=run_directory() / name,
        METRICS_DIR=str(run_directory() / name / "metrics"),
        **environment,
    )
    web.application = application or web.application
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
