"""One migrated database a run; each worker of the tests and each stack gets a copy of it."""

import fcntl
import os
import subprocess
from hashlib import sha256
from pathlib import Path

import psycopg

from config.binaries import find_postgres
from config.commands import manage_command
from tests.private import RUNS, run_directory

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = "migrated"


def copy_database(name: str) -> str:
    """Make a database as the migrations leave one and return its address.

    The first call of a run migrates; the others, of any process, wait for it.
    """
    url = os.environ["DATABASE_URL"]
    with (
        (run_directory() / "migrate.lock").open("w") as lock,
        psycopg.connect(url, autocommit=True) as admin,
    ):
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = "SELECT 1 FROM pg_database WHERE datname = %s AND NOT datallowconn"
        if not admin.execute(made, [TEMPLATE]).fetchone():
            _migrate(admin, url)
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"'.encode())
    return _address(url, name)


def _address(url: str, name: str) -> str:
    return url.rpartition("/")[0] + f"/{name}"


def _migrate(admin: psycopg.Connection, url: str) -> None:
    """Make the template: by the migrations, or from what they made in an earlier run."""
    admin.execute(f'DROP DATABASE IF EXISTS "{TEMPLATE}"'.encode())
    admin.execute(f'CREATE DATABASE "{TEMPLATE}"'.encode())
    address, kept = _address(url, TEMPLATE), RUNS / f"migrated-{_key()}.dump"
    if kept.exists():
        _run([_tool("pg_restore"), "--exit-on-error", "-d", address, str(kept)])
    else:
        _run(manage_command("migrate", "--verbosity", "0"), DATABASE_URL=address)
        if Path(_tool("pg_dump")).exists():
            _keep(address, kept)
    # No session, not even autovacuum's, may be in it while it is copied.
    admin.execute(f'ALTER DATABASE "{TEMPLATE}" ALLOW_CONNECTIONS false'.encode())


def _keep(address: str, kept: Path) -> None:
    for old in RUNS.glob("migrated-*.dump"):
        old.unlink(missing_ok=True)
    half = kept.with_suffix(f".{os.getpid()}")
    _run([_tool("pg_dump"), "-Fc", "-f", str(half), "-d", address])
    half.replace(kept)


def _key() -> str:
    """Return a name for all that decides what the migrations make."""
    parts = [ROOT / "requirements" / "dev.txt", ROOT / "config" / "settings.py"]
    parts += [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("*/models/*.py")]
    told = sha256()
    for part in sorted(parts):
        told.update(str(part.relative_to(ROOT)).encode() + b"\0" + part.read_bytes())
    return told.hexdigest()[:16]


def _tool(name: str) -> str:
    return str(find_postgres(major=None) / name)


def _run(command: list[str], **environment: str) -> None:
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{command[:3]}: {done.stdout}{done.stderr}"
