"""Ask an engine over HTTP: one deadline for the whole answer, and a limit of its size."""

import json
import time
from typing import Any

import httpx

from dispatch.services.roads.engine import EngineTimedOutError, RoadEngineError

MOST_BYTES = 32 * 2**20


class HttpEngineDoor:
    """The address of an engine's server, asked directly and without a proxy."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, trust_env=False)

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def ask(self, path: str, *, body: Any = None, until_s: float) -> tuple[int, Any]:
        """Return status and JSON of the answer.

        Raises
        ------
        RoadEngineError
            `timed out`, `unreachable`, `answered nonsense`.
        """
        left_s = until_s - time.monotonic()
        if left_s <= 0.0:
            raise EngineTimedOutError
        request = self._client.build_request(
            "GET" if body is None else "POST", path, json=body, timeout=left_s
        )
        try:
            return self._read(request, until_s=until_s)
        except httpx.TimeoutException as error:
            raise EngineTimedOutError from error
        except httpx.DecodingError as error:
            raise RoadEngineError("answered nonsense") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise RoadEngineError("unreachable") from error
        except (ValueError, RecursionError) as error:
            raise RoadEngineError("answered nonsense") from error

    def _read(self, request: httpx.Request, *, until_s: float) -> tuple[int, Any]:
        answer = self._client.send(request, stream=True)
        try:
            text = bytearray()
            for chunk in answer.iter_bytes():
                text += chunk
                if time.monotonic() > until_s:
                    raise EngineTimedOutError
                if len(text) > MOST_BYTES:
                    raise RoadEngineError("answered too much")
            return answer.status_code, json.loads(text)
        finally:
            answer.close()
