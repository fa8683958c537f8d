"""Everything that is measured, as real processes over one durable PostgreSQL."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg

from config.commands import manage_command, web_command
from config.process import bound, stop
from config.servers import PrivateServers, free_port
from tests.benchmarks.ingest.fleet_keys import make_keys, make_units

# What a server of this size is given in production; the rest is PostgreSQL's default, fsync too.
POSTGRES = {
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "min_wal_size": "1GB",
    "checkpoint_timeout": "15min",
}
USED_WAL_FILES = 32
READY_S = 60.0
HERE = "tests.benchmarks.ingest"


class Stand:
    """The contestants, ready to be loaded: addresses, keys, roots of their process trees."""

    def __init__(self, place: Path, *, trucks: int) -> None:
        self.place = place
        self.keys_file = place / "keys"
        self.keys = make_keys(trucks)
        self.keys_file.write_text("\n".join(self.keys) + "\n")
        self.servers = PrivateServers(place / "servers")
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.ports: dict[str, int] = {}

    def open(self) -> None:
        """Start PostgreSQL and the broker, make both databases, start the three web servers."""
        self.open_ours()
        self.sql("CREATE DATABASE baseline")
        self._manage("baseline", "migrate", "--run-syncdb", "--verbosity", "0")
        make_units(self.address("baseline"), self.keys)
        self.sql("VACUUM ANALYZE", "baseline")
        wsgi = (
            "--interface",
            "wsgi",
            "--blocking-threads",
            "8",
            f"{HERE}.baseline.wsgi:application",
        )
        self._serve("baseline", _granian(*wsgi))
        self._serve(
            "hello", _granian("--interface", "asginl", "--no-ws", f"{HERE}.hello:application")
        )

    def open_ours(self) -> None:
        """Start PostgreSQL and the broker, make the fleet, start the service's web server."""
        self.servers.start_postgres()
        for name, value in POSTGRES.items():
            self.sql(f"ALTER SYSTEM SET {name} = '{value}'")
        self.sql("CREATE DATABASE ours")
        self.servers.stop()
        self.servers.__enter__()
        self._manage("ours", "migrate", "--verbosity", "0")
        make = f"from {HERE}.fleet import make_fleet; make_fleet({str(self.keys_file)!r})"
        self._manage("ours", "shell", "--no-imports", "-c", make)
        self.sql("VACUUM ANALYZE", "ours")
        self._use_wal()
        self._serve("ours", web_command(port=free_port(), workers=2))

    def _use_wal(self) -> None:
        """Let there be log files to write over, as on any server that has run for an hour."""
        for _ in range(USED_WAL_FILES):
            self.sql("SELECT pg_logical_emit_message(true, '', ''), pg_switch_wal()")
        self.sql("CHECKPOINT")

    def close(self) -> None:
        """Stop everything."""
        for process in self.processes.values():
            stop(process, signal.SIGTERM, within_s=15)
        self.servers.stop()

    def address(self, database: str) -> str:
        """Return the address of one of the two databases."""
        return self.servers.database_url.rpartition("/")[0] + f"/{database}"

    def url(self, name: str) -> str:
        """Return where a contestant takes requests."""
        return f"http://127.0.0.1:{self.ports[name]}/" + ("" if name == "hello" else REPORTS)

    def roots(self, name: str) -> tuple[int, int]:
        """Return the first process of a contestant's web server and PostgreSQL's."""
        assert self.servers.postgres
        return self.processes[name].pid, self.servers.postgres.pid

    def sql(self, query: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run one statement in its own transaction."""
        with psycopg.connect(self.address(database), autocommit=True) as connection:
            cursor = connection.execute(query.encode())
            return cursor.fetchall() if cursor.description else []

    def _settings(self, name: str) -> dict[str, str]:
        module = f"{HERE}.baseline.settings" if name == "baseline" else "config.settings"
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": module,
            "SECRET_KEY": "benchmark-" + "x" * 50,
            "DATABASE_URL": self.address(name),
            "REDIS_URL": self.servers.redis_url,
            "LOG_LEVEL": "WARNING",
        }

    def _manage(self, name: str, *arguments: str) -> None:
        command = manage_command(*arguments)
        done = subprocess.run(command, env=self._settings(name), capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{name}: manage.py {arguments[0]}: {done.stdout}{done.stderr}")

    def _serve(self, name: str, command: list[str]) -> None:
        port = int(command[command.index("--port") + 1])
        log = self.place / f"{name}.log"
        database = name if name != "hello" else "ours"
        with log.open("wb") as out:
            self.processes[name] = subprocess.Popen(
                bound(command),
                env=self._settings(database),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self.ports[name] = port
        end = time.monotonic() + READY_S
        while not _answers(self.url(name)):
            if self.processes[name].poll() is not None or time.monotonic() > end:
                raise SystemExit(f"{name} does not answer:\n{log.read_text(errors='replace')}")
            time.sleep(0.1)


REPORTS = "api/v1/obu/reports"


def _granian(*rest: str) -> list[str]:
    port = str(free_port())
    first = (sys.executable, "-m", "granian", "--host", "127.0.0.1", "--port", port)
    return [*first, "--workers", "2", "--backlog", "2048", *rest]


def _answers(url: str) -> bool:
    """Whether anything at all is said; a GET of reports is refused by all who take them."""
    try:
        return httpx.get(url, timeout=5).status_code < httpx.codes.INTERNAL_SERVER_ERROR
    except httpx.TransportError:
        return False


@contextmanager
def open_stand(place: Path, *, trucks: int) -> Iterator[Stand]:
    """Open a stand and close it in the end."""
    stand = Stand(place, trucks=trucks)
    try:
        stand.open()
        yield stand
    finally:
        stand.close()
