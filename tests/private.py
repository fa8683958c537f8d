"""The private servers of one test run: started by the first process, shared by xdist's workers."""

import atexit
import os
import shutil
from pathlib import Path

from config.catalogues import compile_catalogues
from config.servers import PrivateServers

RUNS = Path(__file__).resolve().parent.parent / "var" / "tests"
_open: list[PrivateServers] = []


def run_directory() -> Path:
    """Return the directory of this test run: data, logs; gone after the run."""
    return Path(os.environ["YIZHAN_TEST_RUN"])


def serve_tests() -> None:
    """Start the servers and write their addresses to the environment the settings read."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not worker:
        _start()
    # One logical database of Valkey for each worker; pytest-django gives each its own database.
    index = int(worker.removeprefix("gw")) + 1 if worker else 0
    os.environ["REDIS_URL"] = os.environ["REDIS_URL"].rpartition("/")[0] + f"/{index}"


def close_servers() -> None:
    """Stop what this process started and remove its files."""
    while _open:
        servers = _open.pop()
        servers.stop()
        shutil.rmtree(servers.data.parent, ignore_errors=True)


def _start() -> None:
    _remove_leftovers()
    compile_catalogues()
    run = RUNS / str(os.getpid())
    servers = PrivateServers(run / "servers", durable=False).__enter__()
    _open.append(servers)
    atexit.register(close_servers)
    for name in ("DEBUG", "YIZHAN_DEMO", "PUBLIC_URL", "ALLOWED_HOSTS", "DATABASE_POOL_MAX"):
        os.environ.pop(name, None)
    os.environ.update(
        YIZHAN_TEST_RUN=str(run),
        DJANGO_SETTINGS_MODULE="config.settings",
        SECRET_KEY="only-for-tests-" + "x" * 50,
        DATABASE_URL=servers.database_url,
        REDIS_URL=servers.redis_url,
    )


def _remove_leftovers() -> None:
    """Remove the data of runs that were killed; their servers ended with them."""
    for run in RUNS.glob("[0-9]*"):
        if not (Path("/proc") / run.name).exists():
            shutil.rmtree(run, ignore_errors=True)
