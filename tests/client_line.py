"""A line between an onboard unit and the service that goes wrong the way lines do."""

import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\n"
    b"Retry-After: 2\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
)
THROTTLED = BUSY.replace(b"503 Service Unavailable", b"429 Too Many Requests")


class Line:
    """Carries requests to `port`; each connection takes the next of `faults`, then none.

    `cut`: the request goes half; `lost`: its answer goes nowhere; `half`: half the answer comes;
    `busy`, `throttled`: 503 and 429 with `Retry-After: 2`; `ahead`: server_time an hour ahead.
    """

    def __init__(self, port: int) -> None:
        self.target = port
        self.faults: deque[str] = deque()
        self.seen: list[tuple[float, str]] = []
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        self.is_down = False
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                unit, _ = self.door.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(unit,), daemon=True).start()

    def _carry(self, unit: socket.socket) -> None:
        fault = "down" if self.is_down else self.faults.popleft() if self.faults else ""
        self.seen.append((time.monotonic(), fault))
        with unit:
            unit.settimeout(10)
            try:
                if fault != "down" and (request := _whole(unit)):
                    unit.sendall(self._answer(request, fault))
            except OSError:
                pass

    def _answer(self, request: bytes, fault: str) -> bytes:
        if fault in {"busy", "throttled"}:
            return BUSY if fault == "busy" else THROTTLED
        with socket.create_connection(("127.0.0.1", self.target), timeout=10) as service:
            if fault == "cut":
                service.sendall(request[: len(request) // 2])
                return b""
            service.sendall(request)
            answer = b"".join(iter(lambda: service.recv(65536), b""))
        if fault == "lost":
            return b""
        if fault == "ahead":
            return _hour_ahead(answer)
        return answer[: len(answer) - 20] if fault == "half" else answer


def _whole(unit: socket.socket) -> bytes:
    came = b""
    while b"\r\n\r\n" not in came:
        if not (part := unit.recv(65536)):
            return b""
        came += part
    head, _, body = came.partition(b"\r\n\r\n")
    fields = dict(row.lower().split(b": ", 1) for row in head.split(b"\r\n")[1:])
    size = int(fields[b"content-length"])
    while len(body) < size:
        if not (part := unit.recv(65536)):
            return b""
        body += part
    return head + b"\r\n\r\n" + body


def _hour_ahead(answer: bytes) -> bytes:
    """Return the answer as of the same minute of the next day: 24 hours ahead, the same length."""
    at = answer.index(b'"server_time":"') + len(b'"server_time":"')
    day = int(answer[at + 8 : at + 10])
    return answer[: at + 8] + b"%02d" % (day + 1) + answer[at + 10 :]


@contextmanager
def carried(port: int) -> Iterator[Line]:
    """Open a line to a port of this machine."""
    line = Line(port)
    try:
        yield line
    finally:
        line.door.close()
