"""The embedded Valhalla: a child process with our own map, ended when it takes too long."""

import json
import os
import selectors
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from dispatch.services.roads.engine import EngineTimedOutError, RoadEngineError
from dispatch.services.roads.maps import RoadMap, read_map
from dispatch.services.roads.valhalla import refusal
from dispatch.services.roads.valhalla_config import is_installed

PROJECT = Path(__file__).resolve().parents[3]
START_S = 30.0
"""A child may take this long to open its map; rounds do not wait for it, but let it be."""
KNOWN_TO_THE_CHILD = ("PATH", "LANG", "HOME")


class EmbeddedValhalla:
    """The door to a Valhalla of this process; one question at a time, as its actor wants it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._child: subprocess.Popen[bytes] | None = None
        self._tiles: Path | None = None
        self._started_s, self._is_ready = 0.0, False
        self._parent = os.getpid()
        self._lock = threading.Lock()

    def version(self, *, until_s: float) -> str:  # noqa: ARG002  read from a small file
        """Return the version of the map in the directory."""
        return self._map().version

    def ask(self, action: str, body: dict[str, Any], *, until_s: float) -> Any:
        """Return what it answers; see `ValhallaDoor`."""
        if not self._lock.acquire(timeout=max(0.0, until_s - time.monotonic())):
            raise EngineTimedOutError
        try:
            said = self._say(json.dumps({"action": action, "body": body}), until_s=until_s)
        finally:
            self._lock.release()
        if "refused" in said:
            raise refusal(str(said["refused"]))
        return said["answer"]

    def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child is None or self._parent != os.getpid():
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()
        child.wait()

    def _map(self) -> RoadMap:
        road_map = read_map(self._directory)
        if road_map is None:
            raise RoadEngineError("has no map")
        return road_map

    def _say(self, line: str, *, until_s: float) -> dict[str, Any]:
        child = self._running()
        try:
            if not self._is_ready:
                self._is_ready = bool(json.loads(self._hear(child, until_s=until_s)))
            os.write(child.stdin.fileno(), line.encode() + b"\n")  # type: ignore[union-attr]  # piped
            return dict(json.loads(self._hear(child, until_s=until_s)))
        except RoadEngineError:
            if self._is_ready or time.monotonic() - self._started_s > START_S:
                self.close()
            raise
        except (OSError, ValueError) as error:
            self.close()
            raise RoadEngineError("crashed") from error

    def _running(self) -> subprocess.Popen[bytes]:
        """Return a live child of this very process for the map there is now."""
        tiles = self._map().tiles
        if self._parent != os.getpid():  # a fork brought us here: the child is our parent's
            self._child, self._parent = None, os.getpid()
        if self._child and self._child.poll() is None and tiles == self._tiles:
            return self._child
        self.close()
        if not is_installed():
            raise RoadEngineError("is not installed")
        self._tiles, self._started_s, self._is_ready = tiles, time.monotonic(), False
        self._child = subprocess.Popen(  # noqa: S603  our own interpreter and module
            [sys.executable, "-m", "dispatch.services.roads.valhalla_process", str(tiles)],
            cwd=PROJECT,
            env={name: os.environ[name] for name in KNOWN_TO_THE_CHILD if name in os.environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,
        )
        return self._child

    def _hear(self, child: subprocess.Popen[bytes], *, until_s: float) -> bytes:
        said = bytearray()
        pipe = child.stdout.fileno()  # type: ignore[union-attr]  # piped
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while not said.endswith(b"\n"):
                if not selector.select(max(0.0, until_s - time.monotonic())):
                    raise EngineTimedOutError
                chunk = os.read(pipe, 1 << 20)
                if not chunk:
                    raise RoadEngineError("crashed")
                said += chunk
        return bytes(said)
