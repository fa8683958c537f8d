"""The world's HTTP client against a server that fails in every way a service can."""

import asyncio
import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from dispatch.management.world.wire import Answer, Wire


class Failing(BaseHTTPRequestHandler):
    """Answers 503, then hangs up, then takes what it is sent."""

    bodies: list[bytes]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        is_packed = self.headers.get("Content-Encoding") == "gzip"
        self.bodies.append(gzip.decompress(body) if is_packed else body)
        if len(self.bodies) == 2:
            self.close_connection = True
            return
        self.send_response(503 if len(self.bodies) == 1 else 200)
        self.send_header("Set-Cookie", "sessionid=someone")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    Failing.bodies = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Failing)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


async def post(url: str, body: object, tries: int = 0) -> tuple[Answer | None, Wire]:
    async with Wire(url) as wire:
        return await wire.ask("POST", "/", headers={"may-gzip": "1"}, body=body, tries=tries), wire


def test_what_was_not_taken_is_sent_again_word_for_word(url: str) -> None:
    reports = [{"seq": number, "boot_id": "b"} for number in range(200)]
    answer, wire = asyncio.run(post(url, reports))
    assert answer is not None
    assert answer.is_ok
    assert len(Failing.bodies) == 3
    assert len(set(Failing.bodies)) == 1
    assert (wire.traffic.busy, wire.traffic.lost, wire.traffic.errors) == (1, 1, 0)


def test_a_tap_is_given_up_after_its_tries(url: str) -> None:
    answer, _ = asyncio.run(post(url, {"action_id": "a"}, tries=2))
    assert answer is None
    assert len(Failing.bodies) == 2
