"""HTTP as units, phones and stations speak it: patient, and with the same ids when sent again."""

import asyncio
import gzip
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Self

import httpx
import msgspec

CONNECTIONS = 24
GZIP_FROM_BYTES = 2_048
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 10.0


@dataclass(slots=True)
class Answer:
    """What the service answered; `body` is None where there is no JSON."""

    status: int
    body: Any
    cookies: list[str]
    retry_after_s: float | None = None

    @property
    def is_ok(self) -> bool:
        """Whether it was done."""
        return self.status < HTTPStatus.BAD_REQUEST

    @property
    def is_for_later(self) -> bool:
        """Whether the same request is to be sent again."""
        is_throttled = self.status == HTTPStatus.TOO_MANY_REQUESTS
        return is_throttled or self.status >= HTTPStatus.INTERNAL_SERVER_ERROR

    @property
    def code(self) -> str:
        """Return the stable code of a problem."""
        return str(self.body.get("code", "")) if isinstance(self.body, dict) else ""


@dataclass(slots=True)
class Traffic:
    """What went over the wire, counted."""

    requests: int = 0
    reports: int = 0
    refused: int = 0
    busy: int = 0
    errors: int = 0
    lost: int = 0
    seconds: float = 0.0
    codes: dict[str, int] = field(default_factory=dict)

    def count(self, answer: Answer, seconds: float) -> None:
        """Count an answer."""
        self.requests += 1
        self.seconds += seconds
        if answer.status == HTTPStatus.SERVICE_UNAVAILABLE:
            self.busy += 1
        elif answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self.errors += 1
        elif not answer.is_ok:
            self.refused += 1
        if not answer.is_ok:
            name = f"{answer.status} {answer.code}"
            self.codes[name] = self.codes.get(name, 0) + 1


class Wire:
    """One client for all speakers; what cannot be delivered is sent again, ever more slowly."""

    def __init__(self, base_url: str) -> None:
        self.traffic = Traffic()
        no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))  # each driver has its own
        self._http = httpx.AsyncClient(
            base_url=base_url,
            timeout=30,
            trust_env=False,
            cookies=no_cookies,
            limits=httpx.Limits(max_connections=CONNECTIONS),
        )

    async def __aenter__(self) -> Self:
        """Open the client."""
        await self._http.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        """Close its connections."""
        await self._http.aclose()

    async def ask(
        self, method: str, path: str, *, headers: dict[str, str], body: Any = None, tries: int = 0
    ) -> Answer | None:
        """Send a request until it is taken or refused for good; None after `tries` (0: for ever).

        A unit that sent too much waits as long as the service says, and sends the same again.
        """
        content, headers = _packed(body, headers)
        wait_s, tried = FIRST_WAIT_S, 0
        while True:
            tried += 1
            answer = await self._once(method, path, headers, content)
            if answer and not answer.is_for_later:
                return answer
            if tried == tries:
                return None
            told_s = answer.retry_after_s if answer else None
            await asyncio.sleep(wait_s if told_s is None else told_s)
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)

    async def _once(
        self, method: str, path: str, headers: dict[str, str], content: bytes | None
    ) -> Answer | None:
        began = time.monotonic()
        try:
            response = await self._http.request(method, path, headers=headers, content=content)
        except httpx.TransportError:
            self.traffic.lost += 1
            return None
        answer = Answer(
            response.status_code,
            _json(response.content),
            response.headers.get_list("set-cookie"),
            retry_after_s=_seconds(response.headers.get("Retry-After", "")),
        )
        self.traffic.count(answer, time.monotonic() - began)
        return answer


def _packed(body: Any, headers: dict[str, str]) -> tuple[bytes | None, dict[str, str]]:
    if body is None:
        return None, headers
    content = msgspec.json.encode(body)
    headers = {**headers, "Content-Type": "application/json"}
    if len(content) >= GZIP_FROM_BYTES and headers.pop("may-gzip", ""):
        return gzip.compress(content, 5), {**headers, "Content-Encoding": "gzip"}
    headers.pop("may-gzip", None)
    return content, headers


def _seconds(text: str) -> float | None:
    return float(text) if text.isdecimal() else None


def _json(content: bytes) -> Any:
    try:
        return msgspec.json.decode(content)
    except msgspec.DecodeError:
        return None
