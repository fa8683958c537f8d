"""A unit's connection to the service, which can be cut at will."""

import asyncio
import ssl
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

import msgspec

PATIENCE_S = 30.0


class LineError(Exception):
    """No whole answer came."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, seconds to wait if it says so, and the body as JSON (None if it is none)."""

    status: int
    retry_after_s: float | None
    body: Any


class Line:
    """Keeps one connection open and opens another when it is gone."""

    def __init__(self, url: str, key: str) -> None:
        parts = urlsplit(url)
        self.host, self.is_tls = parts.hostname or "", parts.scheme == "https"
        self.port = parts.port or (443 if self.is_tls else 80)
        self.head = (
            f"POST /api/v1/obu/reports HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            f"Authorization: Bearer {key}\r\nContent-Type: application/json\r\n"
        )
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> Self:
        """Open nothing yet."""
        return self

    async def __aexit__(self, *error: object) -> None:
        """Close the connection."""
        self.hang_up()

    def hang_up(self) -> None:
        """Cut the connection, whatever is on it."""
        if self.streams is not None:
            self.streams[1].transport.abort()
            self.streams = None

    async def post(self, body: bytes) -> Answer:
        """Send a request and return its answer.

        Raises
        ------
        LineError
            The connection failed, or the answer did not come whole and in time.
        """
        try:
            async with asyncio.timeout(PATIENCE_S):
                _, writer = await self._open()
                writer.write(self._request(body))
                await writer.drain()
                return await self._heard()
        except (OSError, EOFError, ValueError, TimeoutError) as error:
            self.hang_up()
            raise LineError(str(error)) from error

    async def post_cut(self, body: bytes, *, is_sent: bool) -> None:
        """Send a request, all of it or half, and hang up before its answer."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                _, writer = await self._open()
                request = self._request(body)
                writer.write(request if is_sent else request[: -max(1, len(body) // 2)])
                await writer.drain()
        except (OSError, TimeoutError):
            pass
        finally:
            self.hang_up()

    def _request(self, body: bytes) -> bytes:
        return f"{self.head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.streams is None:
            tls = ssl.create_default_context() if self.is_tls else None
            self.streams = await asyncio.open_connection(self.host, self.port, ssl=tls)
        return self.streams

    async def _heard(self) -> Answer:
        reader, _ = await self._open()
        rows = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (row.partition(": ") for row in rows)}
        body = await reader.readexactly(int(headers["content-length"]))
        if headers.get("connection", "").lower() == "close":
            self.hang_up()
        told = headers.get("retry-after", "")
        return Answer(int(rows[0].split(" ")[1]), float(told) if told else None, _json(body))


def _json(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None
