"""One migrated database a run; each worker of the tests and each stack gets a copy of it."""

import fcntl
import os
import subprocess

import psycopg

from config.commands import manage_command
from tests.private import run_directory

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
    admin.execute(f'DROP DATABASE IF EXISTS "{TEMPLATE}"'.encode())
    admin.execute(f'CREATE DATABASE "{TEMPLATE}"'.encode())
    done = subprocess.run(
        manage_command("migrate", "--verbosity", "0"),
        env={**os.environ, "DATABASE_URL": _address(url, TEMPLATE)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"migrate: {done.stdout}{done.stderr}"
    # No session, not even autovacuum's, may be in it while it is copied.
    admin.execute(f'ALTER DATABASE "{TEMPLATE}" ALLOW_CONNECTIONS false'.encode())
