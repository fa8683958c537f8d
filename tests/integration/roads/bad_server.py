"""A stand-in for an engine's server that misbehaves, and counts how often it is asked."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
VALHALLA_STATUS = b'{"version": "3.9", "tileset_last_modified": 1}'
SAYS = {
    "rubbish": b"\x00\xff what?\r\n\r\n",
    "no json": HEAD % 9 + b"not json!",
    "a list": HEAD % 4 + b"[[]]",
    "an empty object": HEAD % 2 + b"{}",
    "an error": b"HTTP/1.1 503 Sorry\r\nContent-Length: 2\r\n\r\n{}",
    "a page": b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 13\r\n\r\n<html></html>",
    "bad gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
}


@dataclass
class BadServer:
    url: str
    asked: int = 0


@contextmanager
def bad_server(manner: str) -> Iterator[BadServer]:
    """Answer everything in one manner: a key of `SAYS`, `hang` or `drip`."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    server = BadServer(f"http://127.0.0.1:{listener.getsockname()[1]}")
    ends = threading.Event()

    def answer(talk: socket.socket) -> None:
        with talk, suppress(OSError):
            talk.settimeout(5.0)
            first = talk.recv(65_536)
            server.asked += first.startswith((b"GET", b"POST"))
            if manner == "hang":
                ends.wait(20.0)
            elif manner == "drip":
                talk.sendall(HEAD % 10_000)
                while not ends.is_set():
                    talk.sendall(b" ")
                    time.sleep(0.05)
            else:
                talk.sendall(SAYS[manner])

    def listen() -> None:
        while not ends.is_set():
            with suppress(TimeoutError):
                talk, _ = listener.accept()
                threading.Thread(target=answer, args=[talk], daemon=True).start()

    thread = threading.Thread(target=listen)
    thread.start()
    try:
        yield server
    finally:
        ends.set()
        thread.join()
        listener.close()
