"""The web server and a durable PostgreSQL of its own, to be killed and started again."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import msgspec
import psycopg

from config.commands import manage_command, web_command
from config.process import bound, kill_group, stop
from config.reaper import Reaper
from config.servers import PrivateServers, free_port

READY_S = 120.0
REAL_APP = "config.asgi:application"


class Service:
    """Web processes over private servers that write to disk before they say so."""

    def __init__(self, place: Path, *, app: str = REAL_APP, workers: int = 2) -> None:
        self.place = place
        self.servers = PrivateServers(place / "servers", durable=True)
        self.port = free_port()
        self.app = app
        self.workers = workers
        self.web: subprocess.Popen[bytes] | None = None
        self.reaper = Reaper(grace_s=5)
        self.hands = ThreadPoolExecutor(1)  # children end with the thread that started them
        self.environment = {
            **os.environ,
            "SECRET_KEY": "only-for-tests-" + "x" * 50,
            "DATABASE_URL": self.servers.database_url,
            "REDIS_URL": self.servers.redis_url,
            "PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DEVICE_REQUESTS_S": "0",  # clients send as fast as they can
        }

    def __enter__(self) -> Self:
        try:
            self.start_postgres()
            self.servers.start_redis()
            self._run(manage_command("migrate", "--verbosity", "0"))
            self._run(manage_command("make_partitions"))
            self.start_web()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop everything."""
        if self.web:
            stop(self.web, signal.SIGTERM, within_s=10)
        self.servers.stop()
        self.reaper.close()
        self.hands.shutdown()

    def start_web(self) -> None:
        """Start the web server; return when it answers."""
        command = [
            self.app if part == REAL_APP else part
            for part in web_command(port=self.port, workers=self.workers)
        ]
        with (self.place / "web.log").open("ab") as log:
            self.web = subprocess.Popen(
                bound(command),
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.reaper.know(self.web.pid)
        self._wait(self._web_answers, "the web server answers")

    def start_postgres(self) -> None:
        """Start PostgreSQL, also after it was killed; return when it answers."""
        self.servers.start_postgres()
        assert self.servers.postgres
        self.reaper.know(self.servers.postgres.pid)

    def kill_web(self) -> None:
        """Kill -9 every process of the web server; return when nobody has its port any more."""
        assert self.web
        kill_group(self.web)
        self.web.wait()
        self._wait(lambda: not _is_open(self.port), "the port of the web server is free")

    def kill_postgres(self) -> None:
        """Kill -9 the postmaster and all its children; return when they are gone."""
        assert self.servers.postgres
        family = self.postgres_family()
        for pid in family:
            _signal(pid, signal.SIGKILL)
        self.servers.postgres.wait()
        self._wait(lambda: not any(map(_is_alive, family)), "all of PostgreSQL is gone")

    def postgres_family(self) -> list[int]:
        """Return the process ids of the postmaster and its children; each leads its own session."""
        assert self.servers.postgres
        return [self.servers.postgres.pid, *children(self.servers.postgres.pid)]

    def freeze_postgres(self) -> None:
        """Stop every process of PostgreSQL where it stands: connections stay, nobody answers."""
        for pid in self.postgres_family():
            _signal(pid, signal.SIGSTOP)

    def thaw_postgres(self) -> None:
        """Let every process of PostgreSQL go on."""
        for pid in self.postgres_family():
            _signal(pid, signal.SIGCONT)

    def scene(self, *, trucks: int) -> dict[int, str]:
        """Make trucks with onboard units; return their keys by truck."""
        said = self._run([sys.executable, "-m", "tests.kill.scene", str(trucks)])
        return msgspec.json.decode(said, type=dict[int, str])

    def derive(self) -> None:
        """Derive the trucks' days, as workers do after late reports."""
        self._run([sys.executable, "-m", "tests.kill.derive"])

    def sql(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Run one statement in its own transaction."""
        with psycopg.connect(self.servers.database_url, autocommit=True) as connection:
            cursor = connection.execute(query.encode(), parameters or None)
            return cursor.fetchall() if cursor.description else []

    def _run(self, command: list[str]) -> str:
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{command[-2:]}: {done.stdout}{done.stderr}")
        return done.stdout

    def _web_answers(self) -> bool:
        assert self.web
        if self.web.poll() is not None:
            raise RuntimeError((self.place / "web.log").read_text(errors="replace")[-2000:])
        with contextlib.suppress(httpx.TransportError):
            address = f"http://127.0.0.1:{self.port}/livez"
            return httpx.get(address, timeout=10).status_code == httpx.codes.OK
        return False

    def _wait(self, holds: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + READY_S
        while not holds():
            if time.monotonic() > end:
                raise TimeoutError(f"not within {READY_S} s: {what}")
            time.sleep(0.02)


def children(pid: int) -> list[int]:
    """Return the process ids of a process's children."""
    with contextlib.suppress(OSError):
        return [*map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    return []


def burden(service: Service) -> dict[str, int]:
    """Return what the web processes hold together: memory, threads, open files."""
    assert service.web
    held = {"rss_mib": 0, "threads": 0, "files": 0}
    for pid in (service.web.pid, *children(service.web.pid)):
        with contextlib.suppress(OSError):
            status = dict(
                line.split(":", 1)
                for line in Path(f"/proc/{pid}/status").read_text().splitlines()
                if ":" in line
            )
            held["rss_mib"] += int(status["VmRSS"].split()[0]) // 1024
            held["threads"] += int(status["Threads"])
            held["files"] += sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    return held


def _signal(pid: int, what: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, what)


def _is_alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
