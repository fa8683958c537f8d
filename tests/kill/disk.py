"""PostgreSQL on a disk of a few megabytes that fills up: its data, or its write-ahead log."""

import contextlib
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg

from config.process import stop
from tests.kill.service import Service

SIZE_MIB = {"data": 160, "wal": 96}


class MountRefusedError(Exception):
    """This machine does not let us mount a small file system."""


class SmallDisk:
    """A tmpfs at a directory, and a file that takes what is free of it."""

    def __init__(self, at: Path, *, mib: int) -> None:
        at.mkdir(parents=True)
        self.at = at
        self.filler = at / "filler"
        options = f"size={mib}m,mode=700"
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(at)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise MountRefusedError(done.stderr.strip())

    def fill_up(self) -> None:
        """Leave no free block."""
        with self.filler.open("wb", buffering=0) as file:
            for size in (1 << 20, 4096):
                while shutil.disk_usage(self.at).free >= size:
                    file.write(bytes(size))

    def free(self) -> None:
        """Give back what the filler took."""
        self.filler.unlink()

    def unmount(self) -> None:
        """Take the file system away with all that is in it."""
        subprocess.run(["umount", "--lazy", str(self.at)], check=True)


class SmallDiskService(Service):
    """A service whose PostgreSQL has a small disk for its data, or for its write-ahead log."""

    def __init__(self, place: Path, *, what: str) -> None:
        super().__init__(place, workers=1)
        self.what = what
        at = place / "servers" / "postgres" if what == "data" else place / "wal"
        self.disk = SmallDisk(at, mib=SIZE_MIB[what])

    def start_postgres(self) -> None:
        """Start PostgreSQL; the first time, its log moves to where it belongs."""
        is_first = not (self.servers.data / "postgres" / "PG_VERSION").exists()
        super().start_postgres()
        if is_first:
            self._settle()

    def _settle(self) -> None:
        for setting in ("max_wal_size='48MB'", "min_wal_size='32MB'", "wal_recycle=off"):
            self.sql(f"ALTER SYSTEM SET {setting}")
        self._stop_postgres()
        log, home = self.servers.data / "postgres" / "pg_wal", self.place / "wal" / "pg_wal"
        home.parent.mkdir(exist_ok=True)
        shutil.move(log, home)
        log.symlink_to(home)
        super().start_postgres()

    def _stop_postgres(self) -> None:
        assert self.servers.postgres
        stop(self.servers.postgres, signal.SIGINT, within_s=30)

    def fill_up(self) -> None:
        """Fill the disk; the log's is full once the segments it has are written to their end."""
        self.disk.fill_up()
        if self.what == "wal":
            with contextlib.suppress(psycopg.OperationalError):
                while True:
                    self.sql("SELECT pg_logical_emit_message(true, 'fill', repeat('x', 1000000))")

    def make_room(self) -> None:
        """Free the disk; PostgreSQL, which a full log ends, is started again as by a supervisor."""
        self.disk.free()
        self._wait(self._is_up, "PostgreSQL is up again")

    def _is_up(self) -> bool:
        assert self.servers.postgres
        if self.servers.postgres.poll() is not None:
            self.start_postgres()
        with contextlib.suppress(psycopg.OperationalError):
            return bool(self.sql("SELECT 1"))
        return False

    def stop(self) -> None:
        """Stop everything and unmount the disk."""
        super().stop()
        self.disk.unmount()
