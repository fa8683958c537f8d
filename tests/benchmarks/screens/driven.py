"""Trucks that drive about and report over the door that every onboard unit uses."""

import json
import math
import random
import socket
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime

SOUTH_DEG, NORTH_DEG, WEST_DEG, EAST_DEG = 39.0, 40.0, 117.8, 119.6
PATH = "/api/v1/obu/reports"


@dataclass(slots=True)
class Driven:
    """A truck as its onboard unit knows it."""

    key: str
    latitude_deg: float
    longitude_deg: float
    heading_deg: float
    soc_percent: float
    speed_kmh: float = 60.0
    seq: int = 0

    def drive(self, seconds: float, chance: random.Random) -> None:
        """Go on for some time, turning a little."""
        self.heading_deg = (self.heading_deg + chance.uniform(-20, 20)) % 360
        self.speed_kmh = min(80.0, max(0.0, self.speed_kmh + chance.uniform(-10, 10)))
        way_deg = self.speed_kmh / 3600 * seconds / 111
        self.latitude_deg += way_deg * math.cos(math.radians(self.heading_deg))
        self.longitude_deg += way_deg * math.sin(math.radians(self.heading_deg))
        self.soc_percent = max(5.0, self.soc_percent - 0.02)

    def request(self) -> bytes:
        """Return the report as it goes over the wire."""
        self.seq += 1
        body = json.dumps(
            {
                "recorded_at": datetime.now(UTC).isoformat(),
                "seq": self.seq,
                "boot_id": "bench",
                "latitude_deg": round(self.latitude_deg, 6),
                "longitude_deg": round(self.longitude_deg, 6),
                "heading_deg": round(self.heading_deg, 1),
                "speed_kmh": round(self.speed_kmh, 1),
                "soc_percent": round(self.soc_percent, 2),
            }
        ).encode()
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


class Line:
    """One connection to the service that is kept open."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open()

    def _open(self) -> None:
        self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=30)

    def send(self, request: bytes) -> None:
        """Send a report until it is acknowledged; over a new connection if the old was closed."""
        while not self._exchange(request):
            self._socket.close()
            self._open()

    def _exchange(self, request: bytes) -> bool:
        try:
            self._socket.sendall(request)
            answer = b""
            while b"\r\n\r\n" not in answer or not _is_whole(answer):
                part = self._socket.recv(65536)
                if not part:
                    return False
                answer += part
        except ConnectionError:
            return False
        assert answer.startswith(b"HTTP/1.1 200"), answer
        return True


def _is_whole(answer: bytes) -> bool:
    head, _, body = answer.partition(b"\r\n\r\n")
    [length] = [x for x in head.lower().split(b"\r\n") if x.startswith(b"content-length")]
    return len(body) >= int(length.partition(b":")[2])


def place(keys: list[str], *, seed: int) -> list[Driven]:
    """Put trucks at random about the region."""
    chance = random.Random(seed)  # noqa: S311 -- no secret, repeatable
    return [
        Driven(
            key,
            chance.uniform(SOUTH_DEG, NORTH_DEG),
            chance.uniform(WEST_DEG, EAST_DEG),
            chance.uniform(0, 360),
            chance.uniform(8, 98),
        )
        for key in keys
    ]


class Traffic:
    """All trucks report in turn, each once in `every_s`, until told to stop."""

    def __init__(self, trucks: list[Driven], *, port: int, every_s: float, lines: int = 8) -> None:
        self.sent = 0
        self._every_s = every_s
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(target=self._report, args=(trucks[i::lines], port), daemon=True)
            for i in range(lines)
        ]

    def _report(self, trucks: list[Driven], port: int) -> None:
        line, chance = Line(port), random.Random(port)  # noqa: S311 -- no secret
        due_s = time.monotonic()
        while not self._ended.is_set():
            for truck in trucks:
                truck.drive(self._every_s, chance)
                line.send(truck.request())
                self.sent += 1
                due_s += self._every_s / len(trucks)
                if self._ended.wait(max(0.0, due_s - time.monotonic())):
                    return

    def start(self) -> None:
        """Begin to drive."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop, and wait for the last answers."""
        self._ended.set()
        for thread in self._threads:
            thread.join()
