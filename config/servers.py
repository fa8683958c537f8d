"""A private PostgreSQL and Valkey (or Redis) on loopback, for the demo and the tests.

Random free ports, random passwords, data under one directory, safe as root; they end with the
process that started them. Standard library only. Never for production.
"""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from config.binaries import find_postgres, find_redis
from config.process import NOBODY, Identity, bound, stop

_START_S = 120.0


class PrivateServerError(RuntimeError):
    """A private server cannot run here; the message is one sentence that says what to do."""


def free_port() -> int:
    """Return a TCP port on loopback that nobody uses at this moment.

    It lies below those the kernel lends to clients: one could take it before the server does.
    """
    while True:
        port = secrets.choice(range(15_000, 32_000))
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner may ever read, not even for an instant."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text)


class PrivateServers:
    """Both servers over one data directory; `start_*` and `stop_*` also work one by one.

    Ports and passwords stay the same while the object lives, so a server that was killed can be
    started again under a running service.
    """

    def __init__(
        self,
        data: Path,
        *,
        durable: bool = True,
        identities: Sequence[Identity] = ("namespace", "nobody"),
    ) -> None:
        self.data = data.resolve()
        self.data.mkdir(parents=True, exist_ok=True)
        self._durable = durable
        self._identities = identities
        self._postgres_port, self._redis_port = free_port(), free_port()
        self._password = self._kept_password()
        self.postgres: subprocess.Popen[bytes] | None = None
        self.redis: subprocess.Popen[bytes] | None = None

    @property
    def database_url(self) -> str:
        """The superuser's address of the private database."""
        return f"postgresql://yizhan:{self._password}@127.0.0.1:{self._postgres_port}/postgres"

    @property
    def redis_url(self) -> str:
        """The address of the private broker, logical database 0."""
        return f"redis://:{self._password}@127.0.0.1:{self._redis_port}/0"

    def _kept_password(self) -> str:
        kept = self.data / "password"
        if not kept.exists():
            write_secret(kept, secrets.token_urlsafe(24))
        return kept.read_text()

    def _identity(self, binaries: Path, data: Path) -> Identity:
        """PostgreSQL refuses uid 0: choose how to run it here."""
        if os.geteuid() != 0:
            return "same"
        for identity in self._identities:
            owner = NOBODY if identity == "nobody" else 0
            if data.stat().st_uid != owner:
                for path in (data, *data.rglob("*")):
                    os.chown(path, owner, owner)
            probe = bound([binaries / "postgres", "--version"], identity=identity, cwd=data)
            if subprocess.run(probe, capture_output=True).returncode == 0:
                return identity
        raise PrivateServerError(
            f"PostgreSQL refuses root, user namespaces are forbidden and nobody cannot reach {data}"
            " or the binaries: run as an ordinary user"
        )

    def _initdb(self, binaries: Path, data: Path, identity: Identity) -> None:
        given = self.data / "password.initdb"
        write_secret(given, self._password)
        if identity == "nobody":
            os.chown(given, NOBODY, NOBODY)
        argv: list[str | Path] = [binaries / "initdb", "-D", data, "-U", "yizhan", "-E", "UTF8"]
        argv += ["--locale=C.UTF-8", "-A", "scram-sha-256", f"--pwfile={given}"]
        argv += [] if self._durable else ["--no-sync"]
        made = subprocess.run(
            bound(argv, identity=identity, cwd=data), capture_output=True, text=True
        )
        given.unlink()
        if made.returncode:
            shutil.rmtree(data)
            raise PrivateServerError(f"initdb failed: {made.stderr.strip()[-500:]}")

    def start_postgres(self) -> None:
        """Start PostgreSQL, creating its data directory the first time; return when it answers."""
        data = self.data / "postgres"
        data.mkdir(mode=0o700, exist_ok=True)
        version = data / "PG_VERSION"
        major = version.read_text().strip() if version.exists() else None
        binaries = find_postgres(major=major)
        identity = self._identity(binaries, data)
        if major is None:
            self._initdb(binaries, data, identity)
        _free_data_directory(data)
        argv: list[str | Path] = [binaries / "postgres", "-D", data, "-p", str(self._postgres_port)]
        argv += ["-h", "127.0.0.1", "-k", "", "-c", "timezone=UTC"]
        argv += [] if self._durable else ["-F", "-c", "full_page_writes=off"]
        self.postgres = self._launch(
            bound(argv, on_orphan=signal.SIGINT, identity=identity, cwd=data), "postgres.log"
        )
        self._wait(self.postgres, "postgres.log", lambda: _postgres_answers(data))

    def start_redis(self) -> None:
        """Start Valkey or Redis; return when it answers."""
        conf = self.data / "redis.conf"
        lines = ["bind 127.0.0.1", f"port {self._redis_port}", f"requirepass {self._password}"]
        lines += [f'dir "{self.data}"', "daemonize no", 'save ""', "maxmemory-policy noeviction"]
        lines += [f"appendonly {'yes' if self._durable else 'no'}"]
        write_secret(conf, "\n".join(lines) + "\n")
        self.redis = self._launch(bound([find_redis(), conf]), "redis.log")
        self._wait(self.redis, "redis.log", self._redis_answers)

    def _redis_answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self._redis_port), timeout=1) as line:
                line.sendall(f"AUTH {self._password}\r\nPING\r\nQUIT\r\n".encode())
                with line.makefile("rb") as answer:
                    return b"+PONG" in answer.read()
        except OSError:
            return False

    def _launch(self, argv: list[str], log: str) -> subprocess.Popen[bytes]:
        with (self.data / log).open("ab") as out:
            return subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )

    def _wait(
        self, process: subprocess.Popen[bytes], log: str, answers: Callable[[], bool]
    ) -> None:
        end = time.monotonic() + _START_S
        while not answers():
            if process.poll() is not None or time.monotonic() > end:
                stop(process, signal.SIGKILL, within_s=5)
                tail = (self.data / log).read_text(errors="replace")[-600:]
                raise PrivateServerError(f"{log.removesuffix('.log')} did not start: {tail}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop both cleanly: PostgreSQL by fast shutdown."""
        if self.redis:
            stop(self.redis, signal.SIGTERM, within_s=10)
        if self.postgres:
            stop(self.postgres, signal.SIGINT, within_s=30)

    def __enter__(self) -> Self:
        try:
            self.start_postgres()
            self.start_redis()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self.stop()


def _lock_lines(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def _postgres_answers(data: Path) -> bool:
    lines = _lock_lines(data)
    return len(lines) > 7 and lines[7].strip() == "ready"


def _runs_postgres(pid: str, data: Path) -> bool:
    """Whether that process is a PostgreSQL which stands in this data directory."""
    process = Path("/proc") / pid
    try:
        return b"postgres" in (process / "cmdline").read_bytes() and (process / "cwd").samefile(
            data
        )
    except OSError:
        return False


def _free_data_directory(data: Path) -> None:
    """Wait for a server that is still closing here; drop a lock whose pid went to a stranger."""
    end = time.monotonic() + 15
    while (lines := _lock_lines(data)) and _runs_postgres(lines[0], data):
        if time.monotonic() > end:
            raise PrivateServerError(f"another PostgreSQL (pid {lines[0]}) runs on {data}")
        time.sleep(0.1)
    if lines and Path("/proc").is_dir():
        (data / "postmaster.pid").unlink()
