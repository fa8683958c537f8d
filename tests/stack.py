"""The whole service as its real processes, for tests under tests/e2e."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from django.core.management import get_commands

from config.commands import manage_command, web_command, worker_command
from config.process import bound, stop
from config.reaper import Reaper
from config.servers import PrivateServers, free_port
from tests.database import copy_database
from tests.private import run_directory

READY_S = 180.0  # a loaded machine; an idle one needs 5
_LEFT_OUT = {"DJANGO_ALLOW_ASYNC_UNSAFE", "PYTEST_XDIST_WORKER", "PYTEST_CURRENT_TEST"}


class Stack:
    """Web server, two workers and the relay over one database and one broker.

    `environment` adds to what the processes see; `processes` are there to be killed and started
    again by name.
    """

    def __init__(self, *, database_url: str, redis_url: str, logs: Path, **environment: str):
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.database_url = database_url
        self.redis_url = redis_url
        self.logs = logs
        logs.mkdir(parents=True, exist_ok=True)
        self.environment = {k: v for k, v in os.environ.items() if k not in _LEFT_OUT} | {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "PUBLIC_URL": self.base_url,
            "PYTHONUNBUFFERED": "1",
            **environment,
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.reaper = Reaper(grace_s=15)
        self.http = httpx.Client(base_url=self.base_url, timeout=60)

    @property
    def commands(self) -> dict[str, list[str]]:
        """Return what runs, by name, in the order it starts."""
        relay = {"relay": manage_command("run_relay")} if "run_relay" in get_commands() else {}
        return {
            "web": web_command(port=self.port),
            "work": worker_command("work", concurrency=2),
            "plan": worker_command("plan", "preview", concurrency=1),
            **relay,
        }

    def manage(self, name: str, *arguments: str) -> str:
        """Run a management command on the stack's database and return what it printed."""
        done = subprocess.run(
            manage_command(name, *arguments), env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, f"manage.py {name}: {done.stdout}{done.stderr}"
        return done.stdout

    def start(self, *names: str) -> None:
        """Start the named processes, all by default, and wait until they are ready."""
        names = names or tuple(self.commands)
        for name in names:
            with (self.logs / f"{name}.log").open("wb") as log:
                self.processes[name] = subprocess.Popen(
                    bound(self.commands[name]),
                    env=self.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
                self.reaper.know(self.processes[name].pid)
        for name in names:
            self.wait_until(partial(self._ready, name), within_s=READY_S, what=name)

    def _ready(self, name: str) -> bool:
        if self.processes[name].poll() is not None:
            pytest.fail(f"{name} ended at once:\n{self.log_tails(name)}", pytrace=False)
        if name in {"work", "plan"}:
            return " ready." in (self.logs / f"{name}.log").read_text(errors="replace")
        return name != "web" or self.answers("/livez")

    def answers(self, path: str) -> bool:
        """Whether the web server answers 200 at `path` now."""
        try:
            return self.http.get(path).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def wait_until(self, holds: Callable[[], Any], *, within_s: float, what: str) -> Any:
        """Wait for a truthy answer and return it; fail with the ends of all logs."""
        end = time.monotonic() + within_s
        while time.monotonic() < end:
            if answer := holds():
                return answer
            time.sleep(0.05)
        pytest.fail(f"not within {within_s} s: {what}\n{self.log_tails()}", pytrace=False)

    def log_tails(self, *names: str) -> str:
        """Return the last lines of each process's log."""
        tails = []
        for name in names or tuple(self.processes):
            lines = (self.logs / f"{name}.log").read_text(errors="replace").splitlines()[-25:]
            tails.append("\n".join([f"--- {name}", *lines]))
        return "\n".join(tails)

    def sql(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Run one statement on the stack's database in its own transaction."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            cursor = connection.execute(query.encode(), parameters or None)
            return cursor.fetchall() if cursor.description else []

    def stop(self) -> None:
        """Stop every process."""
        self.http.close()
        for process in reversed(self.processes.values()):
            stop(process, signal.SIGTERM, within_s=15)
        self.reaper.close()


@contextmanager
def raised_stack(name: str, **environment: str) -> Iterator[Stack]:
    """Raise the whole service on a migrated database of its own, and stop it in the end."""
    place = run_directory() / name
    broker = PrivateServers(place, durable=False)  # its own, so that a test may kill it
    stack = Stack(
        database_url=copy_database(name),
        redis_url=broker.redis_url,
        logs=place / "logs",
        **environment,
    )
    try:
        broker.start_redis()
        stack.start()
        yield stack
    finally:
        stack.stop()
        broker.stop()


@pytest.fixture(scope="session")
def running_stack() -> Iterator[Stack]:
    """The whole service, once a run."""
    with raised_stack(f"stack_{os.getpid()}") as stack:
        yield stack


@pytest.fixture
def stack(running_stack: Stack, django_db_blocker: Any) -> Iterator[Stack]:
    """The running service; the ORM of the test speaks to its database and commits for real.

    What a test writes stays for the tests after it: make your own operators. Its trucks go out of
    service in the end, so that their regions are not planned beside every test after it.
    """
    from django.db import connection  # noqa: PLC0415 -- needs the settings

    kept = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = running_stack.database_url.rpartition("/")[2]
    [[newest]] = running_stack.sql("SELECT coalesce(max(id), 0) FROM fleet_truck")
    with django_db_blocker.unblock():
        yield running_stack
        connection.close()
    connection.settings_dict["NAME"] = kept
    running_stack.sql("UPDATE fleet_truck SET is_active = false WHERE id > %s", newest)
