"""Ask a gateway over HTTP: directly, briefly, and with a limit to what it may answer."""

import json
from functools import cache
from typing import Any

import httpx
from django.conf import settings

from dispatch.services.channels.channel import ChannelError, RefusedError

MOST_BYTES = 64 * 1024
AGAIN = {408, 425, 429}


@cache
def client() -> httpx.Client:
    """Return this process's connections; never through a proxy, never after a redirect."""
    return httpx.Client(trust_env=False, follow_redirects=False)


def post(url: str, body: bytes, **headers: str) -> Any:
    """Post JSON and return the answer's.

    Raises
    ------
    ChannelError
        `timed_out`, `unreachable`, `answered_nonsense`, `http_NNN`: try again.
    RefusedError
        `http_NNN`: any other status of 400 to 499.
    """
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = client().build_request(
        "POST",
        url,
        content=body,
        headers={"Content-Type": "application/json; charset=utf-8", **names},
        timeout=settings.CHANNEL_TIMEOUT_S,
    )
    try:
        answer = client().send(request, stream=True)
        try:
            return _read(answer)
        finally:
            answer.close()
    except httpx.TimeoutException as error:
        raise ChannelError("timed_out") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ChannelError("unreachable") from error
    except (ValueError, RecursionError) as error:
        raise ChannelError("answered_nonsense") from error


def _read(answer: httpx.Response) -> Any:
    text = bytearray()
    for chunk in answer.iter_bytes():
        text += chunk
        if len(text) > MOST_BYTES:
            raise ChannelError("answered_too_much")
    status = answer.status_code
    if 400 <= status < 500 and status not in AGAIN:
        raise RefusedError(f"http_{status}")
    if not 200 <= status < 300:
        raise ChannelError(f"http_{status}")
    return json.loads(text)


def json_bytes(body: Any) -> bytes:
    """Return a body as it is signed and sent: compact, in UTF-8."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
