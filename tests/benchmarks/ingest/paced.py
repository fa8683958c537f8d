"""Open-loop load: requests leave by the clock, not when an answer comes; waiting is latency.

``python -m tests.benchmarks.ingest.paced KEYS FIRST COUNT PLACE PORT RATE SECONDS`` prints one
line of JSON. A latency runs from the moment a request was due: a server that stalls cannot hide it.
"""

import gc
import json
import select
import socket
import sys
import time
from collections import deque
from datetime import UTC, datetime
from pathlib import Path

CONNECTIONS = 200
WARM_S = 0.5
OVER_S = 5.0
_HEAD = "POST /api/v1/obu/reports HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
type Due = tuple[float, bytes]


def requests(
    keys: list[str], *, first: int, place: int, rate: float, seconds: float, begin_s: float
) -> list[bytes]:
    """Write every request beforehand, stamped with the instant it is due."""
    made = []
    for n in range(int(rate * seconds)):
        turn, truck = divmod(place + n, len(keys))
        at = datetime.fromtimestamp(begin_s + n / rate, UTC)
        body = json.dumps(
            {
                "recorded_at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "seq": turn,
                "boot_id": f"b{first + truck}",
                "latitude_deg": 39 + truck % 100 * 0.01,
                "longitude_deg": 118 + truck % 77 * 0.01,
                "speed_kmh": 40 + turn % 41,
                "soc_percent": 90 - turn % 1000 * 0.05,
                "heading_deg": turn * 7 % 360,
                "altitude_m": truck % 50,
                "odometer_km": 81234.5 + turn * 0.05,
                "pack_temperature_c": 70 if truck % 200 == 0 else 28 + truck % 10,
                "ambient_temperature_c": turn % 3 - 4,
                "gross_mass_kg": 47800,
                "cell_spread_mv": 20 + turn % 30,
                "insulation_kohm": 2000 - turn % 100,
                "pack_codes": [f"TSTPB01A000000G3A{first + truck:07d}"],
                "alarm_level": 0,
            },
            separators=(",", ":"),
        )
        head = f"{_HEAD}Authorization: Bearer {keys[truck]}\r\nContent-Length: {len(body)}"
        made.append(f"{head}\r\n\r\n{body}".encode())
    return made


class Pacer:
    """Free connections take what is due; what finds none free waits, and its clock runs."""

    def __init__(self, port: int) -> None:
        self.poll = select.epoll()
        self.lines: dict[int, socket.socket] = {}
        self.free: deque[int] = deque()
        self.due_s: dict[int, float] = {}
        self.heard: dict[int, bytes] = {}
        self.latencies_ms: list[float] = []
        self.refused = 0
        for _ in range(CONNECTIONS):
            line = socket.create_connection(("127.0.0.1", port))
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.lines[line.fileno()] = line
            self.free.append(line.fileno())
            self.poll.register(line.fileno(), select.EPOLLIN)

    def run(self, made: list[bytes], *, rate: float, begin: float) -> None:
        """Send all requests, the n-th at `begin + n / rate`, and wait for the answers."""
        sent, total = 0, len(made)
        end = begin + total / rate + OVER_S
        while len(self.latencies_ms) < total and (now := time.monotonic()) < end:
            while sent < total and self.free and begin + sent / rate <= now:
                number = self.free.popleft()
                self.due_s[number] = begin + sent / rate
                self.lines[number].sendall(made[sent])
                sent += 1
            wait_s = begin + sent / rate - now if sent < total and self.free else 0.05
            for number, _ in self.poll.poll(max(0.0, wait_s)):
                self._hear(number)

    def _hear(self, number: int) -> None:
        heard = self.heard.pop(number, b"") + self.lines[number].recv(65536)
        head, parted, body = heard.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0] or 0)
        if not heard:
            raise SystemExit("the server hung up")
        if not parted or len(body) < length:
            self.heard[number] = heard
            return
        self.refused += not heard.startswith(b"HTTP/1.1 2")
        self.latencies_ms.append((time.monotonic() - self.due_s.pop(number)) * 1000)
        self.free.append(number)


def main() -> None:
    """Pace some seconds and print what came of it."""
    file, first, count, place, port = sys.argv[1], *map(int, sys.argv[2:6])
    rate, seconds = float(sys.argv[6]), float(sys.argv[7])
    keys = Path(file).read_text().split()[first : first + count]
    pacer = Pacer(port)
    begin_s = time.time() + 1 + rate * seconds * 40e-6
    begin = time.monotonic() + begin_s - time.time()
    made = requests(keys, first=first, place=place, rate=rate, seconds=seconds, begin_s=begin_s)
    gc.disable()
    pacer.run(made, rate=rate, begin=begin)
    found = sorted(pacer.latencies_ms[int(rate * WARM_S) :])
    said = {
        "requests": len(pacer.latencies_ms),
        "refused": pacer.refused,
        "broken": len(made) - len(pacer.latencies_ms),
        "seconds": seconds,
        "p50_ms": found[len(found) // 2] if found else None,
        "p99_ms": found[int(len(found) * 0.99)] if found else None,
        "place": place + len(made),
    }
    print(json.dumps(said))


if __name__ == "__main__":
    main()
