"""An onboard unit of Yizhan with store and forward: Python's standard library, nothing else.

usage: obu.py URL KEY RING_FILE [SLOTS]
Measurements come as lines of JSON objects on standard input. Each is numbered, stamped and kept in
RING_FILE before "kept SEQ" is printed, and stays there until the service gave its verdict.
"""

import http.client
import json
import os
import random
import select
import sys
import time
import zlib
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

SLOT, HEAD, BATCH, EVERY_S, LONGEST_S = 512, 10, 100, 0.5, 60.0
HEADERS = {"Content-Type": "application/json", "Connection": "close"}


class Ring:
    """Reports in a file of fixed slots, by number modulo slots; the oldest goes when it is full.

    A slot is a state, the CRC-32 of the report in hex, a space, the report, spaces and a newline.
    States: N not sent; D has its verdict; A was asked for again; E is done for good. A report is
    synced to the disk before `keep` returns; a state is not: one lost means sent twice.
    """

    def __init__(self, path: str, slots: int) -> None:
        self.file, self.slots = os.open(path, os.O_RDWR | os.O_CREAT, 0o600), slots
        self.boot_id = os.urandom(4).hex()  # new at each start; the numbers go on
        self.next_seq = 1 + max(self.read(at)[1].get("seq", 0) for at in range(slots))
        self.first_unsent = max(1, self.next_seq - slots)

    def read(self, seq: int) -> tuple[str, dict[str, Any]]:
        """Return the state and the report of a slot; no report if it is empty or was torn."""
        slot = os.pread(self.file, SLOT, seq % self.slots * SLOT)
        if len(slot) < SLOT or slot[1:9] != b"%08x" % zlib.crc32(slot[HEAD:-1]):
            return "", {}
        return chr(slot[0]), json.loads(slot[HEAD:])

    def keep(self, fields: dict[str, Any], at: datetime) -> int:
        """Number a measurement, stamp it and put it on the disk."""
        seq, room = int(self.next_seq), SLOT - HEAD - 1
        stamp = at.isoformat(timespec="milliseconds")
        report = {"seq": seq, "boot_id": self.boot_id, "recorded_at": stamp, **fields}
        body = json.dumps(report, separators=(",", ":")).encode().ljust(room)
        if len(body) > room:
            raise ValueError("The measurement is too long for a slot.")
        os.pwrite(self.file, b"N%08x %s\n" % (zlib.crc32(body), body), seq % self.slots * SLOT)
        os.fsync(self.file)
        self.next_seq += 1
        self.first_unsent = max(self.first_unsent, self.next_seq - self.slots)
        return seq

    def mark(self, seq: int, state: str) -> None:
        os.pwrite(self.file, state.encode(), seq % self.slots * SLOT)

    def unsent(self) -> list[tuple[str, dict[str, Any]]]:
        """Return the oldest reports without a verdict, with their states."""
        found: list[tuple[str, dict[str, Any]]] = []
        seq = self.first_unsent
        while seq < self.next_seq and len(found) < BATCH:
            state, report = self.read(seq)
            if state in {"N", "A"} and report["seq"] == seq:
                found.append((state, report))
            seq += 1
        self.first_unsent = found[0][1]["seq"] if found else self.next_seq
        return found

    def ask_again(self, boot_id: str, from_seq: int, to_seq: int) -> None:
        """Mark what the service misses and we still have; once only, so that it ends."""
        for seq in range(max(from_seq, self.next_seq - self.slots), min(to_seq + 1, self.next_seq)):
            state, report = self.read(seq)
            if state == "D" and (report["seq"], report["boot_id"]) == (seq, boot_id):
                self.mark(seq, "A")
                self.first_unsent = min(self.first_unsent, seq)


class Unit:
    """Sends what the ring holds, patiently, and keeps its clock by the service's."""

    def __init__(self, url: str, key: str, ring: Ring) -> None:
        self.url, self.key, self.ring = urlsplit(url), key, ring
        self.clock_off_s, self.wait_s = 0.0, 1.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time() + self.clock_off_s, UTC)

    def forward(self) -> float | None:
        """Send one batch; return how long to wait then, None if there was nothing to send."""
        batch, sent_s = self.ring.unsent(), time.time()
        if not batch:
            return None
        status, retry_after, answer = self._post([report for _, report in batch])
        if status != 200:  # wait as told, or twice as long each time; and not all units the same
            told = retry_after if status in {429, 503} and retry_after.isdigit() else ""
            wait_s, self.wait_s = float(told or self.wait_s), min(2 * self.wait_s, LONGEST_S)
            return wait_s * random.uniform(1.0, 1.5)
        if time.time() - sent_s < 5:
            server = datetime.fromisoformat(answer["server_time"]).timestamp()
            self.clock_off_s = server - (sent_s + time.time()) / 2
        for verdict in answer["verdicts"]:
            state, report = batch[verdict["index"]]
            is_over = state == "A" or verdict["verdict"] == "refused"  # not worth sending again
            self.ring.mark(report["seq"], "E" if is_over else "D")
        for hole in answer.get("resend", ()):
            self.ring.ask_again(hole["boot_id"], hole["from_seq"], hole["to_seq"])
        self.wait_s = 1.0
        return 0.0

    def _post(self, reports: list[dict[str, Any]]) -> tuple[int, str, Any]:
        """Return status, Retry-After and answer; status 0 if no whole answer came."""
        kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
        line = kinds[self.url.scheme](self.url.hostname or "", self.url.port, timeout=15)
        headers = HEADERS | {"Authorization": f"Bearer {self.key}"}
        try:
            line.request("POST", "/api/v1/obu/reports", json.dumps(reports), headers)
            answer = line.getresponse()
            return answer.status, answer.getheader("Retry-After", ""), json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            return 0, "", None
        finally:
            line.close()


def main(url: str, key: str, path: str, slots: str = "65536") -> None:
    """Keep what is measured and send it, until the input ends and everything has its verdict."""
    unit = Unit(url, key, ring := Ring(path, int(slots)))
    measured = open(0, "rb", buffering=0)  # unbuffered: select() sees what is waiting
    is_open, due = True, time.monotonic()
    while True:
        wait_s = max(0.0, due - time.monotonic())
        if is_open and select.select([measured], [], [], wait_s)[0]:
            is_open = bool(line := measured.readline())
            if is_open:
                print("kept", ring.keep(json.loads(line), unit.now()), flush=True)
        elif not is_open:
            time.sleep(wait_s)
        if time.monotonic() >= due:
            if (wait := unit.forward()) is None and not is_open:
                return
            due = time.monotonic() + (EVERY_S if wait is None else wait)


if __name__ == "__main__":
    main(*sys.argv[1:])
