"""A Valhalla server: `valhalla_service`, or the image that carries it."""

import time
from typing import Any

from dispatch.services.roads.engine import RoadEngineError
from dispatch.services.roads.http import HttpEngineDoor
from dispatch.services.roads.valhalla import refusal

VERSION_HOLDS_S = 60.0


class ValhallaServer:
    """The door to a Valhalla over HTTP."""

    def __init__(self, url: str) -> None:
        self._door = HttpEngineDoor(url)
        self._version, self._known_until_s = "", 0.0

    def version(self, *, until_s: float) -> str:
        """Return when the server's tiles were made, as it says itself."""
        if time.monotonic() > self._known_until_s:
            said = self.ask("status", {}, until_s=until_s)
            if not isinstance(said, dict) or "version" not in said:
                raise RoadEngineError("answered nonsense")
            self._version = f"{said['version']}-{said.get('tileset_last_modified', 0)}"
            self._known_until_s = time.monotonic() + VERSION_HOLDS_S
        return self._version

    def ask(self, action: str, body: dict[str, Any], *, until_s: float) -> Any:
        """Return what it answers; see `ValhallaDoor`."""
        status, said = self._door.ask(f"/{action}", body=body, until_s=until_s)
        if status == 200:
            return said
        if status == 400 and isinstance(said, dict):
            raise refusal(str(said.get("error", "")))
        raise RoadEngineError(f"answered {status}")

    def close(self) -> None:
        """Close its connections."""
        self._door.close()
