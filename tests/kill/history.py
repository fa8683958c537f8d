"""The operations of a run, one JSON line each, and how to read them again."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import msgspec


class History:
    """Written as things happen: an operation is invoked, then ends ok, fail or info (unknown)."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._file = path.open("wb", buffering=1 << 20)
        self._encode = msgspec.json.Encoder().encode
        self._last = 0

    def invoke(self, op: str, client: int, **facts: Any) -> int:
        """Note that something begins; return its number."""
        self._last += 1
        self.note(self._last, "invoke", op=op, client=client, **facts)
        return self._last

    def note(self, number: int, phase: str, **facts: Any) -> None:
        """Note a phase of an operation."""
        line = {"t": round(time.monotonic(), 4), "id": number, "phase": phase, **facts}
        self._file.write(self._encode(line) + b"\n")

    def close(self) -> None:
        """Write what is held back."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of a history."""
    decode = msgspec.json.Decoder(dict[str, Any]).decode
    with path.open("rb") as lines:
        for line in lines:
            yield decode(line)
